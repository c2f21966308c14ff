import { z } from "zod";
import { PURPOSES } from "./purpose.ts";
import { day, name, system, words } from "./register-words.ts";

const dataClass = z.enum(["health-visiting", "education", "sharing"]);
const sensitivity = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{1,40}$/, { error: "expected a code of v3 ActCode, as SDV" });
const duty = z
  .string()
  .regex(/^[A-Z]+\d{4}-[0-9A-Za-z]+$/, { error: "expected act, year and section, as CA2004-16LA" });

/** An agreement as it is written in REGISTER_FILE; `requester.ts` says what its members mean. */
export const AGREEMENT = z.strictObject({
  id: name,
  version: z.int().min(1),
  dataClasses: z.array(dataClass).min(1),
  purposes: z
    .array(z.enum(PURPOSES, { error: `expected one of ${PURPOSES.join(", ")}` }))
    .min(1, { error: "expected at least one purpose" }),
  legalBasis: z.strictObject({
    article6: z.string().regex(/^6\(1\)\(([a-f]|ea)\)$/, { error: "expected as 6(1)(e)" }),
    article9: z
      .string()
      .regex(/^(9\(2\)\([a-j]\)|not-applicable)$/, { error: "expected as 9(2)(h), or not-applicable" }),
    confidence: z.enum(["implied-direct-care", "statute", "public-interest", "explicit", "not-applicable"]),
  }),
  relationship: z.enum(["gp-registration", "caseload", "roll", "hub-registration", "authority"]),
  authorities: z.array(name).min(1),
  matchingScope: z.union([z.enum(["none", "own-authority"]), z.array(name).min(1)], {
    error: "expected none, own-authority, or a list of authorities",
  }),
  identifierSystems: z.union([z.array(system), z.literal("any")], {
    error: "expected a list of identifier systems, or any",
  }),
  identifierLegalBasis: z.record(z.string(), words).optional(),
  statutoryGateways: z.record(z.string(), words),
  audit: z.boolean().default(false),
  idSpace: z.union([z.literal(""), name]).default(""),
  writes: z
    .strictObject({
      /** Name of a written source. */
      source: name,
      updateCreate: z.boolean().default(false),
      unknownSubjects: z.boolean().default(false),
    })
    .optional(),
  coverageNotice: z.boolean(),
  /** Whether PDS may be asked on behalf of its clients (`$match`); PDS records each question. */
  traces: z.boolean().default(false),
  /** First day of validity; absent: it holds already. */
  from: day.optional(),
  /** Last day of validity. */
  until: day,
  confidentiality: z.enum(["N", "R", "V"], { error: "expected N, R or V (v3 Confidentiality)" }).optional(),
  sensitivities: z.array(sensitivity).optional(),
  implicitPolicy: z.partialRecord(dataClass, z.enum(["permit", "deny"])).optional(),
  elements: z.record(z.string(), z.array(words).min(1, { error: "expected at least one element" })).optional(),
  duties: z.array(duty).optional(),
  breakGlass: z.boolean().optional(),
  /** Id of the organization for which the client's own one processes; absent: for itself. */
  onBehalfOf: name.optional(),
});

export type ParsedAgreement = z.output<typeof AGREEMENT>;
