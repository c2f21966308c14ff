import { z } from "zod";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { parseDate } from "../datatypes/date.ts";
import { isNhsNumber } from "../datatypes/nhs-number.ts";

/**
 * The elements that are read of the STU3 resources that every message has, and of the questionnaire of Early Years Progress,
 * by their FHIR names. Messages name
 * the profile that wants it and never the value. What is not named here is reported as not carried.
 */

const text = z.string("expected text");
const reference = z.looseObject({ reference: text.optional() });

const coding = z.looseObject({ system: text.optional(), code: text.optional() });
const concept = z.looseObject({ coding: z.array(coding).optional() });

const extension = z.looseObject({ url: text, valueCodeableConcept: concept.optional() });

/** A FHIR date or dateTime; a time has its offset. */
function isDateTime(value: string): boolean {
  const match =
    /^([0-9]{4}-[0-9]{2}-[0-9]{2})(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))?$/.exec(
      value,
    );
  return match?.[1] !== undefined && parseDate(match[1]) !== undefined;
}

export const messageHeader = z.looseObject({
  meta: z.looseObject({ lastUpdated: text.optional() }).optional(),
  timestamp: text.optional(),
  extension: z.array(extension).optional(),
  event: z.looseObject(
    { system: text.optional(), code: text },
    "expected the event of the message (DCH-MessageHeader-1)",
  ),
  responsible: reference.optional(),
  focus: z.array(reference).optional(),
});

export const patient = z.looseObject({
  id: text.optional(),
  meta: z.looseObject({ security: z.array(coding).optional() }).optional(),
  identifier: z
    .array(
      z
        .looseObject({
          system: text.optional(),
          value: text.optional(),
          use: text.optional(),
          extension: z.array(extension).optional(),
        })
        .refine(({ system, value }) => system !== NHS_NUMBER || value === undefined || isNhsNumber(value), {
          path: ["value"],
          message: "expected ten digits, the last a right modulus 11 check digit (NHS Data Dictionary, NHS NUMBER)",
        }),
    )
    .optional(),
  name: z
    .array(
      z.looseObject({
        use: text.optional(),
        family: text.optional(),
        given: z.array(text).optional(),
        prefix: z.array(text).optional(),
        suffix: z.array(text).optional(),
      }),
    )
    .optional(),
  gender: z
    .enum(["male", "female", "other", "unknown"], "expected male, female, other or unknown (CareConnect-DCH-Patient-1)")
    .optional(),
  birthDate: text
    .refine(
      (value) => parseDate(value) !== undefined,
      "expected a day of the calendar as YYYY-MM-DD (CareConnect-DCH-Patient-1)",
    )
    .optional(),
  address: z
    .array(
      z.looseObject({
        use: text.optional(),
        line: z.array(text).optional(),
        city: text.optional(),
        district: text.optional(),
        postalCode: text.optional(),
        country: text.optional(),
      }),
    )
    .optional(),
});

export const encounter = z.looseObject({
  status: text.optional(),
  subject: reference.optional(),
  serviceProvider: reference.optional(),
  period: z
    .looseObject({
      start: text
        .refine(isDateTime, "expected a day as YYYY-MM-DD, or a time with its offset (CareConnect-DCH-Encounter-1)")
        .optional(),
    })
    .optional(),
});

const answer = z.looseObject({ valueString: text.optional(), valueCoding: coding.optional() });

export const questionnaireResponse = z.looseObject({
  status: z.enum(
    ["in-progress", "completed", "amended", "entered-in-error", "stopped"],
    "expected a status of QuestionnaireResponse (DCH-EarlyYearsProgress-QuestionnaireResponse-1)",
  ),
  subject: reference.optional(),
  context: reference.optional(),
  meta: z.looseObject({ security: z.array(coding).optional() }).optional(),
  item: z.array(z.looseObject({ linkId: text, answer: z.array(answer).optional() })).optional(),
});

export const organization = z.looseObject({
  identifier: z.array(z.looseObject({ system: text.optional(), value: text.optional() })).optional(),
  name: text.optional(),
});

export type Stu3Patient = z.infer<typeof patient>;
export type Stu3Encounter = z.infer<typeof encounter>;
export type Stu3QuestionnaireResponse = z.infer<typeof questionnaireResponse>;
export type Stu3Coding = z.infer<typeof coding>;
