import type { OperationOutcome, Parameters, Resource } from "@medplum/fhirtypes";
import type { AuditLog } from "../audit/audit.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import type { DecisionOutcome, Decisions } from "../identity/decisions/decisions.ts";
import { type InteractionRequest, type Result, refused } from "../interactions/answer.ts";
import { toDisclosedVersions } from "../interactions/audit-disclosures.ts";
import { auditFacts } from "../interactions/audit-facts.ts";
import { guardRelease } from "../interactions/guard.ts";
import { momentOf } from "../interactions/moment.ts";
import type { RecordReader } from "../interactions/record-reader.ts";
import type { DecisionRefused } from "../outcome/operation-issue.ts";
import { resourceBytes } from "../search/pack.ts";
import type { RecordKey } from "../store/store.ts";
import type { NamedPatientPorts } from "./named-patient.ts";

export interface DecisionPorts extends NamedPatientPorts {
  readonly reader: RecordReader;
  readonly audit: AuditLog;
  readonly decisions: Decisions;
  /** Every registered source, by name. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
}

type Decided = Extract<DecisionOutcome, { ok: true }>;

/** A decision as it was asked for, with what came of it. */
export interface DecisionAnswer {
  /** `$merge` or `$unmerge`. */
  readonly interaction: string;
  readonly sent: Parameters;
  readonly isPreview: boolean;
  readonly decided: Decided;
  /** The record whose Patient is the result. */
  readonly result: RecordKey;
  /** Logical ids of the two Patients. */
  readonly patients: readonly string[];
}

/** Parameters of what was asked, what came of it, and the Patient as the requester sees it now; recorded first. */
export async function answerDecision(
  request: InteractionRequest,
  { interaction, sent, isPreview, decided, result, patients }: DecisionAnswer,
  { reader, audit, sources }: DecisionPorts,
): Promise<Result> {
  const { requester, now_ms } = request;
  const at = await momentOf(reader, now_ms);
  const view = isPreview ? undefined : await reader.view(result, requester, at);
  if (view && view.patient.size > 0) guardRelease([{ pack: view.patient, entry: 0 }], requester, sources);
  const sequence = decided.decision?.sequence;
  try {
    await audit.append({
      interaction,
      outcome: "success",
      ...auditFacts(requester, request),
      query: `Patient/${interaction}${isPreview ? " preview" : ""}`,
      ...toDisclosedVersions(
        [
          ...patients.map((patientId) => ({ patientId, name: "" })),
          ...(view && view.patient.size > 0
            ? [{ patientId: view.patientId, name: view.patient.names[0] ?? "", view }]
            : []),
        ],
        audit,
      ),
      ...(sequence !== undefined && { detail: `decision ${sequence}` }),
    });
  } catch {
    // What is decided cannot be taken back by silence.
    return refused(
      isPreview
        ? { kind: "unavailable", what: "audit", retryAfter_s: 5 }
        : { kind: "unrecorded-write", retryAfter_s: 5 },
    );
  }
  const patient: Resource | undefined =
    view && view.patient.size > 0 ? JSON.parse(resourceBytes(view.patient, 0).toString()) : undefined;
  const answer: Parameters = {
    resourceType: "Parameters",
    parameter: [
      { name: "input", resource: sent },
      { name: "outcome", resource: toOutcome(decided, isPreview) },
      ...(patient ? [{ name: "result", resource: patient }] : []),
      ...(sequence === undefined ? [] : [{ name: "decision", valuePositiveInt: sequence }]),
    ],
  };
  return { ok: true, answer: { status: 200, headers: {}, body: Buffer.from(JSON.stringify(answer)) } };
}

/** Counts and addresses alone: what moves was visible to the steward before. */
function toOutcome({ resources, moved }: Decided, isPreview: boolean): OperationOutcome {
  const [verb, told] = isPreview ? ["would change", "would be told"] : ["changed", "are told"];
  return {
    resourceType: "OperationOutcome",
    issue: [
      {
        severity: "information",
        code: "informational",
        diagnostics: `${resources.length} resources ${verb} whose child they are about; ${moved.length} children of sources ${told} of the other Patient.${isPreview ? " Nothing was written." : ""}`,
      },
    ],
  };
}

export function refuseDecision(outcome: Extract<DecisionOutcome, { ok: false }>, parameter: string): Result {
  const { kind } = outcome.refusal;
  if (kind === "unknown") return refused({ kind: "no-such-patient", parameter });
  const refusal: DecisionRefused = kind;
  return refused({ kind: "decision-refused", refusal });
}
