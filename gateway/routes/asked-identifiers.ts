import { hash } from "node:crypto";
import type { InteractionRequest } from "../interactions/answer.ts";
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
  const asked = identifiersIn(query);
  const { ifNoneExist } = preconditions;
  if (ifNoneExist !== undefined) asked.push(...identifiersIn(ifNoneExist));
  if (operation === "match" && body !== undefined) asked.push(hash("sha256", body, "base64url"));
  return asked;
}

/**
 * `identifier`, at the end of a chain, of `_has` or before a modifier, and `sourceIdentifier`. Values without their
 * system. What is asked is seldom read twice, so each part is read by itself, and only those that may be meant.
 */
function identifiersIn(query: string): string[] {
  const asked: string[] = [];
  if (!mayHold(query, "dentifier")) return asked;
  for (const part of query.split("&")) {
    if (!mayHold(part, "dentifier")) continue;
    for (const [name, text] of new URLSearchParams(part).entries()) {
      if (!NAME.test(name)) continue;
      for (const token of text.split(",")) {
        const value = token.slice(token.lastIndexOf("|") + 1).trim();
        if (value !== "") asked.push(value);
      }
    }
  }
  return asked;
}

const NAME = /identifier(?::[a-z-]+)?$/i;
