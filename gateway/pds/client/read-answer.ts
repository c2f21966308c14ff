import type { Patient } from "@medplum/fhirtypes";
import { z } from "zod";
import { isNhsNumber } from "#mappers/datatypes/nhs-number.ts";

/** Why a call told nothing that can be relied on. */
export type FailureReason =
  | "time-out"
  | "network"
  | "redirect"
  | "too-large"
  | "not-json"
  | "unreadable"
  | "refused"
  | "unauthorised"
  | "unavailable"
  | "too-many-requests"
  | "token-refused"
  | "token-unavailable"
  | "circuit-open"
  | "deadline"
  | "no-turn";

/** What the register says to one question. */
export type PdsAnswer =
  | { readonly kind: "patient"; readonly patient: PdsPatient; readonly score?: number }
  /** Nobody fits, or the number is unknown. */
  | { readonly kind: "nobody" }
  | { readonly kind: "too-many" }
  | { readonly kind: "invalidated" }
  | { readonly kind: "failed"; readonly reason: FailureReason; readonly retryAfter_ms?: number };

export interface PdsPatient {
  readonly nhsNumber: string;
  /** Marked with anything but "unrestricted", or not marked at all. */
  readonly isRestricted: boolean;
  readonly resource: Patient;
}

const CODINGS = z.array(z.object({ code: z.string().optional() })).optional();
const OPERATION_OUTCOME = z.object({
  resourceType: z.literal("OperationOutcome"),
  issue: z.array(z.object({ details: z.object({ coding: CODINGS }).optional() })),
});
const PERIOD = z.object({ start: z.exactOptional(z.string()), end: z.exactOptional(z.string()) }).exactOptional();
/** The elements that are compared with; everything else is dropped as soon as it comes. */
const PATIENT = z.object({
  resourceType: z.literal("Patient"),
  id: z.string().refine(isNhsNumber),
  meta: z.object({ security: z.array(z.object({ code: z.string() })).exactOptional() }).exactOptional(),
  identifier: z
    .array(z.object({ system: z.exactOptional(z.string()), value: z.exactOptional(z.string()) }))
    .exactOptional(),
  name: z
    .array(
      z.object({
        given: z.array(z.string()).exactOptional(),
        family: z.exactOptional(z.string()),
        period: PERIOD,
      }),
    )
    .exactOptional(),
  gender: z.exactOptional(z.enum(["male", "female", "other", "unknown"]).catch("unknown")),
  birthDate: z.exactOptional(z.string()),
  multipleBirthInteger: z.int().exactOptional(),
  address: z
    .array(
      z.object({ line: z.array(z.string()).exactOptional(), postalCode: z.exactOptional(z.string()), period: PERIOD }),
    )
    .exactOptional(),
  telecom: z.array(z.object({ value: z.exactOptional(z.string()) })).exactOptional(),
});
const SEARCHSET = z.object({
  resourceType: z.literal("Bundle"),
  type: z.literal("searchset"),
  total: z.int().min(0),
  entry: z
    .array(z.object({ search: z.object({ score: z.number().min(0).max(1) }).exactOptional(), resource: PATIENT }))
    .exactOptional(),
});

const UNREADABLE = { kind: "failed", reason: "unreadable" } as const;

/**
 * A searchset of at most one patient, or the outcome that says there are too many. What is neither, as half a Bundle,
 * is a failure and never nobody.
 */
export function readSearchAnswer(status: number, body: unknown): PdsAnswer {
  if (status !== 200) return { kind: "failed", reason: "refused" };
  if (codesOf(body).includes("TOO_MANY_MATCHES")) return { kind: "too-many" };
  const searchset = SEARCHSET.safeParse(body);
  if (!searchset.success) return UNREADABLE;
  const { total, entry = [] } = searchset.data;
  if (total > 1 || entry.length > 1) return { kind: "too-many" };
  const [only] = entry;
  if (only === undefined) return total === 0 ? { kind: "nobody" } : UNREADABLE;
  if (total !== 1) return UNREADABLE;
  const patient = toPdsPatient(only.resource);
  if (patient === undefined) return UNREADABLE;
  const score = only.search?.score;
  return { kind: "patient", patient, ...(score === undefined ? {} : { score }) };
}

/** A patient, or a 404 that says in the register's own words why there is none: any other 404 is a fault on the way. */
export function readPatientAnswer(status: number, body: unknown): PdsAnswer {
  const codes = codesOf(body);
  if (status === 404 && codes.includes("INVALIDATED_RESOURCE")) return { kind: "invalidated" };
  if (status === 404 && codes.includes("RESOURCE_NOT_FOUND")) return { kind: "nobody" };
  if (status !== 200) return { kind: "failed", reason: "refused" };
  const parsed = PATIENT.safeParse(body);
  if (!parsed.success) return UNREADABLE;
  if (parsed.data.meta?.security?.some(({ code }) => code === "REDACTED")) return { kind: "invalidated" };
  const patient = toPdsPatient(parsed.data);
  return patient === undefined ? UNREADABLE : { kind: "patient", patient };
}

function toPdsPatient({ meta, ...told }: z.output<typeof PATIENT>): PdsPatient | undefined {
  const numbers = (told.identifier ?? []).filter(({ system }) => system === "https://fhir.nhs.uk/Id/nhs-number");
  if (numbers.some(({ value }) => value !== told.id)) return undefined;
  const codes = meta?.security?.map(({ code }) => code) ?? [];
  const isRestricted = codes.length === 0 || codes.some((code) => code !== "U");
  const { address, telecom, ...without } = told;
  const resource: Patient = isRestricted
    ? without
    : { ...without, ...(address && { address }), ...(telecom && { telecom }) };
  return { nhsNumber: told.id, isRestricted, resource };
}

function codesOf(body: unknown): readonly string[] {
  const outcome = OPERATION_OUTCOME.safeParse(body);
  if (!outcome.success) return [];
  return outcome.data.issue.flatMap(({ details }) => details?.coding?.flatMap(({ code }) => code ?? []) ?? []);
}
