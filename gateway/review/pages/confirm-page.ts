import type { AudienceChange, DecisionPreview, ItemView } from "../shapes.ts";
import type { Entered } from "./decision-form.ts";
import { type Html, html } from "./html.ts";
import { formKey, type PageSession, REVIEW_PATH, table, toPage } from "./layout.ts";

const ASKED_WORDS: Readonly<Record<string, string>> = {
  merge: "Merge two children into one",
  "keep-apart": "Keep these children apart for good",
  split: "Split sources off a child",
  dismiss: "Put the item aside",
  reopen: "Take the item up again",
};

interface Confirming {
  readonly session: PageSession;
  readonly entered: Entered;
}

/** What a decision would move and who would see more or less, before it is taken. */
export function confirmPage(item: ItemView, preview: DecisionPreview, { session, entered }: Confirming): string {
  const staying = item.parties.find(({ child }) => child === preview.survivor);
  const content = html`<p>Nothing is decided yet.</p>
${staying !== undefined && html`<p>Child ${staying.label} stays.</p>`}
${previewParts(preview, item)}
<h2>Reason</h2>
<p>${entered.reason}</p>
<form method="post" action="${REVIEW_PATH}/items/${item.id}/decision">
${formKey(session)}
<input type="hidden" name="version" value="${item.version}">
${hidden(entered)}
<p><button class="warning">${ASKED_WORDS[preview.decision]}</button></p>
</form>
<form method="post" action="${REVIEW_PATH}/items/${item.id}/back">
${formKey(session)}
${hidden(entered)}
<p><button class="second">Go back and change it</button></p>
</form>`;
  return toPage({ title: `Check: ${ASKED_WORDS[preview.decision] ?? ""}`, content, session });
}

function hidden(entered: Entered): readonly Html[] {
  const one = (name: string, value: string | undefined): Html | undefined =>
    value === undefined ? undefined : html`<input type="hidden" name="${name}" value="${value}">`;
  const fields = [
    one("decision", entered.decision),
    one("with", entered.with),
    one("survivor", entered.survivor),
    one("into", entered.into),
    ...entered.sources.map((name) => one("sources", name)),
    one("numbersChecked", entered.numbersChecked ? "yes" : undefined),
    one("mayRejoin", entered.mayRejoin ? "yes" : undefined),
    one("reason", entered.reason),
  ];
  return fields.filter((field) => field !== undefined);
}

/** What moves and who sees more or less, of a decision and of its undoing alike. */
export function previewParts({ moved, resources, requesters }: DecisionPreview, item?: ItemView): Html {
  const labelOf = (child: string): string => {
    const party = item?.parties.find((one) => one.child === child);
    return party === undefined ? child : `Child ${party.label}`;
  };
  return html`<h2>What would move</h2>
${
  moved.length === 0
    ? html`<p>No source’s data would move.</p>`
    : table(
        "Sources whose data would move",
        ["Source", "From", "To"],
        moved.map(
          ({ source, from, to }) =>
            html`<tr><th scope="row">${source}</th><td>${labelOf(from)}</td><td>${labelOf(to)}</td></tr>`,
        ),
      )
}
<p>${resources.length} ${resources.length === 1 ? "resource" : "resources"} would change ${resources.length === 1 ? "its" : "their"} child.</p>
<h2>Who would see more or less</h2>
${requesters.length === 0 ? html`<p>Nobody would see more or less than now.</p>` : audience(requesters, labelOf)}`;
}

function audience(requesters: readonly AudienceChange[], labelOf: (child: string) => string): Html {
  return table(
    "Clients that would see more or less",
    ["Client", "Organisation", "Of", "Would see more: sources", "Would see less: sources"],
    requesters.map(
      ({ client, name, organization, child, more, less }) => html`<tr>
<th scope="row">${client}: ${name}</th>
<td>${organization}</td>
<td>${labelOf(child)}</td>
<td>${more.length === 0 ? "None" : more.join(", ")}</td>
<td>${less.length === 0 ? "None" : less.join(", ")}</td>
</tr>`,
    ),
  );
}
