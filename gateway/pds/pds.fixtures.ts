import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createInProcessCoordination } from "../identity/cache/coordination-in-process.ts";
import type { Coordination } from "../identity/coordination.ts";
import { createMatcher } from "../identity/matcher/create-matcher.ts";
import { ENGLAND } from "../identity/matcher/model/england.ts";
import { toPerson } from "../identity/matcher/to-person.ts";
import type { Person } from "../identity/person.ts";
import type { PdsLimits } from "./client/pds-client.ts";
import { createPersonTracer, type PersonTracerOptions } from "./create-person-tracer.ts";
import { toJudge } from "./matching.ts";
import type { StandInPerson } from "./stand-in/person.ts";
import { type StandIn, type StandInOptions, startStandIn } from "./stand-in/server.ts";

/** Nobody waits long in a test, but for an answer that may be late on a busy machine. */
export const BRISK: PdsLimits = {
  call_timeout_ms: 5_000,
  attempts_max: 3,
  backoff_ms: 5,
  response_bytes_max: 65_536,
  breaker_failures_max: 1_000,
  breaker_open_ms: 60_000,
};

export const KEY_ID = "gateway-1";
export const API_KEY = "a-test-application";
export const KEYS = generateKeyPairSync("rsa", { modulusLength: 2048 });

export const JUDGE = toJudge(createMatcher(ENGLAND));

/** Calls as often as it likes, so that a test of something else does not wait. */
function withoutRate(): Coordination {
  return { ...createInProcessCoordination(), takeTurn: async () => 0 };
}

/** A child as the register has it. */
export function known(nhsNumber: string, changes: Partial<StandInPerson> & { readonly given?: string } = {}) {
  const { given = "Annabel", ...others } = changes;
  const person: StandInPerson = {
    nhsNumber,
    names: [{ given: [given], family: "Harkness-Bloom" }],
    birthDate: "2021-05-14",
    gender: "female",
    addresses: [{ lines: ["4 Quarry Steps"], postcode: "LS6 3CI" }],
    ...others,
  };
  return person;
}

/** A child as a source tells of it: the one above unless changed. */
export function told(changes: Partial<Parameters<typeof toPerson>[0]> = {}): Person {
  return toPerson({
    localId: "1",
    given: "Annabel",
    family: "Harkness-Bloom",
    birthDate: "2021-05-14",
    postcode: "LS6 3CI",
    gender: "female",
    ...changes,
  });
}

export interface World {
  readonly standIn: StandIn;
  readonly tracer: ReturnType<typeof createPersonTracer>;
  /** Questions after the token, in order. */
  questions(): readonly Record<string, string>[];
  close(): Promise<void>;
}

/** A stand-in with these people, and a gateway's tracer that asks it. */
export async function createWorld(
  people: readonly StandInPerson[],
  {
    server = {},
    tracer: changes = {},
  }: { readonly server?: Partial<StandInOptions>; readonly tracer?: Partial<PersonTracerOptions> } = {},
): Promise<World> {
  const clients = [{ apiKey: API_KEY, keyId: KEY_ID, publicKey: KEYS.publicKey }];
  const standIn = await startStandIn({ people, clients, quotaPerSecond: 1_000, ...server });
  const { baseUrl, tokenUrl } = standIn;
  const tracer = createPersonTracer({
    baseUrl,
    credentials: { tokenUrl, apiKey: API_KEY, keyId: KEY_ID, key: KEYS.privateKey },
    coordination: withoutRate(),
    clock: Date.now,
    ids: randomUUID,
    random: Math.random,
    limits: BRISK,
    deadline_ms: 20_000,
    ...JUDGE,
    ...changes,
  });
  return {
    standIn,
    tracer,
    questions: () =>
      standIn
        .arrivals()
        .filter(({ kind }) => kind !== "token")
        .map(({ parameters }) => Object.fromEntries(parameters)),
    close: () => standIn.close(),
  };
}
