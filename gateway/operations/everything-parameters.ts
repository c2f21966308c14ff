import type { ParametersParameter } from "@medplum/fhirtypes";
import type { InteractionRequest } from "../interactions/answer.ts";
import type { Issue } from "../outcome/issue.ts";
import { parseResource } from "../validation/parse-resource.ts";

export type ReadParameters =
  | { readonly ok: true; readonly parameters: URLSearchParams }
  | { readonly ok: false; readonly issues: readonly Issue[] };

const VALUE_EXPECTED = "one primitive value, as valueString";

/**
 * The parameters of an operation that searches, of the address and of a Parameters resource that was sent: both say
 * the same, so that one reading serves both. https://hl7.org/fhir/R4/operations.html#request
 */
export function readOperationParameters({ parameters, body }: InteractionRequest): ReadParameters {
  if (body === undefined || body.trim() === "") return { ok: true, parameters };
  const parsed = parseResource(body, "Parameters");
  if (!parsed.ok) return parsed;
  if (parsed.resource.resourceType !== "Parameters") return { ok: true, parameters };
  const all = new URLSearchParams(parameters);
  for (const parameter of parsed.resource.parameter ?? []) {
    const name = parameter.name ?? "";
    const value = primitiveOf(parameter);
    if (value === undefined) {
      return { ok: false, issues: [{ kind: "bad-operation-parameter", parameter: name, expected: VALUE_EXPECTED }] };
    }
    all.append(name, value);
  }
  return { ok: true, parameters: all };
}

function primitiveOf(parameter: ParametersParameter): string | undefined {
  const values = Object.entries(parameter).filter(([name]) => name.startsWith("value"));
  const value: unknown = values.length === 1 ? values[0]?.[1] : undefined;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}
