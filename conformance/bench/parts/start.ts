import { GATEWAY_ENV } from "../bench.ts";
import { measureStart } from "../start.ts";
import type { Part } from "./part.ts";

export const START: Part = {
  id: "start",
  title: "warm starts, and memory when nothing is asked",
  goals: ["start", "memory-idle"],
  budget_s: 15,
  async run({ findings, size, store }) {
    const { dataDir } = await store(size.most);
    const start = await measureStart(dataDir, GATEWAY_ENV, size.starts);
    findings.start = start;
    findings.figures.set("start", start.median_s);
    findings.figures.set("memory-idle", start.idle_MB);
  },
};
