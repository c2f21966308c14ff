import { NHS_NUMBER } from "#profiles/systems.ts";
import { entriesOf, link, matches, query } from "../checks.ts";
import { createSend, type Exchange, type Send } from "../http.ts";
import { at, list, text } from "../json.ts";
import type { LoadRequest } from "./load.ts";

/** A kind of request, with the requests of many children and what the gateway answers to them. */
export interface Workload {
  readonly id:
    | "search"
    | "search-code"
    | "read"
    | "search-include"
    | "search-population"
    | "match"
    | "create"
    | "update"
    | "transaction";
  readonly title: string;
  /** Connections, where it is not the run's own number: writes share their flush to disk, so more of them go together. */
  readonly connections?: number;
  /** Without Authorization, which is added for each round. */
  readonly requests: readonly LoadRequest[];
  readonly bodies: readonly string[];
}

/** Enough that no answer is the one just given, few enough to be found in a moment. */
const CHILDREN_MAX = 200;
const PAGE_ENTRIES = 20;
const REQUEST_TIMEOUT_MS = 10_000;
const FORM = { accept: "application/fhir+json", "content-type": "application/x-www-form-urlencoded" };
const READ = { accept: "application/fhir+json" };

/** Finds the client's children by the API alone and asks each question once, as the load will. */
export async function findWorkloads(fhirBase: string, token: string): Promise<readonly Workload[]> {
  const send = createSend({ base: fhirBase, token, timeout_ms: REQUEST_TIMEOUT_MS });
  const path = new URL(fhirBase).pathname;
  const collected: Record<"search" | "search-code" | "read" | "search-include" | "match", [LoadRequest, string][]> = {
    search: [],
    "search-code": [],
    read: [],
    "search-include": [],
    match: [],
  };
  for (const nhsNumber of await nhsNumbers(send)) {
    const all = searchFor(path, nhsNumber);
    const found = await ask(send, all);
    const [observation] = matches(found);
    if (observation === undefined) continue;
    collected.search.push([all, found.response.body]);
    const coding = at(observation, "code", "coding", 0);
    const one = searchFor(path, nhsNumber, { code: `${text(coding, "system")}|${text(coding, "code")}` });
    collected["search-code"].push([one, (await ask(send, one)).response.body]);
    const read: LoadRequest = { method: "GET", path: `${path}/Observation/${text(observation, "id")}`, headers: READ };
    collected.read.push([read, (await ask(send, read)).response.body]);
    const include = searchFor(path, nhsNumber, { _include: "Observation:patient" });
    collected["search-include"].push([include, (await ask(send, include)).response.body]);
    const match = await matchFor(send, path, nhsNumber);
    collected.match.push([match, (await ask(send, match)).response.body]);
  }
  if (collected.search.length === 0) throw new Error("the client sees no child with observations and an NHS number");
  return [
    toWorkload("search", "a child's Observations by NHS number, newest first, 20 a page", collected.search),
    toWorkload("search-code", "the same with a code", collected["search-code"]),
    toWorkload("read", "an Observation by id", collected.read),
    toWorkload("search-include", "a child's Observations with the Patient included", collected["search-include"]),
    toWorkload("match", "whom the details of a child fit, without a number", collected.match),
    await populationWorkload(send, path),
  ];
}

export function toWorkload(
  id: Workload["id"],
  title: string,
  asked: readonly (readonly [LoadRequest, string])[],
): Workload {
  return { id, title, requests: asked.map(([request]) => request), bodies: asked.map(([, body]) => body) };
}

/** What is known of a child but its numbers. */
async function matchFor(send: Send, path: string, nhsNumber: string): Promise<LoadRequest> {
  const found = await send("GET", query("Patient", { identifier: `${NHS_NUMBER}|${nhsNumber}` }));
  const [child] = matches(found);
  const details = ["name", "birthDate", "gender", "address"].map((name) => [name, at(child, name)]);
  const resource = { resourceType: "Patient", ...Object.fromEntries(details) };
  const body = JSON.stringify({ resourceType: "Parameters", parameter: [{ name: "resource", resource }] });
  const headers = { ...READ, "content-type": "application/fhir+json" };
  return { method: "POST", path: `${path}/Patient/$match`, headers, body };
}

/** All children of the client at once: a page and the count of all that match. */
async function populationWorkload(send: Send, path: string): Promise<Workload> {
  const parameters = { category: "survey", _total: "accurate", _count: String(PAGE_ENTRIES) };
  const body = new URLSearchParams(parameters).toString();
  const request: LoadRequest = { method: "POST", path: `${path}/Observation/_search`, headers: FORM, body };
  const answer = (await ask(send, request)).response.body;
  return toWorkload("search-population", "all children's Observations of a category, counted", [[request, answer]]);
}

function searchFor(path: string, nhsNumber: string, further: Readonly<Record<string, string>> = {}): LoadRequest {
  const parameters = {
    "patient.identifier": `${NHS_NUMBER}|${nhsNumber}`,
    ...further,
    _sort: "-date",
    _count: String(PAGE_ENTRIES),
  };
  const body = new URLSearchParams(parameters).toString();
  return { method: "POST", path: `${path}/Observation/_search`, headers: FORM, body };
}

export async function ask(send: Send, { method, path, headers, body }: LoadRequest): Promise<Exchange> {
  const relative = path.replace(/^.*\/fhir\/R4\/?/, "");
  const exchange = await send(method, relative, { headers, ...(body === undefined ? {} : { body }) });
  if (exchange.response.status > 201)
    throw new Error(
      `a request of the load was answered ${exchange.response.status}: ${exchange.response.body.slice(0, 300)}`,
    );
  return exchange;
}

async function nhsNumbers(send: Send): Promise<readonly string[]> {
  const found: string[] = [];
  let address: string | undefined = query("Patient", { _count: "100" });
  while (address !== undefined && found.length < CHILDREN_MAX) {
    const page: Exchange = await send("GET", address);
    if (page.response.status !== 200) throw new Error(`a search for Patients was answered ${page.response.status}`);
    for (const entry of entriesOf(page, "match")) {
      const identifier = list(entry, "resource", "identifier").find((each) => text(each, "system") === NHS_NUMBER);
      const value = text(identifier, "value");
      if (value !== undefined) found.push(value);
    }
    address = link(page, "next");
  }
  return found.slice(0, CHILDREN_MAX);
}
