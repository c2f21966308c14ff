/** update: https://hl7.org/fhir/R4/http.html#update, and conditional: https://hl7.org/fhir/R4/http.html#cond-update */
import { type Answering, refused } from "./answer.ts";
import { recorded, toAnswer } from "./write/answering.ts";
import { update } from "./write/perform.ts";
import type { WritePorts } from "./write/ports.ts";
import {
  addressOf,
  criteriaOf,
  idFlaw,
  namedBy,
  readConditions,
  readResource,
  readTarget,
  readWriter,
} from "./write/reading.ts";
import { subjectOf } from "./write/subject.ts";
import { transact } from "./write/transact.ts";

/** parse and validate → criteria and preconditions → one transaction: match, place, commit → audit → answer. */
export function createUpdate(ports: WritePorts): Answering {
  const { fhirBase } = ports;
  return async function answerUpdate(request) {
    const who = readWriter(request, ports);
    if (!who.ok) return who;
    const { type, writer } = who.value;
    const target = readTarget(request, type, fhirBase);
    if (!target.ok) return target;
    const sent = readResource(request, type);
    if (!sent.ok) return sent;
    const flaw = idFlaw(sent.value.resource.id, type, target.value);
    if (flaw !== undefined) return refused(flaw);
    const conditions = readConditions(request);
    if (!conditions.ok) return conditions;
    const told = { target: target.value, sent: sent.value, conditions: conditions.value };
    const resources = [...namedBy(type, target.value), ...subjectOf(type, sent.value.tree, fhirBase)];
    const intent = { request, writer, criteria: criteriaOf(target.value), isAlone: true, resources };
    const committed = await transact(intent, ports, (scene) => update(type, told, scene));
    if (!committed.ok) return committed;
    return recorded({ request, written: [committed.value], asked: addressOf(request) }, ports, () => ({
      ok: true,
      answer: toAnswer(committed.value, request.preference, fhirBase),
    }));
  };
}
