/** update: https://hl7.org/fhir/R4/http.html#update, and conditional: https://hl7.org/fhir/R4/http.html#cond-update */
import type { RecordType } from "#profiles/interactions.ts";
import type { Answering } from "./answer.ts";
import { recorded, toAnswer } from "./write/answering.ts";
import type { Sent } from "./write/content.ts";
import { type Target, update } from "./write/perform.ts";
import type { WritePorts } from "./write/ports.ts";
import { addressOf, type Read, readConditions, readResource, readTarget, readWriter } from "./write/reading.ts";
import { flawed } from "./write/refusal.ts";
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
    const read = readResource(request, type);
    const sent = read.ok ? checkId(read.value, type, target.value) : read;
    if (!sent.ok) return sent;
    const conditions = readConditions(request);
    if (!conditions.ok) return conditions;
    const told = { target: target.value, sent: sent.value, conditions: conditions.value };
    const committed = await transact(request, writer, ports, (scene) => update(type, told, scene));
    if (!committed.ok) return committed;
    return recorded({ request, written: [committed.value], asked: addressOf(request) }, ports, () => ({
      ok: true,
      answer: toAnswer(committed.value, request.preference, fhirBase),
    }));
  };
}

/** The body of an update carries the id of its address. */
export function checkId(sent: Sent, type: RecordType, target: Target): Read<Sent> {
  if (!("id" in target) || sent.resource.id === target.id) return { ok: true, value: sent };
  const message = "Expected the id of the address.";
  const code = sent.resource.id === undefined ? "required" : "value";
  return { ok: false, issues: [flawed("base", { code, expression: `${type}.id`, message })] };
}
