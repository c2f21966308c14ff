import { Hl7Message } from "@medplum/core";
import { FIELDS, SEGMENTS } from "./fields.ts";
import { repetitionsOf } from "./message.ts";
import { readSeparators } from "./separators.ts";
import { type Withheld, withhold } from "./withhold.ts";

/** Fields whose components go to different places. */
const BY_COMPONENT: ReadonlySet<string> = new Set(
  FIELDS.flatMap(({ field }) =>
    field.includes(".") && field.includes("-") ? [field.slice(0, field.indexOf("."))] : [],
  ),
);
/** Fields of which one repetition is taken. */
const FURTHER: ReadonlySet<string> = new Set(["PID-11"]);

/** More fields than any segment has; what lies beyond is named by the last. */
const FIELDS_MAX = 60;
const COMPONENTS_MAX = 30;
const REPETITIONS_MAX = 50;

/** Names of the fields of a message that have a value, each once: `PID-7`, `PID-5.1`, `NK1`. */
export function filled(raw: string): readonly string[] {
  return filledOf(withhold(raw));
}

/** The same of a message that has been through `withhold`. */
export function filledOf({ kept, dropped }: Withheld): readonly string[] {
  if (readSeparators(kept) === undefined) return dropped;
  const message = Hl7Message.parse(kept);
  const names = new Set<string>();
  for (const name of SEGMENTS) {
    for (const segment of message.getAllSegments(name)) {
      const last = Math.min(segment.fields.length, FIELDS_MAX);
      for (let place = 1; place <= last; place++) {
        for (const field of namesOf(`${name}-${place}`, repetitionsOf(segment, place))) names.add(field);
      }
    }
  }
  return [...names, ...dropped];
}

function namesOf(field: string, repetitions: readonly (readonly string[])[]): readonly string[] {
  if (repetitions.length === 0) return [];
  if (!BY_COMPONENT.has(field)) return [field];
  const components = repetitions
    .slice(0, REPETITIONS_MAX)
    .flatMap((repetition) =>
      repetition
        .slice(0, COMPONENTS_MAX)
        .flatMap((text, index) => (text === "" || text === '""' ? [] : [`${field}.${index + 1}`])),
    );
  return repetitions.length > 1 && FURTHER.has(field) ? [...components, field] : components;
}
