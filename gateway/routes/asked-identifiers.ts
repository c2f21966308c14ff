import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { InteractionRequest } from "../interactions/answer.ts";
import { LIMITS } from "../limits.ts";
import { mayHold } from "../search/query-text.ts";

/**
 * The identifiers that a request asks for, whoever carries them and whether anybody does, and each different question of
 * `$match`: who walks through numbers, or guesses at people, is told by how much is asked and not by what is found.
 */
export function askedIdentifiers({
  query,
  operation,
  body,
  preconditions,
}: Pick<InteractionRequest, "query" | "operation" | "body" | "preconditions">): readonly string[] {
  const asked = knownIdentifiers(query);
  const { ifNoneExist } = preconditions;
  if (ifNoneExist !== undefined) return [...asked, ...identifiersIn(ifNoneExist)];
  if (operation === "match" && body !== undefined) return [...asked, hash("sha256", body, "base64url")];
  return asked;
}

const READ = new LRUCache<string, readonly string[]>({ max: LIMITS.query_cache_entries_max });
const NONE: readonly string[] = [];

/** A screen that asks in the same words again is spared the reading, as by the cache of parsed queries. */
function knownIdentifiers(query: string): readonly string[] {
  if (query === "") return NONE;
  const known = READ.get(query);
  if (known !== undefined) return known;
  const asked = identifiersIn(query);
  if (query.length <= LIMITS.query_cache_characters_max) READ.set(query, asked);
  return asked;
}

/**
 * `identifier`, at the end of a chain, of `_has` or before a modifier, and `sourceIdentifier`. Values without their
 * system. Each part is read by itself, and only those that may be meant.
 */
function identifiersIn(query: string): string[] {
  const asked: string[] = [];
  if (!mayHold(query, "dentifier")) return asked;
  for (const part of query.split("&")) {
    if (!mayHold(part, "dentifier")) continue;
    const [name, text] = decoded(part);
    if (!NAME.test(name)) continue;
    for (const token of text.split(",")) {
      const value = token.slice(token.lastIndexOf("|") + 1).trim();
      if (value !== "") asked.push(value);
    }
  }
  return asked;
}

const NAME = /identifier(?::[a-z-]+)?$/i;

/** One parameter as a form has it. What is oddly written is read by URLSearchParams, which takes much longer. */
function decoded(part: string): readonly [name: string, value: string] {
  if (part.startsWith("?")) return first(part);
  const equals = part.indexOf("=");
  if (equals < 0) return first(part);
  try {
    return [unescaped(part.slice(0, equals)), unescaped(part.slice(equals + 1))];
  } catch {
    return first(part);
  }
}

function unescaped(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  return spaced.includes("%") ? decodeURIComponent(spaced) : spaced;
}

function first(part: string): readonly [name: string, value: string] {
  const [entry] = new URLSearchParams(part);
  return entry ?? ["", ""];
}
