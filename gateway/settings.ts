import { createSecretKey } from "node:crypto";
import { isIP } from "node:net";
import { availableParallelism } from "node:os";
import { z } from "zod";
import { SECRETS } from "./secret-files.ts";

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
/** As many as chains of the audit log are looked for, with room for those that take their places one by one. */
const WORKERS_MAX = 32;
const IDENTITY_KEY_BYTES_MIN = 32;
/** Fewer different bytes than this in 32 come from no random source; they are a placeholder. */
const IDENTITY_KEY_DISTINCT_BYTES_MIN = 16;

const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= from && Number(text) <= to, {
      error: `expected a whole number from ${from} to ${to}`,
    })
    .transform(Number);

const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `expected one of ${words.join(", ")}` });

/** An address without credentials, path, query or fragment, so that `baseUrl + path` is always right. */
const origin = z.string().transform((text, context) => {
  const url = URL.parse(text);
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  // Nothing but the origin is left once the address is written out; a default port is no part of it.
  if (isWeb && url.href === `${url.origin}/` && !/[?#@]/.test(text)) return url.origin;
  context.addIssue("expected an origin without a path, as https://gateway.example or http://127.0.0.1:8080");
  return z.NEVER;
});

/** An address of PDS: https, or plain http on this machine alone, where a stand-in may listen. */
const pdsAddress = z.string().transform((text, context) => {
  const url = URL.parse(text);
  const isLocal = url !== null && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  const isGuarded = url?.protocol === "https:" || (url?.protocol === "http:" && isLocal);
  if (url !== null && isGuarded && !/[?#@]/.test(text)) return url.href.replace(/\/+$/, "");
  context.addIssue("expected an https address without query or credentials; http only on this machine");
  return z.NEVER;
});

const word = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, { error: "expected letters, digits, dots or hyphens" });

/** One node, or several with commas between; the scheme may stand before the first alone. */
function isRedisUrl(text: string): boolean {
  const scheme = /^rediss?(-cluster)?:\/\//.exec(text)?.[0] ?? "";
  return (
    scheme !== "" &&
    text.split(",").every((part) => {
      const place = part.trim().replace(/^rediss?(-cluster)?:\/\//, "");
      return (URL.parse(`redis://${place}`)?.hostname ?? "") !== "";
    })
  );
}

function isDatabaseUrl(text: string): boolean {
  const url = URL.parse(text);
  const isPostgres = url?.protocol === "postgres:" || url?.protocol === "postgresql:";
  return isPostgres && url.hostname !== "" && url.pathname.length > 1;
}

/** As libpq and the client name them. */
const TLS_MODES = ["disable", "no-verify", "allow", "prefer", "require", "verify-ca", "verify-full"];

function hasKnownTls(text: string): boolean {
  const modes = URL.parse(text)?.searchParams.getAll("sslmode") ?? [];
  return modes.length < 2 && modes.every((mode) => TLS_MODES.includes(mode));
}

const identityKey = z.string().transform((text, context) => {
  const bytes = Buffer.from(text, "base64");
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0;
  if (isBase64 && bytes.length >= IDENTITY_KEY_BYTES_MIN && new Set(bytes).size >= IDENTITY_KEY_DISTINCT_BYTES_MIN)
    return createSecretKey(bytes);
  context.addIssue("expected base64 of at least 32 random bytes, as from: openssl rand -base64 32");
  return z.NEVER;
});

/** What each variable may say, and what it is where nothing is said. */
export const SETTINGS_SCHEMA = z.object({
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:-]+$/, { error: "expected a host name or an IP address" })
    .default("127.0.0.1"),
  PORT: wholeNumber(1, 65_535).default(8080),
  BASE_URL: origin.optional(),
  DATA_DIR: z.string().default(".data"),
  DATABASE_URL: z
    .string()
    .refine(isDatabaseUrl, {
      error: "expected postgres://user:password@host:port/database; leave it unset and the data live in DATA_DIR",
    })
    .refine(hasKnownTls, {
      error: `expected sslmode to be one of ${TLS_MODES.join(", ")}; all but the first two check the server's certificate`,
    })
    .optional(),
  REDIS_URL: z
    .string()
    .refine(isRedisUrl, {
      error:
        "expected redis://[user:password@]host:port, rediss://…, several with commas, or redis-cluster://host:port,host:port",
    })
    .optional(),
  REDIS_CLIENT_CACHE: oneOf(["on", "off"]).default("on"),
  GATEWAY_PROCESSES: wholeNumber(1, 1_000).optional(),
  GATEWAY_WORKERS: z
    .union([z.literal("auto").transform(availableParallelism), wholeNumber(1, WORKERS_MAX)], {
      error: `expected a whole number from 1 to ${WORKERS_MAX}, or auto`,
    })
    .default(1),
  GATEWAY_MODE: oneOf(["demonstration", "production"]).default("demonstration"),
  REGISTER_FILE: z.string().optional(),
  LABELS_FILE: z.string().optional(),
  ODS_FILE: z.string().optional(),
  IDENTITY_KEY: identityKey.optional(),
  IDENTITY_KEY_OTHER: identityKey.optional(),
  CACHE_MB: wholeNumber(1, 65_536).default(64),
  INBOX_DIR: z.string().optional(),
  MLLP_LISTEN: z.string().optional(),
  MLLP_TLS_CERT: z.string().optional(),
  MLLP_TLS_KEY: z.string().optional(),
  MLLP_TLS_CA: z.string().optional(),
  MLLP_PLAIN: oneOf(["loopback", "anywhere"]).default("loopback"),
  PDS_BASE_URL: pdsAddress.optional(),
  PDS_TOKEN_URL: pdsAddress.optional(),
  PDS_API_KEY: word.optional(),
  PDS_KEY_FILE: z.string().optional(),
  PDS_KEY_ID: word.optional(),
  PDS_END_USER_ODS: z
    .string()
    .regex(/^[A-Z0-9]{3,10}$/, { error: "expected an ODS code, as Y12345" })
    .optional(),
  PDS_VERIFY_DAYS: wholeNumber(0, 3_650).default(0),
  MTLS_PROXY: z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .refine((addresses) => addresses.every((address) => isIP(address) !== 0), {
      error: "expected the IP address of the proxy that ends TLS, or several with commas between",
    })
    .optional(),
  MTLS_HEADER: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, { error: "expected the name of a header, as Client-Cert" })
    .default("client-cert"),
  REPLAY_DAYS: wholeNumber(0, 3_650).default(90),
  AUDIT_HEADS_DIR: z.string().optional(),
  AUDIT_RETENTION_DAYS: wholeNumber(1, 36_500).optional(),
  FAMILY_VIEW_DELAY_DAYS: wholeNumber(1, 365).default(7),
  FAMILY_VIEW_SILENT: z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .refine((codes) => codes.every((code) => /^[A-Za-z0-9.-]{1,32}$/.test(code)), {
      error: "expected codes of organisations with commas between, as X26,Y99999",
    })
    .optional(),
  OVERSIGHT_REVIEW_DAYS: wholeNumber(1, 365).default(7),
  LOG_LEVEL: oneOf(LOG_LEVELS).default("info"),
  DEMONSTRATION_CHILDREN: wholeNumber(0, 1_000_000).default(400),
});

export type Environment = z.output<typeof SETTINGS_SCHEMA>;

/** Names of all variables that are read. */
export const SETTINGS: readonly string[] = [
  ...Object.keys(SETTINGS_SCHEMA.shape),
  ...SECRETS.map((name) => `${name}_FILE`),
];
