import { canonical } from "./canonical.ts";

/** Identifier systems, code systems and extensions that records and resources use, by the name this project gives them. */

// Identifiers of NHS England and HL7 UK (System-Identifiers list).
export const NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number";
export const ODS_ORGANIZATION = "https://fhir.nhs.uk/Id/ods-organization-code";
export const ODS_SITE = "https://fhir.nhs.uk/Id/ods-site-code";
/** Unique reference number of a school in Get Information About Schools. */
export const SCHOOL_URN = "https://fhir.hl7.org.uk/Id/urn-school-number";

// Identifiers for which no national URI is established; described by our NamingSystems.
export const UPN = canonical("NamingSystem", "unique-pupil-number");
/** Local authority number and establishment number, as `383/3999`. */
export const LAESTAB = canonical("NamingSystem", "laestab");
export const EARLY_YEARS_URN = canonical("NamingSystem", "early-years-urn");
export const OFSTED_URN = canonical("NamingSystem", "ofsted-urn");
/** Three-digit number of a local authority in education data. */
export const LOCAL_AUTHORITY = canonical("NamingSystem", "local-authority-number");
/** What an authority calls one of its family hubs; the value is `<authority number>/<code>`, as `383/SEACROFT`. */
export const FAMILY_HUB_CODE = canonical("NamingSystem", "family-hub-code");
/** What a source calls the child; the value is `<source>/<local id>`. */
export const SOURCE_CHILD_ID = canonical("NamingSystem", "source-child-id");
/** What a source calls one of its records; the value is `<source>/<record id>`. */
export const SOURCE_RECORD_ID = canonical("NamingSystem", "source-record-id");
/** What a client is called in the register; of a Consent's actor. */
export const CLIENT_ID = canonical("NamingSystem", "client-id");
export const DELIVERY = canonical("NamingSystem", "delivery");

// Terminologies.
export const SNOMED = "http://snomed.info/sct";
export const LOINC = "http://loinc.org";
export const UCUM = "http://unitsofmeasure.org";
export const READ_V2 = "http://read.info/readv2";
export const CTV3 = "http://read.info/ctv3";
export const ICD_10 = "http://hl7.org/fhir/sid/icd-10";
export const OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category";
export const DATA_ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
export const CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
export const ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
export const ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
/** HL7 v2 table 0203: what kind of number an identifier is. */
export const IDENTIFIER_TYPE = "http://terminology.hl7.org/CodeSystem/v2-0203";
export const CONSENT_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope";
export const NHS_NUMBER_STATUS = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland";
export const BREASTFEEDING_STATUS = "https://fhir.nhs.uk/STU3/CodeSystem/NHSDataDictionary-BreastfeedingStatus-1";
export const DCH_ENCOUNTER_TYPE = "https://fhir.nhs.uk/STU3/CodeSystem/DCH-ChildHealthEncounterType-1";
export const DCH_EVENT_TYPE = "https://fhir.nhs.uk/STU3/CodeSystem/DCH-ChildHealthEventType-1";
export const DCH_PARENTAL_CONSENT = "https://fhir.nhs.uk/STU3/CodeSystem/DCH-ParentalConsentToShareInformation-1";
export const SPINE_ERROR = "https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode";

// Our own code systems.
/** E01 to E17, the early learning goals of the framework in force since 2021/22. */
export const EARLY_LEARNING_GOAL = canonical("CodeSystem", "early-learning-goal");
/** G01 to G17, the goals of 2012/13 to 2018/19: other goals in another order, never mapped to E by number. */
export const FORMER_EARLY_LEARNING_GOAL = canonical("CodeSystem", "former-early-learning-goal");
/** 1 emerging, 2 expected. */
export const GOAL_OUTCOME = canonical("CodeSystem", "early-learning-goal-outcome");
/** 1 emerging, 2 expected, 3 exceeding. */
export const FORMER_GOAL_OUTCOME = canonical("CodeSystem", "former-early-learning-goal-outcome");
export const DEVELOPMENTAL_DOMAIN = canonical("CodeSystem", "developmental-domain");
/** Codes of our own for Observations that no national terminology names: `good-level-of-development`, `health-visitor-review`, `early-years-progress-…`. */
export const EARLY_YEARS_OBSERVATION = canonical("CodeSystem", "early-years-observation");
/** Codes of our own for what child health messages tell and no national terminology names: `feeding-method`, `newborn-examination-hips`. */
export const CHILD_HEALTH_FINDING = canonical("CodeSystem", "child-health-finding");
/** `achieved`, `not-achieved`, `undetermined`. */
export const GOOD_LEVEL_OF_DEVELOPMENT = canonical("CodeSystem", "good-level-of-development");
/** What the early years census says of a child: `funded-hours`, `sen-provision` … */
export const EARLY_YEARS_CENSUS_ITEM = canonical("CodeSystem", "early-years-census-item");
/** `N`, `K`, `E`: provision for special educational needs, as censuses of education code it. */
export const SEN_PROVISION = canonical("CodeSystem", "sen-provision");
/** Main ethnicity codes of the censuses of education (CBDS CS080), which no agreed map leads to the NHS ethnic category. */
export const CENSUS_ETHNICITY = canonical("CodeSystem", "census-ethnicity");
/** COMMUNITY CARE ACTIVITY TYPE of the Community Services Data Set. */
export const CSDS_ACTIVITY_TYPE = canonical("CodeSystem", "csds-activity-type");
/** INFANT PHYSICAL EXAMINATION RESULT of the Community Services Data Set. */
export const CSDS_EXAMINATION_RESULT = canonical("CodeSystem", "csds-infant-physical-examination-result");
/** Status of a newborn blood spot screen in the Community Services Data Set: not listed here. */
export const CSDS_BLOOD_SPOT_STATUS = canonical("NamingSystem", "csds-newborn-blood-spot-status");
/** Outcomes of newborn hearing in the Community Services Data Set: not listed here. */
export const CSDS_HEARING_OUTCOME = canonical("NamingSystem", "csds-newborn-hearing-outcome");
/** What a newborn baby was screened for. */
export const NEWBORN_SCREEN = canonical("CodeSystem", "newborn-screen");
/** `coded-finding`, `care-activity`. */
export const HEALTH_VISITING_OBSERVATION = canonical("CodeSystem", "health-visiting-observation");
/** What the gateway computes: `asq-3-band`, `weight-for-age-z-score` … */
export const DERIVED_OBSERVATION = canonical("CodeSystem", "derived-observation");
export const ASQ_3_BAND = canonical("CodeSystem", "asq-3-band");
export const DERIVATION_METHOD = canonical("CodeSystem", "derivation-method");
/** What a child came to at a family hub, as `stay-and-play`. */
export const FAMILY_HUB_ACTIVITY = canonical("CodeSystem", "family-hub-activity");
/** `family-hub-contact`. */
export const FAMILY_HUB_OBSERVATION = canonical("CodeSystem", "family-hub-observation");
/** DataClass of mappers/mapper.ts as a code; used in Consent.provision.class. */
export const DATA_CLASS = canonical("CodeSystem", "data-class");
/** `received`, `upheld`, `refused`. */
export const OBJECTION_STATE = canonical("CodeSystem", "objection-state");
/** How information has to be handled beyond what HL7 has words for: `PDS-R`, `adoption-sealed`, `do-not-inform-family` … */
export const HANDLING_LABEL = canonical("CodeSystem", "handling-label");
/** `safeguarding-16LA`, `early-help`, `education-support`, `aggregate-statistics`. */
export const PURPOSE_OF_USE = canonical("CodeSystem", "purpose-of-use");
export const SHARING_DECISION = canonical("CodeSystem", "sharing-decision");

// Extensions.
export const NHS_NUMBER_STATUS_EXTENSION =
  "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus";
export const ETHNIC_CATEGORY_EXTENSION = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory";
/** On Patient: ethnicity as a census of education codes it, a CodeableConcept of CENSUS_ETHNICITY. */
export const CENSUS_ETHNICITY_EXTENSION = canonical("StructureDefinition", "census-ethnicity");
/** On Consent: the state of an objection, a Coding of OBJECTION_STATE. */
export const OBJECTION_STATE_EXTENSION = canonical("StructureDefinition", "objection-state");
/** On Consent: who decided on an objection and when. */
export const OBJECTION_DECISION_EXTENSION = canonical("StructureDefinition", "objection-decision");
/** On Observation.code: the code as the source gave it, where a profile allows no second one of its system. */
export const SOURCE_CODING_EXTENSION = canonical("StructureDefinition", "source-coding");
