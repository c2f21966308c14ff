import { type Logger, pino } from "pino";

export type { Logger };

/**
 * Structured logs on standard error. Nothing of a request but its route, status, duration, ids and client is ever
 * passed in: no URL, no query, no body, no resource, so that no identifier can reach a log.
 *
 * @param worker its place among several processes of one start
 */
export function createLog(level: string, worker?: number): Logger {
  return pino(
    {
      level,
      base: worker === undefined ? null : { worker },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: toErrorFacts },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

/** Of something thrown only its class, its code and where in our code it was thrown: a message can quote data. */
function toErrorFacts(thrown: unknown): { name: string; code?: string; at?: string } {
  if (!(thrown instanceof Error)) return { name: typeof thrown };
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
  const at = /\((?:file:\/\/)?[^()]*\/((?:gateway|mappers|profiles)\/[^()]+)\)/.exec(thrown.stack ?? "")?.[1];
  return { name: thrown.name, ...(code !== undefined && { code }), ...(at !== undefined && { at }) };
}
