import type { Server } from "node:http";
import { composeGateway, type Gateway } from "./compose.ts";
import { composeFeeds, type Feeds } from "./compose-feeds.ts";
import type { Config } from "./config.ts";
import { type Ending, endServer } from "./end-server.ts";
import { LIMITS } from "./limits.ts";
import type { Logger } from "./log.ts";
import { firstCalls } from "./routes/home.ts";
import { createHttpServer } from "./serve.ts";

/** A gateway that listens. */
export interface Running {
  readonly metrics: Gateway["metrics"];
  /** What a newcomer is told once it is ready; empty where people are real. */
  readonly firstCalls: string;
  /** Brings in what has to be there; from then on FHIR is answered. Resolves with false when it was ended meanwhile. */
  begin(): Promise<boolean>;
  /** Takes up what one process alone may do: the one that did it has ended. */
  lead(): Promise<void>;
  reload(): Promise<void>;
  /** Takes nothing more, and finishes what is under way within a bound. */
  drain(ending: Ending): Promise<void>;
  /** Writes what is queued and closes everything. */
  close(): Promise<void>;
}

interface Around {
  readonly config: Config;
  readonly log: Logger;
  readonly environment: NodeJS.ProcessEnv;
  /** Whether it does what one process alone may do: bring in demonstration data, watch a folder, take HL7 v2, sweep, ask PDS. */
  readonly isLeading: boolean;
}

/** Listens at once. Throws when it cannot start, a ConfigError for what the operator can mend. */
export async function openGateway(around: Around): Promise<Running> {
  // The hot path copies pages into fresh buffers: a bigger pool spares it an allocation each.
  Buffer.poolSize = 2 * 1_048_576;
  const { config, log, environment } = around;
  const calls = {
    baseUrl: config.baseUrl,
    environment: toCommandEnvironment(config, environment),
    isDemonstration: config.registerFile === undefined,
  };
  const gateway = await composeGateway(config, log, calls);
  try {
    const feeds = around.isLeading ? await composeFeeds(config, gateway, log) : undefined;
    const told = firstCalls(calls).map((call) => `  ${call}`);
    return {
      metrics: gateway.metrics,
      reload: gateway.reload,
      firstCalls: calls.isDemonstration
        ? `\nEarly Years FHIR Gateway: ${config.baseUrl}/fhir/R4\nThree calls to begin with:\n\n${told.join("\n")}\n\n`
        : "",
      ...run(gateway, listen(gateway, config, log), { ...around, feeds }),
    };
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

function listen(gateway: Gateway, config: Config, log: Logger): Server {
  const server = createHttpServer(gateway, config, log);
  server.on("error", (error) => {
    process.stderr.write(
      `Cannot listen on ${config.host}:${config.port}: ${"code" in error ? error.code : error.name}\n`,
    );
    process.exit(1);
  });
  return server.listen(config.port, config.host);
}

function run(
  gateway: Gateway,
  server: Server,
  { config, log, isLeading, ...told }: Around & { readonly feeds: Feeds | undefined },
): Pick<Running, "begin" | "lead" | "drain" | "close"> {
  let { feeds } = told;
  let isEnding = false;
  return {
    async begin() {
      if (isLeading && config.registerFile === undefined) {
        try {
          const { ensureDemonstrationData } = await import("./demonstration/data.ts");
          const onBegin = () =>
            process.stdout.write("Bringing in the demonstration data, which takes some seconds …\n");
          await ensureDemonstrationData(config.demonstrationChildren, { ...gateway, clock: Date.now, onBegin });
        } catch (error) {
          // The closing store breaks it off; the next start does it again.
          if (!isEnding) throw error;
        }
      }
      if (isEnding) return false;
      gateway.markReady();
      await feeds?.open();
      return true;
    },
    async lead() {
      feeds = await composeFeeds(config, gateway, log);
      await feeds.open();
    },
    async drain(ending) {
      isEnding = true;
      await endServer(server, ending);
      await feeds?.close();
    },
    async close() {
      // Closing writes what is queued; a disk that takes longer is what the runtime's own kill is for.
      setTimeout(() => process.exit(1), LIMITS.shutdown_grace_ms).unref();
      await gateway.close();
    },
  };
}

/** What the commands of a first call need to find this gateway, where it differs from the defaults. */
function toCommandEnvironment(config: Config, environment: NodeJS.ProcessEnv): string {
  const parts: string[] = [];
  if (config.baseUrl !== "http://127.0.0.1:8080") parts.push(`BASE_URL=${config.baseUrl}`);
  if (environment.DATA_DIR) parts.push(`DATA_DIR='${config.dataDir}'`);
  return parts.map((part) => `${part} `).join("");
}
