import type { CodeableConcept } from "@medplum/fhirtypes";
import { CHILD_HEALTH_FINDING } from "#profiles/systems.ts";

/** The parts of the body that the newborn and infant physical examination looks at. */
export type BodyPart = "hips" | "heart" | "eyes" | "testes";

/** SNOMED CT codes of each examination, and behind it of its outcomes (DCH-OutcomeStatus value sets). */
const EXAMINATIONS: Readonly<Record<BodyPart, string>> = {
  hips: `985531000000102 988201000000100 988181000000104 988161000000108 985701000000100 985741000000102 988241000000102
    985431000000103 988331000000100 988311000000108 988221000000109 985891000000104`,
  heart: `988351000000107 988611000000101 988591000000109 988491000000108 988511000000100 988531000000108 988571000000105
    988551000000101`,
  eyes: `988361000000105 989051000000104 989031000000106 989011000000103 989071000000108 989091000000107 989111000000102
    989131000000105 989191000000106 989211000000105 989171000000107 989151000000103`,
  testes: `988371000000103 988911000000109 988891000000106 988871000000107 988931000000101 988951000000108 988991000000100
    988971000000104`,
};

const PARTS: ReadonlyMap<string, Examined> = new Map(
  (["hips", "heart", "eyes", "testes"] as const).flatMap((part) =>
    EXAMINATIONS[part].split(/\s+/).map((code, index) => [code, { part, isOutcome: index > 0 }] as const),
  ),
);

interface Examined {
  readonly part: BodyPart;
  readonly isOutcome: boolean;
}

/** Which part of the body a code of an examination or of its outcome is about. */
export function examinedBy(code: string | undefined): Examined | undefined {
  return code === undefined ? undefined : PARTS.get(code);
}

/** The test of each condition that blood spots are screened for, and the list from which its outcome comes. */
const BLOOD_SPOT_LISTS: ReadonlyMap<string, string> = new Map([
  ["314081000", "PKU"],
  ["314090007", "SCD"],
  ["314080004", "CF"],
  ["400984005", "CHT"],
  ["428056008", "MCADD"],
  ["940201000000107", "HCU"],
  ["940221000000103", "MSUD"],
  ["940131000000109", "GA1"],
  ["940151000000102", "IVA"],
]);
const LISTS = new Set(BLOOD_SPOT_LISTS.values());

/** Whether an outcome comes from the list of another condition than the one that was tested for. */
export function isOfAnotherTest(test: CodeableConcept, outcome: CodeableConcept | undefined): boolean {
  const lists = (test.coding ?? []).flatMap(({ code = "" }) => BLOOD_SPOT_LISTS.get(code) ?? []);
  return (outcome?.coding ?? []).some(({ system = "" }) => {
    const list = /\/DCH-BloodSpotOutcome([A-Z0-9]+)-1$/.exec(system)?.[1];
    return list !== undefined && LISTS.has(list) && lists.length > 0 && !lists.includes(list);
  });
}

function hasOwnCode({ coding = [] }: CodeableConcept, prefix: string): boolean {
  return coding.some(({ system, code }) => system === CHILD_HEALTH_FINDING && code?.startsWith(prefix) === true);
}

export function isFeedingCode(concept: CodeableConcept): boolean {
  return hasOwnCode(concept, "feeding-");
}

export function isEducationCode(concept: CodeableConcept): boolean {
  return hasOwnCode(concept, "education-");
}
