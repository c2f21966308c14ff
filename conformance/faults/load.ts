import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "../linkage/random.ts";
import type { Asking } from "./ask.ts";
import { type Asker, askConstant, lookUp, read, search, vread, writeItem } from "./asks.ts";
import { createNhsNumbers } from "./bodies.ts";
import type { Constant } from "./constants.ts";
import type { Asked, Shown } from "./journal.ts";

/** More at a time are held back, so that a gateway that hangs is not also flooded. */
const UNDER_WAY_MAX = 64;
const TICK_MS = 10;
/** On one page of a search. */
const FINDINGS_MAX = 60;
const CHILDREN_MIN = 12;
/** Up to where each kind of question reaches, of all; the rest are reads. */
const SHARES = { constant: 0.15, create: 0.32, update: 0.45, search: 0.65, lookUp: 0.75, vread: 0.82 } as const;

export type Client = "conformance-demo" | "vendor-demo" | "gp-demo";
/** Demonstration clients may ask a hundred times a second; the first one as often as it likes. */
const PER_SECOND_MAX: Readonly<Record<Client, number>> = {
  "conformance-demo": Number.POSITIVE_INFINITY,
  "vendor-demo": 50,
  "gp-demo": 40,
};

/** What the load knows of one thing it writes. One write of it at a time. */
export interface Item {
  readonly key: string;
  readonly client: Client;
  /** The child's item; of a child itself. */
  readonly child: Item | undefined;
  readonly findings: Item[];
  id?: string;
  /** Of the last write that was tried. */
  number: number;
  readonly acked: { readonly number: number; readonly version: string }[];
  nhsNumber?: string;
  /** A write of it is under way, or of one nobody knows whether it was done: it is not written again. */
  isResting: boolean;
}

export interface LoadOptions {
  readonly asking: Asking;
  readonly tokenOf: (client: Client) => string;
  readonly random: Random;
  readonly constants: readonly Constant[];
  /** Milliseconds of the run's own clock. */
  readonly now: () => number;
}

export interface Load {
  readonly asked: readonly Asked[];
  readonly items: readonly Item[];
  /** The write that an NHS number was given to. */
  readonly numberOf: (nhsNumber: string) => Shown | undefined;
  /** As fast as answers come, so many at a time. Requests a second. */
  probe(duration_ms: number, atOnce: number): Promise<number>;
  /** So many a second from now on, whatever comes back. */
  start(rate: number): void;
  /** Resolves when nothing is under way. */
  stop(): Promise<void>;
}

export function createLoad(options: LoadOptions): Load {
  const { now } = options;
  const asked: Asked[] = [];
  const world = createItems();
  const step = createStep(options, world, createAsker(options, asked));
  let underWay = 0;
  let ticking: NodeJS.Timeout | undefined;
  const run = async (): Promise<void> => {
    underWay += 1;
    await step().finally(() => {
      underWay -= 1;
    });
  };
  return {
    asked,
    items: world.items,
    numberOf: world.numberOf,
    async probe(duration_ms, atOnce) {
      const from = now();
      const before = asked.length;
      const loop = async () => {
        while (now() < from + duration_ms) await run();
      };
      await Promise.all(Array.from({ length: atOnce }, loop));
      return ((asked.length - before) * 1_000) / (now() - from);
    },
    start(rate) {
      let due = now();
      ticking = setInterval(() => {
        for (; due <= now(); due += 1_000 / rate) if (underWay < UNDER_WAY_MAX) void run();
      }, TICK_MS);
    },
    async stop() {
      clearInterval(ticking);
      while (underWay > 0) await pause(TICK_MS);
    },
  };
}

/** Sends one question and writes down what came of it. */
function createAsker({ asking, tokenOf, now }: LoadOptions, asked: Asked[]): Asker {
  return async (client, sent, judge, patient) => {
    const requestId = randomUUID();
    const from = now();
    const came = await asking.ask({ ...sent, requestId, token: tokenOf(client) });
    const { what, fault = came.fault } = judge(came);
    const { status, reason } = came;
    const one: Asked = {
      ...{ requestId, client, from, until: now(), what },
      ...(status !== undefined && { status }),
      ...(reason !== undefined && { reason }),
      ...(fault !== undefined && { fault }),
      ...(patient !== undefined && { patient }),
    };
    asked.push(one);
    return { one, came };
  };
}

interface Items {
  readonly items: readonly Item[];
  readonly children: readonly Item[];
  readonly numberOf: Load["numberOf"];
  add(client: Client, child: Item | undefined): Item;
  /** The number that the next write of a child gives it, where its client gives one. */
  nextNumber(item: Item): string | undefined;
}

function createItems(): Items {
  const items: Item[] = [];
  const children: Item[] = [];
  const numbers = new Map<string, Shown>();
  const next = createNhsNumbers();
  return {
    items,
    children,
    numberOf: (nhsNumber) => numbers.get(nhsNumber),
    add(client, child) {
      const key = child === undefined ? `c${children.length + 1}` : `${child.key}-${child.findings.length + 1}`;
      const item: Item = { key, client, child, findings: [], number: 0, acked: [], isResting: false };
      items.push(item);
      (child?.findings ?? children).push(item);
      return item;
    },
    nextNumber({ key, child, client, number }) {
      if (child !== undefined || client !== "vendor-demo") return undefined;
      const nhsNumber = next();
      numbers.set(nhsNumber, { item: key, number });
      return nhsNumber;
    },
  };
}

/** One question, by chance: what a practice, a vendor and a test client ask and write. */
function createStep({ random, constants, now }: LoadOptions, world: Items, ask: Asker): () => Promise<void> {
  const { children, numberOf } = world;
  const mayAsk = createAllowance(now);
  const write = (item: Item): Promise<void> => {
    item.isResting = true;
    item.number += 1;
    return writeItem(ask, item, world.nextNumber(item));
  };
  return async () => {
    const share = random.next();
    if (share < SHARES.constant && mayAsk("gp-demo")) return askConstant(ask, random.pick(constants));
    const client: Client = random.chance(0.4) && mayAsk("vendor-demo") ? "vendor-demo" : "conformance-demo";
    const own = children.filter((child) => child.client === client);
    const known = own.filter((child) => child.id !== undefined);
    const open = known.filter((child) => child.findings.length < FINDINGS_MAX);
    if (own.length < CHILDREN_MIN || open.length < CHILDREN_MIN / 2) return write(world.add(client, undefined));
    if (share < SHARES.create) return write(world.add(client, random.pick(open)));
    const child = random.pick(known);
    const findings = child.findings.filter((one) => one.id !== undefined);
    const item = findings.length > 0 && random.chance(0.8) ? random.pick(findings) : child;
    if (share < SHARES.update && !item.isResting) return write(item);
    if (share < SHARES.search) return search(ask, child, numberOf);
    if (share < SHARES.lookUp) return lookUp(ask, child, numberOf);
    return share < SHARES.vread ? vread(ask, item, random, numberOf) : read(ask, item, numberOf);
  };
}

/** So many a second of each client, none saved up. */
function createAllowance(now: () => number): (client: Client) => boolean {
  const next = new Map<Client, number>();
  return (client) => {
    const at = now();
    if ((next.get(client) ?? 0) > at) return false;
    next.set(client, at + 1_000 / PER_SECOND_MAX[client]);
    return true;
  };
}
