import { measureCohort } from "../cohort.ts";
import type { Part } from "./part.ts";

export const COHORT: Part = {
  id: "cohort",
  title: "the profiles of a cohort in one file, and the same again",
  goals: ["cohort", "cohort-memory", "cohort-unchanged"],
  budget_s: 30,
  async run({ findings, size }) {
    const cohort = await measureCohort(size.cohortPupils);
    findings.cohort = cohort;
    findings.figures.set("cohort", cohort.resources_per_s);
    findings.figures.set("cohort-memory", cohort.peak_MB);
    findings.figures.set("cohort-unchanged", cohort.unchanged_ratio);
  },
};
