import { Agent, request as httpRequest } from "node:http";
import { list, parseJson, text } from "../json.ts";

export interface Sent {
  readonly method: "GET" | "POST" | "PUT";
  /** Below the FHIR base, or an absolute path. */
  readonly address: string;
  readonly token: string;
  readonly requestId: string;
  readonly body?: string;
}

/** What came back. Without a status nothing whole did. */
export interface Came {
  readonly status?: number;
  readonly json?: unknown;
  readonly version?: string;
  readonly fault?: string;
  /** Why nothing whole came, in the words of the network. */
  readonly reason?: string;
}

/** Longer than the gateway lets anything wait, shorter than a person would. */
const PATIENCE_MS = 10_000;
/** Why nothing came of what was waited for so long. */
export const TOO_LATE = "too late";
const JSON_TYPE = "application/fhir+json";

export interface Asking {
  ask(sent: Sent): Promise<Came>;
  close(): void;
}

/** One door to the gateway: every answer is taken whole or not at all, and looked at for what no answer may be. */
export function createAsking(fhirBase: string): Asking {
  const agent = new Agent({ keepAlive: true, maxSockets: 96 });
  return {
    async ask(sent) {
      try {
        return toCame(await send(agent, fhirBase, sent), sent);
      } catch (error) {
        return { reason: reasonOf(error) };
      }
    },
    close: () => agent.destroy(),
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "failed";
  return error.name === "AbortError" ? TOO_LATE : "code" in error ? String(error.code) : error.message;
}

interface Whole {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function send(agent: Agent, fhirBase: string, { method, address, token, requestId, body }: Sent): Promise<Whole> {
  const headers = {
    accept: JSON_TYPE,
    authorization: `Bearer ${token}`,
    "x-request-id": requestId,
    ...(body !== undefined && { "content-type": JSON_TYPE, "content-length": Buffer.byteLength(body) }),
  };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(`${fhirBase}/${address}`, { method, agent, headers, signal }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("error", reject);
      incoming.on("end", () => {
        // Cut short of its length, it is no answer.
        if (!incoming.complete) return reject(new Error("cut"));
        const { statusCode: status = 0, headers: told } = incoming;
        resolve({ status, headers: told, body: Buffer.concat(parts).toString("utf8") });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function toCame({ status, headers, body }: Whole, { requestId }: Sent): Came {
  const json = parseJson(body);
  const version = /^W\/"(.+)"$/.exec(String(headers.etag ?? ""))?.[1];
  const isOutcome = text(json, "resourceType") === "OperationOutcome" && list(json, "issue").length > 0;
  const fault =
    json === undefined
      ? `${status} with a body that is no JSON`
      : headers["x-request-id"] !== requestId
        ? "the answer to another request"
        : status >= 400 && !isOutcome
          ? `${status} without an OperationOutcome`
          : undefined;
  return { status, json, ...(version !== undefined && { version }), ...(fault !== undefined && { fault }) };
}
