import type { CodeableConcept } from "@medplum/fhirtypes";
import { ASQ3, ASQSE2 } from "#profiles/generated/codes.ts";
import {
  BREASTFEEDING_STATUS,
  CHILD_HEALTH_FINDING,
  EARLY_YEARS_OBSERVATION,
  LOINC,
  OBSERVATION_CATEGORY,
  SNOMED,
  SOURCE_CODING_EXTENSION,
  UCUM,
} from "#profiles/systems.ts";
import { toCodeableConcept, toCoding } from "../datatypes/coding.ts";
import { SEVERAL_DOMAINS, toDevelopmentalCategory } from "../datatypes/developmental-category.ts";
import { toQuantity } from "../datatypes/quantity.ts";
import type { Topic } from "./events.ts";
import type { Found } from "./finding.ts";
import { examinedBy, isEducationCode, isFeedingCode } from "./finding-codes.ts";
import { measureOf, toMeasureCodes, toMeasured, VITAL_SIGNS } from "./measures.ts";
import { below, fail, leave, type Spot, warn } from "./reading.ts";

/** A finding in its final form, with the profiles that it follows: logical ids of ours, canonicals of others. */
export interface Classified {
  readonly found: Found;
  readonly profiles: readonly string[];
}

const OTHER = "child-health-observation";
const ASQ_SE_DOMAIN = "personal-social-and-emotional";

/** Decides what a finding is: by its codes first, by the event it came with second. */
export function classify(spot: Spot, topic: Topic, found: Found): Classified {
  const told = withDomains(withCategory(topic, found));
  return (
    toGrowthMeasurement(spot, told) ??
    toScore(spot, told) ??
    toBreastfeeding(told) ??
    toExamination(spot, topic, told) ??
    toVitalSign(told) ??
    toTopic(topic, told) ?? { found: told, profiles: [OTHER] }
  );
}

const CATEGORIES: Readonly<Record<Topic, string | undefined>> = {
  assessment: "survey",
  birth: "exam",
  "blood-spot": "laboratory",
  feeding: "social-history",
  observation: undefined,
  development: "survey",
  hearing: "exam",
  examination: "exam",
  education: "social-history",
};

/** The category that the source gives; where it gives none, that of the event. */
function withCategory(topic: Topic, found: Found): Found {
  const category = CATEGORIES[topic];
  if (found.category !== undefined || category === undefined) return found;
  return { ...found, category: [{ coding: [toCoding(OBSERVATION_CATEGORY, category)] }] };
}

function isDated({ effectiveDateTime, effectivePeriod }: Found): boolean {
  return effectiveDateTime !== undefined || effectivePeriod !== undefined;
}

/** Weight, length, height and head circumference in the codes and units of UK Core; as they came where that cannot be. */
function toGrowthMeasurement(spot: Spot, found: Found): Classified | undefined {
  const measure = measureOf(found.code);
  if (measure === undefined) return undefined;
  const value = found.valueQuantity === undefined ? undefined : toMeasured(measure, found.valueQuantity);
  if (value === "impossible") {
    const range = `${measure.minimum} to ${measure.maximum} ${measure.unit}`;
    return fail(below(spot, "valueQuantity"), `expected ${range} after conversion: no child's value can lie outside`);
  }
  if (value === undefined && found.valueQuantity !== undefined) {
    warn(
      below(spot, "valueQuantity"),
      `expected a UCUM unit that can become ${measure.unit}; carried as it came, outside the profile`,
    );
  }
  if (value === undefined || !isDated(found)) return undefined;
  const { coding, replaced } = toMeasureCodes(measure, found.code);
  const snomed = coding.find(({ system }) => system === SNOMED);
  const text = snomed?.display ?? found.code.text;
  const code: CodeableConcept = {
    ...(replaced.length === 0
      ? {}
      : { extension: replaced.map((valueCoding) => ({ url: SOURCE_CODING_EXTENSION, valueCoding })) }),
    coding,
    ...(text === undefined ? {} : { text }),
  };
  const isVitalSigns = (one: CodeableConcept): boolean =>
    one.coding?.some(({ system, code: is }) => system === OBSERVATION_CATEGORY && is === "vital-signs") === true;
  const others = (found.category ?? []).filter((one) => !isVitalSigns(one));
  const measured = {
    ...found,
    code,
    valueQuantity: value,
    category: [{ coding: [toCoding(OBSERVATION_CATEGORY, "vital-signs")] }],
  };
  if (others.some((one) => !isOfEvent(one))) leave(below(spot, "category"));
  // UK Core fixes the status: anything but a final measurement follows our profile alone.
  return { found: measured, profiles: found.status === "final" ? ["measurement", measure.profile] : ["measurement"] };
}

/** Any other vital sign claims UK Core's profile where it has all that asks for. */
function toVitalSign(found: Found): Classified | undefined {
  const { category = [], code, status } = found;
  const [only, ...others] = category;
  const [first, ...more] = only?.coding ?? [];
  const isVitalSigns = first?.system === OBSERVATION_CATEGORY && first.code === "vital-signs";
  const count = (system: string): number => code.coding?.filter((coding) => coding.system === system).length ?? 0;
  const isWhole = status === "final" && isDated(found) && others.length === 0 && more.length === 0;
  if (!isVitalSigns || !isWhole || count(LOINC) !== 1 || count(SNOMED) === 0) return undefined;
  return { found, profiles: [OTHER, VITAL_SIGNS] };
}

/** A category that `withCategory` gave, so that nothing of the source is lost with it. */
function isOfEvent(category: CodeableConcept): boolean {
  return category.coding?.length === 1 && category.text === undefined;
}

/** A score of ASQ-3 or ASQ:SE-2 under exactly the code that came. */
function toScore(spot: Spot, found: Found): Classified | undefined {
  const code = found.code.coding?.find(
    (coding) =>
      coding.system === SNOMED && coding.code !== undefined && (ASQ3.has(coding.code) || ASQSE2.has(coding.code)),
  )?.code;
  if (code === undefined) return undefined;
  const domain = ASQ3.get(code)?.domain ?? ASQ_SE_DOMAIN;
  const domains = toDevelopmentalCategory([domain]).slice(1);
  const scored: Found = { ...found, category: [...(found.category ?? []), ...domains] };
  const { value, unit, code: unitCode, comparator } = found.valueQuantity ?? {};
  const most = ASQ3.has(code) ? 60 : 465;
  const isScore = value !== undefined && comparator === undefined && (unitCode === undefined || unitCode === "{score}");
  if (!isScore || value < 0 || value > most) {
    if (found.valueQuantity !== undefined) {
      warn(below(spot, "valueQuantity"), `expected a score of 0 to ${most}, without a unit; carried as it came`);
    }
    return { found: scored, profiles: [OTHER] };
  }
  const valueQuantity = { ...toQuantity(value, unit ?? "score", "{score}"), system: UCUM };
  return { found: { ...scored, valueQuantity }, profiles: [isDated(found) ? "asq-score" : OTHER] };
}

const ASQ_3_SCORE = "716619000";

/** What groups the scores of a questionnaire speaks of all its domains. */
function withDomains(found: Found): Found {
  if (found.code.coding?.some(({ system, code }) => system === SNOMED && code === ASQ_3_SCORE) !== true) return found;
  return { ...found, category: [...(found.category ?? []), ...toDevelopmentalCategory([SEVERAL_DOMAINS]).slice(1)] };
}

/** SNOMED CT findings that stand for the statuses of the NHS Data Dictionary, by choice. */
const FEEDING_FINDINGS: Readonly<Record<string, string>> = { "01": "169741004", "02": "733896006", "03": "268472006" };

function toBreastfeeding(found: Found): Classified | undefined {
  const status = found.valueCodeableConcept?.coding?.find(({ system }) => system === BREASTFEEDING_STATUS)?.code;
  const finding =
    status === undefined || !Object.hasOwn(FEEDING_FINDINGS, status) ? undefined : FEEDING_FINDINGS[status];
  if (finding === undefined || !isDated(found)) return undefined;
  const { valueCodeableConcept = {} } = found;
  const hasFinding = valueCodeableConcept.coding?.some(({ system }) => system === SNOMED) === true;
  return {
    found: {
      ...found,
      code: withOwnCode(found.code, EARLY_YEARS_OBSERVATION, "breastfeeding-status"),
      valueCodeableConcept: {
        ...valueCodeableConcept,
        coding: [...(hasFinding ? [] : [toCoding(SNOMED, finding)]), ...(valueCodeableConcept.coding ?? [])],
      },
    },
    profiles: ["breastfeeding-status"],
  };
}

/** Our code first, what came beside it; the text is ours. */
function withOwnCode(code: CodeableConcept, system: string, own: string): CodeableConcept {
  const others = (code.coding ?? []).filter((coding) => coding.system !== system || coding.code !== own);
  const concept = toCodeableConcept(system, own);
  return { ...concept, coding: [...(concept.coding ?? []), ...others] };
}

/** The part of the body that was examined is told by the outcome, since published messages give two parts one code. */
function toExamination(spot: Spot, topic: Topic, found: Found): Classified | undefined {
  if (topic !== "examination" || !isDated(found)) return undefined;
  const outcomes = found.valueCodeableConcept?.coding ?? [];
  const parts = new Set(
    outcomes.flatMap(({ system, code }) => {
      const examined = system === SNOMED ? examinedBy(code) : undefined;
      return examined?.isOutcome === true ? examined.part : [];
    }),
  );
  const [part, ...others] = parts;
  if (part === undefined || others.length > 0) return undefined;
  const isOther = (code: string | undefined): boolean => {
    const examined = examinedBy(code)?.part;
    return examined !== undefined && examined !== part;
  };
  const kept = (found.code.coding ?? []).filter(({ code }) => !isOther(code));
  if (kept.length < (found.code.coding ?? []).length) {
    leave(below(below(spot, "code"), "coding"));
    warn(below(spot, "code"), "the code of the examination of another part of the body than its outcome; left out");
  }
  const code = withOwnCode({ ...found.code, coding: kept }, CHILD_HEALTH_FINDING, `newborn-examination-${part}`);
  return { found: { ...found, code }, profiles: ["newborn-examination-outcome"] };
}

/** The profile of the event, where the finding has what it asks for. */
function toTopic(topic: Topic, found: Found): Classified | undefined {
  if (!isDated(found)) return undefined;
  const isCoded = found.valueCodeableConcept?.coding?.some(({ code }) => code !== undefined) === true;
  const hasValue =
    found.valueCodeableConcept !== undefined || found.valueDateTime !== undefined || found.valueString !== undefined;
  const claim = (profile: string, holds = true): Classified | undefined =>
    holds ? { found, profiles: [profile] } : undefined;
  switch (topic) {
    case "assessment":
      return claim("assessment-scale");
    case "birth":
      return claim("birth-detail");
    case "blood-spot":
      return claim("blood-spot-screening", isCoded);
    case "hearing":
      return claim("newborn-hearing-outcome", isCoded);
    case "development":
      return claim("developmental-skill", isCoded);
    case "feeding":
      return claim("feeding-detail", hasValue && isFeedingCode(found.code));
    case "education":
      return claim("educational-history", hasValue && isEducationCode(found.code));
    case "examination":
    case "observation":
      return undefined;
  }
}
