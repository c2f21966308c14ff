import { FIELDS } from "./fields.ts";
import type { Message } from "./message.ts";

/** Elements of every resource that frame it and say nothing of the child. */
const FRAME: ReadonlySet<string> = new Set(["resourceType", "id", "meta.profile"]);

const CARRIED: readonly string[] = FIELDS.filter(({ to }) => to !== undefined).map(({ field }) => field);

/** Elements that are read in their own place and named there where they are not carried. */
const READ_ELSEWHERE = "QuestionnaireResponse.item";

/**
 * The elements of a message that have a value and go nowhere, by resource type and element, each once: the highest
 * element of which nothing is carried, as `HealthcareService.telecom`, or `Patient.name.prefix` where the rest is.
 */
export function toElementsNotCarried(message: Message): string[] {
  const names = new Set<string>();
  for (const { resource } of message.entries) {
    for (const element of Object.keys(resource)) {
      if (!FRAME.has(element)) collect(resource[element], [element], resource.resourceType, names);
    }
  }
  return [...new Set([...names].map(toSafeName))].sort();
}

/** A name is reported and logged, so what no FHIR element could be called is not repeated. */
function toSafeName(name: string): string {
  return /^[A-Z][A-Za-z]{0,63}(\._?[a-z][A-Za-z0-9]{0,63}){0,8}$/.test(name)
    ? name
    : "an element that FHIR does not have";
}

function collect(value: unknown, path: readonly string[], type: string, names: Set<string>): void {
  const name = `${type}.${path.join(".")}`;
  if (CARRIED.includes(name) || name === READ_ELSEWHERE || FRAME.has(path.join("."))) return;
  if (!CARRIED.some((carried) => carried.startsWith(`${name}.`)) && path[0] !== "meta") {
    names.add(name);
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value) collect(item, path, type, names);
  } else if (typeof value === "object" && value !== null) {
    for (const [element, child] of Object.entries(value)) collect(child, [...path, element], type, names);
  } else {
    names.add(name);
  }
}
