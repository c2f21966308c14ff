import { NHS_NUMBER } from "#profiles/systems.ts";
import { link, matches, total } from "../checks.ts";
import type { Exchange } from "../http.ts";
import { at, list, text } from "../json.ts";
import type { Child } from "./children.ts";
import { createRandom, zipfDraws } from "./draws.ts";
import {
  amongPatients,
  bundleWith,
  childsObservations,
  everythingOf,
  onePatient,
  onlyAbout,
  population,
  resource,
  type Verify,
} from "./expectations.ts";
import type { LoadRequest } from "./load.ts";
import { ask, NotServed, READS, type ReadId, type Skipped, servedOf, type Target, type Workload } from "./workload.ts";

const PAGE_ENTRIES = 20;
const AT_ONCE = 8;
/** Answers that the ceiling gives in turn: those to the first draws, so that their sizes are shared out as the load's. */
const BODIES = 256;
const FORM = { accept: "application/fhir+json", "content-type": "application/x-www-form-urlencoded" };
const READ = { accept: "application/fhir+json" };

/** A child with what its own answers tell. */
export interface Known {
  readonly child: Child;
  readonly observationId: string;
  /** `system|code` of it. */
  readonly code: string;
  /** Path and query of the second page of all, if there is one. */
  readonly next?: string;
}

export interface ReadOptions {
  readonly wanted: readonly ReadId[];
  /** Requests of each workload, drawn by Zipf over the children. */
  readonly draws: number;
  readonly seed: number;
}

type Prepared = { readonly request: LoadRequest; readonly body: string };

/** Each child's first page, by which the rest is asked; children of whom nothing is told are left out. */
export async function learnOf(target: Target, children: readonly Child[]): Promise<readonly Known[]> {
  const { served } = await servedOf(children, AT_ONCE, async (child): Promise<Known | undefined> => {
    const page = await ask(target, searchFor(target.path, child));
    const [first] = matches(page);
    const coding = at(first, "code", "coding", 0);
    const [observationId, system, code] = [text(first, "id"), text(coding, "system"), text(coding, "code")];
    if (observationId === undefined || code === undefined) return undefined;
    const next = pathOf(link(page, "next"), target.origin);
    return { child, observationId, code: `${system ?? ""}|${code}`, ...(next === undefined ? {} : { next }) };
  });
  return served;
}

/** Asks each question of each child once, as the load will; what the server does not do is left out and said so. */
export async function makeReads(
  target: Target,
  known: readonly Known[],
  { wanted, draws, seed }: ReadOptions,
): Promise<readonly (Workload | Skipped)[]> {
  const made: (Workload | Skipped)[] = [];
  for (const id of wanted) {
    try {
      if (id === "population") {
        const { request, body } = await askPopulation(target);
        // One goes through all children: as many at once as of other searches would not be answered within a round.
        made.push({ id, requests: [request], bodies: [body], connections: 1 });
        continue;
      }
      const { served, leftOut } = await servedOf(known, AT_ONCE, (each) => prepare(target, each, id));
      const drawn = zipfDraws(served, draws, createRandom(seed));
      made.push({ id, requests: drawn.map(({ request }) => request), bodies: bodiesOf(drawn), leftOut });
    } catch (error) {
      if (!(error instanceof NotServed)) throw error;
      made.push({ id, reason: error.message });
    }
  }
  return made;
}

/** Each child once, in the order given: nobody is asked for twice. What is expected has to be known already. */
export function searchesOnce(path: string, known: readonly Known[]): readonly LoadRequest[] {
  return known.map(({ child }) => ({ ...searchFor(path, child), verify: onlyAbout(child.id) }));
}

export function bodiesOf(prepared: readonly Prepared[]): readonly string[] {
  return prepared.slice(0, BODIES).map(({ body }) => body);
}

/** Asks once, and holds every later answer against what this one holds. */
export async function prepare(target: Target, known: Known, id: Exclude<ReadId, "population">): Promise<Prepared> {
  const request = requestFor(target.path, known, id);
  const exchange = await ask(target, request);
  const verify = expectationOf(known, id, exchange);
  const problem = verify(exchange.response.status, exchange.response.json);
  if (problem !== undefined) throw new NotServed(`${READS[id]}: ${problem}`);
  return { request: { ...request, verify }, body: exchange.response.body };
}

function requestFor(
  path: string,
  { child, observationId, code }: Known,
  id: Exclude<ReadId, "population">,
): LoadRequest {
  const { system, value } = child.identifier;
  switch (id) {
    case "search":
      return searchFor(path, child);
    case "search-code":
      return searchFor(path, child, { code });
    case "include":
      return searchFor(path, child, { _include: "Observation:patient" });
    case "read":
      return { method: "GET", path: `${path}/Observation/${observationId}`, headers: READ };
    case "by-patient":
      return search(path, "Observation", { patient: child.id, _sort: "-date", _count: String(PAGE_ENTRIES) });
    case "everything":
      return { method: "GET", path: `${path}/Patient/${child.id}/$everything`, headers: READ };
    case "by-identifier":
      return search(path, "Patient", { identifier: `${system}|${value}` });
    case "by-name":
      return search(path, "Patient", { family: child.family, given: child.given, birthdate: child.birthDate });
    case "match":
      return matchFor(path, child);
  }
}

function expectationOf({ child, observationId }: Known, id: Exclude<ReadId, "population">, exchange: Exchange): Verify {
  const found = matches(exchange).length;
  switch (id) {
    case "search":
    case "by-patient":
    case "search-code":
    case "include":
      return childsObservations(child.id, Math.max(1, found), true);
    case "read":
      return resource("Observation", observationId);
    case "everything":
      return everythingOf(child.id, list(exchange.response.json, "entry").length);
    case "by-identifier":
      return onePatient(child.id);
    case "by-name":
      return amongPatients(child.id);
    case "match":
      // Without a number not everybody is found for certain; what was told must be told again.
      return found > 0 ? bundleWith(text(matches(exchange)[0], "id") ?? "", found) : resource("Bundle");
  }
}

/** What is known of a child but its numbers. */
function matchFor(path: string, child: Child): LoadRequest {
  const resource = { resourceType: "Patient", ...child.details };
  const body = JSON.stringify({ resourceType: "Parameters", parameter: [{ name: "resource", resource }] });
  const headers = { ...READ, "content-type": "application/fhir+json" };
  return { method: "POST", path: `${path}/Patient/$match`, headers, body };
}

/** All children of the client at once: a page and the count of all that match. */
async function askPopulation(target: Target): Promise<Prepared> {
  const request = populationSearch(target.path);
  const exchange = await ask(target, request);
  const found = matches(exchange).length;
  if (found === 0) throw new NotServed("no match");
  return { request: { ...request, verify: population(found, total(exchange)) }, body: exchange.response.body };
}

export function populationSearch(path: string): LoadRequest {
  return search(path, "Observation", { category: "survey", _total: "accurate", _count: String(PAGE_ENTRIES) });
}

/** By NHS number where the child has one, else by the identifier that it has. */
function searchFor(path: string, child: Child, further: Readonly<Record<string, string>> = {}): LoadRequest {
  const { system, value } = child.identifier;
  const parameters = { "patient.identifier": `${system || NHS_NUMBER}|${value}`, ...further };
  return search(path, "Observation", { ...parameters, _sort: "-date", _count: String(PAGE_ENTRIES) });
}

/** By POST: what identifies a child stands in no address. */
function search(path: string, type: string, parameters: Readonly<Record<string, string>>): LoadRequest {
  const body = new URLSearchParams(parameters).toString();
  return { method: "POST", path: `${path}/${type}/_search`, headers: FORM, body };
}

function pathOf(address: string | undefined, origin: string): string | undefined {
  if (address === undefined) return undefined;
  const url = new URL(address, origin);
  return url.origin === origin ? `${url.pathname}${url.search}` : undefined;
}
