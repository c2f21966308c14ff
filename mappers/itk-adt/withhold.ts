import { FIELDS, SEGMENTS } from "./fields.ts";
import { readSeparators, splitSegments } from "./separators.ts";

/** A message as far as it may be stored, and the names of what was taken out of it. */
export interface Withheld {
  readonly kept: string;
  readonly dropped: readonly string[];
}

const KEPT: ReadonlySet<string> = new Set(SEGMENTS);
const DROPPED_FIELDS: readonly { readonly segment: string; readonly place: number; readonly field: string }[] =
  FIELDS.flatMap(({ field, droppedAtDoor }) => {
    const [segment = "", place] = field.split("-");
    return droppedAtDoor === true && place !== undefined ? [{ segment, place: Number(place), field }] : [];
  });

/**
 * The message without what must never be stored: all segments but those that say who the child is, and of these what is
 * a parent's or can say that a child may be at risk. Of a text whose separators cannot be read nothing but its first
 * three characters is kept, since its parts cannot be told apart.
 */
export function withhold(raw: string): Withheld {
  const separators = readSeparators(raw);
  if (separators === undefined) return { kept: raw.startsWith("MSH") ? "MSH" : "", dropped: [] };
  const kept: string[] = [];
  const dropped = new Set<string>();
  for (const segment of splitSegments(raw)) {
    const end = segment.indexOf(separators.field);
    const name = end === -1 ? segment.trim() : segment.slice(0, end);
    if (KEPT.has(name)) kept.push(withoutFields(segment, { name, separator: separators.field, dropped }));
    else dropped.add(/^[A-Z][A-Z0-9]{2}$/.test(name) ? name : "a segment without a name");
  }
  return { kept: kept.join("\r"), dropped: [...dropped] };
}

function withoutFields(
  segment: string,
  { name, separator, dropped }: { readonly name: string; readonly separator: string; readonly dropped: Set<string> },
): string {
  const places = DROPPED_FIELDS.filter((each) => each.segment === name);
  if (places.length === 0) return segment;
  const fields = segment.split(separator);
  for (const { place, field } of places) {
    if ((fields[place] ?? "") === "") continue;
    fields[place] = "";
    dropped.add(field);
  }
  return fields.join(separator);
}
