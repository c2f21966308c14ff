import { createPrivateKey, type KeyObject, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Register } from "./access/register.ts";
import type { AuditLog } from "./audit/audit.ts";
import { ConfigError, type PdsConfig } from "./config.ts";
import type { Coordination } from "./identity/coordination.ts";
import type { MovingPorts } from "./identity/decisions/ports.ts";
import type { Comparable, Matcher } from "./identity/matcher/matcher.ts";
import type { ChildResolver } from "./identity/resolve-child.ts";
import type { PersonTracer } from "./identity/tracing.ts";
import type { Logger } from "./log.ts";
import { createPersonTracer } from "./pds/create-person-tracer.ts";
import { createNumberVerification, type NumberVerification } from "./pds/held/verify-numbers.ts";
import { toJudge } from "./pds/matching.ts";
import { createUnlinkedTracing, type UnlinkedTracing } from "./pds/unlinked/trace-unlinked.ts";
import type { Store } from "./store/store.ts";

/** Keys shorter than this are refused by the platform. */
const KEY_BITS_MIN = 2_048;

/** PDS, as far as it is asked by this gateway. */
export interface Pds {
  readonly tracer: PersonTracer;
  /** How many calls ended how. */
  readonly calls: ReadonlyMap<string, number>;
  /** Asks for children without a number whose sources permit it; to be started when the gateway is ready. */
  trace(rooms: TracingRooms): UnlinkedTracing;
  /** Asks whether numbers that such sources tell are still in use. */
  verify(rooms: Pick<TracingRooms, "store" | "register" | "audit" | "log">): NumberVerification;
}

export interface TracingRooms {
  readonly store: Store;
  readonly register: Register;
  readonly audit: AuditLog;
  readonly resolver: ChildResolver;
  readonly moving: MovingPorts;
  readonly log: Logger;
}

interface PdsPorts<C extends Comparable> {
  readonly coordination: Coordination;
  readonly matcher: Matcher<C>;
}

/** PDS as it is configured, to be connected later. Throws a ConfigError where its key cannot be used. */
export async function preparePds(config: PdsConfig): Promise<<C extends Comparable>(ports: PdsPorts<C>) => Pds> {
  const key = await readKey(config.keyFile);
  return (ports) => connectPds(config, { ...ports, key });
}

function connectPds<C extends Comparable>(
  config: PdsConfig,
  { coordination, matcher, key }: PdsPorts<C> & { readonly key: KeyObject },
): Pds {
  const { baseUrl, tokenUrl, apiKey, keyId, endUserOds } = config;
  const calls = new Map<string, number>();
  const tracer = createPersonTracer({
    baseUrl,
    credentials: { tokenUrl, apiKey, keyId, key },
    endUserOds,
    coordination,
    clock: Date.now,
    ids: randomUUID,
    random: Math.random,
    onCall: (outcome) => calls.set(outcome, (calls.get(outcome) ?? 0) + 1),
    ...toJudge(matcher),
  });
  const asking = ({ register }: Pick<TracingRooms, "register">, log: Logger) => ({
    tracer,
    sources: () => register.sources,
    author: `pds/${matcher.version}`,
    ids: randomUUID,
    clock: Date.now,
    onFault: (error: unknown) => log.error({ error }, "PDS could not be asked about children"),
  });
  return {
    tracer,
    calls,
    trace: ({ log, ...rooms }) => createUnlinkedTracing({ ...rooms, ...asking(rooms, log) }),
    verify: ({ log, ...rooms }) =>
      createNumberVerification({
        ...rooms,
        ...asking(rooms, log),
        authorityOf: rooms.register.authorityOf,
        after_days: config.verifyDays,
      }),
  };
}

async function readKey(file: string): Promise<KeyObject> {
  let pem: string;
  try {
    pem = await readFile(file, "utf8");
  } catch {
    throw new ConfigError(["PDS_KEY_FILE: the file cannot be read"]);
  }
  const key = toPrivateKey(pem);
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key?.asymmetricKeyType === "rsa" && bits >= KEY_BITS_MIN) return key;
  throw new ConfigError([`PDS_KEY_FILE: expected an RSA private key of at least ${KEY_BITS_MIN} bits in PEM`]);
}

function toPrivateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
