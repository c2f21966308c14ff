import type { Exchange, Send } from "../http.ts";
import type { LoadRequest } from "./load.ts";

export const READS = {
  search: "a child's Observations by NHS number, newest first, 20 a page",
  "search-code": "the same with a code",
  read: "an Observation by id",
  "by-patient": "a child's Observations by patient, newest first, 20 a page",
  everything: "Patient/$everything",
  "by-identifier": "a Patient by identifier",
  "by-name": "a Patient by name and birth date",
  include: "a child's Observations with the Patient included",
  population: "all children's Observations of a category, counted",
  match: "whom the details of a child fit, without a number",
} as const;

const WRITES = {
  create: "an Observation created",
  update: "an Observation updated",
  transaction: "a Patient and an Observation in one",
} as const;

const DAY = { day: "the GP's day" } as const;

export const WORKLOADS = { ...READS, ...WRITES, ...DAY };

export type ReadId = keyof typeof READS;
export type WriteId = keyof typeof WRITES;
export type WorkloadId = keyof typeof WORKLOADS;

export const READ_IDS = keysOf(READS);
export const WRITE_IDS = keysOf(WRITES);
export const WORKLOAD_IDS = keysOf(WORKLOADS);

function keysOf<Key extends string>(record: Readonly<Record<Key, string>>): readonly Key[] {
  return Object.keys(record).filter((key): key is Key => key in record);
}

/** A kind of request: the requests of many children, and what was answered when each was asked once. */
export interface Workload {
  readonly id: WorkloadId;
  /** Connections, where it is not the run's own number: writes share their flush to disk, so more of them go together. */
  readonly connections?: number;
  readonly requests: readonly LoadRequest[];
  readonly bodies: readonly string[];
  /** Children of whom the quiet answer was not as it should be, so that the load does not ask for them. */
  readonly leftOut?: number;
}

/** A workload that this server does not do, and why. */
export interface Skipped {
  readonly id: WorkloadId;
  readonly reason: string;
}

export function isSkipped(one: Workload | Skipped): one is Skipped {
  return "reason" in one;
}

/** The server does not do what was asked; the workload is left out and says so. */
export class NotServed extends Error {
  override readonly name = "NotServed";
}

/** A server as the preparation of a load sees it. */
export interface Target {
  /** Origin. */
  readonly origin: string;
  /** Path of the FHIR base, without a slash at its end. */
  readonly path: string;
  readonly send: Send;
}

/** Sends a request of a load as it will be sent, and takes nothing but a success that holds what is expected. */
export async function ask({ send, origin }: Target, request: LoadRequest): Promise<Exchange> {
  const { method, path, headers, body, verify } = request;
  const exchange = await send(method, `${origin}${path}`, { headers, ...(body === undefined ? {} : { body }) });
  const { status, json } = exchange.response;
  if (status < 200 || status > 299) throw new NotServed(`answered ${status}`);
  const problem = verify?.(status, json);
  if (problem !== undefined) throw new NotServed(problem);
  return exchange;
}

/** All of a list through a function, so many at a time, in the list's order. */
export async function inTurns<T, R>(
  values: readonly T[],
  atOnce: number,
  work: (value: T, place: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let place = next++; place < values.length; place = next++) {
      const value = values[place];
      if (value !== undefined) results[place] = await work(value, place);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

/** More of them are no exception. */
const LEFT_OUT_SHARE_MAX = 0.05;

/** The same for what the server may fail to answer here and there; a few are left out, more are its failure. */
export async function servedOf<T, R>(
  values: readonly T[],
  atOnce: number,
  work: (value: T) => Promise<R | undefined>,
): Promise<{ readonly served: readonly R[]; readonly leftOut: number }> {
  let reason: NotServed | undefined;
  const done = await inTurns(values, atOnce, (value) =>
    work(value).catch((error: unknown) => {
      if (!(error instanceof NotServed)) throw error;
      reason ??= error;
      return undefined;
    }),
  );
  const served = done.filter((each) => each !== undefined);
  const leftOut = values.length - served.length;
  if (reason !== undefined && leftOut > values.length * LEFT_OUT_SHARE_MAX) throw reason;
  return { served, leftOut };
}
