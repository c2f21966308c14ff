import { depthOf, type ElementPath, leavesOf, type Place, parseElementPaths, placesAt } from "./element-path.ts";
import type { FieldRow, Mapped, RuleRow } from "./mapper.ts";

/** What a mapper says of where its elements come from; every mapper has both tables. */
export interface LineageTables {
  readonly fields: readonly FieldRow[];
  readonly rules: readonly RuleRow[];
}

/** A resource as its mapper made it: with its slot, or none for the Patient and the Organizations. */
export interface Explainable {
  readonly slot?: string | undefined;
  readonly resource: { readonly resourceType: string };
}

/** Where one element of a resource comes from. */
export interface ElementOrigin {
  /** FHIRPath of the element with indexes, as `Observation.code.coding[0].code`. */
  readonly element: string;
  /** Source fields by the source's own names; none where the element is the same for every record. */
  readonly fields: readonly string[];
  /** What decides the element, in words; empty where a field is taken as it comes. */
  readonly rule: string;
}

const CHILD = "the child that identity resolution found";
const MADE_TYPES = ["Patient", "Observation", "Consent", "Organization"];

/** What the gateway gives to the resources of every source; a mapper's own rows come before these. */
const SHARED_RULES: readonly RuleRow[] = [
  ...MADE_TYPES.flatMap((type) => [
    { to: `${type}.id`, rule: "given by the gateway once, and kept for as long as the source tells of it" },
    { to: `${type}.meta.profile`, rule: "the profiles that resources of this kind follow" },
    { to: `${type}.meta.versionId`, rule: "counts what the gateway has stored under this id" },
    { to: `${type}.meta.lastUpdated`, rule: "when the gateway stored this version" },
    { to: `${type}.meta.source`, rule: "the source that the register names" },
    { to: `${type}.language`, rule: "given by the gateway" },
  ]),
  { to: "Observation.subject", rule: CHILD },
  { to: "Consent.patient", rule: CHILD },
];

interface Row {
  readonly row: FieldRow | RuleRow;
  readonly paths: readonly ElementPath[];
  readonly slots: readonly RegExp[] | undefined;
  readonly isShared: boolean;
}

/** A row that reaches an element; the one that goes deepest, or chooses most closely, explains it. */
interface Reach {
  readonly row: Row;
  readonly names: number;
  readonly criteria: number;
}

const compiled = new WeakMap<LineageTables, readonly Row[]>();

/**
 * Where each element of a resource comes from, in the order in which they stand. The row whose target lies closest above
 * an element explains it; several of them are told together. An element that no row explains is left out. A row whose
 * target is a resource as a whole tells why the resource is there, and explains none of its elements.
 */
export function explain(tables: LineageTables, made: Explainable): readonly ElementOrigin[] {
  return originsOf(tables, made).flatMap(({ place, rows }) => (rows.length === 0 ? [] : [toOrigin(place, rows)]));
}

/** Elements of all that was made that no row explains; empty for every mapper and every record. */
export function unexplained(tables: LineageTables, mapped: Mapped): readonly string[] {
  return explainables(mapped).flatMap((made) =>
    originsOf(tables, made)
      .filter(({ rows }) => rows.length === 0)
      .map(({ place }) => (made.slot === undefined ? place.path : `${made.slot}: ${place.path}`)),
  );
}

/** Rows with a target in a resource that explain nothing in any of these: `field → to`, or `to` of a rule. */
export function unusedRows(tables: LineageTables, allMapped: readonly Mapped[]): readonly string[] {
  const used = new Set<FieldRow | RuleRow>();
  for (const made of allMapped.flatMap(explainables)) {
    for (const { rows } of originsOf(tables, made)) for (const { row } of rows) used.add(row);
  }
  return rowsOf(tables)
    .filter(({ row, paths, isShared }) => !isShared && !used.has(row) && paths.some(isInResource))
    .map(({ row }) => ("field" in row ? `${row.field} → ${row.to}` : row.to));
}

function isInResource({ type }: ElementPath): boolean {
  return MADE_TYPES.includes(type);
}

function explainables({ patient, made, organizations }: Mapped): Explainable[] {
  return [
    ...(patient === undefined ? [] : [{ resource: patient }]),
    ...made,
    ...organizations.map((resource) => ({ resource })),
  ];
}

function originsOf(
  tables: LineageTables,
  made: Explainable,
): readonly { readonly place: Place; readonly rows: readonly Row[] }[] {
  const reached = new Map<string, Reach[]>();
  for (const row of rowsOf(tables)) {
    if (!isOfSlot(row, made.slot)) continue;
    for (const path of row.paths) {
      const { names, criteria } = depthOf(path);
      const reach = { row, names, criteria: criteria + (row.slots === undefined ? 0 : 1) };
      for (const place of placesAt(path, made.resource)) {
        const reaches = reached.get(place.path);
        if (reaches === undefined) reached.set(place.path, [reach]);
        else reaches.push(reach);
      }
    }
  }
  const { resourceType } = made.resource;
  const whole = { path: resourceType, value: made.resource, property: resourceType };
  return [
    ...(reached.has(resourceType) ? [{ place: whole, rows: closest(reached.get(resourceType) ?? []) }] : []),
    ...leavesOf(made.resource).map((place) => ({
      place,
      rows: closest(pathsAbove(place.path).flatMap((path) => reached.get(path) ?? [])),
    })),
  ];
}

/** The element itself and all above it but the resource: `A.b[0].c` gives `A.b`, `A.b[0]` and `A.b[0].c`. */
function pathsAbove(path: string): string[] {
  const paths: string[] = [];
  for (let end = path.indexOf(".") + 1; end > 0 && end < path.length; ) {
    const next = /[.[]/g;
    next.lastIndex = end;
    const at = next.exec(path)?.index ?? path.length;
    paths.push(path.slice(0, at));
    end = at === path.length ? path.length : at + 1;
  }
  return paths;
}

function closest(reaches: readonly Reach[]): readonly Row[] {
  const own = bestOf(reaches.filter(({ row }) => !row.isShared));
  const shared = bestOf(reaches.filter(({ row }) => row.isShared));
  const isOwn = (own[0]?.names ?? 0) >= (shared[0]?.names ?? 0);
  return [...new Set((isOwn ? own : shared).map(({ row }) => row))];
}

function bestOf(reaches: readonly Reach[]): readonly Reach[] {
  const names = Math.max(...reaches.map((reach) => reach.names));
  const deepest = reaches.filter((reach) => reach.names === names);
  const criteria = Math.max(...deepest.map((reach) => reach.criteria));
  return deepest.filter((reach) => reach.criteria === criteria);
}

function toOrigin({ path }: Place, rows: readonly Row[]): ElementOrigin {
  const fields = rows.flatMap(({ row }) => ("field" in row ? [row.field] : (row.from ?? [])));
  const isOne = rows.length === 1;
  const rules = rows.flatMap(({ row }) => {
    if (!("field" in row)) return row.rule;
    return row.why === undefined ? [] : isOne ? row.why : `${row.field}: ${row.why}`;
  });
  return { element: path, fields: [...new Set(fields)], rule: [...new Set(rules)].join("; ") };
}

function isOfSlot({ slots }: Row, slot: string | undefined): boolean {
  return slots === undefined || (slot !== undefined && slots.some((pattern) => pattern.test(slot)));
}

function rowsOf(tables: LineageTables): readonly Row[] {
  const known = compiled.get(tables);
  if (known !== undefined) return known;
  const own = [...tables.fields, ...tables.rules].map((row) => toRow(row, false));
  const rows = [...own, ...SHARED_RULES.map((row) => toRow(row, true))];
  compiled.set(tables, rows);
  return rows;
}

function toRow(row: FieldRow | RuleRow, isShared: boolean): Row {
  return {
    row,
    paths: row.to === undefined ? [] : parseElementPaths(row.to),
    slots: row.slots?.map(toPattern),
    isShared,
  };
}

/** `CYP611Obs/{key}/weight`: a word in braces is any text. */
function toPattern(slot: string): RegExp {
  const parts = slot.split(/\{[^}]*\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".+")}$`, "s");
}
