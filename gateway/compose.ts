import { type KeyObject, randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readPublished } from "#profiles/published.ts";
import { RELEASE } from "#profiles/release.ts";
import { ensureIdentityKey, ensureNonceKey, type GatewayKeys, openGatewayKeys } from "./access/gateway-keys.ts";
import { createLivingRegister } from "./access/living-register.ts";
import type { Register } from "./access/register.ts";
import { createApp } from "./app.ts";
import { atFirstUse } from "./at-first-use.ts";
import type { AuditIndex, AuditLog } from "./audit/audit.ts";
import { createAuditIndex } from "./audit/audit-index.ts";
import { createAuthentication } from "./compose-access.ts";
import { auditDirectory, type Deciding, openOwnAudit } from "./compose-audit.ts";
import type { LogCopying } from "./compose-copies.ts";
import { composeInteractions } from "./compose-interactions.ts";
import { type LivingLabelling, loadLabelling } from "./compose-labels.ts";
import { composeLimits, type Limiting } from "./compose-limits.ts";
import { type Machines, openMachines } from "./compose-machines.ts";
import type { Pds } from "./compose-pds.ts";
import { loadRegister, toSourceFacts } from "./compose-register.ts";
import { createReloading, type Reloading } from "./compose-reload.ts";
import { type Config, ConfigError } from "./config.ts";
import { createDirect, type Direct } from "./direct.ts";
import type { SourceFacts } from "./disclosure/visibility.ts";
import { openSharing } from "./identity/cache/open.ts";
import { purgeOnWrite } from "./identity/cache/purging-store.ts";
import { warmUp } from "./identity/cache/warm-up.ts";
import type { Coordination } from "./identity/coordination.ts";
import type { IdentityCache } from "./identity/identity-cache.ts";
import { createMatcher, type FeatureMatcher } from "./identity/matcher/create-matcher.ts";
import { ENGLAND } from "./identity/matcher/model/england.ts";
import { toPerson } from "./identity/matcher/to-person.ts";
import { type ChildResolver, createChildResolver } from "./identity/resolve-child.ts";
import type { IngestLine } from "./ingest/line.ts";
import { mapperOf } from "./ingest/mappers.ts";
import { toCapabilityStatement } from "./interactions/capabilities.ts";
import { toOpenApi } from "./interactions/openapi.ts";
import type { Logger } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { countOverdue } from "./overdue-reviews.ts";
import type { NumberVerification } from "./pds/held/verify-numbers.ts";
import type { UnlinkedTracing } from "./pds/unlinked/trace-unlinked.ts";
import { createFhirRoutes } from "./routes/fhir.ts";
import { createHealthRoutes } from "./routes/health.ts";
import { type FirstCalls, homePage } from "./routes/home.ts";
import { DERIVE } from "./search/keys.ts";
import { createSqliteStore } from "./store/sqlite/sqlite.ts";
import type { Store } from "./store/store.ts";

/** A gateway put together and ready to be listened for. */
export interface Gateway {
  readonly app: ReturnType<typeof createApp>;
  /** The same answers to searches, creates and reads, past the router. */
  readonly direct: Direct;
  readonly store: Store;
  readonly line: IngestLine;
  readonly register: Register;
  readonly audit: AuditLog;
  readonly metrics: Metrics;
  /** Sends the audit log to the other machines, where there may be several. */
  readonly copying?: Pick<LogCopying, "start" | "send">;
  /** Asks PDS for children without a number, where it is configured. */
  readonly tracing?: UnlinkedTracing;
  /** Asks PDS whether numbers are still in use, where that is configured. */
  readonly verification?: NumberVerification;
  /** Reads the register, and what else decides, anew from its files; what is wrong in them changes nothing. */
  reload(): Promise<void>;
  /** From now on FHIR requests are answered. */
  markReady(): void;
  /** Writes what is queued and closes everything; the server has stopped taking requests by then. */
  close(): Promise<void>;
}

/** Builds every room and connects them. Throws a ConfigError for what the operator can mend. */
export async function composeGateway(config: Config, log: Logger, calls: FirstCalls): Promise<Gateway> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  // Before anything is open that would have to be closed.
  const connectPds = config.pds && (await (await import("./compose-pds.ts")).preparePds(config.pds));
  const identityKey = await ensureIdentityKey(config);
  const machines = await openMachines({ config, identityKey, log });
  try {
    return await composeOnMachine({ config, log, calls, connectPds, identityKey, machines });
  } catch (error) {
    await machines?.close(true);
    throw error;
  }
}

interface Ground extends Pick<Rooms, "config" | "log" | "calls"> {
  readonly identityKey: KeyObject;
  /** Absent where the store is this machine's own. */
  readonly machines: Machines | undefined;
  readonly connectPds: Awaited<ReturnType<typeof import("./compose-pds.ts").preparePds>> | undefined;
}

async function composeOnMachine({ config, log, calls, connectPds, identityKey, machines }: Ground): Promise<Gateway> {
  const deciding: Deciding = {};
  const keyPlace = { ...config, ...(machines && { shelf: machines.shelf }) };
  const [{ read, first }, labelling, keys, nonceKey, { audit, chain, release }] = await Promise.all([
    loadRegister(config),
    loadLabelling(config),
    openGatewayKeys({ ...keyPlace, clock: Date.now }),
    ensureNonceKey(keyPlace),
    openOwnAudit({ config, log, deciding }),
  ]);
  const living = createLivingRegister(first.register);
  const { register } = living;
  deciding.policy = () => register.version;
  deciding.labels = () => labelling.current().version;
  const { files } = labelling;
  const reloading = createReloading({ living, read, first, files, audit, log, dataDir: config.dataDir });
  const matcher = createMatcher(ENGLAND);
  const store = await openStore(config, matcher);
  deciding.settled = () => store.settled?.();
  const numbers = machines && { numbers: machines.commons.numbers };
  const { cache, coordination } = await openSharing({ ...config, ...numbers, identityKey });
  purgeOnWrite(store, cache);
  const { auditIndex, copying } = await openAuditIndex({ config, machines, log }, chain);
  const pds = connectPds?.({ coordination, matcher });
  const limiting = composeLimits({ config, register, coordination, audit, log });
  const shared = {
    config,
    log,
    calls,
    register,
    labelling: labelling.current,
    reloading,
    keys,
    nonceKey,
    secret: identityKey.export(),
    audit: limiting.audit,
    limiting,
    auditIndex,
    store,
    cache,
    coordination,
    matcher,
  };
  const closing = new AbortController();
  const rooms = { ...shared, closing: closing.signal, ...(pds && { pds }) };
  let isReady = false;
  const { app, direct, line, metrics, identifiers, ...resolving } = connect(rooms, () => isReady);
  return {
    ...(pds === undefined ? {} : await composeTracing({ ...rooms, pds }, resolving)),
    app,
    direct,
    store,
    line,
    register,
    audit,
    metrics,
    ...(copying && { copying }),
    reload: reloading.reload,
    markReady() {
      isReady = true;
      // A store of this machine answers sooner than Redis does; warming up takes a worker some seconds of its CPU.
      if (config.redisUrl === undefined || config.databaseUrl === undefined) return;
      warmUp({ store, resolver: identifiers, signal: closing.signal }).catch((error: unknown) => {
        if (!closing.signal.aborted) log.error({ error }, "identifiers could not be brought into the cache");
      });
    },
    async close() {
      closing.abort();
      reloading.close();
      limiting.usage.close();
      keys.close();
      await store.close();
      await Promise.all([limiting.audit.close(), auditIndex.close(), cache.close(), coordination.close()]);
      await leave(machines, copying).finally(release);
    },
  };
}

/** The index of the log, and of the logs of other machines where there may be any. */
async function openAuditIndex(
  { config, machines, log }: Pick<Ground, "config" | "machines" | "log">,
  chain: string,
): Promise<{ readonly auditIndex: AuditIndex; readonly copying: LogCopying | undefined }> {
  const own = { directory: auditDirectory(config), process: chain };
  if (machines === undefined) return { auditIndex: createAuditIndex(own), copying: undefined };
  const { composeCopies } = await import("./compose-copies.ts");
  const copying = composeCopies({ config, machines, log });
  return { auditIndex: createAuditIndex({ ...own, others: copying.others }), copying };
}

/** The last of what was recorded goes to the others before they are told that this machine has gone. */
async function leave(machines: Machines | undefined, copying: LogCopying | undefined): Promise<void> {
  const isWhole = await copying?.close().then(
    () => true,
    () => false,
  );
  await machines?.close(isWhole === true);
}

/** What asks PDS beside the requests. */
async function composeTracing(
  { pds, ...rooms }: Rooms & { readonly pds: Pds },
  { resolver, fhirBase }: { readonly resolver: ChildResolver; readonly fhirBase: string },
): Promise<Pick<Gateway, "tracing" | "verification">> {
  const { toDecisionPorts } = await import("./compose-decisions.ts");
  return {
    tracing: pds.trace({ ...rooms, resolver, moving: toDecisionPorts({ ...rooms, fhirBase }) }),
    ...(rooms.config.pds?.verifyDays === 0 ? {} : { verification: pds.verify(rooms) }),
  };
}

async function openStore({ dataDir, databaseUrl, redisUrl }: Config, matcher: FeatureMatcher): Promise<Store> {
  if (databaseUrl !== undefined) return openPostgres(databaseUrl);
  return createSqliteStore({
    path: join(dataDir, "store.sqlite"),
    // Only with a Redis between them may several processes share a store.
    isAlone: redisUrl === undefined,
    derive: {
      ...DERIVE,
      blockingKeysOf: (identity) => matcher.blockingKeys(matcher.toComparable(toPerson(JSON.parse(identity)))),
      printOf: (identity) => matcher.printOf(matcher.toComparable(toPerson(JSON.parse(identity)))),
    },
  });
}

/** Its client is read only where it is used: it costs a start 60 ms. */
async function openPostgres(url: string): Promise<Store> {
  const { createPostgresStore, isOfDatabase } = await import("./store/postgres/postgres.ts");
  try {
    return await createPostgresStore({ url });
  } catch (error) {
    if (!isOfDatabase(error)) throw error;
    throw new ConfigError([`DATABASE_URL: ${error.message}`]);
  }
}

const DAY_MS = 24 * 3_600_000;

interface Rooms {
  readonly config: Config;
  readonly reloading: Reloading;
  readonly limiting: Limiting;
  readonly log: Logger;
  readonly calls: FirstCalls;
  readonly register: Register;
  readonly labelling: LivingLabelling["current"];
  readonly keys: GatewayKeys;
  readonly nonceKey: KeyObject;
  readonly secret: Buffer;
  readonly audit: AuditLog;
  readonly auditIndex: AuditIndex;
  readonly store: Store;
  readonly cache: IdentityCache;
  readonly coordination: Coordination;
  readonly matcher: FeatureMatcher;
  readonly pds?: Pds;
  readonly closing: AbortSignal;
}

function connect(rooms: Rooms, isReady: () => boolean) {
  const { config, register, audit, store, cache, matcher, pds } = rooms;
  const fhirBase = `${config.baseUrl}/fhir/R4`;
  const sources = toSourceFacts(register);
  const resolver = createChildResolver(matcher, register);
  const decisions = atFirstUse(async () => {
    const { composeDecisions } = await import("./compose-decisions.ts");
    return composeDecisions({ store, register, fhirBase });
  });
  const documents = openDocuments(config);
  const {
    dispatch,
    resolver: identifiers,
    reader,
  } = composeInteractions({
    ...rooms,
    usage: rooms.limiting.usage,
    sources,
    decisions,
    childResolver: resolver,
    ...(pds === undefined
      ? {}
      : { tracing: { tracer: pds.tracer, isAllowed: ({ agreement }) => agreement.traces === true } }),
    baseUrl: config.baseUrl,
    fhirBase,
    familyView: { delayDays: config.audit.familyDelayDays, silentOrganizations: config.audit.silentOrganizations },
    cache_bytes: config.cacheMegabytes * 1_048_576,
    clock: Date.now,
    capabilityStatement: documents.capabilityStatement,
    onFault: (error, interaction) => rooms.log.error({ error, interaction }, "unexpected"),
  });
  const metrics = createMetrics({
    identityCache: cache.state,
    identityCounts: cache.counts,
    register: rooms.reloading.state,
    limitAlarms: rooms.limiting.alarms,
    overdueReviews: () => countOverdue(store, config.oversightReviewDays, Date.now()),
    ...(pds === undefined ? {} : { pds }),
  });
  const line = composeLine(rooms, { resolver, sources, fhirBase });
  const ports = { authenticate: createAuthentication(rooms), audit, store, now: Date.now, isReady };
  const { guard } = rooms.limiting;
  const sending = { ...ports, authenticate: guard(ports.authenticate, false) };
  const deciding = { ...ports, authenticate: guard(ports.authenticate, true) };
  const overseeing = atFirstUse(async () => {
    const { composeOversight } = await import("./compose-oversight.ts");
    return composeOversight({ ...rooms, ...deciding, reader, sources, metrics });
  });
  const fhir = createFhirRoutes({ ...ports, dispatch });
  const app = createApp({
    fhir,
    ingest: atFirstUse(async () => {
      const { composeIngest } = await import("./compose-ingest.ts");
      return composeIngest({ ...sending, line, metrics, source: register.source, mapperOf });
    }),
    review: atFirstUse(async () => {
      const [{ composeReview }, { oversight }] = await Promise.all([import("./compose-review.ts"), overseeing()]);
      const shared = { ...rooms, ...deciding, oversight, decisions: await decisions(), matcher, sources };
      return composeReview({ ...shared, baseUrl: config.baseUrl, fhirBase });
    }),
    oversight: async () => (await overseeing()).api,
    token: atFirstUse(async () => (await import("./compose-token.ts")).createToken(rooms)),
    health: createHealthRoutes({ store, identityCache: cache, register: rooms.reloading.state, isReady }),
    metrics,
    log: rooms.log,
    ...documents,
    homePage: homePage(rooms.calls),
  });
  const direct = createDirect({ fhir, metrics, log: rooms.log });
  return { app, direct, line, metrics, resolver, fhirBase, identifiers };
}

interface LineRooms {
  readonly resolver: ChildResolver;
  readonly sources: ReadonlyMap<string, SourceFacts>;
  readonly fhirBase: string;
}

/** The line, loaded when the first delivery comes. */
function composeLine({ store, config, log, closing }: Rooms, { resolver, sources, fhirBase }: LineRooms): IngestLine {
  const line = atFirstUse(async () => {
    const { createIngestLine } = await import("./ingest/line.ts");
    return createIngestLine({
      store,
      mapperOf,
      resolver,
      written: { fhirBase, isWritten: (source) => sources.get(source)?.isWritten === true },
      ids: randomUUID,
      clock: Date.now,
      rawRetention_ms: config.replayDays * DAY_MS,
      hasDrafters: true,
      closing,
      onFault: (error, source) => log.error({ error, source }, "a source record met a fault and is quarantined"),
    });
  });
  return {
    ingest: async (...delivery) => (await line()).ingest(...delivery),
    replay: async (...delivery) => (await line()).replay(...delivery),
    replaySource: async (...delivery) => (await line()).replaySource(...delivery),
  };
}

function openDocuments({ baseUrl }: Config) {
  return {
    capabilityStatement: once(() =>
      JSON.stringify(toCapabilityStatement({ baseUrl, ...RELEASE, published: readPublished() })),
    ),
    openApi: once(() => JSON.stringify(toOpenApi({ baseUrl, ...RELEASE, published: readPublished() }))),
  };
}

/** Made when first asked for: a start waits for nothing that nobody may want. */
function once(make: () => string): () => string {
  let made: string | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
