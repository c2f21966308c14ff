import type { AreaId } from "./areas.ts";
import { childrenIn, type GenerateOptions, toSetting } from "./generate.ts";
import type { ChildRecords, SourceRecord } from "./records.ts";
import type { ProfileStory } from "./stories.ts";

/** Children of one area by what is truly known of their good level of development. */
export interface GoodLevelCount {
  /** All twelve goals that count at the expected level. */
  achieved: number;
  notAchieved: number;
}

/** Communication and language 2, personal, social and emotional 3, physical 2, literacy 3, mathematics 2. */
const GOALS_THAT_COUNT = 12;

/**
 * How many children of each area reached a good level of development, counted over their stories: what any path from
 * the files of `generate`, made with the same options, has to come to. A child that is exempt counts nowhere, and one
 * whose only record has a flaw counts nowhere either, since no mapper may take it.
 */
export function goodLevelsOf(options: GenerateOptions): ReadonlyMap<AreaId, GoodLevelCount> {
  const setting = toSetting(options);
  return new Map(
    setting.areas.map((area) => {
      const count: GoodLevelCount = { achieved: 0, notAchieved: 0 };
      for (const child of childrenIn(area, options)) add(child, area.id, count);
      return [area.id, count];
    }),
  );
}

/** A pupil number that is not there has no check letter, and an element has no columns. */
function isTaken({ flaw, held }: SourceRecord<ProfileStory>, form: "row" | "element"): boolean {
  if (flaw === "wrong-check-digit") return held.upn === undefined;
  return flaw === undefined || (flaw === "wrong-column-count" && form === "element");
}

function add({ eyfsp, ctf }: ChildRecords, area: AreaId, count: GoodLevelCount): void {
  const told = [
    ...eyfsp.filter((record) => isTaken(record, "row")),
    ...ctf.filter((record) => isTaken(record, "element")),
  ];
  const [record] = told.filter((each) => each.area === area);
  if (record === undefined) return;
  const counting = record.story.outcomes.slice(0, GOALS_THAT_COUNT);
  if (counting.includes("A")) return;
  if (counting.every((outcome) => outcome === "2")) count.achieved += 1;
  else count.notAchieved += 1;
}
