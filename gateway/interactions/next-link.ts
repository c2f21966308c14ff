import { LRUCache } from "lru-cache";
import type { Requester } from "../access/requester.ts";
import { LIMITS } from "../limits.ts";
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

/** A client that asks the same again, as a screen that is opened anew does, is spared the encryption. */
const SEALED_MAX = 1_000;

/** The next link of a page. Tokens of one minute expire together, so that within it the same place has the same link. */
export function createNextLink({ pageTokens, fhirBase }: Pick<SearchPorts, "pageTokens" | "fhirBase">) {
  const sealed = new LRUCache<string, string>({ max: SEALED_MAX });
  return function nextLink({ path, query, requester, now_ms, last }: PagePlace): string {
    const { record, values, pack, entry } = last;
    const id = pack.ids[entry] ?? "";
    const owner = pageOwner(requester);
    const minute = Math.floor(now_ms / 60_000);
    const place = JSON.stringify([owner, minute, path, record, id, values, query]);
    const known = sealed.get(place);
    if (known !== undefined) return known;
    const token = pageTokens.seal({
      type: path,
      query,
      cursor: { values, record, id },
      requester: owner,
      expires_s: minute * 60 + LIMITS.page_token_life_s,
    });
    const link = `${fhirBase}/${path}?_page=${token}`;
    sealed.set(place, link);
    return link;
  };
}
