import { FIELDS, SEGMENTS } from "./fields.ts";
import { readSeparators, type Separators, splitSegments } from "./separators.ts";

/** A message as far as it may be stored, and the names of what was taken out of it. */
export interface Withheld {
  readonly kept: string;
  readonly dropped: readonly string[];
}

const KEPT: ReadonlySet<string> = new Set(SEGMENTS);
/** Of the names those that are not the legal one are dropped. */
const NAMES = "PID-5";
const NAMES_PLACE = 5;
const NAME_TYPE = 7;
const DROPPED_FIELDS = Map.groupBy(
  FIELDS.flatMap(({ field, droppedAtDoor }) => {
    const [segment = "", place] = field.split("-");
    const isWhole = droppedAtDoor === true && place !== undefined && field !== NAMES;
    return isWhole ? [{ segment, place: Number(place), field }] : [];
  }),
  ({ segment }) => segment,
);

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
    if (KEPT.has(name)) kept.push(withoutFields(segment, { name, separators, dropped }));
    else dropped.add(/^[A-Z][A-Z0-9]{2}$/.test(name) ? name : "a segment without a name");
  }
  return { kept: kept.join("\r"), dropped: [...dropped] };
}

interface Within {
  readonly name: string;
  readonly separators: Separators;
  readonly dropped: Set<string>;
}

function withoutFields(segment: string, { name, separators, dropped }: Within): string {
  const places = DROPPED_FIELDS.get(name);
  if (places === undefined) return segment;
  const fields = segment.split(separators.field);
  for (const { place, field } of places) {
    if ((fields[place] ?? "") === "") continue;
    fields[place] = "";
    dropped.add(field);
  }
  const names = fields[NAMES_PLACE];
  if (name === "PID" && names !== undefined) fields[NAMES_PLACE] = withoutFurtherNames(names, separators, dropped);
  return fields.join(separators.field);
}

/** The first legal name, or the first of no type, or the first that the child goes by; without them nothing. */
function withoutFurtherNames(names: string, separators: Separators, dropped: Set<string>): string {
  const repetitions = names.split(separators.repetition).filter((name) => name !== "");
  const typeOf = (name: string): string =>
    (name.split(separators.component)[NAME_TYPE - 1] ?? "").replace('""', "").trim().toUpperCase();
  const [chosen = ""] = ["L", "", "D"].flatMap((type) => repetitions.find((name) => typeOf(name) === type) ?? []);
  if (repetitions.some((name) => name !== chosen)) dropped.add(NAMES);
  return chosen;
}
