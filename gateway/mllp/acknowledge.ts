import type { Separators } from "#mappers/itk-adt/separators.ts";
import type { Receipt, ReceiptIssue } from "../ingest/receipt.ts";
import { LIMITS } from "../limits.ts";
import type { MessageHeader } from "./header.ts";

/** What became of a message: accepted, in error (sent again as it is it will be again), or rejected. */
export interface Verdict {
  readonly code: "A" | "E" | "R";
  readonly errors: readonly AcknowledgedError[];
}

/** Where and what, and never a value. */
export interface AcknowledgedError {
  /** As `PID-5.1`. */
  readonly field?: string;
  /** HL7 table 0357. */
  readonly code: ErrorCode;
  readonly message: string;
}

/** HL7 table 0357, as far as it is used. */
const ERRORS = {
  "100": "Segment sequence error",
  "101": "Required field missing",
  "102": "Data type error",
  "200": "Unsupported message type",
  "202": "Unsupported processing id",
  "203": "Unsupported version id",
  "207": "Application internal error",
} as const;
export type ErrorCode = keyof typeof ERRORS;

/** Fields for which the standard has a message rejected before anything else of it is looked at (HL7 v2.4, 2.9.2). */
const REJECTED: ReadonlyMap<string, ErrorCode> = new Map([
  ["MSH-9", "200"],
  ["MSH-11", "202"],
  ["MSH-12", "203"],
]);

const DEFAULTS: Separators = { field: "|", component: "^", repetition: "~", escape: "\\", subcomponent: "&" };

/** What the receipt of a delivery of one message says to its sender. */
export function toVerdict({ received, quarantined, issues }: Receipt): Verdict {
  if (quarantined === 0 && received > 0) return { code: "A", errors: [] };
  const errors = issues.filter(({ severity }) => severity === "error").map(toError);
  const isRejected = errors.some(({ field }) => field !== undefined && REJECTED.has(field));
  return { code: isRejected ? "R" : "E", errors: errors.slice(0, LIMITS.mllp_errors_max) };
}

function toError({ field, message }: ReceiptIssue): AcknowledgedError {
  if (field === undefined) return { code: "100", message };
  const code = REJECTED.get(field) ?? (message.startsWith("missing") ? "101" : "102");
  return { field, code, message };
}

/** A message that could not be taken at all, for a reason that is not in it or before it could be read. */
export function rejected(code: ErrorCode, message: string): Verdict {
  return { code: "R", errors: [{ code, message }] };
}

/**
 * The acknowledgements that a sender wants, in their order (HL7 v2.4, 2.9): in original mode one, AA, AE or AR; in
 * enhanced mode, in which MSH-15 or MSH-16 is told, CA, CE or CR and then AA, AE or AR, each where it is asked for. All
 * are made when everything is on disk, so an accept acknowledgement never promises too much.
 */
export function toAcknowledgements(
  header: MessageHeader | undefined,
  verdict: Verdict,
  made: { readonly id: string; readonly at: number },
): readonly string[] {
  const { acceptCondition = "", applicationCondition = "" } = header ?? {};
  const isEnhanced = acceptCondition !== "" || applicationCondition !== "";
  const codes = !isEnhanced
    ? [`A${verdict.code}`]
    : [
        ...(isWanted(acceptCondition, verdict) ? [`C${verdict.code}`] : []),
        ...(isWanted(applicationCondition, verdict) ? [`A${verdict.code}`] : []),
      ];
  return codes.map((code) => toAcknowledgement(header, { ...verdict, code, ...made }));
}

/** HL7 table 0155: always, never, on errors, on success. */
function isWanted(condition: string, { code }: Verdict): boolean {
  if (condition === "AL") return true;
  return code === "A" ? condition === "SU" : condition === "ER";
}

interface Acknowledgement {
  readonly code: string;
  readonly errors: readonly AcknowledgedError[];
  readonly id: string;
  readonly at: number;
}

function toAcknowledgement(header: MessageHeader | undefined, { code, errors, id, at }: Acknowledgement): string {
  const separators = header?.separators ?? DEFAULTS;
  const { field, component, repetition, escape: mark, subcomponent } = separators;
  const event = header?.event ?? "";
  const text = (said: string): string => escaped(said, separators);
  const segments = [
    [
      "MSH",
      `${component}${repetition}${mark}${subcomponent}`,
      header?.receivingApplication ?? "",
      header?.receivingFacility ?? "",
      header?.sendingApplication ?? "",
      header?.sendingFacility ?? "",
      toTimeStamp(at),
      "",
      event === "" ? "ACK" : `ACK${component}${event}${component}ACK`,
      id.replaceAll("-", "").slice(0, CONTROL_ID_CHARACTERS),
      header?.processingId ?? "P",
      header?.version ?? "2.4",
    ],
    ["MSA", code, header?.controlId ?? "", ...errors.slice(0, 1).map(({ message }) => text(message).slice(0, 80))],
    ...errors.map((error) => toErrorSegment(error, separators)),
  ];
  return segments.map((fields) => `${fields.join(field)}\r`).join("");
}

/** MSH-10 of version 2.4 holds at most 20 characters. */
const CONTROL_ID_CHARACTERS = 20;

/** ERR-1 is what version 2.4 reads; ERR-2, 3, 4 and 8 say the same to readers of 2.5 and later. */
function toErrorSegment({ field, code, message }: AcknowledgedError, separators: Separators): string[] {
  const { component, subcomponent } = separators;
  const [segment = "", place = "", part] = (field ?? "").split(/[-.]/);
  const location = field === undefined ? [] : [segment, "1", place];
  const named = [code, ERRORS[code], "HL70357"];
  return [
    "ERR",
    [...(field === undefined ? ["", "", ""] : location), named.join(subcomponent)].join(component),
    (part === undefined ? location : [...location, "1", part]).join(component),
    named.join(component),
    "E",
    "",
    "",
    "",
    escaped(message, separators),
  ];
}

function escaped(text: string, { field, component, repetition, escape: mark, subcomponent }: Separators): string {
  const sequences = new Map([
    [field, "F"],
    [component, "S"],
    [repetition, "R"],
    [mark, "E"],
    [subcomponent, "T"],
  ]);
  return [...text]
    .map((character) => {
      const sequence = sequences.get(character);
      if (sequence !== undefined) return `${mark}${sequence}${mark}`;
      return character >= " " && character <= "~" ? character : "?";
    })
    .join("");
}

/** An instant as HL7 writes it, in UTC. */
function toTimeStamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace(/[-:T]/g, "")}+0000`;
}
