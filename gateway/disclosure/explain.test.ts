import { describe, expect, test } from "vitest";
import {
  AT,
  actReason,
  confidentiality,
  dataClass,
  FACTS,
  labels,
  NOW_ms,
  objection,
  PRACTICE,
  requester,
  rules,
  weighed,
} from "./disclosure.fixtures.ts";
import { explain } from "./explain.ts";
import type { RecordFacts, Weighed } from "./visibility.ts";

const EDUCATION = rules(objection({ class: [dataClass("education")] }), { id: "e", meta: { versionId: "3" } });
const FINDING = weighed("leeds-csds");
const GOAL = weighed("leeds-eyfsp", { dataClass: "education" });

function told(resource: Weighed, facts: Partial<RecordFacts> = {}, who = requester(), today = AT.today) {
  const { decision, steps } = explain({
    facts: { ...FACTS, ...facts },
    requester: who,
    at: { ...AT, today },
    resource,
  });
  return { decision, steps: steps.map(({ rule, basis, effect }) => `${rule} ${basis} ${effect}`) };
}

const TERMS = "agreement/gp/1";

describe("an explanation", () => {
  test("names every rule that was weighed, in the order of weighing", () => {
    expect(told(FINDING)).toEqual({
      decision: "permit",
      steps: [
        `class ${TERMS} permits`,
        `expiry ${TERMS} permits`,
        `relationship ${TERMS} permits`,
        `label ${TERMS} permits`,
        `implicit-policy ${TERMS} permits`,
      ],
    });
  });

  test("names the Consent that withholds, with its version, and one that does not apply", () => {
    const other = rules({ type: "permit", purpose: [actReason("HRESCH")] }, { id: "r" });
    expect(told(GOAL, { consents: [EDUCATION, other] })).toEqual({
      decision: "deny",
      steps: [
        `class ${TERMS} permits`,
        `expiry ${TERMS} permits`,
        `relationship ${TERMS} permits`,
        `label ${TERMS} permits`,
        "consent Consent/e/3 denies",
        "consent Consent/r does-not-apply",
        `implicit-policy ${TERMS} does-not-apply`,
      ],
    });
  });

  test.each([
    ["an agreement that has ended", FINDING, {}, requester({ until: "2026-01-01" }), [`expiry ${TERMS} denies`]],
    ["no relationship", FINDING, { relationships: [] }, requester(), [`relationship ${TERMS} denies`]],
    ["a class that is not named", GOAL, {}, requester({ dataClasses: ["health-visiting"] }), [`class ${TERMS} denies`]],
    ["another authority", FINDING, {}, requester({ authorities: ["wirral"] }), [`authority ${TERMS} denies`]],
    ["no statute", GOAL, {}, requester({ statutoryGateways: {} }), [`statute ${TERMS} denies`]],
    [
      "a label",
      weighed("leeds-csds", { labels: labels(confidentiality("R")) }),
      {},
      requester(),
      [`label ${TERMS} denies`],
    ],
    [
      "a policy that asks for a Consent",
      FINDING,
      {},
      requester({ implicitPolicy: { "health-visiting": "deny" } }),
      [`implicit-policy ${TERMS} denies`],
    ],
    [
      "an objection to everything",
      FINDING,
      { consents: [rules(objection({}))] },
      requester(),
      ["consent Consent/c denies", "consent Consent/c denies"],
    ],
    ["a source that is not of the record", weighed("leeds-vendor"), {}, requester(), ["consent record denies"]],
  ])("names what denies: %s", (_, resource, facts, who, expected) => {
    const { decision, steps } = told(resource, facts, who);
    expect([decision, steps.filter((step) => step.endsWith("denies"))]).toEqual(["deny", expected]);
  });

  test("names the decision that outweighs an objection, and the objection that does not hold", () => {
    const decision = {
      kind: "duty",
      id: 7,
      author: "officer",
      reason: "a reason",
      decidedAt_ms: NOW_ms - 1,
      duty: "CA2004-16LA",
      recipient: PRACTICE,
      dataClasses: ["education"],
      isDetrimental: false,
      family: "told",
    } as const;
    const facts = { consents: [EDUCATION], decisions: [decision] };
    const { decision: made, steps } = told(GOAL, facts, requester({ duties: ["CA2004-16LA"] }));
    expect([made, steps.slice(4)]).toEqual([
      "permit",
      ["duty decision/7 permits", "consent Consent/e/3 does-not-apply", `implicit-policy ${TERMS} does-not-apply`],
    ]);
  });

  test("names a broken glass in the place of the relationship", () => {
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
    const { decision, steps } = told(FINDING, { relationships: [], decisions: [glass] }, who);
    expect([decision, steps[2]]).toEqual(["permit", "break-glass decision/8 permits"]);
  });

  test("tells officers of objections that do not hold for them", () => {
    const officer = requester({ dataClasses: ["health-visiting", "education", "sharing"] });
    const { decision, steps } = told(GOAL, { consents: [EDUCATION] }, officer);
    expect([decision, steps]).toEqual(["permit", expect.arrayContaining(["consent Consent/e/3 does-not-apply"])]);
  });

  test("says of what permits that it permits", () => {
    const agreed = rules({ type: "permit", class: [dataClass("health-visiting")] });
    const school = requester({ implicitPolicy: { "health-visiting": "deny" } });
    const { decision, steps } = told(FINDING, { consents: [agreed] }, school);
    expect([decision, steps.slice(-2)]).toEqual([
      "permit",
      ["consent Consent/c permits", `implicit-policy ${TERMS} does-not-apply`],
    ]);
  });

  test("carries no sentence without an end", () => {
    const { steps } = explain({
      facts: { ...FACTS, consents: [EDUCATION] },
      requester: requester(),
      at: AT,
      resource: GOAL,
    });
    expect(steps.filter(({ reason }) => !/^[A-Z].*\.$/s.test(reason))).toEqual([]);
  });
});
