import { createRandom, zipfDraws } from "./draws.ts";
import { onlyAbout, resource } from "./expectations.ts";
import type { LoadRequest } from "./load.ts";
import { bodiesOf, type Known, prepare } from "./read-workloads.ts";
import { ask, inTurns, NotServed, type Skipped, type Target, type Workload } from "./workload.ts";
import { toObservation, toPost } from "./write-workloads.ts";

/** In one visit of so many something is written down. */
const WRITE_EACH = 10;
const AT_ONCE = 8;
const READ = { accept: "application/fhir+json" };

type Prepared = Awaited<ReturnType<typeof prepare>>;

export interface DayOptions {
  /** Visits that follow one another; children are drawn by Zipf. */
  readonly visits: number;
  readonly seed: number;
  /** Another client's view, if the one that reads may not write; undefined: nothing can be written. */
  readonly writer: Target | undefined;
}

/**
 * What a GP's system asks for while children are seen: each visit looks the child up, searches three times (all, one
 * code, by patient), turns a page, and now and then writes a weight.
 */
export async function makeDay(
  target: Target,
  known: readonly Known[],
  { visits, seed, writer }: DayOptions,
): Promise<Workload | Skipped> {
  try {
    const prepared = await inTurns(known, AT_ONCE, (each) => visitOf(target, each));
    const drawn = zipfDraws(prepared, visits, createRandom(seed));
    const asked: Prepared[] = [];
    for (const [place, { known: each, requests }] of drawn.entries()) {
      asked.push(...requests);
      if (writer === undefined || place % WRITE_EACH !== WRITE_EACH - 1) continue;
      const content = toObservation(`Patient/${each.child.id}`, 3 + (place % 200) / 10);
      const request = toPost(writer, "/Observation", content, resource("Observation"));
      // What is written is new; the child's searches tell it from then on, so how many match is no longer fixed.
      asked.push({ request, body: (await ask(writer, request)).response.body });
    }
    return { id: "day", requests: asked.map(({ request }) => request), bodies: bodiesOf(asked) };
  } catch (error) {
    if (!(error instanceof NotServed)) throw error;
    return { id: "day", reason: error.message };
  }
}

async function visitOf(target: Target, known: Known) {
  const requests = [await prepare(target, known, "by-identifier")];
  for (const id of ["search", "search-code", "by-patient"] as const) {
    const { request, body } = await prepare(target, known, id);
    requests.push({ request: { ...request, verify: onlyAbout(known.child.id) }, body });
  }
  if (known.next !== undefined) {
    const request: LoadRequest = { method: "GET", path: known.next, headers: READ, verify: onlyAbout(known.child.id) };
    requests.push({ request, body: (await ask(target, request)).response.body });
  }
  return { known, requests };
}
