import type { Coding } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { RESOURCE_TYPES as TYPES_OF_R4 } from "#profiles/generated/validators.ts";
import {
  ACT_CODE,
  ACT_REASON,
  CLIENT_ID,
  CONFIDENTIALITY,
  CTV3,
  DATA_CLASS,
  EARLY_YEARS_URN,
  FAMILY_HUB_CODE,
  HANDLING_LABEL,
  ICD_10,
  LAESTAB,
  LOCAL_AUTHORITY,
  LOINC,
  OBSERVATION_CATEGORY,
  ODS_ORGANIZATION,
  ODS_SITE,
  OFSTED_URN,
  PURPOSE_OF_USE,
  READ_V2,
  SCHOOL_URN,
  SNOMED,
} from "#profiles/systems.ts";
import { PURPOSES } from "../access/purpose.ts";
import { CONSENT_ACTION, EVERY_PURPOSE, isDataClass, RESOURCE_TYPES, URIS } from "./consent-rules.ts";
import { CONFIDENTIALITY_ORDER, HANDLING } from "./labels/label-list.ts";

/** The codes by which a rule of a Consent may narrow what it is about, and why another cannot be carried out. */

type IsKnown = (code: string) => boolean;

const listed = (codes: string): IsKnown => {
  const known = new Set(codes.split(" "));
  return (code) => known.has(code);
};
const isForm =
  (form: RegExp): IsKnown =>
  (code) =>
    form.test(code);
const isAny: IsKnown = () => true;

/** Purposes of use in v3 ActReason. https://terminology.hl7.org/ValueSet-v3-PurposeOfUse.html */
const PURPOSES_OF_USE = listed(
  "HMARKT HOPERAT CAREMGT DONAT FRAUD GOV HACCRED HCOMPL HDECD HDIRECT HDM HLEGAL HOUTCOMS HPRGRP HQUALIMP HSYSADMIN " +
    "LABELING METAMGT MEMADMIN MILCDM PATADMIN PATSFTY PERFMSR RECORDMGT SYSDEV HTEST TRAIN HPAYMT CLMATTCH COVAUTH " +
    "COVERAGE ELIGDTRM ELIGVER ENROLLM MILDCRG REMITADV HRESCH BIORCH CLINTRCH CLINTRCHNPC CLINTRCHPC PRECLINTRCH DSRCH " +
    "POARCH TRANSRCH PATRQT FAMRQT PWATRNY SUPNWK PUBHLTH DISASTER THREAT TREAT CLINTRL COC ETREAT BTG ERTREAT POPHLTH",
);

/** Sensitivities in v3 ActCode. https://terminology.hl7.org/ValueSet-v3-InformationSensitivityPolicy.html */
const SENSITIVITIES = listed(
  "ETH GDIS HIV MST SCA SDV SEX SPI STD TBOO VIO IDS SICKLE BH COGN DVD EMOTDIS MH PSY PSYTHPN SUD SUDTHPN ETHUD OPIOIDUD " +
    "DEMO DOB GENDER LIVARG MARST RACE REL B EMPL LOCIS SSP ADOL CEL DIA DRGIS EMP PDS PHY PRS COMPT ACOCOMPT CTCOMPT " +
    "FMCOMPT HRCOMPT LRCOMPT PACOMPT RESCOMPT RMGTCOMPT",
);

/** Elements of a rule whose codes decide, each with the code systems that are understood there. */
const SYSTEMS = {
  action: new Map([[CONSENT_ACTION, listed("access")]]),
  purpose: new Map<string, IsKnown>([
    [ACT_REASON, (code) => PURPOSES_OF_USE(code) || EVERY_PURPOSE.has(code)],
    [PURPOSE_OF_USE, (code) => PURPOSES.includes(code)],
  ]),
  securityLabel: new Map<string, IsKnown>([
    [CONFIDENTIALITY, (code) => CONFIDENTIALITY_ORDER.some((known) => known === code)],
    [ACT_CODE, SENSITIVITIES],
    [HANDLING_LABEL, (code) => HANDLING.some((known) => known === code)],
  ]),
  class: new Map<string, IsKnown>([
    [DATA_CLASS, isDataClass],
    [RESOURCE_TYPES, (code) => TYPES_OF_R4.has(code)],
    [URIS, isForm(/^https?:\/\//)],
  ]),
  code: new Map<string, IsKnown>([
    [SNOMED, isForm(/^\d{6,18}$/)],
    [LOINC, isForm(/^(?:LP|LA)?\d+-\d$/)],
    ...[READ_V2, CTV3, ICD_10, OBSERVATION_CATEGORY].map((system): [string, IsKnown] => [system, isAny]),
  ]),
} as const;

export type CodedElement = keyof typeof SYSTEMS;

const OWN_SYSTEM = canonical("CodeSystem", "");

/** Why a coding of a rule cannot be carried out; `undefined` where it can. */
export function flawOfCoding(element: CodedElement, { system, code }: Coding): string | undefined {
  if (!system || !code) return "Expected a code with its system: without both nobody can tell what the rule is about.";
  const isKnown = SYSTEMS[element].get(system) ?? (element === "code" ? ownSystem(system) : undefined);
  if (isKnown === undefined) return flawOfSystem(element, system);
  if (isKnown(code)) return undefined;
  if (element === "action")
    return "Only access can be permitted or denied here: no other action goes through this gateway.";
  return `This code is not one of ${system}: a rule with it would never match anything.`;
}

function ownSystem(system: string): IsKnown | undefined {
  return system.startsWith(OWN_SYSTEM) ? isAny : undefined;
}

function flawOfSystem(element: CodedElement, system: string): string {
  const expected = [...SYSTEMS[element].keys()].join(", ");
  if (system.includes("/ValueSet/")) {
    return `This names a value set; a coding names the code system that its code is from. Expected one of: ${expected}.`;
  }
  return `No code system that is understood here: the rule would never match anything. Expected one of: ${expected}.`;
}

/** Systems of identifiers by which an actor is told at the time of a request. */
export const ACTOR_SYSTEMS: readonly string[] = [
  ODS_ORGANIZATION,
  ODS_SITE,
  LAESTAB,
  SCHOOL_URN,
  EARLY_YEARS_URN,
  OFSTED_URN,
  LOCAL_AUTHORITY,
  FAMILY_HUB_CODE,
  CLIENT_ID,
];
