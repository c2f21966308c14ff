/** Names of the tables, as the submission file has them. */
export const HEADER = "CYP000Header";
export const MPI = "CYP001MPI";
export const GP = "CYP002GP";
export const REFERRAL = "CYP101Referral";
export const SERVICE_TYPE = "CYP102ServiceTypeReferredTo";
export const CONTACT = "CYP201CareContact";
export const ACTIVITY = "CYP202CareActivity";
export const HEARING = "CYP603NewbornHearingScreening";
export const BLOOD_SPOT = "CYP604BloodSpotResult";
export const EXAMINATION = "CYP605IPE";
export const REFERRAL_ASSESSMENT = "CYP609CodedAssessmentReferral";
export const BREASTFEEDING = "CYP610BreastfeedingStatus";
export const OBS = "CYP611Obs";
export const ASSESSMENT = "CYP612CodedAssessmentContact";
