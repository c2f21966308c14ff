import { hash } from "node:crypto";
import type { InteractionRequest } from "../interactions/answer.ts";
import { mayHold } from "../search/query-text.ts";

/**
 * The identifiers that a request asks for, whoever carries them and whether anybody does, and each different question of
 * `$match`: who walks through numbers, or guesses at people, is told by how much is asked and not by what is found.
 */
export function askedIdentifiers({
  query,
  parameters,
  operation,
  body,
  preconditions,
}: Pick<InteractionRequest, "query" | "parameters" | "operation" | "body" | "preconditions">): readonly string[] {
  const asked = mayHold(query, "dentifier") ? identifiersIn(parameters) : [];
  const { ifNoneExist } = preconditions;
  if (ifNoneExist !== undefined) asked.push(...identifiersIn(new URLSearchParams(ifNoneExist)));
  if (operation === "match" && body !== undefined) asked.push(hash("sha256", body, "base64url"));
  return asked;
}

/** `identifier`, at the end of a chain, of `_has` or of a modifier, and `sourceIdentifier`. Values without their system. */
function identifiersIn(parameters: URLSearchParams): string[] {
  const asked: string[] = [];
  for (const [name, text] of parameters) {
    if (!NAME.test(name)) continue;
    for (const token of text.split(",")) {
      const value = token.slice(token.lastIndexOf("|") + 1).trim();
      if (value !== "") asked.push(value);
    }
  }
  return asked;
}

const NAME = /identifier(?::[a-z-]+)?$/i;
