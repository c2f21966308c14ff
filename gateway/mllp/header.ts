import { readSeparators, type Separators } from "#mappers/itk-adt/separators.ts";
import { LIMITS } from "../limits.ts";

/** What of a message its acknowledgement repeats. Values as they came, byte for byte, and cut to a sensible length. */
export interface MessageHeader {
  readonly separators: Separators;
  readonly sendingApplication: string;
  readonly sendingFacility: string;
  readonly receivingApplication: string;
  readonly receivingFacility: string;
  readonly event: string;
  readonly controlId: string;
  readonly processingId: string;
  readonly version: string;
  /** MSH-15 and MSH-16: when an accept and an application acknowledgement are wanted; both empty in original mode. */
  readonly acceptCondition: string;
  readonly applicationCondition: string;
}

/** The header of a message; `undefined` when the bytes do not begin with one. */
export function readHeader(bytes: Buffer): MessageHeader | undefined {
  const text = bytes.toString("latin1");
  const separators = readSeparators(text);
  if (separators === undefined) return undefined;
  const [segment = ""] = text.split(/[\r\n]/, 1);
  const fields = segment.split(separators.field);
  // MSH-1 is the separator itself, so field n stands at place n - 1.
  const field = (place: number): string => toEcho(fields[place - 1] ?? "");
  return {
    separators,
    sendingApplication: field(3),
    sendingFacility: field(4),
    receivingApplication: field(5),
    receivingFacility: field(6),
    event: field(9).split(separators.component)[1] ?? "",
    controlId: field(10),
    processingId: field(11) === "" ? "P" : field(11),
    version: field(12) === "" ? "2.4" : field(12),
    acceptCondition: field(15).toUpperCase(),
    applicationCondition: field(16).toUpperCase(),
  };
}

/** A control character in it would break the frame of the answer. */
function toEcho(text: string): string {
  return text.replace(/\p{Cc}/gu, "").slice(0, LIMITS.mllp_echo_characters_max);
}
