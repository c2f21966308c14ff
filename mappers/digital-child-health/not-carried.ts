import { FIELDS } from "./fields.ts";
import type { MessageEntry } from "./message.ts";
import { toSafeName } from "./safe-name.ts";

/** Elements of every resource that frame it and say nothing of the child. */
const FRAME: ReadonlySet<string> = new Set(["resourceType", "id", "meta.profile", "contained"]);

const CARRIED: readonly string[] = FIELDS.filter(({ to }) => to !== undefined).map(({ field }) => field);
const CARRIED_NAMES: ReadonlySet<string> = new Set(CARRIED);
/** Elements above one that is carried. */
const HOLDERS: ReadonlySet<string> = new Set(
  CARRIED.flatMap((field) => {
    const steps = field.split(".");
    return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join("."));
  }),
);

/** Elements that are read in their own place and named there where they are not carried. */
const READ_ELSEWHERE: ReadonlySet<string> = new Set([
  "QuestionnaireResponse.item",
  "Patient.extension",
  "Patient.telecom",
]);

/**
 * The elements of resources that have a value and go nowhere, by resource type and element, each once: the highest
 * element of which nothing is carried, as `HealthcareService.telecom`, or `Patient.name.text` where the rest is.
 */
export function toElementsNotCarried(entries: readonly MessageEntry[]): string[] {
  const names = new Set<string>();
  for (const { resource } of entries) {
    for (const element of Object.keys(resource)) {
      if (element === "fhir_comments" || FRAME.has(element)) continue;
      collect(resource[element], [element], resource.resourceType, names);
    }
  }
  return [...new Set([...names].map(toSafeName))].sort();
}

function collect(value: unknown, path: readonly string[], type: string, names: Set<string>): void {
  const name = `${type}.${path.join(".")}`;
  if (CARRIED_NAMES.has(name) || READ_ELSEWHERE.has(name) || FRAME.has(path.join("."))) return;
  if (!HOLDERS.has(name) && path[0] !== "meta") {
    names.add(name);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, path, type, names);
  } else if (typeof value === "object" && value !== null) {
    for (const [element, child] of Object.entries(value)) {
      if (element !== "fhir_comments") collect(child, [...path, element], type, names);
    }
  } else {
    names.add(name);
  }
}
