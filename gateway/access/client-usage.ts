import { LRUCache } from "lru-cache";
import type { Coordination } from "../identity/coordination.ts";
import { LIMITS } from "../limits.ts";
import type { ClientLimits } from "./client-limits.ts";

/** How processes tell each other. Resolves with nothing while they cannot. */
export type Tallying = Pick<Coordination, "tally" | "state">;

export interface ClientUsagePorts {
  /** What a client may ask; `none`: anything. */
  limitsOf(client: string): ClientLimits | "none";
  readonly tallying: Tallying;
  /** How many processes share the limits at most; absent: not known. */
  readonly processes?: number | undefined;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A client has met its limit of children for this hour, for the first time in it. */
  onAlarm(client: string): void;
}

/** What clients ask, counted on every request without waiting for anybody. Seconds to wait where it is too much. */
export interface ClientUsage {
  /**
   * A request, or an entry of a batch: `asked` are the identifiers it asks for, whoever carries them; absent for one that
   * releases no child, as a delivery.
   */
  admit(client: string, asked?: readonly string[]): number | undefined;
  /** A request that is under way until `end` is called; nothing where there are too many already. */
  begin(client: string): { end(): void } | undefined;
  /** Patient ids of children of whom something is released. */
  released(client: string, patients: Iterable<string>): void;
  /** Names that were asked for, of which only the answer told that they are to be counted. */
  asked(client: string, names: Iterable<string>): void;
  close(): void;
}

/** Known of all processes, and counted here since that was known. */
interface Count {
  known: number;
  fresh: number;
}

interface Distinct extends Count {
  readonly own: Set<string>;
  unsent: string[];
}

interface Usage {
  /** Seconds into an hour of the clock at which the client's own begins. */
  readonly phase_s: number;
  second: number;
  readonly requests: Count;
  underWay: number;
  underWayElsewhere: number;
  hour: number;
  released: Distinct;
  asked: Distinct;
  isAlarmed: boolean;
  isTelling: boolean;
}

const HOUR_S = 3_600;
/** Of what is new, told at a time. */
const TOLD_MAX = 1_000;
/** Requests that are told at once rather than with the next round: a twentieth of what a second may hold. */
const TOLD_SHARE = 20;

export function createClientUsage(ports: ClientUsagePorts): ClientUsage {
  const usages = new LRUCache<string, Usage>({ max: LIMITS.client_limits_windows_max });
  const { tallying, limitsOf } = ports;
  const now_s = (): number => ports.clock() / 1_000;
  const usageOf = (client: string): Usage => {
    const known = usages.get(client);
    const usage = known ?? createUsage(client);
    if (known === undefined) usages.set(client, usage);
    turn(usage, Math.floor(now_s()));
    return usage;
  };
  const others = ports.processes ?? LIMITS.client_limits_processes_assumed;
  /** While the others cannot be heard, each of them may be asking as much as comes here. */
  const hasRoom = (count: Count, limit: number): boolean =>
    // Where there is room even so, nobody has to look whether they are heard: that takes longer than all the rest.
    hasRoomFor(count, limit, others) || (tallying.state() !== "down" && hasRoomFor(count, limit, 1));

  const tell = (client: string, usage: Usage): void => void tellOthers(client, usage, tallying);
  const isAlone = tallying.state() === "in-process";
  const noting = ({ childrenPerHour }: ClientLimits): Noting => ({ limit: childrenPerHour, isTold: !isAlone });
  const noteAll = (client: string, what: "asked" | "released", names: Iterable<string>): void => {
    const limits = limitsOf(client);
    if (limits === "none") return;
    const distinct = usageOf(client)[what];
    for (const name of names) note(distinct, name, noting(limits));
  };
  const timer = setInterval(() => {
    for (const [client, usage] of usages.entries()) tell(client, usage);
  }, LIMITS.client_limits_share_ms);
  timer.unref();

  return {
    admit(client, asked) {
      const limits = limitsOf(client);
      if (limits === "none") return undefined;
      const usage = usageOf(client);
      if (!hasRoom(usage.requests, limits.requestsPerSecond)) return LIMITS.client_throttled_retry_s;
      usage.requests.fresh += 1;
      for (const identifier of asked ?? []) note(usage.asked, identifier, noting(limits));
      if (usage.requests.fresh * TOLD_SHARE >= limits.requestsPerSecond) tell(client, usage);
      const isFull =
        asked !== undefined &&
        !(hasRoom(usage.asked, limits.childrenPerHour) && hasRoom(usage.released, limits.childrenPerHour));
      if (!isFull) return undefined;
      if (!usage.isAlarmed) ports.onAlarm(client);
      usage.isAlarmed = true;
      return Math.max(1, Math.ceil(hourEnd_s(usage) - now_s()));
    },

    begin(client) {
      const limits = limitsOf(client);
      if (limits === "none") return UNCOUNTED;
      const usage = usageOf(client);
      const underWay = { known: usage.underWayElsewhere, fresh: usage.underWay };
      if (!hasRoom(underWay, limits.concurrent)) return undefined;
      usage.underWay += 1;
      let isEnded = false;
      return {
        end() {
          if (!isEnded) usage.underWay -= 1;
          isEnded = true;
        },
      };
    },

    released: (client, patients) => noteAll(client, "released", patients),
    asked: (client, names) => noteAll(client, "asked", names),

    close: () => clearInterval(timer),
  };
}

const UNCOUNTED = { end() {} };

async function tellOthers(client: string, usage: Usage, tallying: Tallying): Promise<void> {
  if (usage.isTelling || !hasNews(usage) || tallying.state() !== "connected") return;
  usage.isTelling = true;
  const { second, hour, underWay, requests, released, asked } = usage;
  const told = { released: released.unsent.splice(0, TOLD_MAX), asked: asked.unsent.splice(0, TOLD_MAX) };
  const count = requests.fresh;
  const tallied = await tallying.tally(client, { second, hour, underWay, requests: count, ...told });
  usage.isTelling = false;
  if (tallied === undefined) {
    if (hour === usage.hour) {
      released.unsent.unshift(...told.released);
      asked.unsent.unshift(...told.asked);
    }
    return;
  }
  usage.underWayElsewhere = tallied.underWayElsewhere;
  if (second === usage.second) {
    requests.fresh -= count;
    requests.known = tallied.requests;
  }
  if (hour !== usage.hour) return;
  hear(released, tallied.released);
  hear(asked, tallied.asked);
}

function createUsage(client: string): Usage {
  return {
    phase_s: phaseOf_s(client),
    second: 0,
    requests: { known: 0, fresh: 0 },
    underWay: 0,
    underWayElsewhere: 0,
    hour: 0,
    released: createDistinct(),
    asked: createDistinct(),
    isAlarmed: false,
    isTelling: false,
  };
}

function createDistinct(): Distinct {
  return { known: 0, fresh: 0, own: new Set(), unsent: [] };
}

/** Begins a new second or hour where one is over. */
function turn(usage: Usage, second: number): void {
  if (second === usage.second) return;
  usage.second = second;
  usage.requests.known = 0;
  usage.requests.fresh = 0;
  const hour = Math.floor((second + usage.phase_s) / HOUR_S);
  if (hour === usage.hour) return;
  usage.hour = hour;
  usage.released = createDistinct();
  usage.asked = createDistinct();
  usage.isAlarmed = false;
}

/** Hours of clients begin at different times, so that not all are let in again at once. */
function phaseOf_s(client: string): number {
  let sum = 0;
  for (let at = 0; at < client.length; at += 1) sum = (sum * 31 + client.charCodeAt(at)) % HOUR_S;
  return sum;
}

function hourEnd_s({ hour, phase_s }: Usage): number {
  return (hour + 1) * HOUR_S - phase_s;
}

/** Nobody is shut out entirely because the others cannot be heard. */
function hasRoomFor({ known, fresh }: Count, limit: number, weight: number): boolean {
  return known < limit && (fresh === 0 || known + fresh * weight < limit);
}

interface Noting {
  readonly limit: number;
  /** Whether there are others who are to hear of it. */
  readonly isTold: boolean;
}

function note(distinct: Distinct, name: string, { limit, isTold }: Noting): void {
  // More than the limit need not be remembered to know that it was met.
  if (distinct.own.size >= limit || distinct.own.has(name)) return;
  distinct.own.add(name);
  distinct.fresh += 1;
  if (isTold) distinct.unsent.push(name);
}

/** What all processes have; a Redis that began anew knows less than this one does by itself. */
function hear(distinct: Distinct, shared: number): void {
  distinct.fresh = distinct.unsent.length;
  distinct.known = Math.max(shared, distinct.own.size - distinct.fresh);
}

function hasNews({ requests, underWay, released, asked }: Usage): boolean {
  return requests.fresh > 0 || underWay > 0 || released.unsent.length > 0 || asked.unsent.length > 0;
}
