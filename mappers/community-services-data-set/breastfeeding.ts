/** BREASTFEEDING STATUS of the NHS Data Dictionary: 01 exclusively, 02 partially, 03 not at all breast milk. */
export type BreastfeedingCode = "01" | "02" | "03";

/**
 * The SNOMED CT finding that stands for each status. A choice for exchange, not an equivalence, which is why the original
 * code is always served beside it.
 */
export const REPRESENTATIVE_FINDING: Readonly<Record<BreastfeedingCode, string>> = {
  "01": "169741004",
  "02": "733896006",
  "03": "268472006",
};

/** The findings that NHS England's own derivation counts towards each status, in SNOMED CT and in Read (v2 and CTV3). */
const SNOMED_FINDINGS: Readonly<Record<BreastfeedingCode, string>> = {
  "01": `169741004 169745008 169750002 169751003 169968005 169973004 230127002 412729005 364991000000100`,
  "02": `169743001 169969002 169974005 733896006 365091000000100 491951000000103`,
  "03": `169744007 169746009 169747000 169967000 169972009 268472006 412728002 365171000000100`,
};

const READ_FINDINGS: Readonly<Record<BreastfeedingCode, string>> = {
  "01": "62P1. 62P5. 62PA. 62PB. 6412. 6422. 64e1. 62PE. Ub1ve XaJgn XaPO0",
  "02": "62P3. 6413. 6423. XaPO8 62P30 XaQ7W",
  "03": "62P4. 62P6. 62P7. 6411. 6421. 62P2. 64e0. 62PF. XE1SF XaJgm XaPOG",
};

/** FINDING SCHEME IN USE (COMMUNITY CARE). */
export type FindingScheme = "read-v2" | "ctv3" | "snomed";

const SCHEMES: ReadonlyMap<string, FindingScheme> = new Map([
  ["02", "read-v2"],
  ["03", "ctv3"],
  ["04", "snomed"],
]);

export interface BreastfeedingFinding {
  readonly scheme: FindingScheme;
  readonly code: string;
  readonly status: BreastfeedingCode;
}

const SNOMED_STATUS = toStatuses(SNOMED_FINDINGS);
const READ_STATUS = toStatuses(READ_FINDINGS);

/**
 * What a coded finding says of breastfeeding, or `undefined` if it says something else. Read codes count with or without
 * their trailing dots, and v2 codes under CTV3 too, which took most of them over.
 */
export function readBreastfeedingFinding(
  scheme: string | undefined,
  submitted: string | undefined,
): BreastfeedingFinding | undefined {
  const known = SCHEMES.get(scheme ?? "");
  if (known === undefined || submitted === undefined) return undefined;
  // Behind the five characters of a Read code two more may name its term.
  const code = known === "snomed" ? submitted : submitted.slice(0, 5).padEnd(5, ".");
  const status = (known === "snomed" ? SNOMED_STATUS : READ_STATUS).get(code);
  return status === undefined ? undefined : { scheme: known, code, status };
}

export function isBreastfeedingCode(code: string | undefined): code is BreastfeedingCode {
  return code === "01" || code === "02" || code === "03";
}

function toStatuses(findings: Readonly<Record<BreastfeedingCode, string>>): ReadonlyMap<string, BreastfeedingCode> {
  const statuses = new Map<string, BreastfeedingCode>();
  for (const status of ["01", "02", "03"] as const) {
    for (const code of findings[status].split(" ")) statuses.set(code, status);
  }
  return statuses;
}
