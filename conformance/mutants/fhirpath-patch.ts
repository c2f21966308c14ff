import { isRecord, list, text } from "../json.ts";
import { refuse } from "./refusal.ts";

type Holder = Record<string, unknown> | unknown[];

/** FHIRPath Patch over plain paths such as `Patient.name[0].family`. https://hl7.org/fhir/R4/fhirpatch.html */
export function applyFhirPathPatch(resource: unknown, parameters: unknown): void {
  if (text(parameters, "resourceType") !== "Parameters") refuse(400, "structure", "Parameters were expected");
  for (const parameter of list(parameters, "parameter")) {
    const parts = list(parameter, "part");
    const named = (name: string) => parts.find((part) => text(part, "name") === name);
    const path = text(named("path"), "valueString") ?? "";
    const name = text(named("name"), "valueString");
    apply(resource, text(named("type"), "valueCode") ?? "", path, name, valueIn(named("value")));
  }
}

function valueIn(part: unknown): unknown {
  const [, value] = Object.entries(Object(part)).find(([name]) => name.startsWith("value")) ?? [];
  return value;
}

function apply(resource: unknown, type: string, path: string, name: string | undefined, value: unknown): void {
  const steps = [...path.matchAll(/\.(\w+)|\[(\d+)\]/g)].map(([, member, index]) => member ?? Number(index));
  const target = type === "add" ? [...steps, name ?? ""] : steps;
  const holder = target
    .slice(0, -1)
    .reduce<unknown>((at, step) => (isHolder(at) ? Reflect.get(at, step) : undefined), resource);
  const last = target.at(-1) ?? "";
  if (!isHolder(holder)) refuse(422, "processing", "the path leads nowhere");
  else change(holder, last, type, value);
}

function change(holder: Holder, last: string | number, type: string, value: unknown): void {
  const before: unknown = Reflect.get(holder, last);
  if (type === "add") Reflect.set(holder, last, Array.isArray(before) ? [...before, value] : value);
  else if (type === "replace" && before !== undefined) Reflect.set(holder, last, value);
  else if (type === "delete") removeFrom(holder, last);
  else refuse(422, "processing", `${type} does not apply`);
}

function removeFrom(holder: Holder, last: string | number): void {
  if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else Reflect.deleteProperty(holder, last);
}

function isHolder(value: unknown): value is Holder {
  return isRecord(value) || Array.isArray(value);
}
