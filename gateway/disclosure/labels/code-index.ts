import { displayOf } from "#profiles/generated/codes.ts";
import type { ToldCoding } from "./codings.ts";
import type { Codes, LabelList } from "./label-list.ts";

/** Lists by the codes that they name. */
export interface CodeIndex {
  listsOf(coding: ToldCoding): readonly LabelList[];
  /** Whether a code, in whatever system, can stand in a list that raises: everything else need not be looked at. */
  canRaise(code: string): boolean;
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
  const raising = new Set<string>();
  const raisingChapters: string[] = [];
  for (const list of lists) {
    for (const [system, code] of pairsOf(list.codes)) {
      const codes = bySystem.get(system) ?? new Map<string, LabelList[]>();
      bySystem.set(system, codes);
      codes.set(code, [...(codes.get(code) ?? []), list]);
      if (raises(list)) raising.add(code);
    }
    for (const [system, beginning] of pairsOf(list.chapters)) {
      chapters.push({ system, beginning: beginning.toUpperCase(), list });
      if (raises(list)) raisingChapters.push(beginning.toUpperCase());
    }
  }
  const contract = lists.find(({ isContract }) => isContract === true);
  const firsts = new Set(raisingChapters.map((beginning) => beginning.slice(0, 2)));
  return {
    listsOf({ system, code }) {
      if (system === undefined) return NONE;
      const found = [
        ...(bySystem.get(system)?.get(code) ?? []),
        ...chaptersOf(chapters, system, code),
        ...(contract !== undefined && displayOf(system, code) !== undefined ? [contract] : []),
      ];
      return found.length === 0 ? NONE : found;
    },
    canRaise(code) {
      if (raising.has(code)) return true;
      if (!firsts.has(code.slice(0, 2).toUpperCase())) return false;
      const text = code.toUpperCase();
      return raisingChapters.some((beginning) => text.startsWith(beginning));
    },
  };
}

function chaptersOf(chapters: readonly Chapter[], system: string, code: string): readonly LabelList[] {
  const text = code.toUpperCase();
  return chapters.flatMap((chapter) =>
    chapter.system === system && text.startsWith(chapter.beginning) ? [chapter.list] : [],
  );
}

function pairsOf(codes: Codes | undefined): readonly (readonly [system: string, code: string])[] {
  return Object.entries(codes ?? {}).flatMap(([system, values]) => values.map((value) => [system, value] as const));
}

/** Whether a list says more than that something is as confidential as any record. */
function raises({ confidentiality, sensitivities = [], handling = [] }: LabelList): boolean {
  return confidentiality === "R" || confidentiality === "V" || sensitivities.length > 0 || handling.length > 0;
}
