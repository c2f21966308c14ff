import type { RegisteredSource } from "../access/source.ts";
import type { AuditLog, AuditRecord } from "../audit/audit.ts";
import type { IngestLine } from "../ingest/line.ts";
import type { Receipt } from "../ingest/receipt.ts";
import { LIMITS } from "../limits.ts";
import { rejected, toAcknowledgements, toVerdict, type Verdict } from "./acknowledge.ts";
import type { Frame } from "./frames.ts";
import { readHeader } from "./header.ts";

export interface MllpPorts {
  readonly line: Pick<IngestLine, "ingest">;
  readonly audit: AuditLog;
  readonly metrics: {
    ingested(source: string, outcome: "committed" | "unchanged" | "quarantined", count: number): void;
  };
  source(name: string): RegisteredSource | undefined;
  /** Random UUIDs. */
  readonly ids: () => string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Told of a fault of ours; the error may hold personal data in its message. */
  readonly onFault: (error: unknown, source: string) => void;
}

/** Where a frame came from. */
export interface Sender {
  /** Name of the source to which the address belongs. */
  readonly source: string;
  /** Address of the peer. */
  readonly peer: string;
}

interface Taken {
  readonly verdict: Verdict;
  readonly outcome: AuditRecord["outcome"];
  readonly detail: string;
  readonly released?: readonly string[];
}

/**
 * Takes one message through the ingest line as a delivery of its own and answers with the acknowledgements to send. They
 * are made when the message is committed and the record of that is on disk; a message that is sent again because its
 * acknowledgement was lost is unchanged, and accepted.
 */
export async function takeMessage(frame: Frame, sender: Sender, ports: MllpPorts): Promise<readonly string[]> {
  const id = ports.ids();
  const header = readHeader(frame.kind === "message" ? frame.bytes : frame.beginning);
  const taken =
    frame.kind === "too-long"
      ? refusedAs(rejected("207", `longer than ${LIMITS.source_record_bytes_max} bytes; send one child a message`))
      : header === undefined
        ? refusedAs(rejected("100", "no HL7 v2: expected a message that begins with MSH"))
        : await deliver(frame.bytes, { id, sender, ports });
  const isRecorded = await record(taken, { id, sender, ports });
  const verdict = isRecorded ? taken.verdict : rejected("207", "not recorded; send the message again");
  return toAcknowledgements(header, verdict, { id, at: ports.clock() });
}

function refusedAs(verdict: Verdict): Taken {
  const [error] = verdict.errors;
  return { verdict, outcome: "refused", detail: error?.message ?? "" };
}

interface Surroundings {
  readonly id: string;
  readonly sender: Sender;
  readonly ports: MllpPorts;
}

async function deliver(bytes: Buffer, { id, sender, ports }: Surroundings): Promise<Taken> {
  const source = ports.source(sender.source);
  if (source === undefined || source.kind !== "itk-adt") {
    return refusedAs(
      rejected("207", "this address belongs to no source of such messages; tell the gateway's operator"),
    );
  }
  try {
    const delivery = { id, receivedAt: ports.clock(), client: CLIENT };
    const receipt = await ports.line.ingest(source, delivery, only(bytes));
    for (const outcome of ["committed", "unchanged", "quarantined"] as const) {
      ports.metrics.ingested(source.source, outcome, receipt[outcome]);
    }
    return {
      verdict: toVerdict(receipt),
      outcome: "success",
      detail: toDetail(receipt),
      released: [`receipt/${receipt.id}`],
    };
  } catch (error) {
    ports.onFault(error, sender.source);
    const verdict = rejected("207", "the gateway cannot take it just now; send the message again later");
    return { verdict, outcome: "failed", detail: `source=${sender.source} not taken` };
  }
}

/** What the record names as the client: a connection is no registered client, and its address says for whom it speaks. */
const CLIENT = "mllp";

async function* only(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function toDetail({ source, received, committed, unchanged, quarantined }: Receipt): string {
  return `source=${source} received=${received} committed=${committed} unchanged=${unchanged} quarantined=${quarantined}`;
}

async function record(taken: Taken, { id, sender, ports }: Surroundings): Promise<boolean> {
  const { outcome, detail, released } = taken;
  try {
    await ports.audit.append({
      interaction: "ingest",
      outcome,
      requestId: id,
      client: CLIENT,
      query: `MLLP ${sender.source} from ${sender.peer}`,
      detail,
      ...(released === undefined ? {} : { released }),
    });
    return true;
  } catch (error) {
    ports.onFault(error, sender.source);
    return false;
  }
}
