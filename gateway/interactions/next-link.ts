import type { Requester } from "../access/requester.ts";
import { LIMITS } from "../limits.ts";
import type { Pack } from "../search/pack.ts";
import { pageOwner } from "./search-page.ts";
import type { FoundMatch, SearchPorts } from "./search-request.ts";

/** A page that has another after it. */
export interface PagePlace {
  /** Address that is searched, below the FHIR base. */
  readonly path: string;
  /** Query string that the next page is a page of. */
  readonly query: string;
  readonly requester: Requester;
  readonly now_ms: number;
  readonly last: FoundMatch;
}

/** Links of one pack that are remembered: as many as a screen asks different questions of one child. */
const SEALED_MAX = 4;

interface Sealed {
  readonly owner: string;
  readonly minute: number;
  readonly path: string;
  readonly query: string;
  readonly record: number;
  readonly entry: number;
  readonly link: string;
}

/** The next link of a page. Tokens of one minute expire together, so that within it the same place has the same link. */
export function createNextLink({ pageTokens, fhirBase }: Pick<SearchPorts, "pageTokens" | "fhirBase">) {
  // A client that asks the same again, as a screen that is opened anew does, is spared the encryption.
  const sealed = new WeakMap<Pack, readonly Sealed[]>();
  return function nextLink({ path, query, requester, now_ms, last }: PagePlace): string {
    const { record, values, pack, entry } = last;
    const owner = pageOwner(requester);
    const minute = Math.floor(now_ms / 60_000);
    const links = sealed.get(pack) ?? [];
    // A query orders the entries of a pack in one way alone: the values are those that the entry had before.
    const known = links.find(
      (one) =>
        one.entry === entry &&
        one.record === record &&
        one.minute === minute &&
        one.query === query &&
        one.path === path &&
        one.owner === owner,
    );
    if (known !== undefined) return known.link;
    const id = pack.ids[entry] ?? "";
    const token = pageTokens.seal({
      type: path,
      query,
      cursor: { values, record, id },
      requester: owner,
      expires_s: minute * 60 + LIMITS.page_token_life_s,
    });
    const link = `${fhirBase}/${path}?_page=${token}`;
    sealed.set(pack, [{ owner, minute, path, query, record, entry, link }, ...links].slice(0, SEALED_MAX));
    return link;
  };
}
