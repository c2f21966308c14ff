import { z } from "zod";
import { code, date, given, kept, LOCAL_PATIENT } from "./dictionary-item.ts";
import { SCREENING_ITEMS } from "./screening-items.ts";
import { BLOOD_SPOT, EXAMINATION, HEARING } from "./table-names.ts";

/** Rows of the tables of newborn screens. They hang off the child, and have dates of their own or none. */

/** What stands for an outcome: short, so that a sentence written into the column is found. */
function outcomesOf(table: string, list: string, pattern: RegExp) {
  return Object.fromEntries(
    SCREENING_ITEMS.filter((item) => item.table === table).map(({ column, item }) => [
      column,
      code(item, list, pattern).optional(),
    ]),
  );
}

export const newbornHearingScreening = z.object({
  LocalPatientID: given(LOCAL_PATIENT),
  ServiceRequest_Date: kept,
  Procedure_Date: date("PROCEDURE DATE (NEWBORN HEARING AUDIOLOGY)").optional(),
  ...outcomesOf(HEARING, "a code of at most three letters and digits", /^[A-Za-z0-9]{1,3}$/),
});

export const bloodSpotResult = z.object({
  LocalPatientID: given(LOCAL_PATIENT),
  CardCompletion_Date: date("BLOOD SPOT CARD COMPLETION DATE").optional(),
  TestResult_ReceivedDate: date("NEWBORN BLOOD SPOT TEST RESULT RECEIVED DATE").optional(),
  ...outcomesOf(BLOOD_SPOT, "two or four digits, leading zeros kept", /^[0-9]{2}([0-9]{2})?$/),
});

export const infantPhysicalExamination = z.object({
  LocalPatientID: given(LOCAL_PATIENT),
  Examination_Date: date("INFANT PHYSICAL EXAMINATION DATE"),
  ...outcomesOf(EXAMINATION, "01, 02, 03 or NN", /^(0[1-3]|NN)$/),
});
