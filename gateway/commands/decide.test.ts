import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { ACT_REASON, CONFIDENTIALITY } from "#profiles/systems.ts";
import { DENIES, PERMITS, SILENT, votesOf } from "../disclosure/consent-vote.ts";
import { ASKER, facts, rules } from "../disclosure/disclosure.fixtures.ts";
import { runDecide } from "./decide.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "decide-"));
});
afterAll(() => rm(folder, { recursive: true }));

const ANSWER = z.object({
  cases: z.array(z.object({ id: z.string(), decision: z.string(), visible: z.array(z.string()) })),
});

async function run(content: unknown) {
  const path = join(folder, "cases.json");
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return runDecide([path]);
}

const TREAT = { system: ACT_REASON, code: "TREAT" };
const CONSENT = {
  resourceType: "Consent",
  id: "c",
  status: "active",
  patient: { reference: "Patient/p" },
  provision: { type: "permit", purpose: [TREAT] },
};
const NORMAL = { security: [{ system: CONFIDENTIALITY, code: "N" }] };
const subject = { reference: "Patient/p" };
const RESOURCES = [
  { resourceType: "Observation", id: "o", meta: NORMAL, subject, performer: [{ reference: "Practitioner/d" }] },
  { resourceType: "Condition", id: "of-another", meta: NORMAL, subject: { reference: "Patient/q" } },
  { resourceType: "AllergyIntolerance", id: "a", patient: subject },
  { resourceType: "Practitioner", id: "d" },
  { resourceType: "Patient", id: "p" },
];
const REQUEST = { at: "2026-09-15", actor: "Practitioner/d", purposeOfUse: TREAT, patient: "Patient/p" };

/** Decision and what is visible, of one case. */
async function decided(one: object, more: object = {}) {
  const { exit, out, error } = await run({
    consents: [CONSENT, DENIAL],
    resources: RESOURCES,
    cases: [{ id: "1", consent: "Consent/c", request: REQUEST, ...one }],
    ...more,
  });
  expect([exit, error]).toEqual([0, ""]);
  const [answer] = ANSWER.parse(JSON.parse(out)).cases;
  return [answer?.decision, ...(answer?.visible ?? [])];
}

const denying = (provision: object) => ({ ...CONSENT, id: "d", provision: { type: "deny", ...provision } });
const DENIAL = denying({});
const BOTH = ["permit", "AllergyIntolerance/a", "Observation/o"];

describe("a case", () => {
  test("names what of the patient's record is visible, sorted, of any type", async () => {
    expect(await decided({})).toEqual(BOTH);
  });

  test.each<[string, object, object, readonly string[]]>([
    ["for another purpose", { request: { ...REQUEST, purposeOfUse: { ...TREAT, code: "HRESCH" } } }, {}, ["deny"]],
    ["for one purpose, as a list", { request: { ...REQUEST, purposeOfUse: [TREAT] } }, {}, BOTH],
    [
      "for several purposes at once",
      { request: { ...REQUEST, purposeOfUse: [TREAT, { ...TREAT, code: "BTG" }] } },
      {},
      ["deny"],
    ],
    ["for no purpose", { request: { ...REQUEST, purposeOfUse: undefined } }, {}, ["deny"]],
    ["of several Consents", { consent: ["Consent/c", "Consent/d"] }, {}, ["deny"]],
    ["of several Consents, the other way round", { consent: undefined, consents: [DENIAL, CONSENT] }, {}, ["deny"]],
    ["of another patient's Consent", { request: { ...REQUEST, patient: "Patient/q" } }, {}, ["deny"]],
    ["without a Consent", { consent: undefined }, {}, ["deny"]],
    ["without a Consent, where that lets in", { consent: undefined, implicitPolicy: "permit" }, {}, BOTH],
    ["without a Consent, where that lets in all cases", { consent: undefined }, { implicitPolicy: "permit" }, BOTH],
    ["of named resources", { resources: ["Observation/o"] }, {}, ["permit", "Observation/o"]],
    [
      "of a label",
      { consent: { ...CONSENT, provision: { type: "permit", securityLabel: NORMAL.security } } },
      {},
      ["permit", "Observation/o"],
    ],
    [
      "of one author's data",
      {
        consent: [
          "Consent/c",
          denying({ data: [{ meaning: "authoredby", reference: { reference: "Practitioner/d" } }] }),
        ],
      },
      {},
      ["permit", "AllergyIntolerance/a"],
    ],
    [
      "without a patient",
      { request: { ...REQUEST, patient: undefined } },
      {},
      ["permit", "AllergyIntolerance/a", "Condition/of-another", "Observation/o"],
    ],
  ])("%s", async (_, one, more, expected) => {
    expect(await decided(one, more)).toEqual(expected);
  });

  const actor = (told: object) => ({
    ...CONSENT,
    provision: { type: "permit", actor: [{ role: {}, reference: told }] },
  });
  test.each<[string, object, object, boolean]>([
    ["by reference", { reference: "Practitioner/d" }, {}, true],
    ["by reference to a version", { reference: "Practitioner/d/_history/2" }, {}, true],
    ["as another", { reference: "Practitioner/e" }, {}, false],
    [
      "by number",
      { identifier: { system: "s", value: "v" } },
      { actor: { identifier: { system: "s", value: "v" } } },
      true,
    ],
    ["as a member of a group", { reference: "Group/g" }, { actorMemberOf: ["Group/g"] }, true],
    ["as no member of it now", { reference: "Group/g" }, { actorMemberOf: ["Group/h"] }, false],
    ["by name alone", { display: "the doctor" }, {}, false],
  ])("tells its actor %s", async (_, told, change, isLetIn) => {
    const [decision] = await decided({ consent: actor(told), request: { ...REQUEST, ...change } });
    expect(decision).toBe(isLetIn ? "permit" : "deny");
  });

  test("does not count the paper on which a Consent stands as data", async () => {
    const paper = { resourceType: "DocumentReference", id: "paper", meta: NORMAL, subject };
    const consents = [CONSENT, { ...DENIAL, sourceReference: { reference: "DocumentReference/paper" } }];
    expect(await decided({}, { consents, resources: [...RESOURCES, paper] })).toEqual(BOTH);
  });
});

describe("what cannot be read is told, and ends with 2", () => {
  const one = { id: "1", request: REQUEST };
  test.each<[string, unknown, RegExp]>([
    ["no JSON", "{", /is not JSON/],
    ["no cases", {}, /cases: /],
    ["a case without a request", { cases: [{ id: "1" }] }, /cases\.0\.request: /],
    ["a time that is none", { cases: [{ ...one, request: { ...REQUEST, at: "now" } }] }, /case 1: request\.at/],
    ["a Consent that is not there", { cases: [{ ...one, consent: "Consent/x" }] }, /case 1: Consent\/x is neither/],
    [
      "a Consent that is none",
      { cases: [{ ...one, consent: { resourceType: "Basic", id: "b" } }] },
      /expected a Consent/,
    ],
    ["a Consent without an id", { cases: [one], consents: [{ resourceType: "Consent" }] }, /consents\.0\.id: /],
    ["two cases of one id", { cases: [one, one] }, /two cases have the id 1/],
  ])("%s", async (_, content, message) => {
    const { exit, out, error } = await run(content);
    expect([exit, out]).toEqual([2, ""]);
    expect(error).toMatch(message);
    expect(error).toContain("Usage:");
  });

  test.each([
    [["nowhere.json"], /cannot be read/],
    [[], /Expected one file/],
    [["a.json", "b.json"], /Expected one file/],
    [["--what"], /not understood/],
  ])("called with %j", async (given, message) => {
    const { exit, error } = await runDecide(given);
    expect(exit).toBe(2);
    expect(error).toMatch(message);
  });
});

const DATA = fileURLToPath(new URL("../../../shared/data/consent/", import.meta.url));

const PUBLISHED = z.object({
  cases: z.array(
    z.object({
      id: z.string(),
      expected: z.object({
        decision: z.string(),
        visible: z.array(z.string()),
        ambiguous: z.array(z.string()).optional(),
      }),
    }),
  ),
});

test.runIf(existsSync(DATA))("the cases of IHE's Privacy Consent on FHIR come out as its pages say", async () => {
  const path = join(DATA, "ihe-pcf/cases.json");
  const { cases: expected } = PUBLISHED.parse(JSON.parse(readFileSync(path, "utf8")));
  const { out } = await runDecide([path]);
  const { cases } = ANSWER.parse(JSON.parse(out));
  expect(cases).toHaveLength(20);
  for (const [index, { id, expected: answer }] of expected.entries()) {
    // Of these the page supports either.
    const open = (answer.ambiguous ?? []).map((name) => name.split(" ")[0]);
    const certain = (names: readonly string[]) => names.filter((name) => !open.includes(name));
    const { decision, visible } = cases[index] ?? { decision: "", visible: [] };
    expect([id, decision, certain(visible)]).toEqual([id, answer.decision, certain(answer.visible)]);
  }
});

const VOTES = z.object({
  cases: z.array(z.object({ mode: z.string(), votes: z.array(z.string()), expected: z.string() })),
});
const MEANT: Readonly<Record<string, object>> = {
  REJECT: { type: "deny" },
  AUTHORIZED: { type: "permit" },
  PROCEED: {},
};
const WORDS: Readonly<Record<number, string>> = { [DENIES]: "REJECT", [PERMITS]: "AUTHORIZED", [SILENT]: "PROCEED" };

test.runIf(existsSync(DATA))("several Consents combine as votes that do not depend on their order", () => {
  const table = VOTES.parse(JSON.parse(readFileSync(join(DATA, "hapi-votes/cases.json"), "utf8"))).cases;
  const parallel = table.filter(({ mode }) => mode === "parallel");
  expect(parallel).toHaveLength(36);
  for (const { votes, expected } of parallel) {
    const consents = votes.map((vote) => rules(MEANT[vote] ?? {}));
    const told = votesOf(consents, ASKER, { scope: "resource", facts: facts() });
    expect([votes, WORDS[told]]).toEqual([votes, expected]);
  }
});
