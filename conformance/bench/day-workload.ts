import { createRandom, zipfDraws } from "./draws.ts";
import { onlyAbout, resource } from "./expectations.ts";
import type { LoadRequest } from "./load.ts";
import { bodiesOf, type Known, prepare } from "./read-workloads.ts";
import { ask, NotServed, type Skipped, servedOf, type Target, type Workload } from "./workload.ts";
import { idOf, toObservation, toPost, toPut } from "./write-workloads.ts";

/** In one visit of so many something is written. */
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
 * code, by patient), turns a page, and now and then corrects a weight.
 */
export async function makeDay(
  target: Target,
  known: readonly Known[],
  { visits, seed, writer }: DayOptions,
): Promise<Workload | Skipped> {
  try {
    const { served, leftOut } = await servedOf(known, AT_ONCE, (each) => visitOf(target, each));
    const drawn = zipfDraws(served, visits, createRandom(seed));
    const asked: Prepared[] = [];
    let weighed: Weighed | undefined;
    for (const [place, { known: each, requests }] of drawn.entries()) {
      asked.push(...requests);
      if (writer === undefined || place % WRITE_EACH !== WRITE_EACH - 1) continue;
      const first = weighed;
      weighed = first === undefined ? await weigh(writer, each) : undefined;
      const current = first ?? weighed;
      if (current !== undefined) asked.push(await correct(writer, current, first === undefined ? 12.5 : 13));
    }
    if (writer !== undefined && visits >= 2 * WRITE_EACH && !asked.some(({ request }) => request.role === "writer"))
      throw new NotServed("no weight could be written");
    return { id: "day", requests: asked.map(({ request }) => request), bodies: bodiesOf(asked), leftOut };
  } catch (error) {
    if (!(error instanceof NotServed)) throw error;
    return { id: "day", reason: error.message };
  }
}

interface Weighed {
  readonly id: string;
  readonly subject: string;
}

/** Undefined where this writer may not write about this child. */
async function weigh(writer: Target, { child }: Known): Promise<Weighed | undefined> {
  const subject = `Patient/${child.id}`;
  const request = toPost(writer, "/Observation", toObservation(subject, 12), resource("Observation"));
  try {
    return { id: idOf((await ask(writer, request)).response.body), subject };
  } catch (error) {
    if (error instanceof NotServed) return undefined;
    throw error;
  }
}

/** By update: over hours of load no child's record may grow. Two visits in turn give one weight two values. */
async function correct(writer: Target, { id, subject }: Weighed, value: number): Promise<Prepared> {
  const content = JSON.stringify({ ...toObservation(subject, value), id });
  const request = toPut(writer, `/Observation/${id}`, content, resource("Observation", id));
  return { request, body: (await ask(writer, request)).response.body };
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
