import { displayOf } from "#profiles/generated/codes.ts";
import type { ToldCoding } from "./codings.ts";
import type { Codes, LabelList } from "./label-list.ts";

/** Lists by the codes that they name. */
export interface CodeIndex {
  listsOf(coding: ToldCoding): readonly LabelList[];
}

const NONE: readonly LabelList[] = [];

interface Chapter {
  readonly system: string;
  readonly beginning: string;
  readonly list: LabelList;
}

export function createCodeIndex(lists: readonly LabelList[]): CodeIndex {
  const bySystem = new Map<string, Map<string, LabelList[]>>();
  const chapters: Chapter[] = [];
  for (const list of lists) {
    for (const [system, code] of pairsOf(list.codes)) {
      const codes = bySystem.get(system) ?? new Map<string, LabelList[]>();
      bySystem.set(system, codes);
      codes.set(code, [...(codes.get(code) ?? []), list]);
    }
    for (const [system, beginning] of pairsOf(list.chapters)) {
      chapters.push({ system, beginning: beginning.toUpperCase(), list });
    }
  }
  const contract = lists.find(({ isContract }) => isContract === true);
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
  };
}

function chaptersOf(chapters: readonly Chapter[], code: string): readonly Chapter[] {
  const text = code.toUpperCase();
  return chapters.filter(({ beginning }) => text.startsWith(beginning));
}

function pairsOf(codes: Codes | undefined): readonly (readonly [system: string, code: string])[] {
  return Object.entries(codes ?? {}).flatMap(([system, values]) => values.map((value) => [system, value] as const));
}
