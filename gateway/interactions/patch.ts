/**
 * patch: https://hl7.org/fhir/R4/http.html#patch, by JSON Patch (RFC 6902) or FHIRPath Patch
 * (https://hl7.org/fhir/R4/fhirpatch.html).
 */
import type { Answering } from "./answer.ts";
import { recorded, toAnswer } from "./write/answering.ts";
import { readPatch } from "./write/patching.ts";
import { patch } from "./write/perform.ts";
import type { WritePorts } from "./write/ports.ts";
import { addressOf, criteriaOf, namedBy, readConditions, readTarget, readWriter } from "./write/reading.ts";
import { transact } from "./write/transact.ts";

/** parse → criteria and preconditions → one transaction: match, apply, validate, place, commit → audit → answer. */
export function createPatch(ports: WritePorts): Answering {
  const { fhirBase } = ports;
  return async function answerPatch(request) {
    const who = readWriter(request, ports);
    if (!who.ok) return who;
    const { type, writer } = who.value;
    const target = readTarget(request, type, fhirBase);
    if (!target.ok) return target;
    const patching = readPatch(request, type);
    if (!patching.ok) return patching;
    const conditions = readConditions(request);
    if (!conditions.ok) return conditions;
    const told = { target: target.value, patching: patching.value, conditions: conditions.value };
    const resources = namedBy(type, target.value);
    const intent = { request, writer, criteria: criteriaOf(target.value), isAlone: true, resources };
    const committed = await transact(intent, ports, (scene) => patch(type, told, scene));
    if (!committed.ok) return committed;
    return recorded({ request, written: [committed.value], asked: addressOf(request) }, ports, () => ({
      ok: true,
      answer: toAnswer(committed.value, request.preference, fhirBase),
    }));
  };
}
