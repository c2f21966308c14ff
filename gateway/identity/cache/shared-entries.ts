import { randomBytes } from "node:crypto";
import { LIMITS } from "../../limits.ts";
import type { RecordKey } from "../../store/store.ts";
import type { IdentityChange } from "../identity-cache.ts";
import type { EntrySeal } from "./entry-seal.ts";
import { holdersLife_s, jittered } from "./life.ts";
import type { RedisLink } from "./redis-link.ts";
import { type RedisCommands, toScript } from "./redis-server.ts";

/** An epoch that is gone makes what was kept under it void; so it stays longer than anything kept under it. */
const EPOCH_LIFE_MS = 2 * 86_400_000;
const EPOCH_BYTES = 9;
/** An identifier that more records hold than these names no child; it is not worth an entry. */
const HOLDERS_MAX = 16;

/** KEYS: epoch. ARGV: a fresh epoch, its life. Answers the epoch that holds. */
const BEGIN = toScript(`
local epoch = redis.call('GET', KEYS[1])
if epoch then redis.call('PEXPIRE', KEYS[1], ARGV[2]) return epoch end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]`);

/** KEYS: epoch of a record, entries that depend on it. ARGV: a fresh epoch, its life, name of the entry. */
const DEPEND = toScript(`
redis.call('SADD', KEYS[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
local epoch = redis.call('GET', KEYS[1])
if epoch then redis.call('PEXPIRE', KEYS[1], ARGV[2]) return epoch end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]`);

/** KEYS: epoch, entry of an identifier. ARGV: a fresh epoch, its life. */
const END_IDENTIFIER = toScript(`
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'XX')
redis.call('DEL', KEYS[2])
return 1`);

/** KEYS: epoch of a record, entries that depend on it. ARGV: a fresh epoch, its life. Answers those entries. */
const END_RECORD = toScript(`
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'XX')
local names = redis.call('SMEMBERS', KEYS[2])
redis.call('DEL', KEYS[2])
return names`);

/** What is read from Redis is of this era and this incarnation of it, or void. */
export interface Validity {
  readonly era: number;
  readonly incarnation: string;
}

/** What an entry was made under: all of it read before the store was asked. */
export interface Begun {
  readonly validity: Validity;
  readonly epoch: string;
}

/**
 * The entries in Redis. Each holds the epochs of its identifier and of its records and is valid only while all of them
 * are equal to what stands in Redis. An epoch is a random word: one that was evicted can never come back.
 */
export interface SharedEntries {
  /** The holders, when there is a valid entry. `watch` is called with every name before it is read. */
  read(identifier: string, era: number, watch: (name: string) => void): Promise<readonly RecordKey[] | undefined>;
  begin(identifier: string, era: number): Promise<Begun | undefined>;
  /** Reads the epochs of records, which thereby know of the entry. The store is to be asked again before `write`. */
  depend(identifier: string, records: readonly RecordKey[]): Promise<readonly string[] | undefined>;
  write(identifier: string, begun: Begun, records: readonly RecordKey[], epochs: readonly string[]): Promise<void>;
  /** Whether Redis has confirmed that everything that depends on these is void. */
  end(change: IdentityChange): Promise<boolean>;
}

interface Ports {
  readonly link: RedisLink;
  /** The first one writes; all are read and ended. */
  readonly seals: readonly [EntrySeal, ...EntrySeal[]];
}

function ofIdentifier(seal: EntrySeal, identifier: string) {
  const slot = `{${seal.digest("identifier", identifier)}}`;
  return { entry: `eyg:${seal.keyId}:id:${slot}`, epoch: `eyg:${seal.keyId}:ep:${slot}` };
}

function ofRecord(seal: EntrySeal, record: RecordKey) {
  const slot = `{${seal.digest("record", String(record))}}`;
  return { dependants: `eyg:${seal.keyId}:rev:${slot}`, epoch: `eyg:${seal.keyId}:ep:${slot}` };
}

/** As it is sealed: era, incarnation, epoch of the identifier, records, their epochs. */
type Stored = readonly [number, string, string, readonly RecordKey[], readonly string[]];

const fresh = (): string[] => [randomBytes(EPOCH_BYTES).toString("base64url"), String(EPOCH_LIFE_MS)];

export function createSharedEntries(ports: Ports): SharedEntries {
  const {
    link,
    seals: [seal],
  } = ports;
  return {
    async read(identifier, era, watch) {
      for (const each of ports.seals) {
        const records = await readUnder(each, link, { identifier, era, watch });
        if (records !== undefined) return records;
      }
      return undefined;
    },
    async begin(identifier, era) {
      const incarnation = link.incarnation();
      const { epoch } = ofIdentifier(seal, identifier);
      const told = await link.ask((redis) => redis.run(BEGIN, [epoch], fresh()));
      return typeof told === "string" && incarnation !== undefined
        ? { validity: { era, incarnation }, epoch: told }
        : undefined;
    },
    async depend(identifier, records) {
      if (records.length > HOLDERS_MAX) return undefined;
      const { entry } = ofIdentifier(seal, identifier);
      const told = await link.ask((redis) =>
        Promise.all(
          records.map((record) => {
            const { epoch, dependants } = ofRecord(seal, record);
            return redis.run(DEPEND, [epoch, dependants], [...fresh(), entry]);
          }),
        ),
      );
      return told?.every((epoch) => typeof epoch === "string") ? told : undefined;
    },
    async write(identifier, { validity, epoch }, records, epochs) {
      const { entry } = ofIdentifier(seal, identifier);
      const stored: Stored = [validity.era, validity.incarnation, epoch, records, epochs];
      const sealed = seal.seal(entry, JSON.stringify(stored));
      await link.ask((redis) => redis.set(entry, sealed, { life_ms: jittered(holdersLife_s(records)) * 1_000 }));
    },
    end: (change) => end(ports, change),
  };
}

async function readUnder(
  seal: EntrySeal,
  link: RedisLink,
  { identifier, era, watch }: { identifier: string; era: number; watch: (name: string) => void },
): Promise<readonly RecordKey[] | undefined> {
  const { entry, epoch } = ofIdentifier(seal, identifier);
  watch(entry);
  watch(epoch);
  const read = await link.ask((redis) => Promise.all([redis.get(entry), redis.get(epoch)]));
  const text = read?.[0] === undefined ? undefined : seal.open(entry, read[0]);
  if (text === undefined) return undefined;
  const [ofEra, ofIncarnation, ofEpoch, records, epochs]: Stored = JSON.parse(text);
  if (ofEra !== era || ofIncarnation !== link.incarnation() || ofEpoch !== read?.[1]) return undefined;
  const names = records.map((record) => ofRecord(seal, record).epoch);
  for (const name of names) watch(name);
  const now = await link.ask((redis) => Promise.all(names.map((name) => redis.get(name))));
  return now?.every((each, index) => each !== undefined && each === epochs[index]) ? records : undefined;
}

async function end({ link, seals }: Ports, { records = [], identifiers = [] }: IdentityChange): Promise<boolean> {
  const tasks: ((redis: RedisCommands) => Promise<unknown>)[] = [];
  for (const seal of seals) {
    for (const identifier of identifiers) {
      const { entry, epoch } = ofIdentifier(seal, identifier);
      tasks.push((redis) => redis.run(END_IDENTIFIER, [epoch, entry], fresh()));
    }
    for (const record of records) {
      const { epoch, dependants } = ofRecord(seal, record);
      tasks.push(async (redis) => {
        const entries = await redis.run(END_RECORD, [epoch, dependants], fresh());
        // They are void already; this only makes room.
        if (Array.isArray(entries)) await Promise.all(entries.map((entry) => redis.remove(String(entry))));
      });
    }
  }
  for (let from = 0; from < tasks.length; from += LIMITS.redis_batch_commands) {
    const batch = tasks.slice(from, from + LIMITS.redis_batch_commands);
    if (!(await link.isBack(LIMITS.redis_patience_ms))) return false;
    const done = await link.ask((redis) => Promise.all(batch.map((task) => task(redis))), LIMITS.redis_patience_ms);
    if (done === undefined) return false;
  }
  return link.isUp();
}
