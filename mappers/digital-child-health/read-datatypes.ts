import type { CodeableConcept, Coding, Period, Quantity, Range, Ratio, SampledData } from "@medplum/fhirtypes";
import { displayOf } from "#profiles/generated/codes.ts";
import { LOINC, SNOMED } from "#profiles/systems.ts";
import { parseDate } from "../datatypes/date.ts";
import { isSnomedCode } from "../datatypes/snomed-code.ts";
import { toR4System } from "./code-systems.ts";
import { sideOf } from "./laterality.ts";
import {
  below,
  each,
  fail,
  leave,
  leaveOthers,
  one,
  type Reader,
  readBoolean,
  readDecimal,
  readNode,
  readText,
  readUri,
  readWholeNumber,
  type Spot,
  warn,
} from "./reading.ts";

/** The datatypes of STU3 whose R4 form is the same but for the URLs of code systems. */

/** A FHIR dateTime: a year, a month, a day, or a time with its offset. */
export const readDateTime: Reader<string> = (spot, value) => {
  const text = readText(spot, value);
  if (text === undefined || isDateTime(text)) return text;
  return fail(spot, "expected a date as YYYY, YYYY-MM or YYYY-MM-DD, or a time with its offset (FHIR STU3 dateTime)");
};

export const readInstant: Reader<string> = (spot, value) => {
  const text = readText(spot, value);
  if (text === undefined || (isDateTime(text) && text.includes("T"))) return text;
  return fail(spot, "expected a time with its offset (FHIR STU3 instant)");
};

export const readTime: Reader<string> = (spot, value) => {
  const text = readText(spot, value);
  if (text === undefined || /^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?$/.test(text)) return text;
  return fail(spot, "expected a time of day as HH:MM:SS (FHIR STU3 time)");
};

function isDateTime(text: string): boolean {
  const match =
    /^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9]))?)?)?$/.exec(
      text,
    );
  return match !== null && parseDate(`${match[1]}-${match[2] ?? "01"}-${match[3] ?? "01"}`) !== undefined;
}

/** A code, and the display that its code system gives it; only where that is not known here the one that came. */
export const readCoding: Reader<Coding> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  leaveOthers(spot, node, ["system", "version", "code", "display", "userSelected"]);
  const told = one(spot, node, "system", readUri);
  const version = one(spot, node, "version", readText);
  const sent = one(spot, node, "code", readCode);
  const system = told === undefined ? undefined : toR4System(told, sent);
  const code = withoutPlaceholder(spot, system, sent);
  const given = one(spot, node, "display", readText);
  const userSelected = one(spot, node, "userSelected", readBoolean);
  if (system === SNOMED && code !== undefined && !isSnomedCode(code)) {
    warn(below(spot, "code"), "the check digit is wrong: no code of SNOMED CT; carried as it came");
  }
  const known = system === undefined || code === undefined ? undefined : readDisplay(spot, system, code);
  if (known !== undefined && given !== undefined && known !== given) {
    leave(below(spot, "display"));
    const [left, right] = [sideOf(known), sideOf(given)];
    if (left !== undefined && right !== undefined && left !== right) {
      fail(below(spot, "display"), "names the other side of the body than the code");
    } else if (!isSameInWords(known, given))
      warn(below(spot, "display"), "not the display of the code, which alone decides");
  }
  const display = known ?? given;
  if (system !== undefined && code !== undefined && known === undefined) warnOfUnknown(spot, system, { code, display });
  const isNamed = system !== undefined && (code !== undefined || node.code === undefined);
  if (!isNamed && code === undefined && display === undefined) return undefined;
  return {
    ...(isNamed ? { system } : {}),
    ...(version === undefined || !isNamed ? {} : { version }),
    ...(code === undefined ? {} : { code }),
    ...(display === undefined ? {} : { display }),
    ...(userSelected === undefined ? {} : { userSelected }),
  };
};

/** Published messages say in words that a code is yet to come: no code of SNOMED CT, so that only the display is left. */
function withoutPlaceholder(spot: Spot, system: string | undefined, code: string | undefined): string | undefined {
  if (system !== SNOMED || code === undefined || /^[0-9]{6,18}$/.test(code)) return code;
  leave(below(spot, "code"));
  warn(below(spot, "code"), "no code of SNOMED CT, which are numbers; the display alone is carried");
  return undefined;
}

/** The display of a code; a status code of blood spots is the same with and without its leading zero. */
function readDisplay(spot: Spot, system: string, code: string): string | undefined {
  const known = displayOf(system, code);
  if (known !== undefined || !system.includes("/DCH-BloodSpotOutcome")) return known;
  const other = displayOf(system, code.startsWith("0") ? code.slice(1) : `0${code}`);
  if (other !== undefined) warn(below(spot, "code"), "published with or without its leading zero; carried as it came");
  return other;
}

/** Code lists that are held here as a whole. */
const LISTS = /^https:\/\/fhir\.nhs\.uk\/STU3\/CodeSystem\/((?:DCH|NHSDataDictionary)-[A-Za-z0-9-]+)$/;

function warnOfUnknown(
  spot: Spot,
  system: string,
  { code, display }: { readonly code: string; readonly display: string | undefined },
): void {
  const list = LISTS.exec(system)?.[1];
  const unmapped = (name: string) => (/^[A-Za-z0-9.-]{1,20}$/.test(code) ? { list: name, code } : undefined);
  if (list !== undefined)
    warn(below(spot, "code"), `no code of ${list} that is known here; carried as it came`, unmapped(list));
  else if (display === undefined)
    warn(
      below(spot, "code"),
      "without a display, and none is known here; carried as it came",
      unmapped(nameOf(system)),
    );
}

function nameOf(system: string): string {
  if (system === SNOMED) return "SNOMED CT";
  return system === LOINC ? "LOINC" : "a code system that is not known here";
}

const readCode: Reader<string> = (spot, value) => {
  const text = readText(spot, typeof value === "number" ? String(value) : value);
  if (text !== undefined && text !== value) warn(spot, "written with blanks around it, or as a number; read without");
  if (text === undefined || /^\S+( \S+)*$/.test(text)) return text;
  return fail(spot, "expected a code without line breaks or double blanks (FHIR STU3 code)");
};

function isSameInWords(left: string, right: string): boolean {
  const plain = (text: string): string =>
    text
      .replace(/ \([a-z ]+\)$/, "")
      .replaceAll(/[^A-Za-z0-9]/g, "")
      .toLowerCase();
  return plain(left) === plain(right);
}

/** A concept with a text for people: its own, else the first display, else the first code. */
export const readConcept: Reader<CodeableConcept> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  leaveOthers(spot, node, ["coding", "text"]);
  const coding = each(spot, node, "coding", readCoding);
  const text = one(spot, node, "text", readText);
  return toConcept(coding, text);
};

export function toConcept(coding: readonly Coding[], text?: string): CodeableConcept | undefined {
  const said =
    text ??
    coding.find(({ display }) => display !== undefined)?.display ??
    coding.find(({ code }) => code !== undefined)?.code;
  if (said === undefined) return undefined;
  return { ...(coding.length === 0 ? {} : { coding: [...coding] }), text: said };
}

export const readQuantity: Reader<Quantity> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  leaveOthers(spot, node, ["value", "comparator", "unit", "system", "code"]);
  const number = one(spot, node, "value", readDecimal);
  const comparator = one(spot, node, "comparator", readComparator);
  const unit = one(spot, node, "unit", readText);
  const system = one(spot, node, "system", readUri);
  const code = one(spot, node, "code", readText);
  // A code of no system says nothing that R4 may carry.
  if (code !== undefined && system === undefined) leave(below(spot, "code"));
  const quantity: Quantity = {
    ...(number === undefined ? {} : { value: number }),
    ...(comparator === undefined ? {} : { comparator }),
    ...(unit === undefined ? {} : { unit }),
    ...(system === undefined ? {} : { system }),
    ...(code === undefined || system === undefined ? {} : { code }),
  };
  return Object.keys(quantity).length === 0 ? undefined : quantity;
};

const readComparator: Reader<"<" | "<=" | ">=" | ">"> = (spot, value) => {
  const text = readText(spot, value);
  if (text === undefined || text === "<" || text === "<=" || text === ">=" || text === ">") return text;
  return fail(spot, "expected <, <=, >= or > (FHIR STU3 Quantity)");
};

export const readPeriod: Reader<Period> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  leaveOthers(spot, node, ["start", "end"]);
  const start = one(spot, node, "start", readDateTime);
  const end = one(spot, node, "end", readDateTime);
  if (start === undefined && end === undefined) return undefined;
  if (start !== undefined && end !== undefined && end.slice(0, 10) < start.slice(0, Math.min(10, end.length))) {
    return fail(below(spot, "end"), "expected an end that is not before the start (FHIR STU3 Period)");
  }
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
};

/** One without a comparator, which to leave out would change what is said. */
export const readSimpleQuantity: Reader<Quantity> = (spot, value) => {
  const quantity = readQuantity(spot, value);
  if (quantity?.comparator === undefined) return quantity;
  return fail(below(spot, "comparator"), "expected no comparator here (FHIR STU3 SimpleQuantity)");
};

export const readRange: Reader<Range> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  leaveOthers(spot, node, ["low", "high"]);
  const low = one(spot, node, "low", readSimpleQuantity);
  const high = one(spot, node, "high", readSimpleQuantity);
  if (low === undefined && high === undefined) return undefined;
  if (low?.value !== undefined && high?.value !== undefined && low.value > high.value) {
    return fail(spot, "expected a low end that is not above the high end (FHIR STU3 Range)");
  }
  return { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) };
};

export const readRatio: Reader<Ratio> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  leaveOthers(spot, node, ["numerator", "denominator"]);
  const numerator = one(spot, node, "numerator", readQuantity);
  const denominator = one(spot, node, "denominator", readQuantity);
  if (numerator === undefined || denominator === undefined) {
    return fail(spot, "expected a numerator and a denominator (FHIR STU3 Ratio)");
  }
  return { numerator, denominator };
};

export const readSampledData: Reader<SampledData> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  leaveOthers(spot, node, ["origin", "period", "factor", "lowerLimit", "upperLimit", "dimensions", "data"]);
  const origin = one(spot, node, "origin", readSimpleQuantity);
  const period = one(spot, node, "period", readDecimal);
  const factor = one(spot, node, "factor", readDecimal);
  const lowerLimit = one(spot, node, "lowerLimit", readDecimal);
  const upperLimit = one(spot, node, "upperLimit", readDecimal);
  const dimensions = one(spot, node, "dimensions", readWholeNumber);
  const data = one(spot, node, "data", readText);
  if (origin === undefined || period === undefined || dimensions === undefined || dimensions < 1) {
    return fail(spot, "expected an origin, a period and dimensions (FHIR STU3 SampledData)");
  }
  return {
    origin,
    period,
    dimensions,
    ...(factor === undefined ? {} : { factor }),
    ...(lowerLimit === undefined ? {} : { lowerLimit }),
    ...(upperLimit === undefined ? {} : { upperLimit }),
    ...(data === undefined ? {} : { data }),
  };
};
