/** ValueSet/$expand: https://hl7.org/fhir/R4/valueset-operation-expand.html */
import type {
  ValueSet,
  ValueSetExpansion,
  ValueSetExpansionContains,
  ValueSetExpansionParameter,
} from "@medplum/fhirtypes";
import type { Answering, InteractionRequest } from "../interactions/answer.ts";
import type { Composed, ExpandedCode } from "../terminology/compose.ts";
import type { Given } from "../terminology/operation-parameters.ts";
import {
  createTerminologyOperation,
  type Outcome,
  refusedOutcome,
  type TerminologyPorts,
  valueSetOf,
} from "./terminology-operation.ts";

export function createExpand(ports: TerminologyPorts): Answering {
  return createTerminologyOperation(ports, {
    definition: "http://hl7.org/fhir/OperationDefinition/ValueSet-expand",
    answer: (given, request) => expand(given, request, ports),
  });
}

function expand(given: Given, request: InteractionRequest, ports: TerminologyPorts): Outcome {
  const found = valueSetOf(given, request, ports);
  if (!found.ok) return found;
  const composed = ports.terminology.compose(found.valueSet);
  if (!composed.ok) return refusedOutcome(notComposed(composed));
  const wanted = words(given.text("filter") ?? "");
  const selected = composed.codes.filter((code) => isSelected(code, given) && matches(code, wanted));
  const offset = given.count("offset") ?? 0;
  const count = given.count("count");
  const page = selected.slice(offset, count === undefined ? undefined : offset + count);
  const { compose, ...rest } = found.valueSet;
  const resource: ValueSet = {
    ...rest,
    ...(given.flag("includeDefinition") && compose && { compose }),
    expansion: {
      identifier: `urn:uuid:${ports.ids()}`,
      timestamp: new Date(request.now_ms).toISOString(),
      total: selected.length,
      ...(given.text("offset") !== undefined && { offset }),
      ...parametersOf(given, selected),
      ...(page.length > 0 && { contains: page.map((code) => toContains(code, given.flag("includeDesignations"))) }),
    },
  };
  return { ok: true, resource };
}

/** Why nothing can be said of a value set. */
export function notComposed(composed: Extract<Composed, { ok: false }>) {
  if ("missing" in composed) return { kind: "unknown-canonical", type: composed.missing } as const;
  const expected = `a value set without ${composed.unsupported}, which is not supported here`;
  return { kind: "bad-operation-parameter", parameter: "valueSet", expected } as const;
}

function isSelected({ system, concept }: ExpandedCode, given: Given): boolean {
  if (given.flag("activeOnly") && concept?.isInactive) return false;
  if (given.flag("excludeNotForUI") && concept?.isAbstract) return false;
  return !given.texts("exclude-system").some((excluded) => excluded.split("|")[0] === system);
}

function words(text: string): readonly string[] {
  return (
    text
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** Each word of the filter begins a word of the code or display, as people type. */
function matches({ code, display = "" }: ExpandedCode, filter: readonly string[]): boolean {
  if (filter.length === 0) return true;
  const found = words(`${code} ${display}`);
  return filter.every((wanted) => found.some((word) => word.startsWith(wanted)));
}

/** All parameters that made the expansion what it is, and the versions of the code systems that went in. */
function parametersOf(given: Given, codes: readonly ExpandedCode[]): Pick<ValueSetExpansion, "parameter"> {
  const texts = (name: string) => given.texts(name).map((valueString) => ({ name, valueString }));
  const flags = (name: string) => (given.text(name) === undefined ? [] : [{ name, valueBoolean: given.flag(name) }]);
  const counts = (name: string) => {
    const valueInteger = given.count(name);
    return valueInteger === undefined ? [] : [{ name, valueInteger }];
  };
  const versions = new Set(codes.flatMap(({ system, version }) => (version ? [`${system}|${version}`] : [])));
  const parameter: ValueSetExpansionParameter[] = [
    ...texts("filter"),
    ...counts("offset"),
    ...counts("count"),
    ...["includeDesignations", "activeOnly", "excludeNotForUI"].flatMap(flags),
    ...given.texts("exclude-system").map((valueUri) => ({ name: "exclude-system", valueUri })),
    ...[...versions].map((valueUri) => ({ name: "version", valueUri })),
  ];
  return parameter.length > 0 ? { parameter } : {};
}

function toContains(
  { system, version, code, display, concept }: ExpandedCode,
  withDesignations: boolean,
): ValueSetExpansionContains {
  return {
    system,
    ...(concept?.isAbstract && { abstract: true }),
    ...(concept?.isInactive && { inactive: true }),
    ...(version && { version }),
    code,
    ...(display && { display }),
    ...(withDesignations && concept && concept.designation.length > 0 && { designation: [...concept.designation] }),
  };
}
