import { randomUUID } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createAuthenticator } from "./access/authenticate.ts";
import { ensureIdentityKey, ensureSigningKey, type SigningKey, toJwks } from "./access/gateway-keys.ts";
import { checkOrganizationHeader, ORGANIZATION_HEADER } from "./access/organization-header.ts";
import { checkProduction, type ParsedRegister, parseRegisterText, type Register } from "./access/register.ts";
import { toSmartConfiguration } from "./access/smart-configuration.ts";
import { createTokenEndpoint } from "./access/token.ts";
import { createApp } from "./app.ts";
import type { AuditLog } from "./audit/audit.ts";
import { createAuditLog } from "./audit/log.ts";
import { type Config, ConfigError } from "./config.ts";
import { demonstrationThumbprints } from "./demonstration/keys.ts";
import { createInProcessIdentityCache } from "./identity/cache/in-process.ts";
import { createRedisIdentityCache } from "./identity/cache/redis.ts";
import type { IdentityCache } from "./identity/identity-cache.ts";
import { createIdentifierResolver } from "./identity/resolve-identifier.ts";
import { createIngestLine, type IngestLine } from "./ingest/line.ts";
import { MAPPERS } from "./ingest/mappers.ts";
import { toCapabilityStatement } from "./interactions/capabilities.ts";
import { createCoverageNotice } from "./interactions/coverage-notice.ts";
import { createRead } from "./interactions/read.ts";
import { createRecordReader } from "./interactions/record-reader.ts";
import { createSearchType } from "./interactions/search-type.ts";
import { createWalks } from "./interactions/walks.ts";
import type { Logger } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { type Authenticated, createFhirRoutes } from "./routes/fhir.ts";
import { createHealthRoutes } from "./routes/health.ts";
import { type FirstCalls, homePage } from "./routes/home.ts";
import { createIngestRoutes } from "./routes/ingest.ts";
import { createTokenRoutes } from "./routes/token.ts";
import { createPageTokens } from "./search/page-token.ts";
import { createSqliteStore } from "./store/sqlite.ts";
import type { Store } from "./store/store.ts";

/** Version and day of this release, as the CapabilityStatement tells them. */
const RELEASE = { version: "0.1.0", date: "2026-11-22" } as const;

/** A gateway put together and ready to be listened for. */
export interface Gateway {
  readonly app: ReturnType<typeof createApp>;
  readonly store: Store;
  readonly line: IngestLine;
  readonly register: Register;
  readonly audit: AuditLog;
  /** From now on FHIR requests are answered. */
  markReady(): void;
  /** Writes what is queued and closes everything; the server has stopped taking requests by then. */
  close(): Promise<void>;
}

/** Builds every room and connects them. Throws a ConfigError for what the operator can mend. */
export async function composeGateway(config: Config, log: Logger, calls: FirstCalls): Promise<Gateway> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const [register, signingKey, identityKey, audit] = await Promise.all([
    loadRegister(config),
    ensureSigningKey(config),
    ensureIdentityKey(config),
    createAuditLog({ directory: join(config.dataDir, "audit"), process: "gateway", clock: Date.now }),
  ]);
  // Only with a Redis between them may several processes share a store.
  const store = createSqliteStore({
    path: join(config.dataDir, "store.sqlite"),
    isAlone: config.redisUrl === undefined,
  });
  const secret = identityKey.export();
  const cache =
    config.redisUrl === undefined
      ? createInProcessIdentityCache()
      : await createRedisIdentityCache({ url: config.redisUrl, identityKey });
  const rooms = { config, log, calls, register, signingKey, secret, audit, store, cache };
  let isReady = false;
  const { app, line } = connect(rooms, () => isReady);
  return {
    app,
    store,
    line,
    register,
    audit,
    markReady() {
      isReady = true;
    },
    async close() {
      await store.close();
      await Promise.all([audit.close(), cache.close()]);
    },
  };
}

interface Rooms {
  readonly config: Config;
  readonly log: Logger;
  readonly calls: FirstCalls;
  readonly register: Register;
  readonly signingKey: SigningKey;
  readonly secret: Buffer;
  readonly audit: AuditLog;
  readonly store: Store;
  readonly cache: IdentityCache;
}

function connect(rooms: Rooms, isReady: () => boolean) {
  const { config, register, audit, store, cache } = rooms;
  const fhirBase = `${config.baseUrl}/fhir/R4`;
  const sources = toSourceFacts(register);
  const reader = createRecordReader({ store, sources, fhirBase, cache_bytes: config.cacheMegabytes * 1_048_576 });
  const resolver = createIdentifierResolver({ store, cache });
  const metrics = createMetrics({ identityCache: () => cache.state() });
  const line = createIngestLine({
    store,
    mappers: MAPPERS,
    ids: randomUUID,
    clock: Date.now,
    async onIdentifiers(identifiers) {
      await Promise.all(identifiers.map(({ system, value }) => resolver.forget(system, value)));
    },
    onFault: (error, source) => rooms.log.error({ error, source }, "a source record met a fault and is quarantined"),
  });
  const authenticate = createAuthentication(rooms);
  const ports = { authenticate, audit, store, now: Date.now, isReady };
  const app = createApp({
    fhir: createFhirRoutes({
      ...ports,
      read: createRead({ store, reader, audit, sources }),
      searchType: createSearchType({
        store,
        reader,
        resolver,
        audit,
        fhirBase,
        sources,
        pageTokens: createPageTokens(rooms.secret),
        walks: createWalks(),
        coverageNotice: createCoverageNotice(store, sources),
      }),
    }),
    ingest: createIngestRoutes({ ...ports, line, metrics, source: register.source }),
    token: createToken(rooms),
    health: createHealthRoutes({ store, identityCache: cache, isReady }),
    metrics,
    log: rooms.log,
    capabilityStatement: JSON.stringify(toCapabilityStatement({ baseUrl: config.baseUrl, ...RELEASE })),
    homePage: homePage(rooms.calls),
  });
  return { app, line };
}

function toSourceFacts(register: Register) {
  return new Map(
    register.sources.map(({ source, authority, kind }) => [
      source,
      { source, authority, dataClass: MAPPERS[kind].dataClass },
    ]),
  );
}

function createToken({ register, store, signingKey, config, audit }: Rooms) {
  const { baseUrl } = config;
  return createTokenRoutes({
    endpoint: createTokenEndpoint({ register, store, signingKey, baseUrl, clock: Date.now }),
    audit,
    smartConfiguration: JSON.stringify(toSmartConfiguration(baseUrl)),
    jwks: JSON.stringify(toJwks([signingKey])),
  });
}

function createAuthentication({ register, signingKey, config }: Rooms) {
  const authenticator = createAuthenticator({
    register,
    keys: [signingKey],
    baseUrl: config.baseUrl,
    clock: Date.now,
  });
  const withHeader = (authenticated: Authenticated, headers: Headers): Authenticated => {
    if (!authenticated.ok) return authenticated;
    const issue = checkOrganizationHeader(headers.get(ORGANIZATION_HEADER) ?? undefined, authenticated.requester);
    return issue ? { ok: false, issue } : authenticated;
  };
  return (headers: Headers): Authenticated | Promise<Authenticated> => {
    const authenticated = authenticator(headers.get("authorization") ?? undefined);
    return "then" in authenticated
      ? authenticated.then((later) => withHeader(later, headers))
      : withHeader(authenticated, headers);
  };
}

async function loadRegister(config: Config): Promise<Register> {
  if (config.registerFile === undefined) {
    const { ensureDemonstrationRegister } = await import("./demonstration/ensure-register.ts");
    return ensureDemonstrationRegister(config.dataDir);
  }
  const parsed = parseRegisterText(await readRegister(config.registerFile));
  const problems = await registerProblems(parsed, config);
  if (!parsed.ok || problems.length > 0) {
    throw new ConfigError(problems.map(({ path, message }) => `REGISTER_FILE: ${path}: ${message}`));
  }
  return parsed.register;
}

async function readRegister(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new ConfigError([`REGISTER_FILE: ${file} cannot be read`]);
  }
}

async function registerProblems(parsed: ParsedRegister, { mode, dataDir }: Config) {
  if (!parsed.ok) return parsed.problems;
  return mode === "production" ? checkProduction(parsed.register, await demonstrationThumbprints(dataDir)) : [];
}
