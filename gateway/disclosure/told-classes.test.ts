import { expect, test } from "vitest";
import type { Requester } from "../access/requester.ts";
import { decideVisibility } from "./decide-visibility.ts";
import { AT, dataClass, FACTS, NOW_ms, objection, requester, rules } from "./disclosure.fixtures.ts";
import type { RecordFacts } from "./visibility.ts";

const SCHOOL = requester({ implicitPolicy: { "health-visiting": "deny" } });
const HEALTH = { class: [dataClass("health-visiting")] };
const ONE = { data: [{ meaning: "instance" as const, reference: { reference: "Observation/o1" } }] };

/** Classes of which it is told that there is anything. */
function told(facts: Partial<RecordFacts>, who: Requester = requester()): readonly string[] {
  return [...(decideVisibility({ ...FACTS, ...facts }, who, AT)?.toldClasses ?? [])];
}

test.each<[string, () => readonly string[], readonly string[]]>([
  ["all, where nothing is asked of families", () => told({}), ["health-visiting", "education", "sharing"]],
  ["not what only a Consent opens, where there is none", () => told({}, SCHOOL), ["education", "sharing"]],
  [
    "what a Consent opens",
    () => told({ consents: [rules({ type: "permit", ...HEALTH })] }, SCHOOL),
    ["health-visiting", "education", "sharing"],
  ],
  [
    "what a Consent opens in part",
    () => told({ consents: [rules({ type: "permit", ...ONE })] }, SCHOOL),
    ["health-visiting", "education", "sharing"],
  ],
  [
    "what is objected to, since who the child is stays",
    () => told({ consents: [rules(objection(HEALTH))] }),
    ["health-visiting", "education", "sharing"],
  ],
])("of classes of data there are told: %s", (_, classes, expected) => {
  expect(classes()).toEqual(expected);
});

test("a broken glass says nothing of the family, which no decision of its kind knows of", () => {
  const glass = {
    kind: "break-glass",
    id: 8,
    author: "u",
    reason: "r",
    decidedAt_ms: NOW_ms,
    client: "gp-demo",
    user: "i|u",
  } as const;
  const who = requester({ breakGlass: true }, { purpose: "BTG", user: { id: "i|u", role: "r", group: "gp" } });
  const visibility = decideVisibility({ ...FACTS, decisions: [glass] }, who, AT);
  expect(visibility?.override).toStrictEqual({ kind: "break-glass", decision: 8 });
});
