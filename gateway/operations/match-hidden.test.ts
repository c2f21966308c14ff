import type { Bundle, Patient } from "@medplum/fhirtypes";
import { afterEach, describe, expect, test } from "vitest";
import { CONFIDENTIALITY, NHS_NUMBER, UPN } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import { createMatcher } from "../identity/matcher/create-matcher.ts";
import { ENGLAND } from "../identity/matcher/model/england.ts";
import { toPerson } from "../identity/matcher/to-person.ts";
import type { PersonTracer, TraceOutcome } from "../identity/tracing.ts";
import { wholeBody } from "../interactions/answer.ts";
import { createSearchWorld, practice, type SearchWorld, toRequest } from "../interactions/search-world.fixtures.ts";
import type { RecordKey } from "../store/store.ts";
import { createIHEPix } from "./ihe-pix.ts";
import { createMatch } from "./match.ts";

/** What `$match` tells of children, and parts of children, that the requester does not see: nothing. */
const MATCHER = createMatcher(ENGLAND, { today: () => "2026-11-20" });
const NUMBER = "9990000018";

let worlds: SearchWorld[] = [];

afterEach(async () => {
  for (const world of worlds) await world[Symbol.asyncDispose]();
  worlds = [];
});

async function newWorld(): Promise<SearchWorld> {
  const world = await createSearchWorld();
  worlds.push(world);
  return world;
}

/** What a source tells of a child, under the matcher's keys. */
async function tell(world: SearchWorld, record: RecordKey, source: string, patient: Patient & { id: string }) {
  const [name] = patient.name ?? [];
  const identity = {
    localId: patient.id,
    ...(name?.given && { given: name.given.join(" ") }),
    ...(name?.family && { family: name.family }),
    ...(patient.birthDate && { birthDate: patient.birthDate }),
    ...(patient.address?.[0]?.postalCode && { postcode: patient.address[0].postalCode }),
  };
  const keys = MATCHER.blockingKeys(MATCHER.toComparable(toPerson(identity)));
  const link = { source, localId: patient.id, record, author: "test", evidence: [], decidedAt: 0 };
  const { id: localId, ...told } = patient;
  await world.store.write(async (transaction) => {
    await transaction.appendLink(link);
    await transaction.putSourceIdentity(source, localId, identity, keys);
    if (source === "leeds-csds") return;
    const body = JSON.stringify(told);
    await transaction.putContribution(
      record,
      "leeds",
      { source, localId, dataClass: "education", lastUpdated: 1, body },
      [],
    );
  });
}

const ADA = {
  resourceType: "Patient",
  id: "ada",
  name: [{ family: "Featherstone", given: ["Ada"] }],
  birthDate: "2022-05-06",
  gender: "female",
  telecom: [{ system: "phone", value: "07700 900123" }],
  address: [{ line: ["4 Linden Row"], city: "Leeds", postalCode: "LS6 1CI" }],
} as const satisfies Patient;
/** The same child, as her school knows her. */
const AT_SCHOOL = {
  resourceType: "Patient",
  id: "ada-at-school",
  identifier: [{ system: UPN, value: "J383399021001" }],
  name: [{ family: "Szymborska", given: ["Adalbertina"] }],
  birthDate: "2022-06-05",
  address: [{ postalCode: "LS9 9OI" }],
} as const satisfies Patient;

/** Told by health visiting, and by the school where it is said so. */
async function addAda(
  world: SearchWorld,
  where: { isRegistered?: boolean; isAtSchool?: boolean; patient?: Patient } = {},
) {
  const patient = { ...ADA, ...where.patient, id: "ada" } as const;
  const record = await world.child(patient, { isRegistered: where.isRegistered ?? true });
  await tell(world, record, "leeds-csds", patient);
  if (where.isAtSchool) await tell(world, record, "leeds-eyfsp", AT_SCHOOL);
  return record;
}

const HEALTH_ALONE = practice({ dataClasses: ["health-visiting"], statutoryGateways: {} });

interface Asking {
  readonly requester?: Requester;
  readonly tracer?: PersonTracer;
}

/** The answer without what differs between any two. */
async function ask(world: SearchWorld, patient: Partial<Patient>, asking: Asking = {}) {
  const { requester = HEALTH_ALONE, tracer } = asking;
  const tracing = tracer && { tracer, isAllowed: () => true };
  const match = createMatch({ ...world.ports, store: world.store, matcher: MATCHER, tracing });
  const result = await match({
    ...toRequest(requester, new URLSearchParams()),
    method: "POST",
    contentType: "application/fhir+json",
    body: JSON.stringify({ resourceType: "Patient", ...patient }),
  });
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  const { id: _, ...bundle }: Bundle = JSON.parse(wholeBody(result.answer.body).toString());
  return bundle;
}

function scores({ entry = [] }: Omit<Bundle, "id">) {
  return entry.flatMap(({ resource, search }) =>
    resource?.resourceType === "Patient"
      ? [{ id: resource.id, score: search?.score, grade: search?.extension?.[0]?.valueCode }]
      : [],
  );
}

const { resourceType: _, id: __, ...ASKED } = ADA;

describe("a child whom the requester does not see", () => {
  test("is answered as nobody", async () => {
    const [empty, held] = [await newWorld(), await newWorld()];
    await addAda(held, { isRegistered: false, isAtSchool: true });
    const { resourceType, id, ...school } = AT_SCHOOL;
    for (const asked of [ASKED, school, { name: ASKED.name, birthDate: ASKED.birthDate }]) {
      expect(await ask(held, asked)).toEqual(await ask(empty, asked));
    }
  });

  test("stands in nobody's way as a runner-up", async () => {
    const [alone, beside] = [await newWorld(), await newWorld()];
    await addAda(alone);
    await addAda(beside);
    const twin = { ...ADA, id: "twin" } as const;
    const record = await beside.child(twin, { isRegistered: false });
    await tell(beside, record, "leeds-csds", twin);
    expect(scores(await ask(beside, ASKED))).toEqual(scores(await ask(alone, ASKED)));
    expect(scores(await ask(alone, ASKED))).toMatchObject([{ id: "ada", grade: "certain" }]);
  });
});

describe("what of a child the requester does not see", () => {
  const QUESTIONS: readonly [string, Partial<Patient>][] = [
    ["all that is seen", ASKED],
    ["the hidden name", { ...ASKED, name: [...AT_SCHOOL.name] }],
    ["the hidden birth date", { ...ASKED, birthDate: AT_SCHOOL.birthDate }],
    ["the hidden postcode", { ...ASKED, address: [...AT_SCHOOL.address] }],
    ["the hidden number", { ...ASKED, identifier: [...AT_SCHOOL.identifier] }],
    [
      "nothing but what is hidden",
      { name: [...AT_SCHOOL.name], birthDate: AT_SCHOOL.birthDate, address: [...AT_SCHOOL.address] },
    ],
    ["hidden name and seen postcode", { name: [...AT_SCHOOL.name], address: [...ADA.address] }],
    ["seen name and hidden postcode", { name: [...ADA.name], address: [...AT_SCHOOL.address] }],
    [
      // Of the seen parts enough to be compared well, of the hidden ones enough to be looked up by.
      "hidden family name and birth date beside much that is seen",
      {
        ...ASKED,
        name: [{ family: "Szymborska", given: ["Ada"] }],
        birthDate: AT_SCHOOL.birthDate,
        address: [{ line: ["4 Linden Row"], city: "Leeds" }],
      },
    ],
    ["seen name and hidden birth date", { name: [...ADA.name], birthDate: AT_SCHOOL.birthDate }],
  ];

  test.each(QUESTIONS)("makes no difference to %s", async (_, asked) => {
    const [without, beside] = [await newWorld(), await newWorld()];
    await addAda(without);
    await addAda(beside, { isAtSchool: true });
    expect(await ask(beside, asked)).toEqual(await ask(without, asked));
  });

  test("counts for who does see it", async () => {
    const world = await newWorld();
    await addAda(world, { isAtSchool: true });
    const both = practice({ id: "with-pupil-number", identifierSystems: [NHS_NUMBER, UPN] });
    const { resourceType, id, ...school } = AT_SCHOOL;
    expect(scores(await ask(world, school, { requester: both }))).toMatchObject([{ id: "ada" }]);
    expect(scores(await ask(world, school))).toEqual([]);
  });
});

describe("a restricted child", () => {
  const restricted = { meta: { security: [{ system: CONFIDENTIALITY, code: "R" }] } };

  test("is not matched by a place", async () => {
    const world = await newWorld();
    await addAda(world, { patient: { ...ADA, ...restricted } });
    const { name, birthDate } = ASKED;
    const places = [ADA.address, AT_SCHOOL.address].map((address) => [...address]);
    const [right, wrong] = await Promise.all(places.map((address) => ask(world, { name, birthDate, address })));
    expect(scores(right ?? { resourceType: "Bundle", type: "searchset" })).toHaveLength(1);
    expect(right).toEqual(wrong);
    expect(JSON.stringify(right)).not.toContain("LS6");
    expect(scores(await ask(world, { name: [{ family: "Featherstone" }], address: [...ADA.address] }))).toEqual([]);
    expect(scores(await ask(world, { generalPractitioner: [{ identifier: { value: "Z99101" } }], birthDate }))).toEqual(
      [],
    );
  });
});

describe("a register that is asked where nothing held here is certain", () => {
  const numbered = { ...ADA, identifier: [{ system: NHS_NUMBER, value: NUMBER }] };
  const person = toPerson({ localId: "x", birthDate: ADA.birthDate });
  const found: TraceOutcome = { kind: "found", nhsNumber: NUMBER, person, isRestricted: false, score: 1 };
  const told = (outcome: TraceOutcome | Error): PersonTracer => {
    const answer = async () => {
      if (outcome instanceof Error) throw outcome;
      return outcome;
    };
    return { trace: answer, byNumber: answer, state: () => "closed" };
  };
  const vague: Partial<Patient> = { name: [{ family: "Fetherston", given: ["A"] }], birthDate: ADA.birthDate };

  async function certainty(tracer: PersonTracer | undefined, isRegistered = true) {
    const world = await newWorld();
    await addAda(world, { patient: numbered, isRegistered });
    // The number is what the record is found by.
    const record = await world.store.locate("Patient", "ada", "");
    if (record === undefined) throw new Error("no record");
    return ask(world, vague, tracer ? { tracer } : {});
  }

  test("leads to the child who carries the number that it tells", async () => {
    expect(scores(await certainty(undefined)).filter(({ grade }) => grade === "certain")).toEqual([]);
    expect(scores(await certainty(told(found)))).toMatchObject([{ id: "ada" }]);
  });

  test.each<[string, TraceOutcome]>([
    ["nobody", { kind: "none" }],
    ["more than one", { kind: "many" }],
    ["a number out of use", { kind: "invalidated" }],
    ["a restricted person", { ...found, isRestricted: true }],
    ["a person of another birth date", { ...found, person: toPerson({ localId: "x", birthDate: "2020-01-01" }) }],
  ])("changes nothing where it tells of %s", async (_, outcome) => {
    expect(await certainty(told(outcome))).toEqual(await certainty(undefined));
  });

  test.each<[string, TraceOutcome | Error]>([
    ["says that it failed", { kind: "failed", reason: "time-out" }],
    ["breaks off", new Error("socket hang up")],
  ])("is never a reason to say that nobody matches where it %s", async (_, outcome) => {
    const { entry = [] } = await certainty(told(outcome));
    expect(entry.at(-1)?.resource).toMatchObject({
      resourceType: "OperationOutcome",
      issue: [{ severity: "warning", code: "incomplete" }],
    });
  });

  test("tells nothing of a child who is hidden", async () => {
    expect(await certainty(told(found), false)).toEqual(await certainty(told({ kind: "none" }), false));
  });
});

describe("$ihe-pix", () => {
  test("answers for a hidden child as for a number that nobody has", async () => {
    const world = await newWorld();
    const numbered = { ...ADA, identifier: [{ system: NHS_NUMBER, value: NUMBER }] };
    await addAda(world, { patient: numbered, isRegistered: false });
    const pix = createIHEPix(world.ports);
    const asked = (value: string) =>
      pix(toRequest(HEALTH_ALONE, new URLSearchParams({ sourceIdentifier: `${NHS_NUMBER}|${value}` })));
    const hidden = await asked(NUMBER);
    expect(hidden).toEqual({ ok: false, issues: [{ kind: "no-such-identifier" }] });
    expect(hidden).toEqual(await asked("9990000026"));
  });

  test("tells identifiers of the systems that the agreement names, and no others", async () => {
    const world = await newWorld();
    const numbered = { ...ADA, identifier: [{ system: NHS_NUMBER, value: NUMBER }] };
    await addAda(world, { patient: numbered, isAtSchool: true });
    const pix = createIHEPix(world.ports);
    const query = new URLSearchParams({ sourceIdentifier: `${NHS_NUMBER}|${NUMBER}` });
    const told = async (requester: Requester) => {
      const result = await pix(toRequest(requester, query));
      return result.ok ? wholeBody(result.answer.body).toString() : JSON.stringify(result.issues);
    };
    const withPupilNumber = practice({ id: "with-pupil-number", identifierSystems: [NHS_NUMBER, UPN] });
    expect(await told(practice())).not.toContain(UPN);
    expect(await told(withPupilNumber)).toContain(AT_SCHOOL.identifier[0].value);
  });
});
