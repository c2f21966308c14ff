import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { ROUTES, type Route } from "#profiles/routes.ts";
import { LIMITS } from "./limits.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { toUnexpected } from "./outcome/operation-outcome.ts";
import type { createFhirRoutes } from "./routes/fhir.ts";
import type { HttpAnswer } from "./routes/http-request.ts";
import { readRequestIds, toFailureParts } from "./routes/respond.ts";
import { FHIR_PATH } from "./routes/route-issue.ts";
import { isPlain, SocketRequest } from "./socket-request.ts";
import { writeAnswer } from "./write-answer.ts";

/** Answers a request if it is one of those that it knows; `undefined`: it is none of them, and untouched. */
export type Direct = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> | undefined;

export interface DirectPorts {
  readonly fhir: ReturnType<typeof createFhirRoutes>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/**
 * Searches, creates and reads at their plain addresses, from node's own request to its own response: a request of the
 * Fetch API, its router and its response take as long as a search of a child does. Whatever is written in any other way
 * than nearly all clients write it goes that longer way, to the same answers.
 */
export function createDirect({ fhir, metrics, log }: DirectPorts): Direct {
  const addresses = toAddresses(ROUTES.filter(isDirect));

  async function answer(request: SocketRequest, { route, id }: Found, outgoing: ServerResponse): Promise<void> {
    const began_ms = performance.now();
    const ids = readRequestIds(request.headers, newId);
    let answered: HttpAnswer;
    try {
      answered = await fhir.answer({ request, ids, route, ...(id !== undefined && { id }) });
    } catch (error) {
      if (request.isCutOff) return;
      log.error({ error }, "unexpected");
      answered = toFailureParts([toUnexpected(error)], ids);
    }
    writeAnswer(outgoing, answered);
    if (!request.isComplete) await request.closed();
    const duration_ms = performance.now() - began_ms;
    metrics.answered(route.interaction, answered.status, duration_ms / 1_000);
    if (log.isLevelEnabled("debug")) {
      const { interaction } = route;
      log.debug({ interaction, status: answered.status, duration_ms: Math.round(duration_ms) }, "answered");
    }
  }

  return (incoming, outgoing) => {
    const found = isPlain(incoming, LIMITS.resource_bytes_max) ? find(incoming, addresses) : undefined;
    return found && answer(new SocketRequest(incoming), found, outgoing);
  };
}

/** The audit record takes it in one piece, which `randomUUID` does not make of it. */
function newId(): string {
  return randomUUID().toLowerCase();
}

interface Found {
  readonly route: Route;
  readonly id?: string;
}

/** By method, and by the path from the root; a read as its type, a blank and `:id`, since no address has a blank. */
type Addresses = ReadonlyMap<string, ReadonlyMap<string, Found>>;

function toAddresses(routes: readonly Route[]): Addresses {
  const byMethod = Map.groupBy(routes, ({ method }) => method);
  return new Map(
    [...byMethod].map(([method, own]) => [
      method,
      new Map(own.map((route) => [`${FHIR_PATH}${route.path.replace("/:id", " :id")}`, { route }])),
    ]),
  );
}

function isDirect({ interaction }: Route): boolean {
  return interaction === "search-type" || interaction === "create" || interaction === "read";
}

/** The query is as the standard for URLs leaves it as it is. */
const ADDRESS = /^(\/[A-Za-z]+)(?:\/(?:(_search)|([A-Za-z0-9\-.]{1,64})))?(?:\?[!$%&(-;=?-[\]_a-z|~]*)?$/;

function find({ method = "", url = "" }: IncomingMessage, addresses: Addresses): Found | undefined {
  const own = addresses.get(method);
  const bare = own?.get(url);
  if (bare !== undefined || own === undefined || !url.startsWith(FHIR_PATH)) return bare;
  const [, type, search, id] = ADDRESS.exec(url.slice(FHIR_PATH.length)) ?? [];
  if (type === undefined) return undefined;
  if (id === undefined) return own.get(`${FHIR_PATH}${type}${search === undefined ? "" : "/_search"}`);
  const read = own.get(`${FHIR_PATH}${type} :id`);
  return read && { route: read.route, id };
}
