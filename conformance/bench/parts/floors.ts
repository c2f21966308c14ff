import { measureFloors } from "../floors.ts";
import type { Part } from "./part.ts";

export const FLOORS: Part = {
  id: "floors",
  title: "a bare prepared statement, bare rows, a bare flush",
  goals: [],
  budget_s: 10,
  async run({ findings, size, say }) {
    const floors = await measureFloors(size.otherRound_s);
    findings.floors = floors;
    const rate = (per_s: number) => `${per_s.toFixed(0)}/s`;
    say(
      `  statement ${rate(floors.statement_per_s)}, rows ${rate(floors.rows_per_s)}, flushes ${rate(floors.flushes_per_s)}`,
    );
  },
};
