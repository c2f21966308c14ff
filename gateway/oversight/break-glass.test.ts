import { randomBytes } from "node:crypto";
import type { Observation, Patient } from "@medplum/fhirtypes";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import type { Requester, RequesterUser } from "../access/requester.ts";
import { toSourceFacts } from "../compose-register.ts";
import { momentOf } from "../interactions/moment.ts";
import { createRecordReader, type RecordReader } from "../interactions/record-reader.ts";
import { LIMITS } from "../limits.ts";
import { numberOf, type OversightHouse, startOversightHouse } from "../oversight.fixtures.ts";
import { type Answered, isIssue } from "../review/done.ts";
import { resourceBytes } from "../search/pack.ts";
import { createPageTokens } from "../search/page-token.ts";
import { createOversight, type Oversight } from "./oversight.ts";

/** Of another practice, with an objection to education data. */
const CHILD = "objection-upheld";
const REASON = "Found unconscious, and nobody knows of allergies.";
const DAY_MS = 86_400_000;

let house: OversightHouse;
let reader: RecordReader;
let oversight: Oversight;
let now_ms = Date.now();
let counted: string[] = [];
let alerts: { readonly client: string; readonly organization: string }[] = [];

const USER: RequesterUser = { id: "https://sign-in.example|u-1", role: "R8000", group: "health-visitor" };

/** A therapist of a provider that has no caseload here, who may break the glass. */
function toRequester(change: Partial<Requester> = {}, terms: Partial<Requester["agreement"]> = {}): Requester {
  const client = house.house.gateway.register.client("salt-demo");
  if (client === undefined) throw new Error("The demonstration has no such client.");
  const agreement = { ...client.agreement, breakGlass: true, purposes: ["TREAT", "BTG"], ...terms };
  const organization = { ...client.organization, value: "Z99998" };
  const { scopes } = client;
  return { client: client.id, organization, agreement, purpose: "BTG", scopes, tokenId: "t", user: USER, ...change };
}

const overseer = (): Requester => {
  const client = house.house.gateway.register.client("steward-demo");
  if (client === undefined) throw new Error("The demonstration has no such client.");
  const { organization, agreement, scopes } = client;
  return { client: client.id, organization, agreement, purpose: "HOPERAT", scopes, tokenId: "t" };
};

const breakGlass = (scenario: string, requester = toRequester(), reason = REASON) =>
  oversight.breakGlass(requester, { identifier: { system: NHS_NUMBER, value: numberOf(scenario) }, reason });

function doneBy<T>(answered: Answered<T>): T {
  if (isIssue(answered)) throw new Error(JSON.stringify(answered));
  return answered.value;
}

/** What a requester sees of a named child now. */
async function seen(scenario: string, requester: Requester) {
  const { store } = house.house.gateway;
  const [key] = await store.findRecords([{ code: "identifier", value: `${NHS_NUMBER}|${numberOf(scenario)}` }], 9, "");
  const view = await reader.view(key ?? 0, requester, await momentOf(reader, now_ms));
  if (view === undefined) return undefined;
  const patient: Patient = JSON.parse(resourceBytes(view.patient, 0).toString());
  const sources = new Set<string | undefined>();
  for (let entry = 0; entry < view.pack.size; entry += 1) {
    if (!view.isVisible(entry) || view.pack.types[entry] !== "Observation") continue;
    const finding: Observation = JSON.parse(resourceBytes(view.pack, entry).toString());
    sources.add(finding.meta?.source?.split("/").at(-1));
  }
  return { patient, sources: [...sources].toSorted() };
}

const pageTokens = createPageTokens(randomBytes(32));
const ports = () => {
  const { store, register } = house.house.gateway;
  return {
    store,
    reader,
    register,
    sources: toSourceFacts(register),
    pageTokens,
    reviewWithin_ms: DAY_MS,
    now: () => now_ms,
    alert: (asked: (typeof alerts)[number]) => alerts.push(asked),
    count: (client: string, identifier: string) => counted.push(`${client} ${identifier}`),
  };
};

beforeAll(async () => {
  house = await startOversightHouse();
  const { store, register } = house.house.gateway;
  const sources = toSourceFacts(register);
  reader = createRecordReader({ store, sources, fhirBase: "http://127.0.0.1:8080/fhir/R4", cache_bytes: 1_000_000 });
  oversight = createOversight(ports());
});
afterAll(() => house[Symbol.asyncDispose]());
beforeEach(() => {
  // Each test begins when what the one before opened is over.
  now_ms += DAY_MS;
  alerts = [];
  counted = [];
});

describe("emergency access", () => {
  test("opens one child to one user for a quarter of an hour, objections included", async () => {
    expect(await seen(CHILD, toRequester())).toBeUndefined();
    const { until } = doneBy(await breakGlass(CHILD));
    expect(Date.parse(until)).toBe(now_ms + LIMITS.break_glass_life_ms);
    expect((await seen(CHILD, toRequester()))?.sources).toEqual(["leeds-csds", "leeds-eyfsp"]);
    expect(await seen("objection-received", toRequester())).toBeUndefined();
    expect(await seen(CHILD, toRequester({ user: { ...USER, id: "https://sign-in.example|u-2" } }))).toBeUndefined();
    expect(await seen(CHILD, toRequester({ purpose: "TREAT" }))).toBeUndefined();
    expect(await seen(CHILD, toRequester({}, { breakGlass: false }))).toBeUndefined();
    now_ms += LIMITS.break_glass_life_ms - 1;
    expect(await seen(CHILD, toRequester())).toBeDefined();
    now_ms += 1;
    expect(await seen(CHILD, toRequester())).toBeUndefined();
  });

  test("shows no place of a restricted child", async () => {
    doneBy(await breakGlass("restricted"));
    const patient = (await seen("restricted", toRequester()))?.patient;
    expect(patient?.name).toBeDefined();
    for (const element of ["address", "telecom", "contact", "generalPractitioner"]) {
      expect(patient).not.toHaveProperty(element);
    }
  });

  test("releases no more than the agreement reaches", async () => {
    const health = { dataClasses: ["health-visiting"] } as const;
    doneBy(await breakGlass(CHILD, toRequester({}, health)));
    expect((await seen(CHILD, toRequester({}, health)))?.sources).toEqual(["leeds-csds"]);
  });

  test("answers alike for nobody and for a child beyond the agreement, and tells of both", async () => {
    const beyond = { authorities: ["wirral"] } as const;
    const hidden = await breakGlass(CHILD, toRequester({}, beyond));
    const unknown = await oversight.breakGlass(toRequester(), {
      identifier: { system: NHS_NUMBER, value: "9990999996" },
      reason: REASON,
    });
    expect(hidden).toEqual({ kind: "no-such-patient", parameter: "identifier" });
    expect(unknown).toEqual(hidden);
    expect(alerts).toHaveLength(2);
    expect(JSON.stringify(alerts)).not.toContain(numberOf(CHILD));
  });

  test.each([
    ["a client alone", { user: undefined }, {}, "user-needed"],
    ["another purpose", { purpose: "TREAT" }, {}, "purpose-needed"],
    ["an agreement without it", {}, { breakGlass: undefined }, "no-break-glass"],
  ])("is refused to %s, which is no emergency to tell of", async (_, change, terms, refusal) => {
    const { user: _user, ...client } = toRequester({}, terms);
    const requester = "user" in change ? client : toRequester(change, terms);
    expect(await breakGlass(CHILD, requester)).toEqual({ kind: "oversight-refused", refusal });
    expect(alerts).toEqual([]);
  });

  test.each(["Oscar fell.", "Asked for 999 000 0050.", "Born 8 February, fell.", " "])(
    "keeps no reason that says who: %s",
    async (reason) => {
      expect(await breakGlass(CHILD, toRequester(), reason)).toMatchObject({ kind: "reason-refused" });
      expect(await seen(CHILD, toRequester())).toBeUndefined();
    },
  );

  test("does not tell whether a name is right that only a source beyond the agreement tells, and does not keep it", async () => {
    const { store } = house.house.gateway;
    const adopted = { given: "Zéphyrine", family: "Newname" };
    const beyond = { source: "wirral-csds", localId: "1", child: 0, record: 0, body: "{}", identity: adopted };
    const withBeyond = new Proxy(store, {
      get(target, name) {
        if (name === "sourceChildrenOf") return async (key: number) => [...(await store.sourceChildrenOf(key)), beyond];
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    const { breakGlass: ask } = createOversight({ ...ports(), store: withBeyond });
    const asked = { identifier: { system: NHS_NUMBER, value: numberOf(CHILD) } };
    const reason = "Zephyrine's brother fell, and Mrs NEWNAME\u00ad said nothing of new names.";
    const { id } = doneBy(await ask(toRequester(), { ...asked, reason }));
    expect((await store.disclosureDecision(Number(id)))?.reason).toBe(
      "… brother fell, and Mrs … said nothing of new names.",
    );
    expect(await ask(toRequester(), { ...asked, reason: "Oscar fell." })).toMatchObject({ kind: "reason-refused" });
  });

  test("is told of at once, waits for review, is overdue in the end, and ends where it is not upheld", async () => {
    const { id } = doneBy(await breakGlass(CHILD));
    expect(alerts).toEqual([{ client: "salt-demo", organization: toRequester().organization.value }]);
    expect(counted).toHaveLength(1);
    const child = await house.patientOf(CHILD);
    const waiting = async (review: string) =>
      doneBy(await oversight.decisions(overseer(), { child, review })).decisions.map((one) => one.id);
    expect(await waiting("awaited")).toContain(id);
    expect(await waiting("overdue")).not.toContain(id);
    const asked = { isUpheld: false, reason: "There was no emergency." };
    const own = { ...overseer(), client: "salt-demo", user: USER };
    expect(await oversight.review(own, { id: Number(id), asked })).toMatchObject({ refusal: "own-decision" });
    expect(await seen(CHILD, toRequester())).toBeDefined();
    const reviewed = doneBy(await oversight.review(overseer(), { id: Number(id), asked }));
    expect(reviewed).toMatchObject({ by: `salt-demo ${USER.id}`, isInForce: false });
    expect(await seen(CHILD, toRequester())).toBeUndefined();
    const { id: later } = doneBy(await breakGlass(CHILD));
    now_ms += 2 * DAY_MS;
    expect(await waiting("overdue")).toContain(later);
    expect(await waiting("overdue")).not.toContain(id);
  });
});
