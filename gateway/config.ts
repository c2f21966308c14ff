import type { KeyObject } from "node:crypto";
import { isIPv6 } from "node:net";
import { resolve } from "node:path";
import { readSecretFiles } from "./secret-files.ts";
import { type Environment, SETTINGS_SCHEMA } from "./settings.ts";

/** All that the gateway is told from outside, built once at start. Nothing else reads the environment. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Origin without a trailing slash; links and the audience of tokens come from it. */
  readonly baseUrl: string;
  /** Absolute path. */
  readonly dataDir: string;
  readonly mode: "demonstration" | "production";
  /** A PostgreSQL database; absent: the embedded store in `dataDir`. */
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** Whether what Redis knows is also kept in the process, and dropped when Redis tells of a change. */
  readonly redisClientCache: boolean;
  /** How many processes share the store at most; absent: not known. */
  readonly processes?: number;
  /** How many processes one start makes, which share one listening address. */
  readonly workers: number;
  /** Absolute path of the register of clients, agreements and sources; absent: the demonstration's own. */
  readonly registerFile?: string;
  /** Absolute path of the national file of organisations; absent: what is part of what stands in the register alone. */
  readonly odsFile?: string;
  /** Absolute path of the lists by which resources are labelled; absent: those that come with the gateway. */
  readonly labelsFile?: string;
  /** Key of all HMACs over identifiers; always there in production, see `ensureIdentityKey` for the rest. */
  readonly identityKey?: KeyObject;
  /** The next or the former one, while keys are replaced: what was written with it is read, and ended, too. */
  readonly otherIdentityKey?: KeyObject;
  readonly cacheMegabytes: number;
  readonly logLevel: Environment["LOG_LEVEL"];
  /** Absolute path of a folder whose files are taken in, one folder a source below it; absent: none is watched. */
  readonly inboxDirectory?: string;
  /** Where HL7 v2 messages are taken by MLLP, as `MLLP_LISTEN` says it, and how they are guarded; absent: nowhere. */
  readonly mllp?: MllpConfig;
  /** Who ends TLS in front of the gateway and hands on the certificates of clients; absent: nobody is believed to. */
  readonly certificateProxy?: CertificateProxyConfig;
  /** The national register in which children without an NHS number are traced; absent: none are. */
  readonly pds?: PdsConfig;
  /** How many days a source record is kept as it came, so that it can be mapped anew. */
  readonly replayDays: number;
  /** Within how many days a decision on disclosure is to be reviewed by somebody else. */
  readonly oversightReviewDays: number;
  readonly audit: AuditConfig;
  /** How many children the demonstration data are made for, named ones aside. */
  readonly demonstrationChildren: number;
}

export interface AuditConfig {
  /** Absolute path of a folder of a second party, that every signed tree head is copied to; absent: none is. */
  readonly headCopies?: string;
  /** How many days the details of audit records are kept; absent: until somebody says. */
  readonly retentionDays?: number;
  /** How many days a family is told later of who has seen its child's record. */
  readonly familyDelayDays: number;
  /** Codes of organisations of which families are never told. */
  readonly silentOrganizations: readonly string[];
}

export interface MllpConfig {
  /** `host:port=source`, several separated by commas. */
  readonly listen: string;
  /** Absolute paths of PEM files. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
  /** Whether production may take messages without TLS from anywhere but this machine. */
  readonly isPlainAllowed: boolean;
}

export interface CertificateProxyConfig {
  /** IP addresses from which the header is taken; from all others it is taken away. */
  readonly addresses: readonly string[];
  /** In small letters: RFC 9440's `client-cert` unless the proxy calls it otherwise. */
  readonly header: string;
}

export interface PdsConfig {
  /** Of the FHIR API, without a trailing slash. */
  readonly baseUrl: string;
  readonly tokenUrl: string;
  readonly apiKey: string;
  /** Absolute path of a PEM file with the RSA private key that assertions are signed with. */
  readonly keyFile: string;
  readonly keyId: string;
  /** ODS code of the organisation that asks. */
  readonly endUserOds?: string;
  /** After how many days a number that is held is asked for again; 0: never asked for. */
  readonly verifyDays: number;
}

/** Thrown at start. Each problem names the variable and what is expected of it, never the value of a secret. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** Throws a ConfigError that lists every wrong variable. An empty variable means an unset one. */
export function loadConfig(given: Readonly<Record<string, string | undefined>>): Config {
  const { environment, problems } = readSecretFiles(given);
  if (problems.length > 0) throw new ConfigError(problems);
  const set = Object.fromEntries(
    Object.keys(SETTINGS_SCHEMA.shape).flatMap((name) => {
      const value = environment[name]?.trim();
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
  const parsed = SETTINGS_SCHEMA.safeParse(set);
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`));
  const { HOST, PORT, BASE_URL, REDIS_URL, GATEWAY_MODE, REGISTER_FILE, IDENTITY_KEY, INBOX_DIR } = parsed.data;

  const missing = [
    ...(GATEWAY_MODE === "production" ? toMissing({ REGISTER_FILE, IDENTITY_KEY }) : []),
    ...toHalfTls(parsed.data),
    ...toHalfPds(parsed.data),
    ...toLonelyWorkers(parsed.data),
    ...(parsed.data.ODS_FILE !== undefined && REGISTER_FILE === undefined
      ? ["ODS_FILE: expected beside REGISTER_FILE, whose organisations are looked up in it"]
      : []),
  ];
  if (missing.length > 0) throw new ConfigError(missing);

  return Object.freeze({
    host: HOST,
    port: PORT,
    baseUrl: BASE_URL ?? `http://${isIPv6(HOST) ? `[${HOST}]` : HOST}:${PORT}`,
    dataDir: resolve(parsed.data.DATA_DIR),
    mode: GATEWAY_MODE,
    ...(parsed.data.DATABASE_URL === undefined ? {} : { databaseUrl: parsed.data.DATABASE_URL }),
    ...(REDIS_URL === undefined ? {} : { redisUrl: REDIS_URL }),
    redisClientCache: parsed.data.REDIS_CLIENT_CACHE === "on",
    ...toSharing(parsed.data),
    workers: parsed.data.GATEWAY_WORKERS,
    ...(REGISTER_FILE === undefined ? {} : { registerFile: resolve(REGISTER_FILE) }),
    ...(parsed.data.LABELS_FILE === undefined ? {} : { labelsFile: resolve(parsed.data.LABELS_FILE) }),
    ...(parsed.data.ODS_FILE === undefined ? {} : { odsFile: resolve(parsed.data.ODS_FILE) }),
    ...(IDENTITY_KEY === undefined ? {} : { identityKey: IDENTITY_KEY }),
    cacheMegabytes: parsed.data.CACHE_MB,
    ...(INBOX_DIR === undefined ? {} : { inboxDirectory: resolve(INBOX_DIR) }),
    ...toMllp(parsed.data),
    ...toCertificateProxy(parsed.data),
    ...toPds(parsed.data),
    replayDays: parsed.data.REPLAY_DAYS,
    audit: toAudit(parsed.data),
    oversightReviewDays: parsed.data.OVERSIGHT_REVIEW_DAYS,
    logLevel: parsed.data.LOG_LEVEL,
    demonstrationChildren: parsed.data.DEMONSTRATION_CHILDREN,
  });
}

/** Part of TLS told and part not: nobody is to believe that connections are guarded when they are not. */
function toHalfTls({ MLLP_TLS_CERT, MLLP_TLS_KEY, MLLP_TLS_CA }: Environment): string[] {
  if (MLLP_TLS_CERT === undefined && MLLP_TLS_KEY === undefined) {
    return MLLP_TLS_CA === undefined ? [] : ["MLLP_TLS_CA: expected beside MLLP_TLS_CERT and MLLP_TLS_KEY"];
  }
  if (MLLP_TLS_CERT !== undefined && MLLP_TLS_KEY !== undefined) return [];
  return [`${MLLP_TLS_KEY === undefined ? "MLLP_TLS_KEY" : "MLLP_TLS_CERT"}: expected beside the other one`];
}

/** Several processes know of each other's changes through Redis alone. */
function toLonelyWorkers({ GATEWAY_WORKERS: workers, GATEWAY_PROCESSES: processes, REDIS_URL }: Environment): string[] {
  if (workers === 1) return [];
  return [
    ...(REDIS_URL === undefined
      ? [`REDIS_URL: expected beside GATEWAY_WORKERS, which makes ${workers} processes`]
      : []),
    ...(processes !== undefined && processes < workers
      ? [`GATEWAY_PROCESSES: expected at least the ${workers} processes of GATEWAY_WORKERS, or nothing`]
      : []),
  ];
}

function toMllp(told: Environment): { readonly mllp?: MllpConfig } {
  const { MLLP_LISTEN, MLLP_TLS_CERT, MLLP_TLS_KEY, MLLP_TLS_CA, MLLP_PLAIN } = told;
  if (MLLP_LISTEN === undefined) return {};
  const isPlainAllowed = MLLP_PLAIN === "anywhere";
  if (MLLP_TLS_CERT === undefined || MLLP_TLS_KEY === undefined)
    return { mllp: { listen: MLLP_LISTEN, isPlainAllowed } };
  const ca = MLLP_TLS_CA === undefined ? {} : { ca: resolve(MLLP_TLS_CA) };
  const tls = { cert: resolve(MLLP_TLS_CERT), key: resolve(MLLP_TLS_KEY), ...ca };
  return { mllp: { listen: MLLP_LISTEN, tls, isPlainAllowed } };
}

function toAudit(told: Environment): AuditConfig {
  const { AUDIT_HEADS_DIR: copies, AUDIT_RETENTION_DAYS: retentionDays } = told;
  return {
    ...(copies === undefined ? {} : { headCopies: resolve(copies) }),
    ...(retentionDays === undefined ? {} : { retentionDays }),
    familyDelayDays: told.FAMILY_VIEW_DELAY_DAYS,
    silentOrganizations: told.FAMILY_VIEW_SILENT ?? [],
  };
}

const PDS_NEEDED = ["PDS_BASE_URL", "PDS_TOKEN_URL", "PDS_API_KEY", "PDS_KEY_FILE", "PDS_KEY_ID"] as const;

/** Part of what PDS needs told and part not, or told for production without TLS. */
function toHalfPds(told: Environment): string[] {
  const given = [...PDS_NEEDED, "PDS_END_USER_ODS" as const].filter((name) => told[name] !== undefined);
  if (given.length === 0) return [];
  return PDS_NEEDED.flatMap((name) => {
    if (told[name] === undefined) return [`${name}: expected beside ${given[0]}`];
    const isPlain = name.endsWith("_URL") && told[name].startsWith("http:");
    return isPlain && told.GATEWAY_MODE === "production" ? [`${name}: expected https in GATEWAY_MODE=production`] : [];
  });
}

function toPds(told: Environment): { readonly pds?: PdsConfig } {
  const { PDS_BASE_URL: baseUrl, PDS_TOKEN_URL: tokenUrl, PDS_API_KEY: apiKey, PDS_KEY_ID: keyId } = told;
  const { PDS_KEY_FILE, PDS_END_USER_ODS: endUserOds } = told;
  if (baseUrl === undefined || tokenUrl === undefined || PDS_KEY_FILE === undefined) return {};
  if (apiKey === undefined || keyId === undefined) return {};
  const keyFile = resolve(PDS_KEY_FILE);
  const verifyDays = told.PDS_VERIFY_DAYS;
  return {
    pds: { baseUrl, tokenUrl, apiKey, keyFile, keyId, verifyDays, ...(endUserOds === undefined ? {} : { endUserOds }) },
  };
}

function toCertificateProxy({ MTLS_PROXY: addresses, MTLS_HEADER }: Environment) {
  return addresses === undefined ? {} : { certificateProxy: { addresses, header: MTLS_HEADER.toLowerCase() } };
}

function toSharing({ GATEWAY_PROCESSES: processes, IDENTITY_KEY_OTHER: otherIdentityKey }: Environment) {
  return {
    ...(processes === undefined ? {} : { processes }),
    ...(otherIdentityKey === undefined ? {} : { otherIdentityKey }),
  };
}

function toMissing(needed: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(needed)
    .filter(([, value]) => value === undefined)
    .map(([name]) => `${name}: expected in GATEWAY_MODE=production, which starts with nothing of the demonstration's`);
}
