import type { Requester } from "../access/requester.ts";
import { LIMITS } from "../limits.ts";
import type { OversightPorts } from "./ports.ts";

/** What a page goes on within: a listing and all that was asked of it but how many. */
export interface PageAsked {
  readonly kind: string;
  readonly query: string;
  /** What the page before gave as next; absent on the first. */
  readonly page: string | undefined;
}

type PagePorts = Pick<OversightPorts, "pageTokens" | "now">;

/** The place behind which a page begins, 0 on the first; `undefined` for a page that is not of this listing. */
export function openPage(asked: PageAsked, requester: Requester, { pageTokens, now }: PagePorts): number | undefined {
  if (asked.page === undefined) return 0;
  const token = pageTokens.open(asked.page);
  const isOwn = token?.type === asked.kind && token.query === asked.query && token.requester === ownerOf(requester);
  return isOwn && token.expires_s * 1_000 > now() ? token.cursor.record : undefined;
}

export function sealPage(
  last: number,
  { kind, query }: PageAsked,
  requester: Requester,
  { pageTokens, now }: PagePorts,
): string {
  return pageTokens.seal({
    type: kind,
    query,
    cursor: { values: [], record: last, id: "" },
    requester: ownerOf(requester),
    expires_s: Math.floor(now() / 1_000) + LIMITS.page_token_life_s,
  });
}

export function readCount(text: string | undefined): number | undefined {
  if (text === undefined) return LIMITS.oversight_page_default;
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= LIMITS.oversight_listing_max ? count : undefined;
}

function ownerOf({ client, agreement, purpose }: Requester): string {
  return `oversight|${client}|${agreement.id}/${agreement.version}|${purpose}`;
}
