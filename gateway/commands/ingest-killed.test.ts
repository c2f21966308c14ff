import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generate } from "#mappers/synthetic/generate.ts";
import { REFERENCE_DATE } from "#mappers/synthetic/scenarios.ts";
import { toCsv, toProfileRow } from "../ingest/line.fixtures.ts";
import { runIngest } from "./ingest.ts";
import { findHalves, readStore, spawnGateway, toContents, watchCommits } from "./ingest-killed.fixtures.ts";

const PUPILS = 600;
let directory: string;
let files: readonly SourceFile[];
let expected: ReturnType<typeof readStore>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ingest-killed-"));
  files = await writeFiles();
  const dataDir = join(directory, "whole");
  const whole = await spawnGateway(dataDir);
  for (const file of files) await send(file, whole.environment);
  await whole.kill("SIGTERM");
  expected = readStore(dataDir);
});
afterAll(() => rm(directory, { recursive: true }));

type SourceFile = readonly [source: string, file: string];

/** The tables of some children of a health visitor, then a large return of pupils, as arguments of the command. */
async function writeFiles(): Promise<readonly SourceFile[]> {
  const files: [string, string][] = [];
  for (const { source, name, chunks } of generate({ children: 320, seed: "killed", today: REFERENCE_DATE })) {
    if (source !== "leeds-csds") continue;
    await writeFile(join(directory, name), [...chunks].join(""));
    files.push([source, join(directory, name)]);
  }
  const pupils = Array.from({ length: PUPILS }, (_, n) =>
    toProfileRow({ FSP_PupilMatchingRef: `P${n}`, FSP_UPN: "", FSP_SURNAME: `Example ${n}` }),
  );
  await writeFile(join(directory, "return.csv"), toCsv(pupils));
  return [...files, ["leeds-eyfsp", join(directory, "return.csv")]];
}

interface Answered {
  readonly id: string;
  readonly received: number;
  readonly unchanged: number;
}

/** The receipt, or nothing when the gateway died before it answered. */
async function send([source, file]: SourceFile, environment: Readonly<Record<string, string>>): Promise<Answered[]> {
  const { out } = await runIngest(["--source", source, file], environment);
  return out === "" ? [] : [JSON.parse(out)];
}

test.each([
  ["tables of staged rows", 0.3],
  ["a large file", 0.75],
])(
  "killed in the middle of %s, the gateway holds nothing half, and the files again finish the rest",
  async (_, share) => {
    const dataDir = join(directory, `killed-${share}`);
    const killed = await spawnGateway(dataDir);
    const untilCommitted = watchCommits(dataDir, expected);
    const acknowledged: Answered[] = [];
    const sending = (async () => {
      for (const file of files) acknowledged.push(...(await send(file, killed.environment)));
    })();
    await untilCommitted(share);
    await killed.kill("SIGKILL");
    await sending;
    const left = readStore(dataDir);
    expect(left.check).toEqual([{ integrity_check: "ok" }]);
    expect(findHalves(left)).toEqual([]);
    expect(left.receipts).toEqual(expect.arrayContaining(acknowledged.map(({ id }) => id)));
    expect(left.resources.size).toBeLessThan(expected.resources.size);

    const restarted = await spawnGateway(dataDir);
    for (const [n, file] of files.entries()) {
      const [receipt] = await send(file, restarted.environment);
      const wasAcknowledged = n < acknowledged.length;
      expect(receipt).toMatchObject(
        wasAcknowledged ? { unchanged: acknowledged[n]?.received } : { id: expect.anything() },
      );
    }
    await restarted.kill("SIGTERM");
    const finished = readStore(dataDir);
    expect(findHalves(finished)).toEqual([]);
    expect(differences(toContents(finished), toContents(expected))).toEqual([]);
  },
);

/** The first few lines that one has more often than the other. */
function differences(left: readonly string[], right: readonly string[]): string[] {
  const count = new Map<string, number>();
  for (const line of left) count.set(line, (count.get(line) ?? 0) + 1);
  for (const line of right) count.set(line, (count.get(line) ?? 0) - 1);
  return [...count].flatMap(([line, times]) => (times === 0 ? [] : [`${times} × ${line}`])).slice(0, 6);
}
