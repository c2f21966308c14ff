/**
 * ValueSet/$validate-code: https://hl7.org/fhir/R4/valueset-operation-validate-code.html
 * CodeSystem/$validate-code: https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
 */
import type { Coding } from "@medplum/fhirtypes";
import type { Answering, InteractionRequest } from "../interactions/answer.ts";
import { conceptOf, type KnownCodeSystem, type KnownConcept } from "../terminology/code-system.ts";
import { codeKey, type ExpandedCode } from "../terminology/compose.ts";
import type { Given } from "../terminology/operation-parameters.ts";
import { notComposed } from "./expand.ts";
import {
  createTerminologyOperation,
  type Outcome,
  refusedOutcome,
  type TerminologyPorts,
  toParameters,
  valueSetOf,
} from "./terminology-operation.ts";

export function createValidateCodeInValueSet(ports: TerminologyPorts): Answering {
  return createTerminologyOperation(ports, {
    definition: "http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code",
    answer: (given, request) => inValueSet(given, request, ports),
  });
}

export function createValidateCodeInCodeSystem(ports: TerminologyPorts): Answering {
  return createTerminologyOperation(ports, {
    definition: "http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code",
    answer: (given, request) => inCodeSystem(given, request, ports),
  });
}

/** What becomes of one coding: its proper display, or in words why it is not valid. No word repeats what was sent. */
type Verdict =
  | { readonly ok: true; readonly display: string | undefined }
  | { readonly ok: false; readonly message: string; readonly display?: string | undefined };

type Asked = { readonly ok: true; readonly codings: readonly Coding[] } | Extract<Outcome, { ok: false }>;

function invalid(parameter: string, expected: string): Extract<Outcome, { ok: false }> {
  return refusedOutcome({ kind: "bad-operation-parameter", parameter, expected });
}

/** The codings to check, in whichever of the three ways they were given. */
function askedOf(given: Given, system: string | undefined, version: string | undefined): Asked {
  const code = given.text("code");
  const coding = given.coding("coding");
  const concept = given.codeableConcept("codeableConcept");
  const ways = [code, coding, concept].filter((way) => way !== undefined).length;
  if (ways !== 1) return invalid("code", "exactly one of code, coding and codeableConcept");
  const display = given.text("display");
  if (display !== undefined && code === undefined) return invalid("display", "a display beside a code alone");
  if (code === undefined) {
    const codings = coding ? [coding] : (concept?.coding ?? []);
    const isWhole = codings.length > 0 && codings.every((one) => one.code && one.system);
    const name = coding ? "coding" : "codeableConcept";
    return isWhole ? { ok: true, codings } : invalid(name, "codes, each with the system that it is of");
  }
  if (system === undefined) return invalid("system", "the URI of the code's system");
  return { ok: true, codings: [{ system, code, ...(version && { version }), ...(display && { display }) }] };
}

function inValueSet(given: Given, request: InteractionRequest, ports: TerminologyPorts): Outcome {
  const found = valueSetOf(given, request, ports);
  if (!found.ok) return found;
  const asked = askedOf(given, given.text("system"), given.text("systemVersion"));
  if (!asked.ok) return asked;
  const composed = ports.terminology.compose(found.valueSet);
  if (!composed.ok) return refusedOutcome(notComposed(composed));
  const members = new Map(composed.codes.map((code) => [codeKey(code), code]));
  return toAnswer(asked.codings.map((coding) => checkMember(coding, members, given.flag("abstract"))));
}

function checkMember(coding: Coding, members: ReadonlyMap<string, ExpandedCode>, mayBeAbstract: boolean): Verdict {
  const { system = "", code = "", version, display } = coding;
  const member = members.get(codeKey({ system, code }));
  if (!member) return { ok: false, message: "The code is not in the value set." };
  if (version !== undefined && member.version !== undefined && version !== member.version) {
    return { ok: false, message: `Of the code's system the version ${member.version} alone is held.` };
  }
  return checkConcept({ concept: member.concept, display: member.display }, display, mayBeAbstract);
}

function inCodeSystem(given: Given, { id }: InteractionRequest, { terminology }: TerminologyPorts): Outcome {
  const url = given.text("url");
  if ((id === undefined) === (url === undefined)) {
    return invalid("url", "the URL of a code system, at an address without an id");
  }
  const resource = id === undefined ? undefined : terminology.codeSystemResource({ id });
  if (id !== undefined && !resource) return refusedOutcome({ kind: "not-found", type: "CodeSystem" });
  const codeSystem = terminology.codeSystem(resource?.url ?? url ?? "", given.text("version"));
  if (!codeSystem) return refusedOutcome({ kind: "unknown-canonical", type: "CodeSystem" });
  const asked = askedOf(given, codeSystem.url, undefined);
  if (!asked.ok) return asked;
  return toAnswer(asked.codings.map((coding) => checkCode(coding, codeSystem, given.flag("abstract"))));
}

function checkCode(coding: Coding, codeSystem: KnownCodeSystem, mayBeAbstract: boolean): Verdict {
  const { system, version, code = "", display } = coding;
  if (system !== codeSystem.url) return { ok: false, message: "The coding is of another code system." };
  if (version !== undefined && codeSystem.version !== undefined && version !== codeSystem.version) {
    return { ok: false, message: `Of the code system the version ${codeSystem.version} alone is held.` };
  }
  const concept = conceptOf(codeSystem, code);
  if (concept) return checkConcept({ concept, display: concept.display }, display, mayBeAbstract);
  const message = codeSystem.isWhole
    ? "The code system has no such code."
    : "The code system is not held as a whole: the code is none of those that value sets here name.";
  return { ok: false, message };
}

interface Known {
  readonly concept: KnownConcept | undefined;
  readonly display: string | undefined;
}

function checkConcept({ concept, display }: Known, given: string | undefined, mayBeAbstract: boolean): Verdict {
  if (concept?.isAbstract && !mayBeAbstract) {
    return { ok: false, message: "The code groups others and is not to be used itself.", display };
  }
  const right = [display, concept?.display, ...(concept?.designation ?? []).map(({ value }) => value)];
  const isRight = given === undefined || right.some((one) => one !== undefined && folded(one) === folded(given));
  return isRight ? { ok: true, display } : { ok: false, message: "The display is not one of this code.", display };
}

function folded(text: string): string {
  return text.trim().replace(/\s+/g, " ").toLowerCase();
}

/** True where one of the codings is valid; what is wrong with the others is told beside it. */
function toAnswer(verdicts: readonly Verdict[]): Outcome {
  const valid = verdicts.find(({ ok }) => ok);
  const messages = new Set(verdicts.flatMap((verdict) => (verdict.ok ? [] : [verdict.message])));
  const message = [...messages].join(" ");
  const display = (valid ?? verdicts[0])?.display;
  return toParameters([
    { name: "result", valueBoolean: valid !== undefined },
    message === "" ? undefined : { name: "message", valueString: message },
    display === undefined ? undefined : { name: "display", valueString: display },
  ]);
}
