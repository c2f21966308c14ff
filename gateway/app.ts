import { randomUUID } from "node:crypto";
import { IncomingMessage, ServerResponse } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, Hono } from "hono";
import { HonoBase } from "hono/hono-base";
import { ROUTES, type Route } from "#profiles/routes.ts";
import { KnownPathsRouter } from "./known-paths.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { toUnexpected } from "./outcome/operation-outcome.ts";
import type { createFhirRoutes } from "./routes/fhir.ts";
import type { createHealthRoutes } from "./routes/health.ts";
import { HOME_HEADERS } from "./routes/home.ts";
import type { HttpAnswer } from "./routes/http-request.ts";
import type { createIngestRoutes } from "./routes/ingest.ts";
import type { createLineageRoute } from "./routes/lineage.ts";
import { OVERSIGHT_ROUTES, type OversightAnswering } from "./routes/oversight-table.ts";
import type { createQualityRoute } from "./routes/quality.ts";
import type { createQuarantineRoutes } from "./routes/quarantine.ts";
import { type RequestIds, readRequestIds, respondWithIssues, toResponse } from "./routes/respond.ts";
import { REVIEW_ROUTES, type ReviewAnswering } from "./routes/review-table.ts";
import { FHIR_PATH, toRouteIssue } from "./routes/route-issue.ts";
import type { createSourceRecordRoutes } from "./routes/source-records.ts";
import type { createTokenRoutes } from "./routes/token.ts";
import { writeAnswer } from "./write-answer.ts";

/** Everything the addresses of the gateway lead to. */
export interface AppPorts {
  readonly fhir: ReturnType<typeof createFhirRoutes>;
  /** These four are loaded when they are first asked for. */
  ingest(): Promise<IngestRoutes>;
  review(): Promise<ReviewAnswering>;
  oversight(): Promise<OversightAnswering>;
  token(): Promise<ReturnType<typeof createTokenRoutes>>;
  readonly health: ReturnType<typeof createHealthRoutes>;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** JSON texts of the open documents; made when first asked for. */
  capabilityStatement(): string;
  openApi(): string;
  readonly homePage: string;
}

type IngestRoutes = ReturnType<typeof createIngestRoutes> & {
  readonly quarantine: ReturnType<typeof createQuarantineRoutes>;
  readonly records: ReturnType<typeof createSourceRecordRoutes>;
  readonly lineage: ReturnType<typeof createLineageRoute>;
  readonly quality: ReturnType<typeof createQualityRoute>;
};

type IngestAnswering = (
  ingest: IngestRoutes,
  request: Request,
  ids: RequestIds,
  param: (name: string) => string,
) => Promise<Response>;

/** Method, path, name in metrics and logs. A path that begins with a word of ours comes before one with a source. */
const INGEST_ROUTES: readonly (readonly [method: string, path: string, interaction: string, IngestAnswering])[] = [
  ["GET", "/ingest/receipts", "ingest-receipt", (ingest, request, ids) => ingest.receipts(request, ids)],
  [
    "GET",
    "/ingest/receipts/:id",
    "ingest-receipt",
    (ingest, request, ids, of) => ingest.receipt(request, ids, of("id")),
  ],
  ["GET", "/ingest/records", "ingest-records", ({ records }, request, ids) => records.states(request, ids)],
  [
    "GET",
    "/ingest/lineage/:type/:id",
    "ingest-lineage",
    ({ lineage }, request, ids, of) => lineage(request, ids, { type: of("type"), id: of("id") }),
  ],
  [
    "GET",
    "/ingest/quality/:source",
    "ingest-quality",
    ({ quality }, request, ids, of) => quality(request, ids, of("source")),
  ],
  ["GET", "/ingest/quarantine", "ingest-quarantine", ({ quarantine }, request, ids) => quarantine.list(request, ids)],
  [
    "POST",
    "/ingest/quarantine/replay",
    "ingest-replay",
    ({ quarantine }, request, ids) => quarantine.replayAll(request, ids),
  ],
  [
    "GET",
    "/ingest/quarantine/:id",
    "ingest-quarantine",
    ({ quarantine }, request, ids, of) => quarantine.entry(request, ids, of("id")),
  ],
  [
    "DELETE",
    "/ingest/quarantine/:id",
    "ingest-discard",
    ({ quarantine }, request, ids, of) => quarantine.discard(request, ids, of("id")),
  ],
  [
    "POST",
    "/ingest/quarantine/:id/replay",
    "ingest-replay",
    ({ quarantine }, request, ids, of) => quarantine.replayOne(request, ids, of("id")),
  ],
  [
    "POST",
    "/ingest/:source/replay",
    "ingest-replay",
    ({ records }, request, ids, of) => records.replay(request, ids, of("source")),
  ],
  [
    "POST",
    "/ingest/:source/withdraw",
    "ingest-withdraw",
    ({ records }, request, ids, of) => records.withdraw(request, ids, of("source")),
  ],
  ["POST", "/ingest/:source", "ingest", (ingest, request, ids, of) => ingest.deliver(request, ids, of("source"))],
];

/** Of @hono/node-server; there is none where a request comes without a socket. */
type NodeEnv = { Bindings: Partial<HttpBindings> };
type NodeContext = Context<NodeEnv>;
type Answering = (context: NodeContext) => Response | Promise<Response>;

/** The route table: FHIR routes are made from the interaction table, the others are the contracts of operation. */
export function createApp(ports: AppPorts): Hono<NodeEnv> {
  const app = new HonoBase<NodeEnv>({ router: new KnownPathsRouter() });
  const measured = createMeasured(ports);
  const idsOf = (context: NodeContext) => readRequestIds(context.req.raw.headers, randomUUID);

  addFhirRoutes(app, ports);
  app.get(
    `${FHIR_PATH}/openapi.json`,
    measured("openapi", (context) => ports.fhir.document(context.req.raw, idsOf(context), ports.openApi)),
  );
  app.get(
    `${FHIR_PATH}/.well-known/smart-configuration`,
    measured("smart-configuration", async () => (await ports.token()).smartConfiguration()),
  );
  app.post(
    "/oauth2/token",
    measured("token", async (context) =>
      (await ports.token()).issue(context.req.raw, idsOf(context), toIncoming(context)),
    ),
  );
  app.get(
    "/oauth2/jwks",
    measured("jwks", async () => (await ports.token()).keys()),
  );
  for (const [method, path, interaction, answering] of INGEST_ROUTES) {
    app.on(
      method,
      path,
      measured(interaction, async (context) =>
        answering(await ports.ingest(), context.req.raw, idsOf(context), (name) => context.req.param(name) ?? ""),
      ),
    );
  }
  for (const [method, path, interaction, answering] of REVIEW_ROUTES) {
    app.on(
      method,
      path,
      measured(interaction, async (context) =>
        answering(await ports.review(), context.req.raw, idsOf(context), (name) => context.req.param(name) ?? ""),
      ),
    );
  }
  for (const [method, path, interaction, answering] of OVERSIGHT_ROUTES) {
    app.on(
      method,
      path,
      measured(interaction, async (context) =>
        answering(await ports.oversight(), context.req.raw, idsOf(context), (name) => context.req.param(name) ?? ""),
      ),
    );
  }
  app.get("/health/live", () => ports.health.live());
  app.get("/health/ready", () => ports.health.ready());
  app.get("/metrics", async () => new Response(await ports.metrics.render(), { headers: METRICS_HEADERS }));
  app.get("/", () => new Response(ports.homePage, { headers: HOME_HEADERS }));
  // Not a route of its own: with a single handler a request passes through no middleware chain.
  app.notFound(async (context) => {
    const { method, path } = context.req;
    const issue = toRouteIssue(method, path);
    if (path === "/ingest" || path.startsWith("/ingest/")) {
      return (await ports.ingest()).unrouted(context.req.raw, idsOf(context), issue);
    }
    if (path === "/identity" || path.startsWith("/identity/")) {
      return (await ports.review()).api.unrouted(context.req.raw, idsOf(context), issue);
    }
    if (path === "/oversight" || path.startsWith("/oversight/")) {
      return (await ports.oversight()).unrouted(context.req.raw, idsOf(context), issue);
    }
    return path === FHIR_PATH || path.startsWith(`${FHIR_PATH}/`)
      ? ports.fhir.unrouted(context.req.raw, idsOf(context), issue)
      : respondWithIssues([issue], idsOf(context));
  });
  app.onError((error, context) => {
    ports.log.error({ error }, "unexpected");
    return respondWithIssues([toUnexpected(error)], idsOf(context));
  });
  return app;
}

/** A request of HTTP/2 is none of ours. */
function toIncoming({ env }: NodeContext): IncomingMessage | undefined {
  return env?.incoming instanceof IncomingMessage ? env.incoming : undefined;
}

const METRICS_HEADERS = { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" } as const;

/** What the addresses of FHIR lead to. */
export type FhirAppPorts = Pick<AppPorts, "fhir" | "metrics" | "log" | "capabilityStatement">;

/** The addresses of FHIR and no others, for whoever measures what lies behind them. */
export function createFhirApp(ports: FhirAppPorts): Hono<NodeEnv> {
  const app = new HonoBase<NodeEnv>({ router: new KnownPathsRouter() });
  addFhirRoutes(app, ports);
  return app;
}

function addFhirRoutes(app: Hono<NodeEnv>, ports: FhirAppPorts): void {
  const measured = createMeasured(ports);
  for (const route of ROUTES) addFhirRoute(app, route, ports, measured);
}

function addFhirRoute(
  app: Hono<NodeEnv>,
  route: Route,
  { fhir, capabilityStatement }: FhirAppPorts,
  measured: ReturnType<typeof createMeasured>,
): void {
  const idsOf = (context: NodeContext) => readRequestIds(context.req.raw.headers, randomUUID);
  const answering: Answering =
    route.interaction === "capabilities"
      ? (context) => fhir.document(context.req.raw, idsOf(context), capabilityStatement)
      : async (context) => {
          const id = context.req.param("id");
          const versionId = context.req.param("vid");
          const answer = await fhir.answer({
            request: context.req.raw,
            ids: idsOf(context),
            route,
            ...(id !== undefined && { id }),
            ...(versionId !== undefined && { versionId }),
          });
          return send(answer, context);
        };
  for (const path of toHonoPaths(route.path)) {
    app.on(route.method, `${FHIR_PATH}${path}`, measured(route.operation ?? route.interaction, answering));
  }
}

/** Parts go past the Response, which could only take them as one copy, where there is a socket and a body to send. */
function send(answer: HttpAnswer, { env, req }: NodeContext): Response {
  const outgoing = env?.outgoing;
  if (!(outgoing instanceof ServerResponse) || !Array.isArray(answer.body) || req.method === "HEAD") {
    return toResponse(answer);
  }
  writeAnswer(outgoing, answer);
  return RESPONSE_ALREADY_SENT;
}

/** An id begins neither with an underscore nor a dollar: those are interactions and operations of their own. */
function toHonoPaths(path: string): readonly string[] {
  const written = path
    .replace(":id", ":id{[^_$*/][^/]*}")
    .replace(":vid", ":vid{[^/]+}")
    .replace("/*", "/:all{\\*}")
    // Behind a parameter a bare dollar would be the end of a pattern.
    .replace(/(?<=:.*\/)\$.*/, (code) => `:operation{\\${code}}`);
  return path === "/" ? ["", "/"] : [written];
}

/** Counts and times an interaction, and logs it by its name alone. */
function createMeasured({ metrics, log }: Pick<AppPorts, "metrics" | "log">) {
  return (interaction: string, answering: Answering): Answering =>
    async (context) => {
      const began_ms = performance.now();
      const response = await answering(context);
      const duration_ms = performance.now() - began_ms;
      metrics.answered(interaction, response.status, duration_ms / 1_000);
      if (log.isLevelEnabled("debug")) {
        log.debug({ interaction, status: response.status, duration_ms: Math.round(duration_ms) }, "answered");
      }
      return response;
    };
}
