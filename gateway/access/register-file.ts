import { z } from "zod";
import { AGREEMENT } from "./register-agreement.ts";
import { CLIENT } from "./register-client.ts";
import { ISSUER } from "./register-issuer.ts";
import { day, name, system, words } from "./register-words.ts";

/** The register as it is written in REGISTER_FILE. Members that are not named here are refused: they may be mistyped. */

const ORGANIZATION = z.strictObject({
  id: name,
  system,
  value: words,
  name: words,
  /** Its own local authority, as `leeds`. */
  authority: name,
  /** What it is part of, beside what the ODS file says: an academy trust, a council. */
  partOf: z.array(z.strictObject({ system, value: words, from: day.optional(), until: day.optional() })).default([]),
  /** What it was called by before: of a Consent that names the former one nothing is lost. */
  formerly: z.array(z.strictObject({ system, value: words })).default([]),
  /**
   * By which letter of Children Act 2004 s.16LA(4) it is a relevant person; absent: it is none, and the duty to share
   * reaches it not.
   */
  relevantPerson: z.enum(["a", "b", "c"]).optional(),
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
  /** The columns of ODS_FILE, by name or counted from 1, where they are not called as `ods-file.ts` expects them. */
  ods: z
    .strictObject({
      code: words,
      parent: words,
      parentFrom: words.optional(),
      parentUntil: words.optional(),
      successor: words.optional(),
      successorFrom: words.optional(),
    })
    .optional(),
  /** Who signs people in. */
  issuers: z.array(ISSUER).default([]),
});

export type RegisterFile = z.input<typeof REGISTER_FILE>;
export type ParsedRegisterFile = z.output<typeof REGISTER_FILE>;
