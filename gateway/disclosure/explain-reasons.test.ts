import { expect, test } from "vitest";
import type { Requester } from "../access/requester.ts";
import {
  AT,
  confidentiality,
  dataClass,
  FACTS,
  labels,
  objection,
  requester,
  rules,
  sensitivity,
  weighed,
} from "./disclosure.fixtures.ts";
import { explain } from "./explain.ts";
import type { RecordFacts, Weighed } from "./visibility.ts";

const FINDING = weighed("leeds-csds");
const HEALTH = { class: [dataClass("health-visiting")] };
const ONE = { data: [{ meaning: "instance" as const, reference: { reference: "Observation/o1" } }] };

/** What an explanation says of one kind of rule, in words. */
function reasonsOf(rule: string, resource: Weighed, facts: Partial<RecordFacts> = {}, who: Requester = requester()) {
  const { steps } = explain({ facts: { ...FACTS, ...facts }, requester: who, at: AT, resource });
  return steps.filter((step) => step.rule === rule).map(({ reason }) => reason);
}

const sealed = weighed("leeds-csds", { labels: labels(confidentiality("R")) });
const sensitive = weighed("leeds-csds", { labels: labels(confidentiality("N"), sensitivity("PSY")) });

test.each<readonly [string, string, () => readonly string[], string]>([
  ["an agreement in force", "expiry", () => reasonsOf("expiry", FINDING), "The agreement is in force."],
  [
    "an agreement that has ended",
    "expiry",
    () => reasonsOf("expiry", FINDING, {}, requester({ until: "2026-01-01" })),
    "The agreement has ended.",
  ],
  [
    "a relationship",
    "relationship",
    () => reasonsOf("relationship", FINDING),
    "The relationship that the agreement asks for (gp-registration) holds today.",
  ],
  [
    "no relationship",
    "relationship",
    () => reasonsOf("relationship", FINDING, { relationships: [] }),
    "The relationship that the agreement asks for (gp-registration) does not hold today.",
  ],
  ["labels within the agreement", "label", () => reasonsOf("label", FINDING), "Its labels are within the agreement."],
  ["a confidentiality", "label", () => reasonsOf("label", sealed), "Its confidentiality is beyond the agreement."],
  ["a sensitivity", "label", () => reasonsOf("label", sensitive), "Its sensitivity is beyond the agreement."],
  ["a source in reach", "class", () => reasonsOf("class", FINDING), "The agreement reaches the source of this."],
  [
    "a class that is not named",
    "class",
    () => reasonsOf("class", FINDING, {}, requester({ dataClasses: ["education"] })),
    "The agreement does not name this class of data.",
  ],
  [
    "an authority that is not reached",
    "authority",
    () => reasonsOf("authority", FINDING, {}, requester({ authorities: ["wirral"] })),
    "The agreement does not reach the authority whose data this is.",
  ],
  [
    "a Consent that says nothing, to officers as well",
    "consent",
    () =>
      reasonsOf(
        "consent",
        weighed("leeds-csds", {}, { id: "o2" }),
        { consents: [rules({ type: "deny", ...ONE })] },
        requester({ dataClasses: ["health-visiting", "education", "sharing"] }),
      ),
    "It says nothing of this resource, this requester, this purpose and this time.",
  ],
  [
    "a Consent that denies",
    "consent",
    () => reasonsOf("consent", FINDING, { consents: [rules(objection(ONE))] }),
    "It withholds this.",
  ],
  [
    "a Consent that permits",
    "consent",
    () => reasonsOf("consent", FINDING, { consents: [rules({ type: "permit", ...HEALTH })] }),
    "It permits this.",
  ],
  [
    "a Consent about something else",
    "consent",
    () =>
      reasonsOf("consent", weighed("leeds-csds", {}, { id: "o2" }), { consents: [rules({ type: "deny", ...ONE })] }),
    "It says nothing of this resource, this requester, this purpose and this time.",
  ],
  [
    "an objection that officers work on",
    "consent",
    () =>
      reasonsOf(
        "consent",
        FINDING,
        { consents: [rules({ type: "deny", ...HEALTH })] },
        requester({ dataClasses: ["health-visiting", "education", "sharing"] }),
      ),
    "It withholds this, but does not hold here.",
  ],
  [
    "what is released without a Consent",
    "implicit-policy",
    () => reasonsOf("implicit-policy", FINDING),
    "Where no Consent says anything of health-visiting, the agreement's policy is permit.",
  ],
  [
    "what is not",
    "implicit-policy",
    () => reasonsOf("implicit-policy", FINDING, {}, requester({ implicitPolicy: { "health-visiting": "deny" } })),
    "Where no Consent says anything of health-visiting, the agreement's policy is deny.",
  ],
])("of %s an explanation says why (%s)", (_, __, reasons, expected) => {
  expect(reasons()).toContain(expected);
});

test("a broken glass stands in for the policy, where no Consent is as well", () => {
  const glass = {
    kind: "break-glass",
    id: 8,
    author: "u",
    reason: "r",
    decidedAt_ms: AT.now_ms,
    client: "gp-demo",
    user: "i|u",
  } as const;
  const who = requester({ breakGlass: true }, { purpose: "BTG", user: { id: "i|u", role: "r", group: "gp" } });
  const facts = { ...FACTS, decisions: [glass] };
  const { steps } = explain({ facts, requester: who, at: AT, resource: FINDING });
  expect(steps.at(-1)).toMatchObject({ rule: "implicit-policy", effect: "does-not-apply" });
});

test("of what a label withholds the Consents are told as well", () => {
  const { decision, steps } = explain({
    facts: { ...FACTS, consents: [rules(objection(ONE))] },
    requester: requester(),
    at: AT,
    resource: sealed,
  });
  expect(decision).toBe("deny");
  expect(steps.map(({ rule, effect }) => `${rule} ${effect}`)).toEqual([
    "class permits",
    "expiry permits",
    "relationship permits",
    "label denies",
    "consent denies",
    "implicit-policy does-not-apply",
  ]);
});
