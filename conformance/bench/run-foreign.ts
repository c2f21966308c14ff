import { againstCeiling, type Bench, targetAt } from "./bench.ts";
import { makeDay } from "./day-workload.ts";
import { childrenOn, type Made, removeFrom } from "./foreign.ts";
import type { Foreign } from "./options.ts";
import { type Known, learnOf, makeReads } from "./read-workloads.ts";
import { isSkipped, READ_IDS, type Skipped, type Target, type Workload, WRITE_IDS } from "./workload.ts";
import { makeWrites } from "./write-workloads.ts";

/** Creates one by one on a server that may make a hundred a second. */
const CHILDREN_MAX = 100;

/** The same workloads on any FHIR server, against bare Hono with the bytes that it answers. */
export async function runForeign(bench: Bench, foreign: Foreign): Promise<void> {
  const { findings, say, size } = bench;
  const target = targetAt(foreign.base, foreign.token);
  const isMaking = foreign.patients.length === 0;
  if (isMaking && !foreign.mayWrite)
    throw new Error("nothing to ask for: name Patients with --patient, or allow writes there with --i-may-write");
  say(isMaking ? "… children and their Observations are created" : "… the Patients that were named are read");
  const made = await childrenOn(target, foreign, Math.min(CHILDREN_MAX, size.children));
  try {
    const known = await learnOf(target, made.children);
    if (known.length === 0) throw new Error("the server tells no Observation of any child by its identifier");
    // What is written changes what is found: nothing is made before all that comes earlier has been measured.
    for (const make of makersOn(bench, target, foreign, known))
      for (const workload of await make()) await measureOne(bench, target, foreign, workload);
  } finally {
    await tidy(bench, target, made);
  }
  if (findings.comparisons.length === 0)
    findings.failed.push({ what: foreign.base, reason: "nothing could be measured" });
}

type Make = () => Promise<readonly (Workload | Skipped)[]>;

function makersOn(
  { size, wanted }: Bench,
  target: Target,
  { mayWrite }: Foreign,
  known: readonly Known[],
): readonly Make[] {
  const { draws, visits, patients } = size;
  const writer = mayWrite ? target : undefined;
  const written = WRITE_IDS.filter(wanted);
  const refused = written.map((id) => ({ id, reason: "writes are not allowed: --i-may-write" }));
  return [
    () => makeReads(target, known, { wanted: READ_IDS.filter(wanted), draws, seed: 1 }),
    async () => (wanted("day") ? [await makeDay(target, known, { visits, seed: 2, writer })] : []),
    async () => (mayWrite ? makeWrites(target, written, crypto.randomUUID(), patients) : refused),
  ];
}

async function measureOne(bench: Bench, target: Target, { token }: Foreign, workload: Workload | Skipped) {
  const { size, findings, say } = bench;
  if (isSkipped(workload)) {
    findings.skipped.push({ what: workload.id, reason: workload.reason });
    say(`  ${workload.id} is left out: ${workload.reason}`);
    return;
  }
  const isFirst = findings.comparisons.length === 0;
  await againstCeiling(bench, workload, {
    of: "server",
    server: { base: target.origin, tokens: async () => ({ reader: token, writer: token }) },
    ...{ rounds: size.otherRounds, round_s: size.round_s, warm_s: isFirst ? size.warmFirst_s : size.warm_s },
  });
}

async function tidy({ findings, say }: Bench, target: Target, { addresses }: Made): Promise<void> {
  if (addresses.length === 0) return;
  say(`… ${addresses.length} resources that were made are deleted`);
  const kept = await removeFrom(target, addresses);
  if (kept > 0) findings.skipped.push({ what: "clean-up", reason: `${kept} resources could not be deleted` });
}
