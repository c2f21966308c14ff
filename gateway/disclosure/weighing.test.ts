import { expect, test } from "vitest";
import { PURPOSE_OF_USE } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import { decideVisibility } from "./decide-visibility.ts";
import { AT, actReason, coding, dataClass, FACTS, objection, requester, rules } from "./disclosure.fixtures.ts";

const HEALTH = { class: [dataClass("health-visiting")] };
const ours = coding(PURPOSE_OF_USE);
const TEACHER = { id: "https://issuer.example|teacher", role: "r", group: "gp" } as const;
const named = (system: string, value: string) => [
  { role: { text: "recipient" }, reference: { identifier: { system, value } } },
];
const OFFICER = ["health-visiting", "education", "sharing"] as const;

test.each<[string, object, Requester, boolean]>([
  [
    "the person who asks",
    { actor: named("https://issuer.example", "teacher") },
    requester({}, { user: TEACHER }),
    false,
  ],
  ["another person", { actor: named("https://issuer.example", "head") }, requester({}, { user: TEACHER }), true],
  [
    "a person, where an application asks alone",
    { actor: named("https://issuer.example", "teacher") },
    requester(),
    true,
  ],
  ["a purpose of our own", { purpose: [ours("early-help")] }, requester({}, { purpose: "early-help" }), false],
  [
    "that purpose by another system",
    { purpose: [actReason("early-help")] },
    requester({}, { purpose: "early-help" }),
    true,
  ],
  ["a purpose of health", { purpose: [actReason("TREAT")] }, requester(), false],
  ["that purpose by our system", { purpose: [ours("TREAT")] }, requester(), true],
])("an objection to %s holds, or does not", (_, to, who, isSeen) => {
  const consents = [rules(objection({ ...HEALTH, ...to }))];
  expect(decideVisibility({ ...FACTS, consents }, who, AT)?.sources.has("leeds-csds")).toBe(isSeen);
});

test("what a Consent permits is permitted to officers too, where nothing is without", () => {
  const officer = requester({ dataClasses: [...OFFICER], implicitPolicy: { "health-visiting": "deny" } });
  const consents = [rules({ type: "permit", ...HEALTH })];
  expect(decideVisibility({ ...FACTS, consents }, officer, AT)?.sources.has("leeds-csds")).toBe(true);
  expect(decideVisibility(FACTS, officer, AT)?.sources.has("leeds-csds")).toBe(false);
});
