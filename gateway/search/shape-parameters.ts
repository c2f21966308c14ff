import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import type { Shape } from "./search-query.ts";

export type ParsedShape =
  | { readonly ok: true; readonly shape?: Shape; readonly countOnly: boolean }
  | { readonly ok: false; readonly issues: readonly Issue[] };

const SUMMARIES = "true, text, data, count or false";
const ELEMENT = /^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*$/;
/**
 * Which part of each resource an answer is to hold, from `_summary` or `_elements`: for reading as for searching.
 * https://hl7.org/fhir/R4/search.html#summary, https://hl7.org/fhir/R4/search.html#elements
 */
export function parseShape(parameters: URLSearchParams): ParsedShape {
  const summary = sent(parameters, "_summary");
  const elements = sent(parameters, "_elements");
  if (summary.length > 1) return refuse({ kind: "repeated-parameter", parameter: "_summary" });
  const [kind = "false"] = summary;
  if (elements.length > 0) {
    if (kind !== "false") {
      return refuse({
        kind: "bad-parameter-value",
        parameter: "_elements",
        expected: "either _summary or _elements, not both",
      });
    }
    return toElements(elements.flatMap((value) => value.split(",")));
  }
  switch (kind) {
    case "false":
      return { ok: true, countOnly: false };
    case "count":
      return { ok: true, countOnly: true };
    case "true":
    case "text":
    case "data":
      return { ok: true, shape: { kind: "summary", summary: kind }, countOnly: false };
    default:
      return refuse({ kind: "bad-parameter-value", parameter: "_summary", expected: SUMMARIES });
  }
}

function sent(parameters: URLSearchParams, name: string): readonly string[] {
  return parameters.getAll(name).filter((value) => value !== "");
}

function toElements(names: readonly string[]): ParsedShape {
  const elements = [...new Set(names.map((name) => name.trim()))];
  if (elements.length > LIMITS.elements_max) {
    return refuse({ kind: "too-many-values", parameter: "_elements", max: LIMITS.elements_max });
  }
  if (!elements.every((name) => ELEMENT.test(name))) {
    return refuse({
      kind: "bad-parameter-value",
      parameter: "_elements",
      expected: "names of elements, separated by commas, as code,subject",
    });
  }
  return { ok: true, shape: { kind: "elements", elements }, countOnly: false };
}

function refuse(...issues: readonly Issue[]): ParsedShape {
  return { ok: false, issues };
}
