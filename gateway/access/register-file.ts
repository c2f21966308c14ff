import { z } from "zod";
import { parseDate } from "#mappers/datatypes/date.ts";
import { CLIENT_KEY } from "./client-key.ts";
import { PURPOSES } from "./purpose.ts";

/** The register as it is written in REGISTER_FILE. Members that are not named here are refused: they may be mistyped. */

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const name = z.string().regex(NAME, { error: "expected small letters, digits and single hyphens" });
const words = z.string().trim().min(1, { error: "expected a text" });
const system = z.url({ error: "expected a URI" });

const ORGANIZATION = z.strictObject({
  id: name,
  system,
  value: words,
  name: words,
  /** Its own local authority, as `leeds`. */
  authority: name,
});

const AGREEMENT = z.strictObject({
  id: name,
  version: z.int().min(1),
  dataClasses: z.array(z.enum(["health-visiting", "education", "sharing"])).min(1),
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
  until: z
    .string()
    .refine((text) => text.length === 10 && parseDate(text) !== undefined, { error: "expected a day as YYYY-MM-DD" }),
});

const NOT_YET = z
  .undefined({ error: "not yet served: leave it out and give the public keys themselves in jwks" })
  .optional();

const CLIENT = z.strictObject({
  id: z.string().regex(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/, {
    error: "expected a letter, then at most 63 letters, digits, dots, underscores or hyphens",
  }),
  name: words,
  kind: z.enum([
    "gp-system",
    "health-visiting",
    "early-years-setting",
    "therapy",
    "family-hub",
    "ehr-vendor",
    "data-officer",
    "steward",
    "conformance",
  ]),
  /** Id of an organization. */
  organization: name,
  /** Id of an agreement. */
  agreement: name,
  jwks: z.strictObject({ keys: z.array(CLIENT_KEY).min(1, { error: "expected at least one public key" }) }),
  jwks_uri: NOT_YET,
  scopes: z.array(z.string()).min(1),
  enabled: z.boolean(),
  /** Set on the clients of the demonstration; production refuses them. */
  demonstration: z.boolean().optional(),
});

const SOURCE = z.strictObject({
  source: name,
  kind: z.enum([
    "eyfs-profile",
    "common-transfer-file",
    "community-services-data-set",
    "digital-child-health",
    "sharing-register",
    "early-years-census",
    "progress-check",
    "family-hub",
    "itk-adt",
  ]),
  authority: name,
  localAuthority: z.string().regex(/^\d{3}$/, { error: "expected the three digits of an authority in education data" }),
  /** Id of an organization. */
  organization: name,
  legalBasis: words,
  /** What the authority has the gateway compute beyond what the source tells. */
  derives: z.array(z.enum(["asq-3-band", "growth-centile"])).default([]),
  /** Whether its children without an NHS number may be asked for at PDS, which records each such question. */
  traces: z.boolean().default(false),
  /** The supplier's own column names: a JSON file, its path counted from the folder of this one. */
  columnsFile: words.optional(),
});

/** What counts as told when a client writes it through the FHIR API. */
const WRITTEN_SOURCE = z.strictObject({
  source: name,
  authority: name,
  dataClass: z.enum(["health-visiting", "education"]),
  legalBasis: words,
});

/** With whose children an authority lets its own be linked. Two authorities match only when each names the other. */
const MATCHING = z.strictObject({
  authority: name,
  with: z.array(name).min(1, { error: "expected at least one authority" }),
  /** The agreement or statute under which the authority does so. */
  legalBasis: words,
});

export const REGISTER_FILE = z.strictObject({
  organizations: z.array(ORGANIZATION),
  agreements: z.array(AGREEMENT),
  clients: z.array(CLIENT),
  sources: z.array(SOURCE),
  writtenSources: z.array(WRITTEN_SOURCE).default([]),
  /** Without an entry an authority matches within itself alone. */
  matching: z.array(MATCHING).default([]),
});

export type RegisterFile = z.input<typeof REGISTER_FILE>;
export type ParsedRegisterFile = z.output<typeof REGISTER_FILE>;
