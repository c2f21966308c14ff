import { AREAS, areaOf } from "#mappers/synthetic/areas.ts";
import {
  EARLY_YEARS_URN,
  LAESTAB,
  LOCAL_AUTHORITY,
  NHS_NUMBER,
  ODS_ORGANIZATION,
  ODS_SITE,
  OFSTED_URN,
  SCHOOL_URN,
  SOURCE_CHILD_ID,
  SOURCE_RECORD_ID,
  UPN,
} from "#profiles/systems.ts";
import type { RegisterFile } from "../access/register-file.ts";
import { toStatutoryGateways } from "./sources.ts";

type Agreement = RegisterFile["agreements"][number];

const ORGANIZATION_SYSTEMS = [
  ODS_ORGANIZATION,
  ODS_SITE,
  SCHOOL_URN,
  LAESTAB,
  EARLY_YEARS_URN,
  OFSTED_URN,
  LOCAL_AUTHORITY,
];
const HEALTH_SYSTEMS = [NHS_NUMBER, SOURCE_CHILD_ID, SOURCE_RECORD_ID, ...ORGANIZATION_SYSTEMS];
const EVERY_SYSTEM = [...HEALTH_SYSTEMS, UPN];
const EVERY_AUTHORITY = AREAS.map(({ id }) => id);
const LEEDS = [areaOf("leeds")];

const DIRECT_CARE: Agreement["legalBasis"] = {
  article6: "6(1)(e)",
  article9: "9(2)(h)",
  confidence: "implied-direct-care",
};

/**
 * What is sensitive and yet part of the care of a young child and its mother. Who works with a child day by day gets none
 * of it, and nothing that is restricted.
 */
const CLINICAL = {
  confidentiality: "R",
  sensitivities: [
    ...["BH", "COGN", "DVD", "EMOTDIS", "ETH", "ETHUD", "GDIS", "HIV", "MH", "OPIOIDUD", "PSY", "PSYTHPN"],
    ...["SDV", "SEX", "SICKLE", "STD", "SUD", "VIO"],
  ],
} satisfies Partial<Agreement>;

/** Of the duty to share a recorded human decision alone makes use. */
const DUTY_TO_SHARE = ["CA2004-16LA"];

/** What care clients of Leeds have in common; each says whose children and which data. */
const CARE = {
  version: 1,
  purposes: ["TREAT"],
  legalBasis: DIRECT_CARE,
  authorities: ["leeds"],
  matchingScope: "none",
  identifierSystems: HEALTH_SYSTEMS,
  coverageNotice: true,
  until: "2036-03-31",
} satisfies Partial<Agreement>;

const HEALTH_AND_EDUCATION = {
  dataClasses: ["health-visiting", "education"],
  statutoryGateways: toStatutoryGateways(LEEDS),
} satisfies Partial<Agreement>;

/** Health-visiting findings with the family's agreement on record alone, and never for treatment. */
const WITH_FAMILY = {
  ...HEALTH_AND_EDUCATION,
  implicitPolicy: { "health-visiting": "deny" },
} satisfies Partial<Agreement>;

/** Hubs get no health-visiting findings at all. */
const EDUCATION = { ...HEALTH_AND_EDUCATION, dataClasses: ["education"] } satisfies Partial<Agreement>;

/** What officers and stewards of all areas have in common. */
const OVERSIGHT = {
  version: 1,
  dataClasses: ["health-visiting", "education", "sharing"],
  legalBasis: { article6: "6(1)(e)", article9: "9(2)(h)", confidence: "statute" },
  relationship: "authority",
  authorities: EVERY_AUTHORITY,
  matchingScope: "none",
  identifierSystems: EVERY_SYSTEM,
  identifierLegalBasis: {
    [UPN]: "Childcare Act 2006 s.99: whoever answers for the records must tell two children apart (demonstration)",
  },
  statutoryGateways: toStatutoryGateways(AREAS),
  audit: true,
  coverageNotice: false,
  confidentiality: "V",
  sensitivities: [...CLINICAL.sensitivities, "SPI", "SSP", "TBOO", "LOCIS"],
  until: "2036-03-31",
} satisfies Partial<Agreement>;

/** One agreement a client, named like it without `-demo`. */
export function demonstrationAgreements(): RegisterFile["agreements"] {
  return [
    {
      ...CARE,
      ...HEALTH_AND_EDUCATION,
      ...CLINICAL,
      id: "gp",
      purposes: ["TREAT", "BTG"],
      relationship: "gp-registration",
      duties: DUTY_TO_SHARE,
      breakGlass: true,
    },
    {
      ...CARE,
      ...CLINICAL,
      id: "gp-health",
      dataClasses: ["health-visiting"],
      relationship: "gp-registration",
      statutoryGateways: {},
    },
    {
      ...CARE,
      ...HEALTH_AND_EDUCATION,
      ...CLINICAL,
      id: "hv",
      purposes: ["TREAT", "BTG"],
      relationship: "caseload",
      duties: DUTY_TO_SHARE,
      breakGlass: true,
    },
    {
      ...CARE,
      ...HEALTH_AND_EDUCATION,
      id: "salt",
      relationship: "caseload",
      confidentiality: "R",
      sensitivities: ["BH", "COGN", "DVD", "EMOTDIS"],
    },
    {
      ...CARE,
      ...WITH_FAMILY,
      id: "practitioner",
      duties: DUTY_TO_SHARE,
      purposes: ["education-support"],
      legalBasis: { article6: "6(1)(e)", article9: "9(2)(g)", confidence: "explicit" },
      relationship: "roll",
      identifierSystems: EVERY_SYSTEM,
    },
    {
      ...CARE,
      ...EDUCATION,
      id: "hub",
      purposes: ["early-help"],
      legalBasis: { article6: "6(1)(e)", article9: "9(2)(g)", confidence: "explicit" },
      relationship: "hub-registration",
    },
    {
      ...CARE,
      ...HEALTH_AND_EDUCATION,
      ...CLINICAL,
      id: "vendor",
      relationship: "authority",
      matchingScope: "own-authority",
      writes: { source: "leeds-vendor" },
    },
    {
      ...OVERSIGHT,
      id: "conformance",
      purposes: ["HSYSADMIN"],
      legalBasis: { article6: "6(1)(e)", article9: "not-applicable", confidence: "not-applicable" },
      authorities: ["conformance"],
      statutoryGateways: {},
      identifierSystems: "any",
      identifierLegalBasis: {},
      idSpace: "conformance",
      writes: { source: "conformance-laboratory", updateCreate: true, unknownSubjects: true },
    },
    { ...OVERSIGHT, id: "officer", purposes: ["HOPERAT", "HSYSADMIN"] },
    { ...OVERSIGHT, id: "steward", purposes: ["HOPERAT"] },
  ];
}
