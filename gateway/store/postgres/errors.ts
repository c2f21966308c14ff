import { StoreUnavailableError } from "../unavailable.ts";

/**
 * What PostgreSQL refused, without its own words: those of `detail` and of most messages repeat values. `code` is one of
 * https://www.postgresql.org/docs/current/errcodes-appendix.html.
 */
export class PostgresError extends Error {
  override readonly name = "PostgresError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The connection is of no use any more: what was asked over it may have been done, or not. */
export class ConnectionLostError extends StoreUnavailableError {}

/** Another transaction was in the way; the same works do well when they are run again. */
export class ConflictError extends StoreUnavailableError {}

/** The server is there and no connection to it can be made as it is asked for: that is no better a moment later. */
export class ConnectionRefusedError extends StoreUnavailableError {}

/** Classes of codes, or codes, that end a connection's use: it, the server, or what it is connected to is going away. */
const LOST = ["08", "57P01", "57P02", "57P03", "57P04", "57P05", "25006", "0A000"];
/** The server lives, and cannot do this now: too little room or memory, too many connections, a wait that took too long. */
const BUSY = ["53", "58", "55P03", "57014", "XX"];
const CONFLICT = ["40001", "40P01"];

const ADVICE = [
  ["28", "PostgreSQL does not let this user in: look at the name, the password and pg_hba.conf."],
  ["3D000", "There is no such database: make it first, and the gateway makes its tables in it."],
] as const;

/** Each has a figure; EPIPE, which the system says of a connection that the server has closed, has none. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

/** Any error of the client or of the server as one of the store's own. */
export function toStoreError(error: unknown): Error {
  if (error instanceof StoreUnavailableError || error instanceof PostgresError) return error;
  // A fault of our own says nothing of the connection.
  if (error instanceof TypeError) return error;
  const code = codeOf(error);
  const refusal = toRefusal(code, error);
  if (refusal !== undefined) return new ConnectionRefusedError(refusal);
  if (code === undefined || !SQLSTATE.test(code)) {
    return new ConnectionLostError(`The database cannot be reached (${code ?? "the connection ended"}).`);
  }
  const is = (codes: readonly string[]) => codes.some((one) => code.startsWith(one));
  if (is(CONFLICT)) return new ConflictError(`The database found transactions in each other's way (${code}).`);
  if (is(LOST)) return new ConnectionLostError(`The database ended the connection, or is of no use over it (${code}).`);
  if (is(BUSY)) return new StoreUnavailableError(`The database cannot do this for the time being (${code}).`);
  const known = ADVICE.find(([one]) => code.startsWith(one));
  if (known !== undefined) return new PostgresError(code, `${known[1]} (${code})`);
  return new PostgresError(code, `PostgreSQL refused a statement (${code}${about(code, error)}).`);
}

/** As Node says that a certificate does not hold (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const CERTIFICATE = /CERT|VERIFY|SIGNATURE|ISSUER|SELF_SIGNED|HOSTNAME_MISMATCH|CRL/;

/** What of TLS stands in the way, in words that say what to do; what the client says of it has no code. */
function toRefusal(code: string | undefined, error: unknown): string | undefined {
  if (error instanceof Error && error.message === "The server does not support SSL connections") {
    return "The server has no TLS, which sslmode asks for: give it a certificate, or do without by sslmode=disable.";
  }
  if (code === undefined || SQLSTATE.test(code)) return undefined;
  if (CERTIFICATE.test(code)) {
    return `The server's certificate does not hold (${code}): name who has signed it by sslrootcert, and the host as it is named in it.`;
  }
  const isOfFile =
    error instanceof Error && "syscall" in error && (error.syscall === "open" || error.syscall === "read");
  if (isOfFile) return `A file that sslrootcert, sslcert or sslkey names cannot be read (${code}).`;
  return code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_") || code.startsWith("ERR_OSSL_")
    ? `TLS with the server fails (${code}).`
    : undefined;
}

function codeOf(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

/** Names alone: of the constraint that was broken, or, of a statement that is wrong in itself, what is wrong with it. */
function about(code: string, error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  if ("constraint" in error && typeof error.constraint === "string") return `, ${error.constraint}`;
  return code.startsWith("42") && error instanceof Error ? `, ${error.message}` : "";
}
