import { randomUUID } from "node:crypto";
import type { Gateway } from "./compose.ts";
import type { Config } from "./config.ts";
import { createInbox } from "./ingest/inbox.ts";
import { createRetention } from "./ingest/retention.ts";
import { LIMITS } from "./limits.ts";
import type { Logger } from "./log.ts";

/** What runs beside the requests: ways in other than HTTP, and the clock of what is kept for a time. */
export interface Feeds {
  /**
   * Takes nothing more in. Resolves when what is under way is done, or after a grace: what the closing store then breaks
   * off is taken in anew when it is sent again.
   */
  close(): Promise<void>;
}

/** Begun once the gateway is ready. */
export async function startFeeds(config: Config, gateway: Gateway, log: Logger): Promise<Feeds> {
  const { store, line, audit, register } = gateway;
  const onFault = (error: unknown, source: string) =>
    log.error({ error, source }, "a delivery could not be taken in and stays where it is");
  const closable: { close(): Promise<void> }[] = [
    createRetention({
      store,
      clock: Date.now,
      onFault: (error) => log.error({ error }, "records kept for replay could not be swept"),
    }),
  ];
  if (config.inboxDirectory !== undefined) {
    closable.push(
      await createInbox({
        directory: config.inboxDirectory,
        sources: register.sources,
        line,
        audit,
        ids: randomUUID,
        clock: Date.now,
        settle_ms: LIMITS.inbox_settle_ms,
        onReceipt: ({ id, source, quarantined }) => log.info({ receipt: id, source, quarantined }, "file taken in"),
        onFault,
      }),
    );
  }
  return {
    async close() {
      const grace = Promise.withResolvers<void>();
      const timer = setTimeout(grace.resolve, LIMITS.shutdown_grace_ms);
      await Promise.race([Promise.all(closable.map((one) => one.close())), grace.promise]);
      clearTimeout(timer);
    },
  };
}
