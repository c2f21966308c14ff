/** delete: https://hl7.org/fhir/R4/http.html#delete, and conditional: https://hl7.org/fhir/R4/http.html#3.1.0.7.1 */
import type { Answering } from "./answer.ts";
import { recorded, toAnswer } from "./write/answering.ts";
import { remove } from "./write/perform.ts";
import type { WritePorts } from "./write/ports.ts";
import { addressOf, criteriaOf, namedBy, readConditions, readTarget, readWriter } from "./write/reading.ts";
import { transact } from "./write/transact.ts";

/** criteria and preconditions → one transaction: match, end → audit → answer. */
export function createDelete(ports: WritePorts): Answering {
  const { fhirBase } = ports;
  return async function answerDelete(request) {
    const who = readWriter(request, ports);
    if (!who.ok) return who;
    const { type, writer } = who.value;
    const target = readTarget(request, type, fhirBase);
    if (!target.ok) return target;
    const conditions = readConditions(request);
    if (!conditions.ok) return conditions;
    const told = { target: target.value, conditions: conditions.value };
    const resources = namedBy(type, target.value);
    const intent = { request, writer, criteria: criteriaOf(target.value), isAlone: true, resources };
    const committed = await transact(intent, ports, (scene) => remove(type, told, scene));
    if (!committed.ok) return committed;
    return recorded({ request, written: [committed.value], asked: addressOf(request) }, ports, () => ({
      ok: true,
      answer: toAnswer(committed.value, request.preference, fhirBase),
    }));
  };
}
