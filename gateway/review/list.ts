import type { Requester } from "../access/requester.ts";
import { LIMITS } from "../limits.ts";
import type { ReviewFilter, ReviewItem } from "../store/store.ts";
import type { Answered } from "./done.ts";
import { createAuthoritiesOf, type SpottedItem, spotItem, stateOf } from "./parties.ts";
import type { ReviewPorts } from "./ports.ts";
import type { ItemListing, ListedItem } from "./shapes.ts";
import { type Sight, toSight } from "./sight.ts";

export const KINDS: readonly ReviewItem["kind"][] = ["identifier-conflict", "ambiguous", "unlinked"];
export const ORDERS: readonly ReviewFilter["order"][] = ["newest", "oldest", "most-evidence"];
export const STATES: readonly NonNullable<ReviewFilter["state"]>[] = ["open", "dismissed"];

/** What stands behind the question mark of a listing. */
export const LIST_PARAMETERS = [
  "kind",
  "authority",
  "source",
  "opened-since",
  "opened-before",
  "state",
  "order",
  "count",
  "page",
] as const;

export type ListAsked = { readonly [N in (typeof LIST_PARAMETERS)[number]]?: string };

/** The items that a steward may see, filtered, ordered, counted and in pages. */
export async function listItems(
  requester: Requester,
  asked: ListAsked,
  ports: ReviewPorts,
): Promise<Answered<ItemListing>> {
  const sight = toSight(requester, ports);
  const filter = readFilter(asked, sight, ports);
  if ("issue" in filter) return filter.issue;
  const after = readPage(asked, requester, ports);
  if (asked.page !== undefined && after === undefined) {
    return { kind: "bad-parameter-value", parameter: "page", expected: "what the page before gave as next" };
  }
  const count = readCount(asked.count);
  if (count === undefined) {
    const expected = `a whole number from 1 to ${LIMITS.review_listing_max}`;
    return { kind: "bad-parameter-value", parameter: "count", expected };
  }
  const looking = { sight, authoritiesOf: createAuthoritiesOf(ports), ports };
  const page = await collect({ ...filter, ...(after === undefined ? {} : { after }) }, count, looking);
  const counted = await collect(filter, LIMITS.review_counted_max, looking);
  const { found: shown, upTo } = page;
  return {
    value: {
      counts: countKinds(counted.found),
      total: counted.found.length,
      ...(counted.upTo === undefined ? {} : { isMore: true as const }),
      items: shown.map((seen) => toListed(seen, ports)),
      ...(upTo === undefined ? {} : { next: toPage(upTo, asked, requester, ports) }),
    },
    patients: await patientsOf(shown, ports),
    released: shown.map(({ item }) => `review/${item.id}`),
    detail: `items=${shown.length}`,
  };
}

/** What a page ends at. */
type Place = NonNullable<ReviewFilter["after"]>;

interface Collected {
  readonly found: readonly SpottedItem[];
  /** The last item that was looked at, where there are more behind it. */
  readonly upTo: Place | undefined;
}

/** Goes through the items until enough are found that the steward may see, or enough were looked at. */
async function collect(
  filter: ReviewFilter,
  wanted: number,
  looking: Parameters<typeof spotItem>[1] & { readonly ports: ReviewPorts },
): Promise<Collected> {
  const found: SpottedItem[] = [];
  let { after } = filter;
  for (let slice = 0; slice < SLICES_max; slice += 1) {
    const items = await looking.ports.store.reviewPage({ ...filter, ...(after === undefined ? {} : { after }) }, SLICE);
    for (const item of items) {
      if (found.length >= wanted) return { found, upTo: after };
      const spotted = await spotItem(item, looking);
      if (spotted !== undefined) found.push(spotted);
      after = item;
    }
    if (items.length < SLICE) return { found, upTo: undefined };
  }
  return { found, upTo: after };
}

/** A page of the store's begins its search anew, so it is one that most listings do with. */
const SLICE = 512;
/** Whoever sees next to nothing among very many is answered with a page that goes on. */
const SLICES_max = 8;

async function patientsOf(shown: readonly SpottedItem[], { store }: ReviewPorts): Promise<readonly string[]> {
  const records = new Set(shown.flatMap(({ subject, candidates }) => [subject, ...candidates]));
  const read = await Promise.all([...records].map((record) => store.record(record)));
  return read.flatMap((record) => (record === undefined ? [] : [record.patientId]));
}

function readFilter(
  asked: ListAsked,
  sight: Sight,
  { sources, register }: ReviewPorts,
):
  | ReviewFilter
  | {
      readonly issue: { readonly kind: "bad-parameter-value"; readonly parameter: string; readonly expected: string };
    } {
  const bad = (parameter: string, expected: string) => ({
    issue: { kind: "bad-parameter-value" as const, parameter, expected },
  });
  const kind = KINDS.find((one) => one === asked.kind);
  if (asked.kind !== undefined && kind === undefined) return bad("kind", `one of ${KINDS.join(", ")}`);
  const order = ORDERS.find((one) => one === (asked.order ?? "newest"));
  if (order === undefined) return bad("order", `one of ${ORDERS.join(", ")}`);
  const state = STATES.find((one) => one === (asked.state ?? "open"));
  if (state === undefined) return bad("state", `one of ${STATES.join(", ")}`);
  const from = readDay(asked["opened-since"]);
  if (from === "bad") return bad("opened-since", "a day as YYYY-MM-DD");
  const until = readDay(asked["opened-before"]);
  if (until === "bad") return bad("opened-before", "a day as YYYY-MM-DD");
  const reached = [...sources.keys()].filter((source) => sight.reaches(register.authorityOf(source)));
  const chosen = reached.filter(
    (source) =>
      (asked.source === undefined || asked.source === source) &&
      (asked.authority === undefined || asked.authority === register.authorityOf(source)),
  );
  return {
    state,
    order,
    sources: chosen,
    ...(kind === undefined ? {} : { kinds: [kind] }),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
  };
}

function readDay(text: string | undefined): number | "bad" | undefined {
  if (text === undefined) return undefined;
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(at) ? "bad" : at;
}

function readCount(text: string | undefined): number | undefined {
  if (text === undefined) return LIMITS.review_page_default;
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= LIMITS.review_listing_max ? count : undefined;
}

/** The rest of the query, whatever its order: a page goes on within what was asked, or nowhere. */
function queryOf(asked: ListAsked): string {
  return LIST_PARAMETERS.filter((name) => name !== "page" && name !== "count")
    .map((name) => `${name}=${asked[name] ?? ""}`)
    .join("&");
}

function toPage({ id, bits }: Place, asked: ListAsked, requester: Requester, { pageTokens, now }: ReviewPorts): string {
  return pageTokens.seal({
    type: "review",
    query: queryOf(asked),
    cursor: { values: bits === undefined ? [] : [bits], record: id, id: "" },
    requester: ownerOf(requester),
    expires_s: Math.floor(now() / 1_000) + LIMITS.page_token_life_s,
  });
}

function readPage(asked: ListAsked, requester: Requester, { pageTokens, now }: ReviewPorts): Place | undefined {
  const token = asked.page === undefined ? undefined : pageTokens.open(asked.page);
  if (token?.type !== "review" || token.query !== queryOf(asked) || token.requester !== ownerOf(requester))
    return undefined;
  if (token.expires_s * 1_000 <= now()) return undefined;
  const { record: id, values } = token.cursor;
  const [bits] = values;
  return typeof bits === "number" ? { id, bits } : { id };
}

function ownerOf({ client, agreement, purpose }: Requester): string {
  return `${client}|${agreement.id}/${agreement.version}|${purpose}`;
}

function countKinds(seen: readonly SpottedItem[]): ItemListing["counts"] {
  const of = (kind: ReviewItem["kind"]): number => seen.filter(({ item }) => item.kind === kind).length;
  return { "identifier-conflict": of("identifier-conflict"), ambiguous: of("ambiguous"), unlinked: of("unlinked") };
}

function toListed({ item, candidates, isPartial }: SpottedItem, { register }: ReviewPorts): ListedItem {
  return {
    id: String(item.id),
    kind: item.kind,
    source: item.source,
    authority: register.authorityOf(item.source),
    openedAt: new Date(item.createdAt).toISOString(),
    state: stateOf(item) === "dismissed" ? "dismissed" : "open",
    children: candidates.length + 1,
    ...(item.bits === undefined || isPartial ? {} : { bits: item.bits }),
  };
}
