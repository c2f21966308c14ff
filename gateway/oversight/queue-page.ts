import { type Html, html, moment } from "../review/pages/html.ts";
import {
  type FormFlaw,
  flawOf,
  formKey,
  type PageSession,
  REVIEW_PATH,
  table,
  toPage,
} from "../review/pages/layout.ts";
import type { DecisionView } from "./decision-view.ts";
import type { DecisionListing } from "./decisions.ts";

export const QUEUE_PATH = `${REVIEW_PATH}/disclosure`;

const KIND_WORDS: Readonly<Record<DecisionView["kind"], string>> = {
  objection: "Objection decided",
  duty: "Duty to share",
  "break-glass": "Emergency access",
};
const FAMILY_WORDS = { told: "Told", deferred: "To be told later", unsafe: "Not told: unsafe" } as const;

/** Decisions on disclosure that wait for somebody else than who made them. */
export function queuePage({ decisions, next }: DecisionListing, session: PageSession): string {
  const rows = decisions.map(
    ({ id, kind, by, decidedAt, reviewBy, isOverdue }) => html`<tr>
<th scope="row"><a href="${QUEUE_PATH}/${id}">Decision ${id}</a></th>
<td>${KIND_WORDS[kind]}</td>
<td>${by}</td>
<td>${moment(decidedAt)}</td>
<td>${reviewBy === undefined ? "" : moment(reviewBy)}${isOverdue === true && " (overdue)"}</td>
</tr>`,
  );
  const content = html`${
    rows.length === 0
      ? html`<p>No decision on disclosure waits for review.</p>`
      : table("Decisions to review, oldest first", ["Decision", "What", "By", "When", "Review by"], rows)
  }
${next !== undefined && html`<p><a href="${QUEUE_PATH}?page=${next}">Next page</a></p>`}`;
  return toPage({ title: "Decisions on disclosure to review", content, session });
}

interface Told {
  readonly session: PageSession;
  readonly flaws?: readonly FormFlaw[];
  readonly reason?: string;
}

/** One decision, with the form to review it where nobody has. */
export function disclosurePage(view: DecisionView, { session, flaws = [], reason = "" }: Told): string {
  const content = html`<dl>
<dt>What</dt><dd>${KIND_WORDS[view.kind]}</dd>
<dt>Child</dt><dd>${view.child}</dd>
<dt>By</dt><dd>${view.by}</dd>
<dt>When</dt><dd>${moment(view.decidedAt)}</dd>
<dt>Reason</dt><dd>${view.reason}</dd>
${termsOf(view)}
<dt>State</dt><dd>${view.isInForce ? "In force" : "Not in force"}${view.until !== undefined && html`, until ${moment(view.until)}`}</dd>
${view.review !== undefined && html`<dt>Reviewed</dt><dd>${view.review.isUpheld ? "Upheld" : "Not upheld"} by ${view.review.by}, ${moment(view.review.at)}: ${view.review.reason}</dd>`}
</dl>
${view.review === undefined && view.reviewBy !== undefined && reviewForm(view, { session, flaws, reason })}`;
  return toPage({ title: `Decision ${view.id} on disclosure`, content, session, flaws });
}

function termsOf(view: DecisionView): Html | false {
  switch (view.kind) {
    case "objection":
      return html`<dt>Objection</dt><dd>${view.state === "upheld" ? "Upheld" : "Refused"}</dd>`;
    case "duty":
      return html`<dt>Duty</dt><dd>${view.duty}</dd>
<dt>Judged</dt><dd>${view.isDetrimental ? "Not to share: more detrimental to the child" : "To share"}</dd>
<dt>Recipient</dt><dd>${view.recipient}</dd>
<dt>Data</dt><dd>${view.dataClasses.join(", ")}</dd>
<dt>Family</dt><dd>${FAMILY_WORDS[view.family]}</dd>`;
    case "break-glass":
      return html`<dt>Client</dt><dd>${view.client}</dd><dt>User</dt><dd>${view.user}</dd>`;
  }
}

function reviewForm({ id }: DecisionView, { session, flaws, reason }: Required<Told>): Html {
  const isFlawed = flaws.some(({ field }) => field === "reason");
  return html`<h2>Review</h2>
<form method="post" action="${QUEUE_PATH}/${id}/review">
${formKey(session)}
<fieldset>
<legend>Was the decision right?</legend>
${flawOf(flaws, "verdict-upheld")}
<p><input type="radio" id="verdict-upheld" name="verdict" value="upheld"> <label for="verdict-upheld">Yes, it stands</label></p>
<p><input type="radio" id="verdict-not" name="verdict" value="not"> <label for="verdict-not">No: end it now</label></p>
</fieldset>
<label for="reason">Reason</label>
<p class="hint" id="reason-hint">No names, numbers, dates or postcodes: it is kept for good.</p>
${flawOf(flaws, "reason")}
<p><textarea id="reason" name="reason" rows="3" aria-describedby="${isFlawed ? "reason-hint reason-flaw" : "reason-hint"}">${reason}</textarea></p>
<p><button>Record the review</button></p>
</form>`;
}
