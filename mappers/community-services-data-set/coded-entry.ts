import type { Coding } from "@medplum/fhirtypes";
import { displayOf } from "#profiles/generated/codes.ts";
import { CTV3, ICD_10, READ_V2, SNOMED } from "#profiles/systems.ts";
import { toCoding } from "../datatypes/coding.ts";
import { toFieldWarning } from "../datatypes/field-issue.ts";
import { isSnomedCode } from "../datatypes/snomed-code.ts";
import type { CsvRow, FieldIssue } from "../mapper.ts";

/** A terminology in which care activities are coded. */
type Terminology = "snomed" | "read-v2" | "ctv3" | "icd-10";

/** A pair of columns that says in which terminology an entry is coded, and the code. */
interface EntryColumns {
  readonly scheme: string;
  readonly code: string;
  /** Items of the NHS Data Dictionary. */
  readonly schemeItem: string;
  readonly codeItem: string;
  readonly schemes: Readonly<Record<string, Terminology>>;
}

export const PROCEDURE: EntryColumns = {
  scheme: "Procedure_Scheme",
  code: "CodedProcedure",
  schemeItem: "PROCEDURE SCHEME IN USE (COMMUNITY CARE)",
  codeItem: "CODED PROCEDURE (CLINICAL TERMINOLOGY)",
  schemes: { "04": "read-v2", "05": "ctv3", "06": "snomed" },
};

export const FINDING: EntryColumns = {
  scheme: "Finding_Scheme",
  code: "CodedFinding",
  schemeItem: "FINDING SCHEME IN USE (COMMUNITY CARE)",
  codeItem: "CODED FINDING (CODED CLINICAL ENTRY)",
  schemes: { "01": "icd-10", "02": "read-v2", "03": "ctv3", "04": "snomed" },
};

export const OBSERVATION: EntryColumns = {
  scheme: "Observation_Scheme",
  code: "CodedObservation",
  schemeItem: "OBSERVATION SCHEME IN USE (COMMUNITY CARE)",
  codeItem: "CODED OBSERVATION (CLINICAL TERMINOLOGY)",
  schemes: { "01": "read-v2", "02": "ctv3", "03": "snomed" },
};

const TERMINOLOGIES: Readonly<
  Record<
    Terminology,
    { readonly system: string; readonly name: string; isCode(text: string): boolean; expected: string }
  >
> = {
  snomed: {
    system: SNOMED,
    name: "SNOMED CT",
    isCode: isSnomedCode,
    expected: "a SNOMED CT code with a right check digit",
  },
  "read-v2": {
    system: READ_V2,
    name: "Read v2",
    isCode: isReadCode,
    expected: "a Read code of at most five characters",
  },
  ctv3: { system: CTV3, name: "CTV3", isCode: isReadCode, expected: "a CTV3 code of at most five characters" },
  "icd-10": {
    system: ICD_10,
    name: "ICD-10",
    isCode: (text) => /^[A-Z][0-9]{2}(\.?[0-9A-Z]{1,2})?$/.test(text),
    expected: "an ICD-10 code, as Z38.0",
  },
};

/** Five characters, of which the last may be dots or left out, and the two digits of a term behind them. */
function isReadCode(text: string): boolean {
  return /^[0-9A-Za-z]{1,5}$/.test(text) || /^(?=.{5}$|.{7}$)[0-9A-Za-z]{1,5}\.{0,4}[0-9A-Za-z]{0,2}$/.test(text);
}

/** The code of an entry as the provider recorded it, in its terminology. */
export type CodedEntry =
  | { readonly kind: "absent" }
  | { readonly kind: "not-carried"; readonly warning: FieldIssue }
  | { readonly kind: "refused"; readonly issue: FieldIssue }
  | { readonly kind: "coded"; readonly terminology: Terminology; readonly code: string };

/** Reads one entry of a CYP202CareActivity row. Nothing is translated: a scheme that is not known stays where it is. */
export function readCodedEntry(row: CsvRow, columns: EntryColumns): CodedEntry {
  const { [columns.code]: code, [columns.scheme]: scheme } = row;
  if (code === undefined) return { kind: "absent" };
  const terminology = scheme === undefined ? undefined : columns.schemes[scheme];
  if (terminology === undefined) {
    const known = Object.keys(columns.schemes).sort().join(", ");
    const message = `a code without a scheme of ${known} says nothing and is not carried (${columns.schemeItem})`;
    const unmapped = scheme === undefined ? {} : { unmapped: { list: `CSDS ${columns.schemeItem}`, code: scheme } };
    return { kind: "not-carried", warning: { ...toFieldWarning(columns.code, message), ...unmapped } };
  }
  const { isCode, expected } = TERMINOLOGIES[terminology];
  return isCode(code)
    ? { kind: "coded", terminology, code }
    : {
        kind: "refused",
        issue: { severity: "error", field: columns.code, message: `expected ${expected} (${columns.codeItem})` },
      };
}

/** The code in its own system; with its display where it is one that is held here. */
export function toEntryCoding({ terminology, code }: Extract<CodedEntry, { kind: "coded" }>): Coding {
  return toCoding(TERMINOLOGIES[terminology].system, code);
}

/** Name for people: what the code says where that is held here, else terminology and code. */
export function toEntryText({ terminology, code }: Extract<CodedEntry, { kind: "coded" }>): string {
  const { system, name } = TERMINOLOGIES[terminology];
  return displayOf(system, code) ?? `${name} ${code}`;
}
