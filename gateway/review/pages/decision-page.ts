import { LIMITS } from "../../limits.ts";
import type { DecisionListing } from "../history.ts";
import type { DecisionPreview, DecisionView, ServedListing } from "../shapes.ts";
import { previewParts } from "./confirm-page.ts";
import { type Html, html, moment } from "./html.ts";
import { type FormFlaw, flawOf, formKey, type PageSession, REVIEW_PATH, table, toPage } from "./layout.ts";
import { questionForm } from "./question-form.ts";
import { DECISION_WORDS } from "./words.ts";

/** Decisions on one child, or on all that the steward reaches. */
export function decisionsPage(
  { decisions, next }: DecisionListing,
  { session, child }: { readonly session: PageSession; readonly child?: string },
): string {
  const path = child === undefined ? `${REVIEW_PATH}/decisions` : `${REVIEW_PATH}/children/${child}`;
  const content = html`${decisions.length === 0 ? html`<p>Nothing was decided yet.</p>` : listing(decisions)}
${next !== undefined && html`<p><a href="${path}?before=${next}">Older decisions</a></p>`}
${child !== undefined && questionForm(session, child)}`;
  return toPage({ title: child === undefined ? "Decisions" : "Decisions on one child", content, session });
}

function listing(decisions: readonly DecisionView[]): Html {
  return table(
    "Decisions, newest first",
    ["Decision", "What", "By", "When", "Reason", "State"],
    decisions.map(
      ({ decision, kind, author, decidedAt, reason, undoneBy }) => html`<tr>
<th scope="row"><a href="${REVIEW_PATH}/decisions/${decision}">Decision ${decision}</a></th>
<td>${DECISION_WORDS[kind]}</td>
<td>${author}</td>
<td>${moment(decidedAt)}</td>
<td>${reason}</td>
<td>${undoneBy === undefined ? "Holds" : `Undone by decision ${undoneBy}`}</td>
</tr>`,
    ),
  );
}

interface DecisionTold {
  readonly session: PageSession;
  readonly flaws?: readonly FormFlaw[];
  readonly reason?: string;
}

/** One decision, with the form to take it back where it still holds. */
export function decisionPage(view: DecisionView, { session, flaws = [], reason = "" }: DecisionTold): string {
  const { decision, kind, author, decidedAt, evidence, moved, survivor, other, undoneBy, undoes } = view;
  const content = html`<dl>
<dt>What</dt><dd>${DECISION_WORDS[kind]}</dd>
<dt>By</dt><dd>${author}</dd>
<dt>When</dt><dd>${moment(decidedAt)}</dd>
<dt>Reason</dt><dd>${view.reason}</dd>
<dt>Children</dt><dd><a href="${REVIEW_PATH}/children/${survivor}">History of the first child</a>, <a href="${REVIEW_PATH}/children/${other}">history of the second child</a></dd>
${undoes !== undefined && html`<dt>Takes back</dt><dd><a href="${REVIEW_PATH}/decisions/${undoes}">Decision ${undoes}</a></dd>`}
<dt>State</dt><dd>${undoneBy === undefined ? "Holds" : html`Undone by <a href="${REVIEW_PATH}/decisions/${undoneBy}">decision ${undoneBy}</a>`}</dd>
</dl>
${
  moved.length > 0 &&
  html`<h2>What moved</h2>${table(
    "Sources whose data moved",
    ["Source", "From Patient", "To Patient"],
    moved.map(({ source, from, to }) => html`<tr><th scope="row">${source}</th><td>${from}</td><td>${to}</td></tr>`),
  )}
<p><a href="${REVIEW_PATH}/decisions/${decision}/served">What was served under this link</a></p>`
}
${evidence.length > 0 && html`<h2>Evidence then</h2><ul>${evidence.map((line) => html`<li>${line}</li>`)}</ul>`}
${undoneBy === undefined && kind !== "undo" && undoForm(view, { session, flaws, reason })}`;
  return toPage({ title: `Decision ${decision}`, content, session, flaws });
}

function undoForm({ decision }: DecisionView, { session, flaws = [], reason = "" }: DecisionTold): Html {
  return html`<h2>Undo</h2>
<form method="post" action="${REVIEW_PATH}/decisions/${decision}/confirm" novalidate>
${formKey(session)}
<label for="reason">Reason for undoing it</label>
<p class="hint" id="reason-hint">No name, number, birth date or postcode. At most ${LIMITS.review_reason_characters_max} characters.</p>
${flawOf(flaws, "reason")}
<textarea id="reason" name="reason" rows="4" required aria-describedby="reason-hint${flaws.length > 0 && " reason-flaw"}">${reason}</textarea>
<p><button>Look at what undoing would change</button></p>
</form>`;
}

/** What undoing would move, before it is done. */
export function undoPage(
  decision: number,
  preview: DecisionPreview,
  { session, reason }: { readonly session: PageSession; readonly reason: string },
): string {
  const content = html`<p>Nothing is undone yet.</p>
${previewParts(preview)}
<h2>Reason</h2>
<p>${reason}</p>
<form method="post" action="${REVIEW_PATH}/decisions/${decision}/undo">
${formKey(session)}
<input type="hidden" name="reason" value="${reason}">
<p><button class="warning">Undo decision ${decision}</button></p>
</form>
<p><a href="${REVIEW_PATH}/decisions/${decision}">Leave it as it is</a></p>`;
  return toPage({ title: `Check: undo decision ${decision}`, content, session });
}

/** Who was served what under a link. */
export function servedPage(listing: ServedListing, { session }: { readonly session: PageSession }): string {
  const { decision, from, until, releases, isPurged, next } = listing;
  const content = html`<p>${from === undefined ? "From the beginning" : html`From ${moment(from)}`} ${until === undefined ? "until now" : html`until ${moment(until)}`}, as far as clients of your authorities are concerned.</p>
${isPurged === true && html`<div class="notice"><h2>Not complete</h2><p>Part of the log of this time was purged: what it held is not listed.</p></div>`}
${
  releases.length === 0
    ? html`<p>Nothing was served under this link.</p>`
    : table(
        "Releases under this link",
        ["When", "Client", "Organisation", "Purpose", "Interaction", "Resources"],
        releases.map(
          ({ at, client, organization, purpose, interaction, resources }) => html`<tr>
<th scope="row">${moment(at)}</th>
<td>${client}</td>
<td>${organization}</td>
<td>${purpose}</td>
<td>${interaction}</td>
<td>${resources.length}<details><summary>Which</summary><ul>${resources.map((name) => html`<li>${name}</li>`)}</ul></details></td>
</tr>`,
        ),
      )
}
${next !== undefined && html`<p><a href="${REVIEW_PATH}/decisions/${decision}/served?page=${next}">Next page</a></p>`}
<p><a href="${REVIEW_PATH}/decisions/${decision}">Back to decision ${decision}</a></p>`;
  return toPage({ title: `Served under decision ${decision}`, content, session });
}
