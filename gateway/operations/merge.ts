/** Patient/$merge: https://hl7.org/fhir/R5/patient-operation-merge.html in R4, over appended decisions. */

import type { Patient } from "@medplum/fhirtypes";
import { authorOf } from "../access/author.ts";
import { type Answering, refused } from "../interactions/answer.ts";
import { momentOf } from "../interactions/moment.ts";
import type { VisibleRecord } from "../interactions/record-reader.ts";
import type { Issue } from "../outcome/issue.ts";
import { resourceBytes } from "../search/pack.ts";
import { answerDecision, type DecisionPorts, refuseDecision } from "./decision-answer.ts";
import { type DecisionParameters, type ParameterKinds, readDecisionParameters } from "./decision-parameters.ts";
import { findNamed } from "./named-patient.ts";
import { isSayable, REASON_EXPECTED } from "./reason.ts";

const KINDS: ParameterKinds = {
  "source-patient": "Reference",
  "source-patient-identifier": "Identifier",
  "target-patient": "Reference",
  "target-patient-identifier": "Identifier",
  "result-patient": "Patient",
  preview: "boolean",
  reason: "string",
  "numbers-checked": "boolean",
};

/** Both Patients, of those whom the steward sees → what is asked as a result → the decision → audit → answer. */
export function createMerge(ports: DecisionPorts): Answering {
  return async function merge(request) {
    const given = readDecisionParameters(request, KINDS);
    if (!given.ok) return given;
    const reason = given.text("reason") ?? "asked for by $merge";
    if (!isSayable(reason)) {
      return refused({ kind: "bad-operation-parameter", parameter: "reason", expected: REASON_EXPECTED });
    }
    const { requester, now_ms } = request;
    const looking = { requester, at: await momentOf(ports.reader, now_ms) };
    const source = await findNamed(nameOf("source-patient", given), looking, ports);
    if (!source.ok) return refused(source.issue);
    const target = await findNamed(nameOf("target-patient", given), looking, ports);
    if (!target.ok) return refused(target.issue);
    const result = checkResult(given.patient("result-patient"), source.view, target.view);
    if (result !== undefined) return refused(result);
    const isPreview = given.flag("preview");
    const decided = await ports.decisions.merge({
      author: authorOf(request.requester),
      reason,
      survivor: target.view.key,
      merged: source.view.key,
      isPreview,
      numbersChecked: given.flag("numbers-checked"),
    });
    if (!decided.ok) return refuseDecision(decided, "source-patient");
    const patients = [target.view.patientId, source.view.patientId];
    return answerDecision(
      request,
      { interaction: "$merge", sent: given.sent, isPreview, decided, result: target.view.key, patients },
      ports,
    );
  };
}

function nameOf(parameter: string, given: DecisionParameters) {
  return {
    parameter,
    reference: given.reference(parameter),
    identifiers: given.identifiers(`${parameter}-identifier`),
  };
}

/** A Patient is the fold of what its sources tell: nothing can be set in it, but what comes of the merge may be named. */
function checkResult(asked: Patient | undefined, source: VisibleRecord, target: VisibleRecord): Issue | undefined {
  if (asked === undefined) return undefined;
  if (asked.id !== target.patientId) return { kind: "result-not-told", element: "id" };
  const isLinked = (asked.link ?? []).some(
    ({ type, other }) => type === "replaces" && other?.reference?.endsWith(`Patient/${source.patientId}`),
  );
  if (!isLinked) return { kind: "result-not-told", element: "link" };
  const [now, other] = [patientOf(target), patientOf(source)];
  const carried = [...(now.identifier ?? []), ...(other.identifier ?? [])];
  const isCarried = (asked.identifier ?? []).every(({ system, value }) =>
    carried.some((one) => one.system === system && one.value === value),
  );
  if (!isCarried) return { kind: "result-not-told", element: "identifier" };
  const told = new Map<string, unknown>(Object.entries(now));
  const odd = Object.entries(asked).find(
    ([element, value]) => !FREE.has(element) && JSON.stringify(told.get(element)) !== JSON.stringify(value),
  );
  return odd === undefined ? undefined : { kind: "result-not-told", element: odd[0] };
}

/** What the merge itself makes, or what says nothing of the child. */
const FREE: ReadonlySet<string> = new Set(["resourceType", "id", "meta", "text", "link", "identifier"]);

function patientOf({ patient }: VisibleRecord): Patient {
  return JSON.parse(resourceBytes(patient, 0).toString());
}
