export interface Goal {
  readonly subject: string;
  readonly component: string;
}

const COMPONENTS: readonly (readonly [subject: string, goals: number])[] = [
  ["COM", 2],
  ["PSE", 3],
  ["PHY", 2],
  ["LIT", 3],
  ["MAT", 2],
  ["UTW", 3],
  ["EXP", 2],
];

/** The 17 early learning goals by the subject and component codes of education data, in their order E01 to E17. */
export const GOALS: readonly Goal[] = COMPONENTS.flatMap(([subject, goals]) => Array<string>(goals).fill(subject)).map(
  (subject, place) => ({ subject, component: `E${String(place + 1).padStart(2, "0")}` }),
);
