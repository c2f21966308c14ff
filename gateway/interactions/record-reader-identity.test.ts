import type { Identifier, Patient } from "@medplum/fhirtypes";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CONFIDENTIALITY, HANDLING_LABEL, NHS_NUMBER, UPN } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import type { Visibility } from "../disclosure/visibility.ts";
import { hasToken } from "../search/match.ts";
import { type Pack, resourceBytes } from "../search/pack.ts";
import { hashToken, tokenForm } from "../search/token-hash.ts";
import type { StoredRecord } from "../store/store.ts";
import { CONFORMANCE, FHIR, GP, NOW_ms, OFFICER, SOURCES, VENDOR } from "./read.fixtures.ts";
import { visibleIdentity } from "./record-reader-identity.ts";
import { toLoadedRecord } from "./record-reader-load.ts";
import { visiblePatient } from "./record-reader-patient.ts";

const OTHER = "https://example.org/other";
const NAMES: readonly Identifier[] = [
  { system: NHS_NUMBER, value: "9990000018" },
  { system: NHS_NUMBER, value: "9990000026" },
  { system: UPN, value: "A900000018001" },
  { system: OTHER, value: "7" },
  { system: NHS_NUMBER },
  { value: "without a system" },
  { system: NHS_NUMBER, value: "9990000018", assigner: { display: "a clinic" } },
];
/** So many of these are a system and a value, and no more. */
const PLAIN = 4;
const MARKS = [
  { system: CONFIDENTIALITY, code: "R" },
  { system: HANDLING_LABEL, code: "PDS-R" },
  { system: CONFIDENTIALITY, code: "N" },
];
const FEW: Requester = { ...GP, agreement: { ...GP.agreement, id: "few", elements: { Patient: ["name"] } } };
const ANY: Requester = { ...GP, agreement: { ...GP.agreement, id: "any", identifierSystems: "any" } };
const CSDS_ITSELF: Requester = {
  ...GP,
  agreement: {
    ...GP.agreement,
    id: "csds",
    writes: { source: "leeds-csds", updateCreate: false, unknownSubjects: false },
  },
};
const { writes: _, ...READS } = CONFORMANCE.agreement;
const READER: Requester = { ...CONFORMANCE, agreement: { ...READS, id: "reader" } };
const REQUESTERS = [GP, OFFICER, VENDOR, CONFORMANCE, READER, FEW, ANY, CSDS_ITSELF];

const plain = fc.subarray(NAMES.slice(0, PLAIN), { minLength: 1, maxLength: 3 });
const patient = fc.record(
  {
    resourceType: fc.constant("Patient" as const),
    identifier: fc.oneof(plain, plain, fc.subarray([...NAMES], { minLength: 1, maxLength: 3 })),
    meta: fc.record({ security: fc.subarray([...MARKS], { minLength: 1 }) }),
    gender: fc.constant("female" as const),
  },
  { requiredKeys: ["resourceType", "identifier"] },
);
const word = fc.record(
  {
    source: fc.constantFrom(...SOURCES.keys()),
    lastUpdated: fc.nat(5),
    patient,
    withheld: fc.constantFrom([`${NHS_NUMBER}|9990000018`]),
  },
  { requiredKeys: ["source", "lastUpdated", "patient"] },
);
const merged = { record: 9, patientId: "p-9", at: 3, sources: ["leeds-csds"] };
const child = fc.record({
  idSpace: fc.constantFrom("", "", "", "conformance"),
  told: fc.array(word, { maxLength: 3 }),
  before: fc.array(word, { maxLength: 2 }),
  replaces: fc.constantFrom([], [], [], [merged]),
  mergedBefore: fc.constantFrom([], [], [], [{ at: 1, until: 2, sources: ["leeds-csds"] }]),
  who: fc.constantFrom(...REQUESTERS),
  /** Of each source in turn: whether all of it is seen, or who the child is, or nothing. */
  seen: fc.tuple(...Array.from(SOURCES, () => fc.constantFrom("all", "all", "identity", "nothing"))),
});

type Child = typeof child extends fc.Arbitrary<infer T> ? T : never;
type Word = Child["told"][number];

function toStored({ idSpace, told, before, replaces, mergedBefore }: Child): StoredRecord {
  const contribution = ({ patient: body, ...one }: Word, n: number) => ({
    ...one,
    localId: `A${n}`,
    dataClass: SOURCES.get(one.source)?.dataClass ?? "health-visiting",
    body: JSON.stringify(body),
  });
  return {
    ...{ key: 1, kind: "child", idSpace, patientId: "p-1", version: 1, replaces, mergedBefore },
    contributions: told.map(contribution),
    pastContributions: before.map((one, n) => ({ ...contribution(one, n), until: one.lastUpdated + 1 })),
    relationships: [],
    ...{ resources: [], leavings: [], disclosureDecisions: [] },
  };
}

const OPTIONS = { sources: SOURCES, fhirBase: FHIR };

function looking({ who: requester, seen, ...told }: Child) {
  const record = toLoadedRecord(toStored({ who: requester, seen, ...told }), 1, OPTIONS);
  const names = [...SOURCES.keys()];
  const visibility: Visibility = {
    sources: new Set(names.filter((_name, n) => seen[n] === "all")),
    identitySources: new Set(names.filter((_name, n) => seen[n] === "identity")),
    toldClasses: new Set(),
    ownSource: undefined,
    rules: [],
    changesAt_ms: Number.POSITIVE_INFINITY,
    releases: () => false,
  };
  return [record, visibility, { requester, at: { now_ms: NOW_ms }, options: OPTIONS }] as const;
}

/** What is asked of an identity. */
function said(pack: Pack) {
  if (pack.size === 0) return "nobody";
  const { identifier = [], meta }: Patient = JSON.parse(resourceBytes(pack, 0).toString());
  const forms = NAMES.flatMap(({ system = "", value }) =>
    value === undefined ? [] : [tokenForm(system, value), value],
  );
  return {
    number: identifier.find(({ system }) => system === NHS_NUMBER)?.value,
    isRestricted: (meta?.security ?? []).some(({ system, code }) => system === CONFIDENTIALITY && code === "R"),
    found: forms.filter((form) => hasToken(pack, 0, [hashToken("identifier", form)])),
    isItself: hasToken(pack, 0, [hashToken("_id", "p-1")]),
  };
}

test("of a child's identity nothing is known but what the Patient tells, and all of that", () => {
  fc.assert(
    fc.property(child, (told) => {
      const whole = said(visiblePatient(...looking(told)));
      expect(said(visibleIdentity(...looking(told)))).toEqual(whole);
    }),
    { numRuns: 5_000, seed: 42 },
  );
});

test("of what several sources say, the identity alone is made", () => {
  const one = (source: string, identifier: Identifier) => ({
    ...{ source, lastUpdated: 1 },
    patient: { resourceType: "Patient" as const, gender: "female" as const, identifier: [identifier] },
  });
  const [number = {}, , pupil = {}] = NAMES;
  const identity = visibleIdentity(
    ...looking({
      ...{ idSpace: "", before: [], replaces: [], mergedBefore: [], who: OFFICER },
      told: [one("leeds-csds", number), one("leeds-eyfsp", pupil)],
      seen: ["all", "all", "all", "all", "all"],
    }),
  );
  const read: unknown = JSON.parse(resourceBytes(identity, 0).toString());
  expect(read).toEqual({ resourceType: "Patient", id: "p-1", identifier: [number, pupil] });
});
