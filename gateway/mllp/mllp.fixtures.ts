import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ODS_ORGANIZATION } from "#profiles/systems.ts";
import type { RegisteredSource } from "../access/source.ts";
import type { AuditRecord } from "../audit/audit.ts";
import { createAuditLog } from "../audit/log.ts";
import { startResolver } from "../identity/resolver.fixtures.ts";
import { createIngestLine } from "../ingest/line.ts";
import { mapperOf } from "../ingest/mappers.ts";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { createMllpListener, type MllpListener, type MllpOptions } from "./listener.ts";
import type { MllpPorts } from "./take-message.ts";

const RECEIVED_AT = Date.UTC(2026, 10, 2, 9);

export const SOURCE: RegisteredSource = {
  source: "leeds-adt",
  kind: "itk-adt",
  authority: "leeds",
  localAuthority: "383",
  organization: { system: ODS_ORGANIZATION, value: "Z9911", name: "Synthetic Leeds Community Healthcare" },
  legalBasis: "UK GDPR 6(1)(e), 9(2)(h)",
  derives: new Set(),
};

export interface TestListener {
  readonly listener: MllpListener;
  readonly store: Store;
  /** What was recorded, in order. */
  readonly recorded: readonly AuditRecord[];
  readonly cuts: readonly string[];
  readonly faults: readonly unknown[];
  close(): Promise<void>;
}

/** A listener on free ports of this machine, with the whole line, a store and an audit log of its own. */
export async function startListener(
  told: { readonly ports?: Partial<MllpPorts>; readonly options?: Partial<MllpOptions> } = {},
): Promise<TestListener> {
  const directory = mkdtempSync(join(tmpdir(), "mllp-"));
  const store = createSqliteStore({ path: join(directory, "store.sqlite") });
  const log = await createAuditLog({ directory: join(directory, "audit"), process: "test", clock: () => RECEIVED_AT });
  const recorded: AuditRecord[] = [];
  const cuts: string[] = [];
  const faults: unknown[] = [];
  const listener = createMllpListener(
    {
      line: createIngestLine({ store, mapperOf, resolver: startResolver(), ids: randomUUID, clock: () => RECEIVED_AT }),
      audit: {
        ...log,
        async append(record) {
          await log.append(record);
          recorded.push(record);
        },
      },
      metrics: { ingested: () => undefined },
      source: (name) => (name === SOURCE.source ? SOURCE : undefined),
      ids: randomUUID,
      clock: () => RECEIVED_AT,
      onFault: (error) => faults.push(error),
      ...told.ports,
    },
    {
      addresses: [{ host: "127.0.0.1", port: 0, source: SOURCE.source }],
      onCut: (_source, reason) => cuts.push(reason),
      ...told.options,
    },
  );
  await listener.listen();
  return {
    listener,
    store,
    recorded,
    cuts,
    faults,
    async close() {
      await listener.close();
      await Promise.all([store.close(), log.close()]);
      rmSync(directory, { recursive: true });
    },
  };
}

/** A sender: what it is answered, frame by frame. */
export interface TestSender {
  readonly socket: Socket;
  send(bytes: string | Buffer): void;
  /** The next answer, without its frame; rejects when the connection ends before it. */
  answer(): Promise<string>;
  /** Resolves when the gateway has closed the connection. */
  readonly closed: Promise<void>;
}

export function sendTo(socket: Socket): TestSender {
  let received = "";
  let isClosed = false;
  let look = (): void => undefined;
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
    look();
  });
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.on("close", () => {
      isClosed = true;
      look();
      resolve();
    });
  });
  return {
    socket,
    closed,
    send: (bytes) => void socket.write(bytes),
    answer: () =>
      new Promise((resolve, reject) => {
        look = () => {
          const end = received.indexOf("\x1c\r");
          if (end === -1) return isClosed ? reject(new Error("closed without an answer")) : undefined;
          const frame = received.slice(received.indexOf("\x0b") + 1, end);
          received = received.slice(end + 2);
          look = () => undefined;
          resolve(frame);
        };
        look();
      }),
  };
}

export function connectTo(listener: MllpListener): TestSender {
  const [port = 0] = listener.ports();
  return sendTo(connect({ host: "127.0.0.1", port }));
}

export function framed(message: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x0b]), Buffer.from(message), Buffer.from([0x1c, 0x0d])]);
}

/** A message about a child who does not exist. */
export function adt(told: {
  readonly event?: string;
  readonly control?: string;
  readonly local?: string;
  readonly family?: string;
  readonly header?: string;
  readonly more?: readonly string[];
}): string {
  const { event = "A28", control = "MSG-1", local = "8000002", family = "Okonjo", header = "", more = [] } = told;
  return [
    `MSH|^~\\&|PAS|Z9911|GATEWAY|383|20260301120000||ADT^${event}|${control}|P|2.4${header}`,
    `EVN|${event}|20260301115900`,
    `PID|||${local}^^^Z9911^MR||${family}^Nadia||20220314|F|||4 Low Road^^Leeds^^LS14 6CM^^H`,
    "PD1|||Synthetic Meadow Practice^^Z99101",
    ...more,
    "",
  ].join("\r");
}
