import type { Bundle, Consent, ParametersParameter } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ACT_CODE,
  CONSENT_SCOPE,
  DATA_CLASS,
  NHS_NUMBER,
  OBJECTION_STATE,
  OBJECTION_STATE_EXTENSION,
} from "#profiles/systems.ts";
import type { DecisionView } from "./oversight/decision-view.ts";
import type { ObjectionView } from "./oversight/objection-view.ts";
import { DECIDE, DUTY, numberOf, type OversightHouse, startOversightHouse } from "./oversight.fixtures.ts";

let oversight: OversightHouse;
beforeAll(async () => {
  oversight = await startOversightHouse();
});
afterAll(() => oversight[Symbol.asyncDispose]());

const recipientOf = (client: string) => {
  const organization = oversight.house.gateway.register.client(client)?.organization;
  return { system: organization?.system ?? "", value: organization?.value ?? "" };
};
const dutyOn = async (scenario: string, told: object = {}) => ({
  child: await oversight.patientOf(scenario),
  recipient: recipientOf("gp-demo"),
  duty: DUTY,
  dataClasses: ["education"],
  isDetrimental: false,
  family: "deferred",
  reason: "The practice needs it for a child in need plan.",
  ...told,
});
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** What the audit log holds of requests to an address, newest first. */
const recordedOf = async (address: string): Promise<readonly string[]> => {
  const found: string[] = [];
  let path: string | undefined = "AuditEvent?_count=100&_sort=-date";
  while (path !== undefined) {
    const bundle: Bundle = await oversight.get(path);
    found.push(...(bundle.entry ?? []).map(({ resource }) => JSON.stringify(resource)));
    path = bundle.link?.find(({ relation }) => relation === "next")?.url;
  }
  return found.filter((text) => text.includes(base64(address)));
};

describe("an objection", () => {
  test("that nobody has decided on is listed, and withholds", async () => {
    const { objections } = await oversight.get<{ objections: ObjectionView[] }>("/oversight/objections");
    const received = await oversight.objectionOf("objection-received");
    expect(objections).toContainEqual(received);
    expect(received).toMatchObject({ state: "received", dataClasses: ["education"], source: "leeds-sharing" });
    expect(await oversight.sees("gp-demo", "objection-received")).toEqual({ education: false, health: true });
  });

  test("that is refused withholds no more from the next request on, and when it is upheld it does again", async () => {
    const refused = await oversight.decide("objection-received", "refused");
    expect(refused.state).toBe("refused");
    expect(refused.decisions).toMatchObject([
      { kind: "objection", by: "officer-demo", state: "refused", isInForce: true },
    ]);
    expect(await oversight.sees("gp-demo", "objection-received")).toEqual({ education: true, health: true });
    const upheld = await oversight.decide("objection-received", "upheld");
    expect(upheld.decisions.map(({ isInForce }) => isInForce)).toEqual([false, true]);
    expect(await oversight.sees("gp-demo", "objection-received")).toEqual({ education: false, health: true });
  });

  test("is decided on as it was read: a version that is old is a conflict, and none is asked for", async () => {
    const { consent, version } = await oversight.objectionOf("objection-upheld");
    const path = `/oversight/objections/${consent}/decision`;
    const body = { state: "upheld", reason: "The family was heard." };
    expect((await oversight.post(path, body)).status).toBe(428);
    expect((await oversight.post(path, body, { headers: { "If-Match": '"old"' } })).status).toBe(409);
    const headers = { "If-Match": `"${version}"` };
    const both = await Promise.all([oversight.post(path, body, { headers }), oversight.post(path, body, { headers })]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });

  test("is not there for whoever does not answer for whole authorities", async () => {
    const { consent } = await oversight.objectionOf("objection-upheld");
    const asked = await oversight.house.ask("gp-demo", `/oversight/objections/${consent}`, {}, "system/Patient.r");
    expect(asked.status).toBe(403);
    expect((await oversight.ask("/oversight/objections/00000000-0000-4000-8000-000000000000")).status).toBe(404);
  });
});

describe("an objection that a client wrote", () => {
  const objection = (patient: string, dataClass: string): Consent => ({
    resourceType: "Consent",
    status: "active",
    scope: { coding: [{ system: CONSENT_SCOPE, code: "patient-privacy" }] },
    category: [{ coding: [{ system: ACT_CODE, code: "INFA" }] }],
    patient: { reference: `Patient/${patient}` },
    dateTime: "2026-11-01",
    policyRule: { coding: [{ system: ACT_CODE, code: "OPTIN" }] },
    provision: {
      type: "permit",
      provision: [{ type: "deny", class: [{ system: DATA_CLASS, code: dataClass }] }],
    },
  });
  const send = async (consent: Consent, path: string, method: string): Promise<Consent> => {
    const headers = { "Content-Type": "application/fhir+json" };
    const init = { method, body: JSON.stringify(consent), headers };
    const answered = await oversight.house.ask("vendor-demo", path, init, "system/Consent.cruds");
    const text = await answered.text();
    expect(answered.ok, text).toBe(true);
    return JSON.parse(text);
  };

  test("is decided on alike, and received anew once it says something else", async () => {
    const patient = await oversight.patientOf("exempt");
    expect((await oversight.sees("gp-demo", "exempt")).education).toBe(true);
    const written = await send(objection(patient, "education"), "Consent", "POST");
    expect((await oversight.sees("gp-demo", "exempt")).education).toBe(false);
    expect(await oversight.decide("exempt", "refused")).toMatchObject({ consent: written.id, state: "refused" });
    expect((await oversight.sees("gp-demo", "exempt")).education).toBe(true);
    const changed = { ...objection(patient, "education"), id: written.id ?? "", dateTime: "2026-11-20" };
    await send(changed, `Consent/${written.id}`, "PUT");
    expect((await oversight.sees("gp-demo", "exempt")).education).toBe(false);
    const again = await oversight.objectionOf("exempt");
    expect(again).toMatchObject({ state: "received", decisions: [{ isInForce: false, ended: { by: "gateway" } }] });
    await oversight.decide("exempt", "upheld");
    expect((await oversight.sees("gp-demo", "exempt")).education).toBe(false);
  });

  test("and that its writer marked as refused withholds once it is upheld here", async () => {
    const patient = await oversight.patientOf("amara");
    const state = { url: OBJECTION_STATE_EXTENSION, valueCoding: { system: OBJECTION_STATE, code: "refused" } };
    await send({ ...objection(patient, "education"), status: "rejected", extension: [state] }, "Consent", "POST");
    expect((await oversight.sees("gp-demo", "amara")).education).toBe(true);
    expect((await oversight.objectionOf("amara")).state).toBe("refused");
    await oversight.decide("amara", "upheld");
    expect((await oversight.sees("gp-demo", "amara")).education).toBe(false);
  });
});

describe("a duty to share", () => {
  test("lets its recipient alone see, until it is ended", async () => {
    expect(await oversight.sees("gp-demo", "objection-upheld")).toEqual({ education: false, health: true });
    const decided = await oversight.done<DecisionView>("/oversight/duties", await dutyOn("objection-upheld"));
    expect(decided).toMatchObject({ kind: "duty", by: "officer-demo", isInForce: true, isDetrimental: false });
    expect(decided.reviewBy).toBeDefined();
    expect(await oversight.sees("gp-demo", "objection-upheld")).toEqual({ education: true, health: true });
    expect((await oversight.sees("vendor-demo", "objection-upheld")).education).toBe(false);
    await oversight.done(`/oversight/decisions/${decided.id}/end`, { reason: "The plan has ended." });
    expect(await oversight.sees("gp-demo", "objection-upheld")).toEqual({ education: false, health: true });
    expect((await oversight.post(`/oversight/decisions/${decided.id}/end`, { reason: "Once more." })).status).toBe(409);
  });

  test("judged more detrimental is recorded, and shows nothing", async () => {
    const asked = await dutyOn("objection-upheld", { isDetrimental: true, family: "unsafe" });
    const decided = await oversight.done<DecisionView>("/oversight/duties", asked);
    expect(decided).toMatchObject({ isDetrimental: true, family: "unsafe" });
    expect(await oversight.sees("gp-demo", "objection-upheld")).toEqual({ education: false, health: true });
  });

  test("is reviewed by somebody else, and ends where it is not upheld", async () => {
    const decided = await oversight.done<DecisionView>("/oversight/duties", await dutyOn("objection-upheld"));
    const path = `/oversight/decisions/${decided.id}/review`;
    const verdict = { isUpheld: false, reason: "The practice had no need of it." };
    expect((await oversight.post(path, verdict)).status).toBe(403);
    const waiting = await oversight.decisionsOf("objection-upheld", "&review=awaited");
    expect(waiting.map(({ id }) => id)).toContain(decided.id);
    const reviewed = await oversight.done<DecisionView>(path, verdict, { client: "steward-demo" });
    expect(reviewed).toMatchObject({ isInForce: false, review: { by: "steward-demo", isUpheld: false } });
    expect(await oversight.sees("gp-demo", "objection-upheld")).toEqual({ education: false, health: true });
    expect((await oversight.post(path, verdict, { client: "steward-demo" })).status).toBe(409);
    const still = await oversight.decisionsOf("objection-upheld", "&review=awaited");
    expect(still.map(({ id }) => id)).not.toContain(decided.id);
  });

  test.each([
    ["names a recipient whose agreement knows no such duty", { duty: "CA1989-47" }, 422],
    ["names another organisation", { recipient: { system: NHS_NUMBER, value: "Y99998" } }, 422],
    ["ends in the past", { until: "2026-01-01T00:00:00Z" }, 422],
    ["holds a number in its reason", { reason: "Asked for 999 000 0050." }, 422],
    ["holds the child's name in its reason", { reason: "Oscar needs a plan." }, 422],
    ["is about nobody", { child: "00000000-0000-4000-8000-000000000000" }, 404],
    ["names what is no class of a child's data", { dataClasses: ["sharing"] }, 400],
    ["says what nobody asked for", { because: "so" }, 400],
  ])("that %s is not recorded", async (_, told, status) => {
    const before = await oversight.decisionsOf("objection-upheld");
    const answered = await oversight.post("/oversight/duties", await dutyOn("objection-upheld", told));
    expect(answered.status, await answered.text()).toBe(status);
    expect(await oversight.decisionsOf("objection-upheld")).toHaveLength(before.length);
  });
});

describe("decisions", () => {
  test("are listed in pages of one listing, which lead nowhere else", async () => {
    const first = await oversight.get<{ decisions: DecisionView[]; next?: string }>("/oversight/decisions?count=1");
    expect(first.decisions).toHaveLength(1);
    const next = encodeURIComponent(first.next ?? "");
    const second = await oversight.get<{ decisions: DecisionView[] }>(`/oversight/decisions?count=1&page=${next}`);
    expect(Number(second.decisions[0]?.id)).toBeGreaterThan(Number(first.decisions[0]?.id));
    expect((await oversight.ask(`/oversight/decisions?kind=duty&page=${next}`)).status).toBe(400);
    expect((await oversight.ask(`/oversight/decisions?count=1&page=${next}`, {}, "steward-demo")).status).toBe(400);
  });

  test.each(["kind=merge", "review=all", "count=0", "colour=red", "page=x"])("refuse ?%s", async (query) => {
    expect((await oversight.ask(`/oversight/decisions?${query}`)).status).toBe(400);
  });

  test("are in the audit log with their author, refused ones too", async () => {
    await oversight.post("/oversight/duties", await dutyOn("objection-upheld", { duty: "none" }));
    const told = await recordedOf("POST /oversight/duties");
    expect(told.some((text) => text.includes("officer-demo"))).toBe(true);
    for (const outcome of ["0", "4"]) expect(told.some((text) => text.includes(`"outcome":"${outcome}"`))).toBe(true);
    expect(told.join(" ")).not.toContain(numberOf("objection-upheld"));
  });

  test("need their scope, and an address that there is", async () => {
    const asked = await oversight.house.ask("officer-demo", "/oversight/decisions", {}, "system/Patient.r");
    expect(asked.status).toBe(403);
    expect(await asked.text()).toContain(DECIDE);
    expect((await oversight.ask("/oversight/nothing")).status).toBe(404);
    expect((await oversight.house.gateway.app.request("http://127.0.0.1:8080/oversight/decisions")).status).toBe(401);
  });
});

describe("what is decided in the middle of things", () => {
  test("holds on the next page of a walk that began before", async () => {
    await oversight.decide("objection-received", "refused");
    const path = `Observation?patient.identifier=${NHS_NUMBER}|${numberOf("objection-received")}&_count=5&_sort=-date`;
    const first = await oversight.get<Bundle>(path, "gp-demo");
    expect(sourcesOf(first)).toContain("leeds-eyfsp");
    await oversight.decide("objection-received", "upheld");
    const rest = new Set<string>();
    for (let next = nextOf(first); next !== undefined; ) {
      const page = await oversight.get<Bundle>(next, "gp-demo");
      for (const source of sourcesOf(page)) rest.add(source);
      next = nextOf(page);
    }
    expect([...rest]).toEqual(["leeds-csds"]);
  });

  test("goes along when children are merged, and back when that is undone", async () => {
    const [stays, goes] = [
      await oversight.patientOf("objection-received"),
      await oversight.patientOf("objection-upheld"),
    ];
    const duty = await oversight.done<DecisionView>("/oversight/duties", await dutyOn("objection-upheld"));
    const { consent } = await oversight.decide("objection-upheld", "upheld");
    const before = await oversight.decisionsOf("objection-received");
    await steward("$merge", [
      { name: "source-patient", valueReference: { reference: `Patient/${goes}` } },
      { name: "target-patient", valueReference: { reference: `Patient/${stays}` } },
      { name: "numbers-checked", valueBoolean: true },
    ]);
    const merged = await oversight.decisionsOf("objection-received");
    expect(merged.length).toBeGreaterThan(before.length);
    expect(merged.find(({ id }) => id === duty.id)).toMatchObject({ child: stays, isInForce: true });
    const moved = await oversight.get<ObjectionView>(`/oversight/objections/${consent}`);
    expect(moved).toMatchObject({ child: stays, state: "upheld" });
    await steward("$unmerge", [{ name: "merged-patient", valueReference: { reference: `Patient/${goes}` } }]);
    expect(await oversight.decisionsOf("objection-received")).toEqual(before);
    expect(await oversight.get(`/oversight/objections/${consent}`)).toMatchObject({ child: goes, state: "upheld" });
    expect((await oversight.decisionsOf("objection-upheld")).find(({ id }) => id === duty.id)?.child).toBe(goes);
    await oversight.done(`/oversight/decisions/${duty.id}/end`, { reason: "The plan has ended." });
  });
});

const sourcesOf = ({ entry = [] }: Bundle): readonly string[] =>
  entry.flatMap(({ resource }) =>
    resource?.resourceType === "Observation" ? [resource.meta?.source?.split("/").at(-1) ?? ""] : [],
  );
const nextOf = ({ link = [] }: Bundle): string | undefined => link.find(({ relation }) => relation === "next")?.url;
const steward = async (operation: string, parameter: readonly ParametersParameter[]): Promise<void> => {
  const body = JSON.stringify({ resourceType: "Parameters", parameter });
  const init = { method: "POST", body, headers: { "Content-Type": "application/fhir+json" } };
  const scope = "system/Patient.rs identity/review";
  const answered = await oversight.house.ask("steward-demo", `Patient/${operation}`, init, scope);
  expect(answered.status, await answered.text()).toBe(200);
};

test("emergency access is refused to a client alone, before anybody is looked up", async () => {
  const body = { identifier: { system: NHS_NUMBER, value: numberOf("objection-upheld") }, reason: "Unconscious." };
  const asked = await oversight.post("/oversight/break-glass", body);
  expect(asked.status).toBe(403);
});
