import { randomUUID } from "node:crypto";
import { access, constants, mkdir } from "node:fs/promises";
import type { Gateway } from "./compose.ts";
import { type Config, ConfigError, type MllpConfig } from "./config.ts";
import { createRetention } from "./ingest/retention.ts";
import { LIMITS } from "./limits.ts";
import type { Logger } from "./log.ts";
import type { MllpListener } from "./mllp/listener.ts";

/** What runs beside the requests: ways in other than HTTP, and the clock of what is kept for a time. */
export interface Feeds {
  /** To be called once the gateway is ready. Rejects with a ConfigError for what the operator can mend. */
  open(): Promise<void>;
  /**
   * Takes nothing more in. Resolves when what is under way is done, or after a grace: what the closing store then breaks
   * off is taken in anew when it is sent again.
   */
  close(): Promise<void>;
}

interface Feed {
  close(): Promise<void>;
}

/** Builds what the configuration asks for. Throws a ConfigError for what the operator can mend. */
export async function composeFeeds(config: Config, gateway: Gateway, log: Logger): Promise<Feeds> {
  const mllp = config.mllp === undefined ? undefined : await composeMllp(config.mllp, { config, gateway, log });
  const opened: Feed[] = [];
  return {
    async open() {
      gateway.copying?.start();
      opened.push(
        createRetention({
          store: gateway.store,
          get sources() {
            return gateway.register.sources.map(({ source }) => source);
          },
          clock: Date.now,
          onFault: (error) => log.error({ error }, "records kept for replay could not be swept"),
        }),
      );
      for (const asking of [gateway.tracing, gateway.verification]) {
        if (asking === undefined) continue;
        opened.push(asking);
        asking.start();
      }
      if (config.inboxDirectory !== undefined) opened.push(await openInbox(config.inboxDirectory, gateway, log));
      if (mllp === undefined) return;
      opened.push(mllp);
      await mllp.listen();
    },
    async close() {
      const grace = Promise.withResolvers<void>();
      const timer = setTimeout(grace.resolve, LIMITS.shutdown_grace_ms);
      await Promise.race([Promise.all(opened.map((feed) => feed.close())), grace.promise]);
      clearTimeout(timer);
    },
  };
}

async function openInbox(directory: string, { register, line, audit }: Gateway, log: Logger): Promise<Feed> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "unknown";
    throw new ConfigError([`INBOX_DIR: the folder cannot be made, read or written (${code})`]);
  }
  const { createInbox } = await import("./ingest/inbox.ts");
  return createInbox({
    directory,
    get sources() {
      return register.sources;
    },
    line,
    audit,
    ids: randomUUID,
    clock: Date.now,
    settle_ms: LIMITS.inbox_settle_ms,
    onReceipt: ({ id, source, quarantined }) => log.info({ receipt: id, source, quarantined }, "file taken in"),
    onFault: (error, source) => log.error({ error, source }, "a file could not be taken in and stays where it is"),
  });
}

async function composeMllp(
  { listen, tls: files, isPlainAllowed }: MllpConfig,
  { config, gateway, log }: { readonly config: Config; readonly gateway: Gateway; readonly log: Logger },
): Promise<Pick<MllpListener, "listen" | "close">> {
  const [{ mllpProblems, parseMllpListen }, { createMllpListener, ListenError }, { readTls }] = await Promise.all([
    import("./mllp/listen-addresses.ts"),
    import("./mllp/listener.ts"),
    import("./mllp/read-tls.ts"),
  ]);
  const { line, audit, metrics, register } = gateway;
  const addresses = parseMllpListen(listen);
  if (addresses === undefined) {
    throw new ConfigError(["MLLP_LISTEN: expected host:port=source, several separated by commas"]);
  }
  const isProduction = config.mode === "production";
  const hasTls = files !== undefined;
  const problems = mllpProblems(addresses, { source: register.source, isProduction, hasTls, isPlainAllowed });
  if (problems.length > 0) throw new ConfigError(problems);
  const read = files && (await readTls(files));
  if (read?.ok === false) throw new ConfigError(read.problems);
  const listener = createMllpListener(
    {
      line,
      audit,
      metrics,
      source: register.source,
      ids: randomUUID,
      clock: Date.now,
      onFault: (error, source) => log.error({ error, source }, "an HL7 v2 message was not taken in"),
    },
    {
      addresses,
      ...(read === undefined ? {} : { tls: read.tls }),
      onCut: (source, reason) => log.warn({ source, reason }, "an MLLP connection was cut"),
    },
  );
  return {
    close: () => listener.close(),
    async listen() {
      await listener.listen().catch((error: unknown) => {
        throw error instanceof ListenError ? new ConfigError([`MLLP_LISTEN: ${error.message}`]) : error;
      });
    },
  };
}
