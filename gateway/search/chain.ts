import { SEARCH_PARAMETERS, type SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import { isRecordType, isServedType, SERVED_RESOURCES, type ServedType } from "#profiles/interactions.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import type { Condition, Lead, Question } from "./search-query.ts";

type Followed =
  | { readonly ok: true; readonly condition: Condition; readonly lead: Lead | undefined }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Reads what comes after a link, as a criterion of the type that the link leads to. */
export type Follow = (type: ServedType, rest: string) => Followed;

const HAS_GRAMMAR = "_has:[type]:[its reference parameter]:[its parameter]";

interface Link {
  readonly definition: SearchParameterDefinition;
  /** Type after the colon. */
  readonly target: string | undefined;
  readonly rest: string;
}

function refuse(...issues: readonly Issue[]): Followed {
  return { ok: false, issues };
}

function tooDeep(parameter: string): Followed {
  return refuse({ kind: "bad-chain", parameter, expected: `at most ${LIMITS.chain_links_max} links` });
}

/**
 * `subject:Patient.name`: without a type every type that the reference may lead to is asked, as far as it knows what is
 * asked for. https://hl7.org/fhir/R4/search.html#chaining
 */
export function parseChain({ definition, target, rest }: Link, depth: number, follow: Follow): Followed {
  const { code } = definition;
  if (depth >= LIMITS.chain_links_max) return tooDeep(code);
  const known = servedTargets(definition);
  const places = known.length === 0 ? "nothing that is searched here" : known.join(", ");
  if (definition.type !== "reference") {
    return refuse({
      kind: "bad-chain",
      parameter: code,
      expected: `a reference parameter before the dot: this is a ${definition.type}`,
    });
  }
  const types = known.filter((type) => target === undefined || type === target);
  if (types.length === 0) {
    return refuse({ kind: "bad-chain", parameter: code, expected: `a type that it leads to: ${places}` });
  }
  const followed = types.map((type) => ({ type, step: follow(type, rest) }));
  const targets = followed.flatMap(({ type, step }) => (step.ok ? toQuestion(type, step) : []));
  const faults = followed.flatMap(({ step }) => (step.ok ? [] : [step.issues]));
  const isKnownSomewhere = faults.every((issues) => issues.every(({ kind }) => kind === "unknown-parameter"));
  if (targets.length === 0 || !isKnownSomewhere) return refuse(...(faults.find(isOtherThanUnknown) ?? faults[0] ?? []));
  return { ok: true, lead: undefined, condition: { kind: "chain", code, targets } };
}

function isOtherThanUnknown(issues: readonly Issue[]): boolean {
  return issues.some(({ kind }) => kind !== "unknown-parameter");
}

function toQuestion(type: ServedType, { condition, lead }: Extract<Followed, { ok: true }>): Question {
  return { type, conditions: [condition], lead };
}

function servedTargets({ type, target }: SearchParameterDefinition): readonly ServedType[] {
  if (type !== "reference") return [];
  return SERVED_RESOURCES.map((served) => served.type).filter(
    (served) => isRecordType(served) && (target.includes(served) || target.includes("Resource")),
  );
}

/** Every reference parameter that may lead to a type: those of records, and what AuditEvents tell of records. */
function referrers(type: ServedType): readonly string[] {
  if (!isRecordType(type)) return [];
  const sources = SERVED_RESOURCES.map((served) => served.type).filter(
    (source) => isRecordType(source) || source === "AuditEvent",
  );
  return sources.flatMap((source) =>
    Object.values(SEARCH_PARAMETERS[source] ?? {}).flatMap((definition) =>
      servedTargets(definition).includes(type) ? [`${source}:${definition.code}`] : [],
    ),
  );
}

/** `_has:Observation:patient:code`, nested as often as wanted. https://hl7.org/fhir/R4/search.html#has */
export function parseHas(type: ServedType, name: string, depth: number, follow: Follow): Followed {
  if (depth >= LIMITS.chain_links_max) return tooDeep("_has");
  const [, source = "", code = "", ...further] = name.split(":");
  const rest = further.join(":");
  if (rest === "") return refuse({ kind: "bad-chain", parameter: "_has", expected: HAS_GRAMMAR });
  const known = referrers(type);
  const definition = SEARCH_PARAMETERS[source]?.[code];
  if (!isServedType(source) || !definition || !known.includes(`${source}:${code}`)) {
    const places = known.length === 0 ? "nothing refers to this type" : known.join(", ");
    return refuse({ kind: "bad-chain", parameter: "_has", expected: `what refers to ${type}: ${places}` });
  }
  const step = follow(source, rest);
  return step.ok
    ? { ok: true, lead: undefined, condition: { kind: "has", code, question: toQuestion(source, step) } }
    : step;
}
