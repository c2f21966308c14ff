import type { Requester } from "../access/requester.ts";
import type { Cursor, PageTokens } from "../search/page-token.ts";
import type { SentQuery } from "../search/query-cache.ts";
import { mayHold } from "../search/query-text.ts";
import { type InteractionRequest, type Result, refused } from "./answer.ts";

/** Where a page begins, and which parameters it is a page of. */
export interface Page extends SentQuery {
  readonly cursor?: Cursor;
  /** Query string of the self link; absent on a first page, which shows what was searched. */
  readonly self?: string;
}

export type ReadPage = { readonly ok: true; readonly page: Page } | Extract<Result, { ok: false }>;

/** What a client may add to a next link without asking for something else. */
const ABOUT_FORMAT: ReadonlySet<string> = new Set(["_format", "_pretty"]);

/**
 * The parameters as sent, or those that a next link stands for. `path` is the address that is searched, below the FHIR
 * base: a link of another address is of no use here, nor is one made for somebody else.
 */
export function readPage(
  request: Pick<InteractionRequest, "query" | "parameters" | "requester" | "now_ms">,
  path: string,
  pageTokens: PageTokens,
): ReadPage {
  const { query, requester, now_ms } = request;
  // The words as they came; what they hold is read by whoever has not read the same words before.
  if (!mayHold(query, "_page")) return { ok: true, page: request };
  const { parameters } = request;
  const text = parameters.get("_page");
  if (text === null) return { ok: true, page: request };
  const token = pageTokens.open(text);
  const isAlone = [...parameters.keys()].filter((name) => !ABOUT_FORMAT.has(name)).length === 1;
  const isUsable =
    token !== undefined &&
    token.type === path &&
    token.requester === pageOwner(requester) &&
    token.expires_s * 1_000 > now_ms &&
    isAlone;
  if (!isUsable) return refused({ kind: "stale-page" });
  return {
    ok: true,
    page: {
      query: token.query,
      parameters: new URLSearchParams(token.query),
      cursor: token.cursor,
      self: `_page=${text}`,
    },
  };
}

const OWNERS = new WeakMap<Requester, string>();

/** A requester is the same object for all requests of its token. */
export function pageOwner(requester: Requester): string {
  const known = OWNERS.get(requester);
  if (known !== undefined) return known;
  const { client, purpose, agreement } = requester;
  const owner = `${client} ${purpose} ${agreement.id}/${agreement.version}`;
  OWNERS.set(requester, owner);
  return owner;
}
