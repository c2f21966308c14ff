import type { Address, ContactPoint, Extension, HumanName } from "@medplum/fhirtypes";
import { displayOf } from "#profiles/generated/codes.ts";
import { ETHNIC_CATEGORY_EXTENSION, NHS_NUMBER } from "#profiles/systems.ts";
import { toAddress } from "../datatypes/address.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import { toHumanName } from "../datatypes/human-name.ts";
import { isPersonalNumber, toLocalId } from "../datatypes/local-id.ts";
import { normaliseNhsNumber } from "../datatypes/nhs-number.ts";
import { logicalIdOf, type MessageEntry } from "./message.ts";
import { readDateTime } from "./read-datatypes.ts";
import { readSecurity } from "./read-security.ts";
import {
  below,
  each,
  fail,
  leave,
  leaveOthers,
  type Node,
  one,
  type Reader,
  type Reading,
  readBoolean,
  readNode,
  readText,
  readWholeNumber,
  type Spot,
  warn,
} from "./reading.ts";
import type { MessageChild } from "./record.ts";
import type { Stu3Patient } from "./resources.ts";

const CARE_CONNECT = "https://fhir.hl7.org.uk/STU3/StructureDefinition";
const NHS_NUMBER_STATUS = `${CARE_CONNECT}/Extension-CareConnect-NHSNumberVerificationStatus-1`;
const ETHNIC_CATEGORY = `${CARE_CONNECT}/Extension-CareConnect-EthnicCategory-1`;
const ETHNIC_CATEGORY_ENGLAND = "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland";

/** The child of a message. Where there is no NHS number, what the message calls the Patient is its name. */
export function readChild(patient: Stu3Patient, entry: MessageEntry, reading: Reading): MessageChild {
  const { notCarried } = reading;
  const spot: Spot = { reading, path: entry.path, name: "Patient" };
  const identifiers = patient.identifier ?? [];
  const numbers = identifiers.filter(
    ({ system, value, use }) => system === NHS_NUMBER && value !== undefined && use !== "old",
  );
  const [identifier] = numbers;
  if (new Set(numbers.map(({ value = "" }) => normaliseNhsNumber(value))).size > 1) {
    fail(below(spot, "identifier"), "expected one NHS number, and not two that differ (CareConnect-DCH-Patient-1)");
  }
  if (JSON.stringify(entry.resource.link ?? "").includes('"replaced-by"')) {
    fail(below(spot, "link"), "another Patient takes the place of this one (FHIR STU3 Patient)");
  }
  if (entry.resource.active === false || entry.resource.active === "false") {
    fail(below(spot, "active"), "the record of this Patient is not in use (FHIR STU3 Patient)");
  }
  if (identifiers.some((other) => other !== identifier)) notCarried.add("Patient.identifier");
  const nhsNumber = identifier?.value === undefined ? undefined : normaliseNhsNumber(identifier.value);
  const status = readNumberStatus(identifier, notCarried);
  const deceased = readDeceased(spot, entry.resource);
  const multipleBirth = readMultipleBirth(spot, entry.resource);
  checkBirthTime(spot, entry.resource, patient.birthDate);
  return {
    localId: nhsNumber ?? toMessageName(logicalIdOf(entry) ?? ""),
    ...(nhsNumber === undefined ? {} : { nhsNumber }),
    ...(status === undefined ? {} : { nhsNumberStatus: status }),
    names: readNames(patient, notCarried),
    ...(patient.gender === undefined ? {} : { gender: patient.gender }),
    ...(patient.birthDate === undefined ? {} : { birthDate: patient.birthDate }),
    addresses: readHomeAddresses(patient, notCarried),
    telecom: each(spot, entry.resource, "telecom", readContact),
    extension: readEthnicCategory(spot, entry.resource),
    ...(deceased === undefined ? {} : { deceased }),
    ...(multipleBirth === undefined ? {} : { multipleBirth }),
    security: readSecurity("Patient", patient.meta?.security, notCarried),
  };
}

/** A name that is in truth a number of the person is told by its digest. */
function toMessageName(id: string): string {
  return isPersonalNumber(id) ? toLocalId([id]) : id;
}

function readNumberStatus(
  identifier: NonNullable<Stu3Patient["identifier"]>[number] | undefined,
  notCarried: Set<string>,
): string | undefined {
  const extensions = identifier?.extension ?? [];
  const told = extensions.find(({ url }) => url === NHS_NUMBER_STATUS);
  const status = told?.valueCodeableConcept?.coding?.[0]?.code?.trim();
  const isKnown = status !== undefined && /^0[1-8]$/.test(status);
  if (extensions.length > (isKnown ? 1 : 0)) notCarried.add("Patient.identifier.extension");
  return isKnown ? status : undefined;
}

const NAME_USES = ["official", "usual", "temp", "nickname", "anonymous", "old", "maiden"] as const;

function readNames(patient: Stu3Patient, notCarried: Set<string>): HumanName[] {
  return (patient.name ?? []).flatMap(({ use, family, given, prefix, suffix }) => {
    const known = NAME_USES.find((one) => one === use?.trim()) ?? "usual";
    const name = toHumanName({ use: known, family, given: given ?? [] });
    if (name === undefined) {
      notCarried.add("Patient.name");
      return [];
    }
    const prefixes = withText(prefix);
    const suffixes = withText(suffix);
    return [
      {
        ...name,
        ...(prefixes.length === 0 ? {} : { prefix: prefixes }),
        ...(suffixes.length === 0 ? {} : { suffix: suffixes }),
      },
    ];
  });
}

function withText(texts: readonly string[] = []): string[] {
  return texts.flatMap((text) => (text.trim() === "" ? [] : [text.trim()]));
}

function readHomeAddresses(patient: Stu3Patient, notCarried: Set<string>): Address[] {
  return (patient.address ?? []).flatMap(({ use = "home", line, city, district, postalCode, country }) => {
    if (use !== "home") {
      notCarried.add("Patient.address");
      return [];
    }
    const address = toAddress({ line: line ?? [], city, district, postalCode, country });
    return address === undefined ? [] : [address];
  });
}

const CONTACT_SYSTEMS = ["phone", "fax", "email", "pager", "url", "sms", "other"] as const;
const CONTACT_USES = ["home", "work", "temp", "old", "mobile"] as const;

/** How the family can be reached; a contact that is not used any more stays behind. */
const readContact: Reader<ContactPoint> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  leaveOthers(spot, node, ["system", "value", "use"]);
  const told = one(spot, node, "system", readText);
  const system = CONTACT_SYSTEMS.find((known) => known === told);
  const use = CONTACT_USES.find((known) => known === node.use);
  const text = one(spot, node, "value", readText);
  if (node.use !== undefined && use === undefined) leave(below(spot, "use"));
  if (system === undefined || text === undefined || use === "old") {
    leave(spot);
    return undefined;
  }
  return { system, value: text, ...(use === undefined ? {} : { use }) };
};

/** CareConnect's extension as UK Core's; the code lists are the same but for codes that England's does not have. */
function readEthnicCategory(spot: Spot, patient: Node): Extension[] {
  const found = each(spot, patient, "extension", (at, value) => {
    const node = readNode(at, value);
    const concept =
      node?.url === ETHNIC_CATEGORY && node !== undefined ? one(at, node, "valueCodeableConcept", readNode) : undefined;
    const [coding] = concept === undefined ? [] : each(at, concept, "coding", readNode);
    const code = typeof coding?.code === "string" ? coding.code.trim() : undefined;
    if (code === undefined || displayOf(ETHNIC_CATEGORY_ENGLAND, code) === undefined) {
      leave(at);
      return undefined;
    }
    return { url: ETHNIC_CATEGORY_EXTENSION, valueCodeableConcept: toCodeableConcept(ETHNIC_CATEGORY_ENGLAND, code) };
  });
  if (found.length > 1) leave(below(spot, "extension"));
  return found.slice(0, 1);
}

function readDeceased(spot: Spot, patient: Node): boolean | string | undefined {
  const when = one(spot, patient, "deceasedDateTime", readDateTime);
  const is = one(spot, patient, "deceasedBoolean", readBoolean);
  if (when !== undefined && is !== undefined) fail(below(spot, "deceased"), "expected one value (FHIR STU3 Patient)");
  return when ?? is;
}

function readMultipleBirth(spot: Spot, patient: Node): boolean | number | undefined {
  const order = one(spot, patient, "multipleBirthInteger", readWholeNumber);
  const is = one(spot, patient, "multipleBirthBoolean", readBoolean);
  if (order !== undefined && is !== undefined)
    fail(below(spot, "multipleBirth"), "expected one value (FHIR STU3 Patient)");
  return order ?? is;
}

/** Published messages have times of birth on another day than the date of birth; the date decides. */
function checkBirthTime(spot: Spot, patient: Node, birthDate: string | undefined): void {
  const primitive = patient._birthDate;
  if (birthDate === undefined || typeof primitive !== "object" || primitive === null) return;
  const [, time] = /"valueDateTime":"([0-9-]{10})/.exec(JSON.stringify(primitive)) ?? [];
  if (time !== undefined && time !== birthDate) {
    warn(
      below(spot, "_birthDate"),
      "the time of birth is on another day than the date of birth, which alone is carried",
    );
  }
}
