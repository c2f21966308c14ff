import { displayOf } from "#profiles/generated/codes.ts";
import type { ToldCoding } from "./codings.ts";
import type { Codes, LabelList } from "./label-list.ts";

/** Lists by the codes that they name. */
export interface CodeIndex {
  listsOf(coding: ToldCoding): readonly LabelList[];
  /** In which systems a code stands in a list that raises: in most codes in none, and nothing more need be looked at. */
  raisingSystems(code: string): readonly string[];
}

const NONE: readonly LabelList[] = [];
const NOWHERE: readonly string[] = [];
/** Codes that were asked for: a record has a few dozen, and most records have the same. */
const REMEMBERED_max = 10_000;

interface Chapter {
  readonly system: string;
  readonly beginning: string;
  readonly list: LabelList;
}

export function createCodeIndex(lists: readonly LabelList[]): CodeIndex {
  const bySystem = new Map<string, Map<string, LabelList[]>>();
  const chapters: Chapter[] = [];
  const raising = new Map<string, string[]>();
  for (const list of lists) {
    for (const [system, code] of pairsOf(list.codes)) {
      const codes = bySystem.get(system) ?? new Map<string, LabelList[]>();
      bySystem.set(system, codes);
      codes.set(code, [...(codes.get(code) ?? []), list]);
      if (raises(list)) raising.set(code, [...(raising.get(code) ?? []), system]);
    }
    for (const [system, beginning] of pairsOf(list.chapters)) {
      chapters.push({ system, beginning: beginning.toUpperCase(), list });
    }
  }
  const contract = lists.find(({ isContract }) => isContract === true);
  const raisingChapters = chapters.filter(({ list }) => raises(list));
  const remembered = new Map<string, readonly string[]>();
  return {
    listsOf({ system, code }) {
      if (system === undefined) return NONE;
      const found = [
        ...(bySystem.get(system)?.get(code) ?? []),
        ...chaptersOf(chapters, code).flatMap((chapter) => (chapter.system === system ? [chapter.list] : [])),
        ...(contract !== undefined && displayOf(system, code) !== undefined ? [contract] : []),
      ];
      return found.length === 0 ? NONE : found;
    },
    raisingSystems(code) {
      const known = remembered.get(code);
      if (known !== undefined) return known;
      const systems = [...(raising.get(code) ?? []), ...chaptersOf(raisingChapters, code).map(({ system }) => system)];
      const found = systems.length === 0 ? NOWHERE : systems;
      if (remembered.size < REMEMBERED_max) remembered.set(code, found);
      return found;
    },
  };
}

function chaptersOf(chapters: readonly Chapter[], code: string): readonly Chapter[] {
  const text = code.toUpperCase();
  return chapters.filter(({ beginning }) => text.startsWith(beginning));
}

function pairsOf(codes: Codes | undefined): readonly (readonly [system: string, code: string])[] {
  return Object.entries(codes ?? {}).flatMap(([system, values]) => values.map((value) => [system, value] as const));
}

/** Whether a list says more than that something is as confidential as any record. */
function raises({ confidentiality, sensitivities = [], handling = [] }: LabelList): boolean {
  return confidentiality === "R" || confidentiality === "V" || sensitivities.length > 0 || handling.length > 0;
}
