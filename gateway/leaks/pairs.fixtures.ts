import { randomUUID } from "node:crypto";
import type { Bundle, Resource } from "@medplum/fhirtypes";
import { expect } from "vitest";
import { SCENARIOS } from "#mappers/synthetic/scenarios.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { jsonOf, startTestGateway, type TestGateway } from "../gateway.fixtures.ts";

/**
 * Pairs that must not differ: the same request about what is hidden and about what never was. Status, headers and bytes
 * are equal but for ids and times, and so is what the audit log says of both.
 */

/** Valid, and nobody's. */
export const NOBODY = "9990999996";
export const ABSENT = "00000000-0000-4000-8000-000000000000";

export type HiddenKind =
  | "Patient"
  | "Observation"
  | "withheld Observation"
  | "Consent"
  | "Provenance"
  | "withheld Provenance";

export const KINDS: readonly HiddenKind[] = [
  "Patient",
  "Observation",
  "withheld Observation",
  "Consent",
  "Provenance",
  "withheld Provenance",
];

/** A gateway with children of every area, and what some of its clients do not see. */
export interface PairHouse extends AsyncDisposable {
  readonly started: TestGateway;
  /** Ids of what one client does not see, by what it is. */
  readonly hidden: Readonly<Record<HiddenKind, string>>;
  /** Of a child to part of whose data there is an objection, seen by the clients of Leeds. */
  readonly oscar: string;
  /** Number of a child of another area. */
  readonly strangersNumber: string;
}

export const numberOf = (scenario: string): string => SCENARIOS.find(({ id }) => id === scenario)?.nhsNumber ?? "";

export async function search(started: TestGateway, client: string, path: string): Promise<readonly Resource[]> {
  const response = await started.ask(client, path);
  expect(response.status, path).toBe(200);
  const { entry = [] } = await jsonOf<Bundle>(response);
  return entry.flatMap(({ resource, search: mode }) => (resource && mode?.mode === "match" ? [resource] : []));
}

/** The first of what officers find and another client does not. */
async function hiddenFrom(started: TestGateway, client: string, path: string): Promise<Resource> {
  const seen = new Set((await search(started, client, `${path}&_count=100`)).map(({ id }) => id));
  const found = (await search(started, "officer-demo", `${path}&_count=100`)).find(({ id }) => !seen.has(id));
  if (!found) throw new Error(`${client} sees all that ${path} finds`);
  return found;
}

export function idOf({ id = "" }: Resource): string {
  return id;
}

export async function openPairHouse(): Promise<PairHouse> {
  const started = await startTestGateway(40);
  const [child] = await search(
    started,
    "vendor-demo",
    `Patient?identifier=${NHS_NUMBER}|${numberOf("objection-upheld")}`,
  );
  const oscar = child ? idOf(child) : "";
  const hiddenId = async (path: string): Promise<string> => idOf(await hiddenFrom(started, "vendor-demo", path));
  const stranger = await hiddenFrom(started, "vendor-demo", "Patient?identifier:missing=false");
  const numbers = stranger.resourceType === "Patient" ? (stranger.identifier ?? []) : [];
  const withheld = await hiddenId(`Observation?patient=${oscar}`);
  const ofStranger = await hiddenId(`Observation?patient=${idOf(stranger)}`);
  return {
    started,
    oscar,
    strangersNumber: numbers.find(({ system }) => system === NHS_NUMBER)?.value ?? "",
    hidden: {
      Patient: idOf(stranger),
      Observation: ofStranger,
      "withheld Observation": withheld,
      Consent: await hiddenId(`Consent?patient=${oscar}`),
      Provenance: await hiddenId(`Provenance?target=Observation/${ofStranger}`),
      "withheld Provenance": await hiddenId(`Provenance?target=Observation/${withheld}`),
    },
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

export interface Asking {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

/** Ids, versions and times that are made anew, and page links, which are encrypted. */
const MADE = [
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
  /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g,
  /(?<=_page=)[\w-]+/g,
  /\b[0-9a-f]{16}\b/g,
];

function masked(text: string, names: readonly string[]): string {
  const anonymous = names.reduce((rest, name) => rest.replaceAll(name, "…"), text);
  return MADE.reduce((rest, made) => rest.replace(made, "…"), anonymous);
}

/** Whatever a caller can tell one answer from another by. */
export async function answerTo(
  started: TestGateway,
  client: string,
  { method = "GET", path, headers = {}, body }: Asking,
  name: string,
) {
  const requestId = randomUUID();
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await started.ask(client, path, {
    method,
    headers: {
      "X-Request-ID": requestId,
      ...(text !== undefined && { "Content-Type": "application/fhir+json" }),
      ...headers,
    },
    ...(text !== undefined && { body: text }),
  });
  const { "last-modified": lastModified, ...told } = Object.fromEntries(response.headers);
  const answer = {
    status: response.status,
    headers: masked(JSON.stringify({ ...told, hasLastModified: lastModified !== undefined }), [name]),
    body: masked(await response.text(), [name]),
  };
  return { requestId, answer };
}

/** What the audit log says of each of the last requests, in any order: their queries in plain text. */
async function auditedOf(
  started: TestGateway,
  requestIds: readonly string[],
  client: string,
  name: string,
): Promise<readonly (readonly string[])[]> {
  // Each authority reads what its own clients did.
  const auditor = client === "conformance-demo" ? client : "officer-demo";
  const events = (await search(started, auditor, "AuditEvent?_sort=-date&_count=100")).map((event) => {
    if (event.resourceType !== "AuditEvent") return "";
    const { id: _, meta: __, entity = [], ...rest } = event;
    const asked = entity.map(({ query = "", ...more }) => ({
      ...more,
      query: Buffer.from(query, "base64").toString(),
    }));
    return JSON.stringify({ ...rest, entity: asked });
  });
  return requestIds.map((requestId) =>
    events
      .flatMap((event) => (event.includes(requestId) ? [masked(event, [name, encodeURIComponent(name)])] : []))
      .sort(),
  );
}

/** Each request is made of both, and both are told and recorded alike. */
export async function expectSame(
  started: TestGateway,
  client: string,
  ask: (name: string) => readonly Asking[],
  pair: readonly [string, string],
) {
  const [there, absent] = pair;
  const others = ask(absent);
  const ids: { readonly there: string; readonly absent: string }[] = [];
  const lines: string[] = [];
  for (const [index, asking] of ask(there).entries()) {
    const other = others[index];
    if (!other) throw new Error("two lists of one length");
    const line = `${asking.method ?? "GET"} ${masked(asking.path, [there])}`;
    const [first, second] = [
      await answerTo(started, client, asking, there),
      await answerTo(started, client, other, absent),
    ];
    expect({ line, ...first.answer }).toEqual({ line, ...second.answer });
    expect(first.answer.status, line).toBeLessThan(500);
    lines.push(line);
    ids.push({ there: first.requestId, absent: second.requestId });
  }
  const ofThere = await auditedOf(
    started,
    ids.map((id) => id.there),
    client,
    there,
  );
  const ofAbsent = await auditedOf(
    started,
    ids.map((id) => id.absent),
    client,
    absent,
  );
  for (const [index, line] of lines.entries()) {
    expect({ line, audited: ofThere[index] }).toEqual({ line, audited: ofAbsent[index] });
    expect(ofThere[index], line).not.toEqual([]);
  }
}
