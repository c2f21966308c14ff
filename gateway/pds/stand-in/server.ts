import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { isNhsNumber } from "#mappers/datatypes/nhs-number.ts";
import { answerFaultily, type Fault } from "./faults.ts";
import { toPatientJson, toSearchset } from "./patient-json.ts";
import type { StandInPerson } from "./person.ts";
import { searchPeople, toCurrent } from "./search-people.ts";
import { readSearchQuery } from "./search-query.ts";
import { type SpineError, toOutcome } from "./spine-error.ts";
import { createTokenEndpoint, type StandInClient } from "./token-endpoint.ts";

/** A call as it came in. */
export interface Arrival {
  /** On the clock of `performance.timeOrigin + performance.now()`, milliseconds. */
  readonly at: number;
  readonly kind: "token" | "search" | "read";
  readonly requestId?: string;
  readonly correlationId?: string;
  readonly endUserOds?: string;
  /** Of a search: what was asked. */
  readonly parameters: URLSearchParams;
  readonly isOverQuota: boolean;
}

export interface StandInOptions {
  readonly people: readonly StandInPerson[];
  readonly clients: readonly StandInClient[];
  /** 0 for any free port. */
  readonly port?: number;
  /** Calls in any window of one second; beyond them 429. */
  readonly quotaPerSecond?: number;
  readonly tokenLife_s?: number;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  /** What goes wrong with a call; the number counts calls of its kind from 0. */
  readonly fault?: (call: Pick<Arrival, "kind" | "parameters"> & { readonly number: number }) => Fault | undefined;
}

export interface StandIn {
  readonly baseUrl: string;
  readonly tokenUrl: string;
  arrivals(): readonly Arrival[];
  /** Takes every access token back, as a platform does at a roll of its keys. */
  revokeTokens(): void;
  close(): Promise<void>;
}

const BASE_PATH = "/personal-demographics/FHIR/R4";
const TOKEN_PATH = "/oauth2/token";
/** More than a test makes; a stand-in that runs for days forgets the oldest. */
const ARRIVALS_MAX = 10_000;
const FORM_BYTES_MAX = 16_384;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Listens on this machine alone, and answers as PDS's published specification says it does. */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const { people, clients, quotaPerSecond = 5, tokenLife_s = 599, clock = Date.now } = options;
  const arrivals: Arrival[] = [];
  const counts = { token: 0, search: 0, read: 0 };
  let origin = "";
  const tokens = createTokenEndpoint({ clients, tokenUrl: () => `${origin}${TOKEN_PATH}`, tokenLife_s, clock });

  function arrive(request: IncomingMessage, url: URL): Arrival {
    const at = performance.timeOrigin + performance.now();
    const kind = url.pathname === TOKEN_PATH ? "token" : url.pathname === `${BASE_PATH}/Patient` ? "search" : "read";
    const lately = arrivals.filter((arrival) => arrival.kind !== "token" && at - arrival.at < 1_000).length;
    const arrival: Arrival = {
      at,
      kind,
      ...pickHeader(request, "x-request-id", "requestId"),
      ...pickHeader(request, "x-correlation-id", "correlationId"),
      ...pickHeader(request, "nhsd-end-user-organisation-ods", "endUserOds"),
      parameters: url.searchParams,
      isOverQuota: kind !== "token" && lately >= quotaPerSecond,
    };
    arrivals.push(arrival);
    if (arrivals.length > ARRIVALS_MAX) arrivals.shift();
    return arrival;
  }

  async function answerTo(request: IncomingMessage, url: URL, arrival: Arrival): Promise<Answer> {
    if (arrival.kind === "token") return tokens.grant(await readForm(request));
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined || !tokens.isGranted(token)) return refuse({ status: 401, code: "ACCESS_DENIED" });
    if (arrival.isOverQuota) {
      return { ...refuse({ status: 429, code: "TOO_MANY_REQUESTS" }), headers: { "retry-after": "1" } };
    }
    if (arrival.requestId === undefined) return refuse({ status: 400, code: "MISSING_VALUE" });
    if (!UUID.test(arrival.requestId)) return refuse({ status: 400, code: "INVALID_VALUE" });
    return arrival.kind === "search" ? search(url.searchParams) : read(decodeURIComponent(url.pathname));
  }

  function search(parameters: URLSearchParams): Answer {
    const asked = readSearchQuery(parameters);
    if (!asked.ok) return refuse(asked.error);
    const found = searchPeople(people, asked.query);
    if (found.length > 1) return refuse({ status: 200, code: "TOO_MANY_MATCHES" });
    return { status: 200, body: toSearchset(found, `${origin}${BASE_PATH}`, clock()) };
  }

  function read(path: string): Answer {
    const number = new RegExp(`^${BASE_PATH}/Patient/([^/]+)$`).exec(path)?.[1];
    if (number === undefined) return { status: 404, body: { fault: { faultstring: "Not found" } } };
    if (!isNhsNumber(number)) return refuse({ status: 400, code: "INVALID_RESOURCE_ID" });
    const person = people.find(({ nhsNumber }) => nhsNumber === number);
    if (person === undefined) return refuse({ status: 404, code: "RESOURCE_NOT_FOUND" });
    const current = toCurrent(people, person);
    if (current === undefined) return refuse({ status: 404, code: "INVALIDATED_RESOURCE" });
    return { status: 200, body: toPatientJson(current), headers: { etag: 'W/"1"' } };
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://stand-in");
    const arrival = arrive(request, url);
    const fault = options.fault?.({ ...arrival, number: counts[arrival.kind]++ });
    void answerTo(request, url, arrival).then((answer) => send(response, { arrival, answer, fault }));
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port was given.");
  origin = `http://127.0.0.1:${address.port}`;
  return {
    baseUrl: `${origin}${BASE_PATH}`,
    tokenUrl: `${origin}${TOKEN_PATH}`,
    arrivals: () => arrivals,
    revokeTokens: () => tokens.revoke(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function send(
  response: ServerResponse,
  { arrival, answer, fault }: { readonly arrival: Arrival; readonly answer: Answer; readonly fault: Fault | undefined },
): void {
  const body = JSON.stringify(answer.body);
  if (fault !== undefined) {
    answerFaultily(response, fault, body);
    return;
  }
  response.writeHead(answer.status, {
    "content-type": arrival.kind === "token" ? "application/json" : "application/fhir+json; fhirVersion=4.0",
    ...(arrival.requestId && { "x-request-id": arrival.requestId }),
    ...(arrival.correlationId && { "x-correlation-id": arrival.correlationId }),
    ...answer.headers,
  });
  response.end(body);
}

function refuse({ status, ...error }: SpineError): Answer {
  return { status, body: toOutcome(error) };
}

function pickHeader<Name extends string>(
  request: IncomingMessage,
  header: string,
  name: Name,
): { readonly [key in Name]?: string } | object {
  const value = request.headers[header];
  return typeof value === "string" ? { [name]: value } : {};
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > FORM_BYTES_MAX) break;
  }
  return new URLSearchParams(text);
}
