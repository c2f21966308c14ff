import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adversarialToConsole, cohortToConsole } from "./report.ts";
import { runAdversarial, runCohort } from "./run-cohort.ts";
import { comparisonsPerSecond, LinkFailed, runLink } from "./run-link.ts";

const MAIN = new URL("main.ts", import.meta.url).pathname;
const run = promisify(execFile);

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "linkage-test-"));
});
afterAll(() => rm(directory, { recursive: true }));

const options = () => ({ seed: "test", profile: "full", nhsNumbers: 0, directory, examples: 5 }) as const;

describe("the command that links", () => {
  it("finds the children of a small cohort", async () => {
    const result = await runCohort(1_500, options());
    const { evaluation } = result;
    expect(evaluation.truePairs).toBeGreaterThan(1_100);
    expect(evaluation.certain.wrong).toBeLessThanOrEqual(2);
    expect(evaluation.recall.certain / evaluation.recall.pairs).toBeGreaterThan(0.9);
    expect(evaluation.recall.withReview / evaluation.recall.pairs).toBeGreaterThan(0.97);
    expect(result.baselines.nameAndBirthDate.recall).toBeLessThan(evaluation.recall.certain / evaluation.recall.pairs);
    expect(cohortToConsole(result)).toContain("Cohort of 1,5");
    expect(await readFile(join(directory, "missed.txt"), "utf8")).toContain("H");
  });

  it("is judged on adversarial pairs by every false link among them", async () => {
    const parts: number[] = [];
    const { evaluation, ...result } = await runAdversarial(2_000, options(), (done) => parts.push(done));
    expect(parts.at(-1)).toBe(result.pairs);
    expect(result.pairs).toBeGreaterThanOrEqual(2_000);
    expect(evaluation.twins.pairs).toBeGreaterThan(300);
    expect(evaluation.certain.right / evaluation.truePairs).toBeGreaterThan(0.5);
    const counted = Object.values(evaluation.falseLinks).reduce((sum, wrong) => sum + wrong, 0);
    expect(counted).toBe(evaluation.certain.wrong);
    expect(evaluation.falseTwinLinks).toBe(0);
    const ofTwins = result.verdicts.find(({ name }) => name === "false links among twins");
    expect(ofTwins).toMatchObject({ value: evaluation.falseTwinLinks, isMet: evaluation.falseTwinLinks === 0 });
    expect(adversarialToConsole({ ...result, evaluation })).toContain("false automatic links in 100,000 pairs");
  });

  it("fails with what it wrote where it cannot read its files", async () => {
    const missing = {
      left: join(directory, "none.csv"),
      columns: join(directory, "none.json"),
      pairs: join(directory, "p"),
    };
    await expect(runLink(missing)).rejects.toThrow(LinkFailed);
  });
});

describe("the runner", () => {
  it.each([
    [["--cohort", "none"], "--cohort is not a whole number"],
    [["--adversarial", "0"], "--adversarial is not a whole number"],
    [["--profile", "half"], "--profile is neither"],
    [["--nhs", "2"], "--nhs is not a share"],
    [["--wrong"], "Unknown option"],
  ])("ends with 2 on %j", async (args, text) => {
    await expect(run(process.execPath, [MAIN, ...args])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(text),
    });
  });

  it("runs public sets that lie in a folder as anybody has them, judged by their own truth", async () => {
    const sets = join(directory, "sets");
    await mkdir(join(sets, "splink"), { recursive: true });
    const rows = ["unique_id,first_name,surname,dob,city,email,cluster"];
    for (let person = 0; person < 40; person += 1)
      for (const copy of [0, 1])
        rows.push(
          `${2 * person + copy},Given${person}x,Family${person}y,19${50 + person}-03-1${person % 10},York,,${person}`,
        );
    await writeFile(join(sets, "splink", "fake_1000.csv"), `${rows.join("\n")}\n`);
    const json = join(directory, "figures.json");
    const { stdout } = await run(process.execPath, [MAIN, "--sets", sets, "--json", json]);
    expect(stdout).toMatch(/Splink fake_1000 full/);
    expect(JSON.parse(await readFile(json, "utf8"))).toMatchObject({
      sets: [{ truePairs: 40 }, { profile: "early-years" }],
    });
  });

  it.each([
    ["12,345 comparisons/s", 12_345],
    ["about 1.5 M pairs/s", 1_500_000],
    ["310k comparisons a second", 310_000],
    ["2907 and 2537 records, 18,565 pairs compared, 12.5 s", 1_485.2],
    ["done", undefined],
  ])("reads the speed from %j", (output, expected) => {
    expect(comparisonsPerSecond(output)).toBe(expected);
  });
});
