/** create: https://hl7.org/fhir/R4/http.html#create, and conditional: https://hl7.org/fhir/R4/http.html#ccreate */
import type { Answering } from "./answer.ts";
import { recorded, toAnswer } from "./write/answering.ts";
import { create } from "./write/perform.ts";
import type { WritePorts } from "./write/ports.ts";
import { readIfNoneExist, readResource, readWriter } from "./write/reading.ts";
import { subjectOf } from "./write/subject.ts";
import { transact } from "./write/transact.ts";

/** parse and validate → criteria → one transaction: match, place, commit → audit → answer. */
export function createCreate(ports: WritePorts): Answering {
  const { fhirBase } = ports;
  return async function answerCreate(request) {
    const who = readWriter(request, ports);
    if (!who.ok) return who;
    const { type, writer } = who.value;
    const sent = readResource(request, type);
    if (!sent.ok) return sent;
    const ifNoneExist = readIfNoneExist(request, type, fhirBase);
    if (!ifNoneExist.ok) return ifNoneExist;
    const told = { sent: sent.value, ifNoneExist: ifNoneExist.value };
    const criteria = ifNoneExist.value ? [ifNoneExist.value] : [];
    const resources = subjectOf(type, sent.value.tree, fhirBase);
    const intent = { request, writer, criteria, isAlone: true, resources };
    const committed = await transact(intent, ports, (scene) => create(type, told, scene));
    if (!committed.ok) return committed;
    const condition = request.preconditions.ifNoneExist;
    const asked = `POST ${type}${condition === undefined ? "" : ` If-None-Exist: ${condition}`}`;
    return recorded({ request, written: [committed.value], asked }, ports, () => ({
      ok: true,
      answer: toAnswer(committed.value, request.preference, fhirBase),
    }));
  };
}
