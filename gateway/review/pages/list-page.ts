import { KINDS, type ListAsked, ORDERS, STATES } from "../list.ts";
import type { ItemListing, ListedItem } from "../shapes.ts";
import { type Html, html, moment } from "./html.ts";
import { type PageSession, REVIEW_PATH, table, toPage } from "./layout.ts";
import { questionForm } from "./question-form.ts";
import { bitsWords, KIND_WORDS, ORDER_WORDS } from "./words.ts";

interface Told {
  readonly session: PageSession;
  readonly asked: ListAsked;
  /** What the steward may choose from. */
  readonly authorities: readonly string[];
  readonly sources: readonly string[];
}

/** The list of items, with its filters and counts. */
export function listPage(listing: ItemListing, told: Told): string {
  const { counts, total, isMore } = listing;
  const summary = KINDS.map((kind) => html`<dt>${KIND_WORDS[kind]}</dt><dd>${counts[kind]}</dd>`);
  const content = html`<h2>Filter</h2>
${filters(told)}
<h2>${isMore === true ? `More than ${total}` : total} ${total === 1 && isMore !== true ? "item" : "items"}</h2>
<dl>${summary}</dl>
${listing.items.length === 0 ? html`<p>Nothing waits here for a decision.</p>` : items(listing.items)}
${listing.next !== undefined && html`<p><a href="${REVIEW_PATH}?${queryOf(told.asked, listing.next)}">Next page</a></p>`}
${questionForm(told.session)}`;
  return toPage({ title: "Items to review", content, session: told.session });
}

function items(listed: readonly ListedItem[]): Html {
  return table(
    "Items to review",
    ["Item", "Why", "Source", "Authority", "Opened", "Children", "Evidence"],
    listed.map(
      ({ id, kind, source, authority, openedAt, children, bits }) => html`<tr>
<th scope="row"><a href="${REVIEW_PATH}/items/${id}">Item ${id}</a></th>
<td>${KIND_WORDS[kind]}</td>
<td>${source}</td>
<td>${authority}</td>
<td>${moment(openedAt)}</td>
<td class="number">${children}</td>
<td class="number">${bits === undefined ? "Not weighed" : bitsWords(bits)}</td>
</tr>`,
    ),
  );
}

function filters({ asked, authorities, sources }: Told): Html {
  const any = { value: "", words: "All" };
  return html`<form method="get" action="${REVIEW_PATH}" class="filters">
${select("kind", "Why", asked.kind, [any, ...KINDS.map((kind) => ({ value: kind, words: KIND_WORDS[kind] }))])}
${select("authority", "Authority", asked.authority, [any, ...authorities.map((one) => ({ value: one, words: one }))])}
${select("source", "Source", asked.source, [any, ...sources.map((one) => ({ value: one, words: one }))])}
${day("opened-since", "Opened since", asked["opened-since"])}
${day("opened-before", "Opened before", asked["opened-before"])}
${select(
  "state",
  "State",
  asked.state,
  STATES.map((state) => ({ value: state, words: state === "open" ? "Open" : "Put aside" })),
)}
${select(
  "order",
  "Order",
  asked.order,
  ORDERS.map((order) => ({ value: order, words: ORDER_WORDS[order] })),
)}
<div><button>Apply filter</button></div>
</form>`;
}

interface Choice {
  readonly value: string;
  readonly words: string;
}

function select(name: string, words: string, chosen: string | undefined, choices: readonly Choice[]): Html {
  return html`<div><label for="${name}">${words}</label><select id="${name}" name="${name}">${choices.map(
    (one) =>
      html`<option value="${one.value}"${selectedIf(one.value === (chosen ?? choices[0]?.value))}>${one.words}</option>`,
  )}</select></div>`;
}

function selectedIf(isChosen: boolean): Html | false {
  return isChosen && html` selected`;
}

function day(name: string, words: string, value: string | undefined): Html {
  return html`<div><label for="${name}">${words}</label><input type="date" id="${name}" name="${name}" value="${value ?? ""}"></div>`;
}

function queryOf(asked: ListAsked, page: string): string {
  const { page: _, ...rest } = asked;
  return new URLSearchParams({ ...rest, page }).toString();
}
