import type { CodeableConcept, Consent, Observation, Patient, Provenance } from "@medplum/fhirtypes";
import type { DataClass, Relationship } from "#mappers/mapper.ts";
import { nhsNumberOf } from "#mappers/synthetic/identifiers.ts";
import { createRandom, type Random } from "#mappers/synthetic/random.ts";
import {
  ACT_CODE,
  CONFIDENTIALITY,
  CONSENT_SCOPE,
  DATA_CLASS,
  NHS_NUMBER,
  ODS_ORGANIZATION,
  SHARING_DECISION,
  SOURCE_CHILD_ID,
} from "#profiles/systems.ts";
import type { Register } from "../access/register.ts";
import type { Agreement, Requester } from "../access/requester.ts";
import { toSourceFacts } from "../compose-register.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import type { Identified } from "../ingest/stored-resource.ts";

/** Texts of which visible and hidden children both are made, so that every question could meet either. */
export const FAMILIES = ["Quillfeather", "Ashdown", "Okafor", "Brandreth"] as const;
export const GIVEN = ["Ida", "Jonah", "Imani", "Theodora"] as const;
export const BIRTH_DATES = ["2021-03-14", "2022-05-06", "2024-02-29"] as const;
export const POSTCODES = ["LS6 1CK", "LS7 2IM", "L4 3OV"] as const;
export const PHONES = ["01632960001", "01632960002"] as const;
const PRACTICES = ["Z99101", "Z99102", "Z99202"] as const;
export const REMARKS = ["cheerful", "seldom", "refuge"] as const;

export interface TwinChild {
  readonly patientId: string;
  readonly serial: number;
  readonly family: string;
  readonly given: string;
  readonly birthDate: string;
  readonly nhsNumber: string;
  readonly isRestricted: boolean;
  /** Classes that its family has objected to, from everybody. */
  readonly objected: readonly DataClass[];
}

/** Makes what is told, from the seed alone: the same call tells the same in both twins. */
export function createMaker(seed: string | number, register: Register, codes: readonly CodeableConcept[]) {
  const random = createRandom("told", seed);
  const facts = [...toSourceFacts(register).values()].filter(({ authority }) => authority !== "conformance");
  let serial = 0;
  const ids = createRandom("told ids", seed);
  const id = (): string => {
    const word = (digits: number): string =>
      Math.floor(ids.next() * 16 ** digits)
        .toString(16)
        .padStart(digits, "0");
    return `${word(8)}-${word(4)}-4${word(3)}-8${word(3)}-${word(6)}${word(6)}`;
  };
  const of = <Item>(items: readonly Item[]): Item => pickOf(random, items);
  return {
    random,
    facts,
    id,
    of,
    authorityOf: (client: string): string | undefined => register.client(client)?.organization.authority,
    child(change: Partial<TwinChild> = {}): TwinChild {
      serial += 1;
      return {
        patientId: id(),
        serial,
        family: of(FAMILIES),
        given: of(GIVEN),
        birthDate: of(BIRTH_DATES),
        nhsNumber: nhsNumberOf(300_000 + serial, random.between(0, 9_000)),
        isRestricted: false,
        objected: [],
        ...change,
      };
    },
    patient(child: TwinChild, { source }: SourceFacts): Patient {
      return patientOf(child, { source, random });
    },
    observation(child: TwinChild, change: Partial<Observation> = {}): Identified<Observation> {
      return {
        resourceType: "Observation",
        id: id(),
        status: of(["final", "amended", "preliminary"]),
        code: of(codes),
        subject: { reference: `Patient/${child.patientId}` },
        effectiveDateTime: of(["2026-03-01", "2026-10-05T09:30:00+01:00", "2025-12"]),
        ...(random.chance(0.5)
          ? {
              valueQuantity: {
                value: random.between(1, 9),
                unit: "kg",
                system: "http://unitsofmeasure.org",
                code: "kg",
              },
            }
          : { valueString: of(REMARKS) }),
        performer: [{ display: of(["Clinic", "Refuge", "Nursery"]) }],
        note: [{ text: of(REMARKS) }],
        ...change,
      };
    },
    provenance(...targets: readonly string[]): Identified<Provenance> {
      return {
        resourceType: "Provenance",
        id: id(),
        target: targets.map((reference) => ({ reference })),
        recorded: "2026-09-01T09:00:00Z",
        agent: [{ who: { display: of(["a clerk", "a refuge"]) } }],
      };
    },
    consent(child: TwinChild, change: Partial<Consent> = {}): Identified<Consent> {
      return { ...consentOf(child), id: id(), ...change };
    },
  };
}

export type Maker = ReturnType<typeof createMaker>;

export function pickOf<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[random.between(0, items.length - 1)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

function patientOf(
  child: TwinChild,
  { source, random }: { readonly source: string; readonly random: Random },
): Patient {
  const { family, given, birthDate, nhsNumber, serial, isRestricted } = child;
  return {
    resourceType: "Patient",
    ...(isRestricted && { meta: { security: [{ system: CONFIDENTIALITY, code: "R" }] } }),
    identifier: [
      { system: NHS_NUMBER, value: nhsNumber },
      { system: SOURCE_CHILD_ID, value: `${source}/C${serial}` },
    ],
    name: [{ use: "official", family, given: [given] }],
    gender: serial % 2 === 0 ? "female" : "male",
    birthDate,
    telecom: [{ system: "phone", value: pickOf(random, PHONES) }],
    address: [{ line: [`${random.between(1, 90)} Fell Lane`], postalCode: pickOf(random, POSTCODES) }],
    generalPractitioner: [
      { type: "Organization", identifier: { system: ODS_ORGANIZATION, value: pickOf(random, PRACTICES) } },
    ],
  };
}

/** As the register of sharing decisions tells it: what the law allows, without the classes that are taken out. */
function consentOf({ patientId, objected }: TwinChild): Consent {
  const taken = objected.map((code) => ({ system: DATA_CLASS, code }));
  return {
    resourceType: "Consent",
    status: "active",
    scope: { coding: [{ system: CONSENT_SCOPE, code: "patient-privacy" }] },
    category: [
      { coding: [{ system: ACT_CODE, code: "INFA" }] },
      { coding: [{ system: SHARING_DECISION, code: taken.length === 0 ? "agreement" : "objection" }] },
    ],
    patient: { reference: `Patient/${patientId}` },
    dateTime: "2026-01-05",
    policyRule: { coding: [{ system: ACT_CODE, code: "OPTIN" }] },
    provision:
      taken.length === 0
        ? { type: "permit", class: [{ system: DATA_CLASS, code: "education" }] }
        : { type: "permit", provision: [{ type: "deny", class: taken }] },
  };
}

/** Whether an agreement reaches a source; worked out here anew, apart from the code that is held to it. */
export function isReached(facts: SourceFacts, agreement: Agreement): boolean {
  // Nothing told here is a family's agreement to a class.
  return isNamed(facts, agreement) && agreement.implicitPolicy?.[facts.dataClass] !== "deny";
}

/** The same of what is no child's, of which no family is asked. */
export function isNamed({ source, authority, dataClass }: SourceFacts, agreement: Agreement): boolean {
  const isWithin = agreement.authorities.includes(authority) && agreement.dataClasses.includes(dataClass);
  return isWithin && (dataClass !== "education" || source in agreement.statutoryGateways);
}

/** What relates a child to the requester today, and to somebody else, or not yet, or no more. */
export function relationshipsOf(
  { agreement, organization }: Pick<Requester, "agreement" | "organization">,
  random: Random,
): { readonly holding: readonly Relationship[]; readonly strange: readonly Relationship[] } {
  const kind = agreement.relationship === "authority" ? "gp-registration" : agreement.relationship;
  const { system, value } = organization;
  const other = { system, value: `${value}9` };
  const own = { system, value };
  const strange: readonly Relationship[] = [
    { kind, organization: other },
    { kind, organization: own, end: "2026-11-01" },
    { kind, organization: own, start: "2027-01-01" },
    { kind: kind === "caseload" ? "roll" : "caseload", organization: own },
    { kind, organization: { system: "https://elsewhere.example", value } },
  ];
  return { holding: [{ kind, organization: own, start: "2024-01-01" }], strange: [pickOf(random, strange)] };
}
