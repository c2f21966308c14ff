/** Patient/$unmerge: takes back what Patient/$merge decided. FHIR has no operation for it. */
import { authorOf } from "../access/author.ts";
import type { IdentityDecision } from "../identity/decisions/decisions.ts";
import { type Answering, refused } from "../interactions/answer.ts";
import type { Looking } from "../interactions/candidates.ts";
import { momentOf } from "../interactions/moment.ts";
import type { Issue } from "../outcome/issue.ts";
import { answerDecision, type DecisionPorts, refuseDecision } from "./decision-answer.ts";
import { type DecisionParameters, type ParameterKinds, readDecisionParameters } from "./decision-parameters.ts";
import { findNamed } from "./named-patient.ts";
import { isSayable, REASON_EXPECTED } from "./reason.ts";

const KINDS: ParameterKinds = {
  decision: "positiveInt",
  "merged-patient": "Reference",
  preview: "boolean",
  reason: "string",
};

/** Decisions on one record that are looked through for its merge: no child has so many. */
const DECISIONS_max = 200;

/** The decision, on children whom the steward sees → taken back → audit → answer. */
export function createUnmerge(ports: DecisionPorts): Answering {
  return async function unmerge(request) {
    const given = readDecisionParameters(request, KINDS);
    if (!given.ok) return given;
    const reason = given.text("reason") ?? "asked for by $unmerge";
    if (!isSayable(reason)) {
      return refused({ kind: "bad-operation-parameter", parameter: "reason", expected: REASON_EXPECTED });
    }
    const { requester, now_ms } = request;
    const looking = { requester, at: await momentOf(ports.reader, now_ms) };
    const named = await findMerge(given, looking, ports);
    if ("kind" in named) return refused(named);
    const { merge, patients } = named;
    const isPreview = given.flag("preview");
    const decided = await ports.decisions.undo({
      author: authorOf(request.requester),
      reason,
      decision: merge.sequence,
      isPreview,
    });
    if (!decided.ok) return refuseDecision(decided, "decision");
    return answerDecision(
      request,
      { interaction: "$unmerge", sent: given.sent, isPreview, decided, result: merge.other, patients },
      ports,
    );
  };
}

interface FoundMerge {
  readonly merge: IdentityDecision;
  /** Logical ids of the two Patients. */
  readonly patients: readonly string[];
}

async function findMerge(
  given: DecisionParameters,
  looking: Looking,
  ports: DecisionPorts,
): Promise<FoundMerge | Issue> {
  const number = given.number("decision");
  const reference = given.reference("merged-patient");
  if ((number === undefined) === (reference === undefined)) {
    const expected = "the number of a decision, or the Patient that was merged as merged-patient, and not both";
    return { kind: "bad-operation-parameter", parameter: "decision", expected };
  }
  if (number !== undefined) {
    const [found] = await ports.decisions.list({ before: number + 1 }, 1);
    if (found?.sequence !== number || found.kind !== "merge") return { kind: "no-such-decision" };
    return visible(found, looking, ports);
  }
  const merged = await findNamed({ parameter: "merged-patient", reference, identifiers: [] }, looking, ports);
  if (!merged.ok) return merged.issue;
  const all = await ports.decisions.list({ record: merged.view.key }, DECISIONS_max);
  const last = all.find(
    ({ kind, other, undoneBy }) => kind === "merge" && other === merged.view.key && undoneBy === undefined,
  );
  return last ? visible(last, looking, ports) : { kind: "decision-refused", refusal: "not-merged" };
}

/** A decision on a child who is hidden is no decision at all. */
async function visible(
  merge: IdentityDecision,
  { requester, at }: Looking,
  { reader }: DecisionPorts,
): Promise<FoundMerge | Issue> {
  const views = [await reader.view(merge.survivor, requester, at), await reader.view(merge.other, requester, at)];
  const patients = views.flatMap((view) => (view && view.patient.size > 0 ? [view.patientId] : []));
  return patients.length === views.length ? { merge, patients } : { kind: "no-such-decision" };
}
