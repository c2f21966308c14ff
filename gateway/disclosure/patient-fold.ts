import type { Extension, Identifier, Patient } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { CONFIDENTIALITY, HANDLING_LABEL, NHS_NUMBER, NHS_NUMBER_STATUS_EXTENSION } from "#profiles/systems.ts";
import { firstByUrl, joined, joinedAddresses, joinedPractices, withoutAssigner } from "./patient-lists.ts";
import { hasPlace } from "./place-values.ts";

/** What one source says of the child, with what ranks it. */
export interface Contribution {
  readonly source: string;
  /** What the source calls the child, where that is known. */
  readonly localId?: string;
  /** Milliseconds since 1970 at which what is released of it last changed. */
  readonly lastUpdated: number;
  /** Times between which that lies, both included, where they are known before it. */
  readonly within?: readonly [earliest_ms: number, latest_ms: number];
  readonly patient: Patient;
}

/** Systems whose identifiers are shown; `any` shows also those without a system. */
export type IdentifierSystems = ReadonlySet<string> | "any";

export interface FoldOptions {
  /** Contributions that say no more than who the child is, and only what no other contribution says. */
  readonly identityOnly: readonly Contribution[];
  readonly identifierSystems: IdentifierSystems;
  /** Whether any source at all, shown or not, marks the child as restricted. */
  readonly isRestricted: boolean;
}

const PROFILES = [
  "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient",
  canonical("StructureDefinition", "child"),
];

/**
 * The Patient as the contributions of several sources make it, without id and version. Survivorship: a source whose NHS
 * number was verified against the national register goes before others, then the newest; single values come from the
 * first that has one, lists are joined without repeats. Only identifiers of `identifierSystems` are kept. Of a restricted
 * child whatever tells a place is left out, as PDS does: address, telecom, contact, general practitioner, who gave a number, and
 * extensions with a place.
 */
export function foldPatient(contributions: readonly Contribution[], options: FoldOptions): Patient {
  const told = foldVisible(contributions, options);
  return options.identityOnly.length === 0 ? told : { ...told, ...missingIdentity(told, options) };
}

function foldVisible(
  contributions: readonly Contribution[],
  { identifierSystems, isRestricted }: FoldOptions,
): Patient {
  const ranked = [...contributions].sort(compareContributions).map(({ patient }) => patient);
  const places: Partial<Patient> = isRestricted
    ? {}
    : {
        ...list("telecom", joined(ranked.map(({ telecom }) => telecom))),
        ...list("address", joinedAddresses(ranked.map(({ address }) => address))),
        ...list("generalPractitioner", joinedPractices(ranked.map(({ generalPractitioner }) => generalPractitioner))),
      };
  const extensions = firstByUrl(ranked.flatMap(({ extension }) => extension ?? []));
  return {
    resourceType: "Patient",
    meta: {
      profile: [...PROFILES],
      ...(isRestricted && { security: [RESTRICTED] }),
    },
    ...list("extension", isRestricted ? extensions.filter((extension) => !hasPlace({ ...extension })) : extensions),
    ...list("identifier", identifiers(ranked, { identifierSystems, isRestricted })),
    active: ranked.every(({ active }) => active !== false),
    ...list("name", isRestricted ? names(ranked).map(withoutPlaceExtensions) : names(ranked)),
    ...first(ranked, "gender"),
    ...first(ranked, "birthDate"),
    ...firstOf(ranked, "deceasedDateTime", "deceasedBoolean"),
    ...firstOf(ranked, "multipleBirthInteger", "multipleBirthBoolean"),
    ...places,
    ...(isRestricted ? {} : first(ranked, "managingOrganization")),
  };
}

/** Number, name, gender and birth date, as far as they are missing. */
function missingIdentity(told: Patient, { identityOnly, ...options }: FoldOptions): Partial<Patient> {
  const ranked = [...identityOnly].sort(compareContributions).map(({ patient }) => patient);
  const hasNumber = told.identifier?.some(({ system }) => system === NHS_NUMBER);
  const numbers = identifiers(ranked, options).filter(({ system }) => system === NHS_NUMBER && !hasNumber);
  return {
    ...list("identifier", [...numbers, ...(told.identifier ?? [])]),
    ...(told.name ? {} : list("name", names(ranked).map(options.isRestricted ? withoutPlaceExtensions : asIs))),
    ...(told.gender ? {} : first(ranked, "gender")),
    ...(told.birthDate ? {} : first(ranked, "birthDate")),
  };
}

function asIs<T>(value: T): T {
  return value;
}

/** Nor may an extension of a part tell what the part does not. */
function withoutPlaceExtensions<T extends { extension?: Extension[] }>({
  extension,
  ...kept
}: T): Omit<T, "extension"> & {
  extension?: Extension[];
} {
  const shown = (extension ?? []).filter((one) => !hasPlace({ ...one }));
  return { ...kept, ...list("extension", shown) };
}

function isVerified(patient: Patient): boolean {
  return (patient.identifier ?? []).some(
    ({ system, extension }) =>
      system === NHS_NUMBER &&
      (extension ?? []).some(
        ({ url, valueCodeableConcept }) =>
          url === NHS_NUMBER_STATUS_EXTENSION && valueCodeableConcept?.coding?.some(({ code }) => code === "01"),
      ),
  );
}

function compareContributions(a: Contribution, b: Contribution): number {
  const byVerified = Number(isVerified(b.patient)) - Number(isVerified(a.patient));
  if (byVerified !== 0) return byVerified;
  return (
    compareDates(a, b) ||
    compareTexts(a.source, b.source) ||
    compareTexts(a.localId ?? "", b.localId ?? "") ||
    compareTexts(textOf(a), textOf(b))
  );
}

/** The date itself is asked for last: to find it, all that was told before may have to be put into its released form. */
function compareDates(a: Contribution, b: Contribution): number {
  if (isBefore(a, b)) return 1;
  return isBefore(b, a) ? -1 : b.lastUpdated - a.lastUpdated;
}

function isBefore({ within: one }: Contribution, { within: other }: Contribution): boolean {
  return one !== undefined && other !== undefined && one[1] < other[0];
}

function compareTexts(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}

/** Tells two nameless records of one source apart that came in together. */
function textOf({ patient }: Contribution): string {
  return JSON.stringify(patient);
}

export const RESTRICTED = { system: CONFIDENTIALITY, code: "R", display: "restricted" };

/** Whether a source marks the child as restricted. Asked of every source, whoever may see it. */
export function isMarkedRestricted({ meta }: Patient): boolean {
  return (meta?.security ?? []).some(({ system, code }) =>
    system === HANDLING_LABEL ? HIDES_PLACE.has(code) : system === CONFIDENTIALITY && (code === "R" || code === "V"),
  );
}

/** Handling labels under which no place is told. What was before an adoption is a place as well. */
const HIDES_PLACE: ReadonlySet<string | undefined> = new Set(["PDS-R", "domestic-abuse-address", "adoption-sealed"]);

function first<K extends keyof Patient>(ranked: readonly Patient[], element: K): Partial<Pick<Patient, K>> {
  const holder = ranked.find((patient) => patient[element] !== undefined);
  return holder ? ({ [element]: holder[element] } as Partial<Pick<Patient, K>>) : {};
}

/** Of an element that is one of two: what the first says, or where it only affirms, what another says in more detail. */
function firstOf<K extends keyof Patient>(ranked: readonly Patient[], detail: K, flag: K): Partial<Pick<Patient, K>> {
  const holder = ranked.find((patient) => patient[detail] !== undefined || patient[flag] !== undefined);
  if (holder === undefined) return {};
  const told = holder[flag] === true ? (ranked.find((patient) => patient[detail] !== undefined) ?? holder) : holder;
  const element = told[detail] === undefined ? flag : detail;
  return { [element]: told[element] } as Partial<Pick<Patient, K>>;
}

/** An element of a list, or nothing: FHIR has no empty arrays. */
function list<K extends string, T>(element: K, values: readonly T[]): { [P in K]?: T[] } {
  return values.length === 0 ? {} : ({ [element]: [...values] } as { [P in K]?: T[] });
}

function identifiers(
  ranked: readonly Patient[],
  { identifierSystems, isRestricted }: Pick<FoldOptions, "identifierSystems" | "isRestricted">,
): readonly Identifier[] {
  const byValue = new Map<string, Identifier>();
  for (const identifier of ranked.flatMap(({ identifier }) => identifier ?? [])) {
    const { system, value } = identifier;
    // One without a value is told apart by whatever else it says.
    const name = value === undefined ? JSON.stringify(identifier) : `${system}|${value}`;
    if (!isShown(identifier, identifierSystems) || byValue.has(name)) continue;
    byValue.set(name, isRestricted ? withoutPlaceExtensions(withoutAssigner(identifier)) : identifier);
  }
  return [...byValue.values()];
}

export function isShown({ system }: Identifier, systems: IdentifierSystems): boolean {
  return systems === "any" || (system !== undefined && systems.has(system));
}

/** Education systems write names in capitals: the same name in another case is not another name. */
function names(ranked: readonly Patient[]) {
  const byText = new Map<string, NonNullable<Patient["name"]>[number]>();
  for (const name of ranked.flatMap(({ name }) => name ?? [])) {
    const text = `${name.use ?? ""}|${name.family ?? ""}|${(name.given ?? []).join(" ")}`.toLowerCase();
    if (!byText.has(text)) byText.set(text, name);
  }
  return [...byText.values()];
}
