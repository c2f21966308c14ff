import { expect, test } from "vitest";
import { authorOf, isSomebodyElse } from "./author.ts";
import type { RequesterUser } from "./requester.ts";

const person = (id: string): RequesterUser => ({ id, role: "", group: "officer" });

test.each([
  ["the same client", { client: "a" }, { client: "a" }, false],
  ["another client", { client: "a" }, { client: "b" }, true],
  [
    "the same person at another client",
    { client: "a", user: person("i|1") },
    { client: "b", user: person("i|1") },
    false,
  ],
  [
    "another person at the same client",
    { client: "a", user: person("i|1") },
    { client: "a", user: person("i|2") },
    true,
  ],
  ["the client of a person, by itself", { client: "a", user: person("i|1") }, { client: "a" }, false],
  ["a person at a client that decided by itself", { client: "a" }, { client: "a", user: person("i|1") }, false],
  [
    "a person whose id has a space",
    { client: "a", user: person("i|1 2") },
    { client: "b", user: person("i|1 2") },
    false,
  ],
])("%s is somebody else than the author: %#", (_, author, reviewer, isElse) => {
  expect(isSomebodyElse(authorOf(author), reviewer)).toBe(isElse);
});
