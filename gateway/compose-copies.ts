import { join } from "node:path";
import type { OtherLogs } from "./audit/audit-index.ts";
import { createLogSender, fetchLog } from "./audit/copies.ts";
import { auditDirectory } from "./compose-audit.ts";
import type { Machines } from "./compose-machines.ts";
import type { Config } from "./config.ts";
import { LIMITS } from "./limits.ts";
import type { Logger } from "./log.ts";

/** The log of each machine on its way to the others, so that what one did is found at all, also when it is gone. */
export interface LogCopying {
  readonly others: OtherLogs;
  /**
   * From now on what this machine writes is sent, and what the others write is fetched: one process of a machine does it.
   * Without a Redis nobody can be beside it, and all is sent when it ends.
   */
  start(): void;
  /** Sends what there is now. */
  send(): Promise<void>;
  /** Sends what is left; the log is closed by then. */
  close(): Promise<void>;
}

interface CopyRooms {
  readonly config: Config;
  readonly machines: Machines;
  readonly log: Pick<Logger, "error">;
}

export function composeCopies({ config, machines, log }: CopyRooms): LogCopying {
  const { copies, machines: known } = machines.commons;
  const folder = join(config.dataDir, "audit-others");
  const send = createLogSender({ directory: auditDirectory(config), machine: machines.id, copies });
  const sendAll = async (): Promise<void> => {
    const begun = performance.now();
    await send();
    await known.copied(machines.id, Math.ceil(performance.now() - begun));
  };
  const fetch = async (): Promise<readonly string[]> => {
    try {
      const missing: string[] = [];
      for (const { id, host, hasLeft, uncopied_ms = Number.POSITIVE_INFINITY } of await machines.meet()) {
        const isLate = !hasLeft && uncopied_ms > LIMITS.audit_copy_late_ms;
        if (!(await fetchLog(copies, folder, id)) || isLate) missing.push(host);
      }
      return missing;
    } catch (error) {
      log.error({ error }, "the audit logs of the other machines could not be fetched");
      return machines.others().map(({ host }) => host);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let turn = 0;
  let isClosed = false;
  const run = async (): Promise<void> => {
    await sendAll();
    if (turn % LIMITS.audit_fetch_turns === 0) await fetch();
    if (turn % LIMITS.audit_sweep_turns === 0) await copies.sweep(machines.id, LIMITS.audit_part_life_ms);
    turn += 1;
  };
  const next = (): void => {
    if (isClosed) return;
    timer = setTimeout(() => {
      running = run()
        .catch((error: unknown) => log.error({ error }, "the audit log could not be copied for the other machines"))
        .finally(next);
    }, LIMITS.audit_copy_ms).unref();
  };
  return {
    others: { directory: folder, machine: machines.id, numberOf: (chain) => known.numberOf(chain), fetch },
    start() {
      if (config.redisUrl !== undefined) next();
    },
    send: sendAll,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await running;
      await sendAll();
    },
  };
}
