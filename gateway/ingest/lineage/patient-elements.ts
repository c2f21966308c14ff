import type { Patient } from "@medplum/fhirtypes";
import { leavesOf, type Place } from "#mappers/element-path.ts";
import { type ElementOrigin, explain, type LineageTables } from "#mappers/lineage.ts";
import { foldPatient, isMarkedRestricted } from "../../disclosure/patient-fold.ts";
import { AS_WRITTEN, type ElementLineage } from "./lineage-answer.ts";

/** What one source says of the child, with the tables of its mapper; none for what a client wrote. */
export interface ToldPatient {
  readonly source: string;
  readonly lastUpdated: number;
  readonly patient: Patient;
  readonly tables: LineageTables | undefined;
}

export interface PatientElements {
  readonly elements: readonly ElementLineage[];
  readonly unexplained: readonly string[];
  /** For each contribution, in order: its elements that another's stand before. */
  readonly notShown: readonly (readonly string[])[];
}

/** An element at the top of a Patient, or one item of its list. */
interface Item {
  /** As `Patient.name[1]`. */
  readonly path: string;
  readonly content: string;
}

/**
 * The elements of the Patient that these contributions make together, each with every source that tells just what is
 * shown. What other sources say takes no part: not even the order in which values stand tells of them.
 */
export function toPatientElements(told: readonly ToldPatient[]): PatientElements {
  const folded = foldPatient(told, {
    identityOnly: [],
    identifierSystems: "any",
    isRestricted: told.some(({ patient }) => isMarkedRestricted(patient)),
  });
  const shown = itemsOf(folded);
  const tellers = told.map((contribution) => ({ ...contribution, ...readContribution(contribution) }));
  const elements: ElementLineage[] = [];
  const unexplained: string[] = [];
  for (const leaf of leavesOf(folded)) {
    const item = topOf(leaf);
    if (isGiven(leaf)) {
      elements.push(...toGiven(leaf));
      continue;
    }
    const content = shown.get(item);
    const rest = leaf.path.slice(item.length);
    const found = tellers.flatMap(({ source, items, origins }) => {
      const same = items.find((one) => one.content === content && nameOf(one.path) === nameOf(item));
      const origin = same && origins.get(same.path + rest);
      return origin === undefined ? [] : [{ ...origin, element: leaf.path, source }];
    });
    if (found.length === 0) unexplained.push(leaf.path);
    else elements.push(...found);
  }
  return { elements, unexplained, notShown: tellers.map(({ patient }) => notShownOf(patient, shown)) };
}

function readContribution({ patient, tables }: ToldPatient): {
  readonly items: readonly Item[];
  readonly origins: ReadonlyMap<string, ElementOrigin>;
} {
  const origins = tables === undefined ? asWritten(patient) : explain(tables, { resource: patient });
  return {
    items: [...itemsOf(patient)].map(([path, content]) => ({ path, content })),
    origins: new Map(origins.map((origin) => [origin.element, origin])),
  };
}

function asWritten(patient: Patient): readonly ElementOrigin[] {
  return leavesOf(patient).map(({ path }) => ({ element: path, fields: [], rule: AS_WRITTEN }));
}

function notShownOf(patient: Patient, shown: ReadonlyMap<string, string>): readonly string[] {
  const contents = new Set([...shown].map(([path, content]) => `${nameOf(path)} ${content}`));
  const items = itemsOf(patient);
  return leavesOf(patient).flatMap((leaf) => {
    const item = topOf(leaf);
    return isGiven(leaf) || contents.has(`${nameOf(item)} ${items.get(item)}`) ? [] : [leaf.path];
  });
}

/** What stands at the top of a Patient, by path, with its content as text. */
function itemsOf(patient: Patient): ReadonlyMap<string, string> {
  const items = new Map<string, string>();
  for (const leaf of leavesOf(patient)) {
    const item = topOf(leaf);
    const { path, property, value } = leaf;
    items.set(item, `${items.get(item) ?? ""}${path.slice(item.length)}=${property}:${JSON.stringify(value)}\n`);
  }
  return items;
}

/** `Patient.name[1].given[0]` stands in `Patient.name[1]`. */
function topOf({ path }: Place): string {
  return /^Patient\.[A-Za-z]+(?:\[\d+\])?/.exec(path)?.[0] ?? path;
}

function nameOf(item: string): string {
  return item.replace(/\[\d+\]$/, "");
}

/** What the gateway says of every Patient, whatever the sources say. */
function isGiven({ path }: Place): boolean {
  return path.startsWith("Patient.meta") || path === "Patient.active";
}

function toGiven({ path }: Place): readonly ElementLineage[] {
  const rule =
    path === "Patient.active"
      ? "true unless a source says that the record is not in use"
      : path.startsWith("Patient.meta.security")
        ? "restricted as soon as one source marks the child so"
        : "the profiles that resources of this kind follow";
  return [{ element: path, fields: [], rule }];
}
