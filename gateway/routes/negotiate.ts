import { isUtf8 } from "node:buffer";
import type { Preference } from "../interactions/answer.ts";
import { JSON_TYPES } from "../interactions/json-types.ts";
import type { Soon } from "../interactions/soon.ts";
import type { Issue } from "../outcome/issue.ts";
import type { HeaderReader, HttpRequest } from "./http-request.ts";

export const FHIR_JSON = "application/fhir+json; fhirVersion=4.0";

const FHIR_TYPE = "application/fhir+json";

/**
 * Whether JSON of FHIR R4 will do for the caller: `_format` goes before Accept, no Accept means anything, and what is
 * empty was not sent. https://hl7.org/fhir/R4/http.html#mime-type
 */
export function isAcceptable(accept: string | null, format: string | null): boolean {
  if (format) {
    // A plus that was not escaped arrives as a space.
    const [type = "", ...parameters] = format.trim().split(";");
    const name = type.trim().toLowerCase().replace(" ", "+");
    return (name === "json" || JSON_TYPES.has(name)) && parameters.every(isVersion4);
  }
  if (!accept?.trim() || accept === "*/*" || accept === FHIR_TYPE) return true;
  const ranges = accept
    .split(",")
    .map(toRange)
    .filter(({ parameters }) => parameters.every(isVersion4));
  const isWanted = (isMeant: (type: string) => boolean): boolean | undefined => {
    const meant = ranges.filter(({ type }) => isMeant(type));
    return meant.length === 0 ? undefined : meant.some(({ isRefused }) => !isRefused);
  };
  // RFC 9110 12.5.1: the most specific range decides.
  return (
    isWanted((type) => type === FHIR_TYPE) ??
    (isWanted((type) => JSON_TYPES.has(type)) ||
      (isWanted((type) => type === "application/*") ?? isWanted((type) => type === "*/*") ?? false))
  );
}

function toRange(text: string) {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  return { type, parameters, isRefused: parameters.some((part) => /^q\s*=\s*0(\.0{0,3})?$/.test(part)) };
}

/** A `fhirVersion` parameter that is not R4's; other parameters are no matter. */
function isVersion4(parameter: string): boolean {
  const [name = "", value = ""] = parameter.trim().split("=");
  return name.trim().toLowerCase() !== "fhirversion" || /^"?4\.0(\.1)?"?$/.test(value.trim());
}

const ID = /^[\x21-\x7e]{1,128}$/;

/** An id that a caller gave a request, if it is fit to be repeated in a header and a log. */
export function callerId(header: string | null | undefined): string | undefined {
  return header && ID.test(header) ? header : undefined;
}

const NO_PREFERENCE: Preference = { handling: "strict", return: "representation" };

/**
 * `Prefer`: of several the first of a kind that is understood, and what is not is no matter (RFC 7240).
 * https://hl7.org/fhir/R4/http.html#ops, https://hl7.org/fhir/R4/search.html#errors
 */
export function toPreference(prefer: string | null): Preference {
  if (prefer === null) return NO_PREFERENCE;
  if (prefer !== lastRead.prefer) lastRead = { prefer, preference: readPreference(prefer) };
  return lastRead.preference;
}

/** A client prefers the same again and again, and there are few words to prefer anything by. */
let lastRead = { prefer: "", preference: NO_PREFERENCE };

function readPreference(prefer: string): Preference {
  const told = (name: string, values: string): string | undefined =>
    new RegExp(`(?:^|[,;])\\s*${name}\\s*=\\s*"?(${values})"?\\s*(?=[,;]|$)`, "i").exec(prefer)?.[1]?.toLowerCase();
  const wanted = told("return", "minimal|representation|OperationOutcome");
  return {
    handling: told("handling", "strict|lenient") === "lenient" ? "lenient" : "strict",
    return: wanted === "minimal" ? wanted : wanted === "operationoutcome" ? "OperationOutcome" : "representation",
  };
}

/** Whether a Content-Type names this type; its parameters are no matter. Types are case-insensitive. */
export function isMediaType(contentType: string | null, type: string): boolean {
  return contentType?.split(";", 1)[0]?.trim().toLowerCase() === type;
}

/** Whether the text is UTF-8, as far as the Content-Type says. https://hl7.org/fhir/R4/http.html#mime-type */
export function isSaidUtf8(contentType: string | null): boolean {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType ?? "")?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
}

/** Whether the body is of FHIR R4, as far as the Content-Type says. https://hl7.org/fhir/R4/http.html#version-parameter */
export function isSaidVersion4(contentType: string | null): boolean {
  return contentType === null || contentType.split(";").every(isVersion4);
}

/** Whether the body comes as it is. An unpacked body has no bound, so none is unpacked. */
export function isUnencoded(headers: HeaderReader): boolean {
  const encoding = headers.get("content-encoding")?.trim().toLowerCase();
  return encoding === undefined || encoding === "" || encoding === "identity";
}

/** The text of a body that is not larger than allowed, or the issue that it is. */
export function readText(request: HttpRequest, max_bytes: number): Soon<string | Issue> {
  if (isTooLarge(request, max_bytes)) return { kind: "body-too-large", max: max_bytes };
  if (request.headers.has("content-length")) return request.text();
  return readBytes(request, max_bytes).then((bytes) => (Buffer.isBuffer(bytes) ? bytes.toString() : bytes));
}

/** The same of JSON, which is UTF-8 or nothing (RFC 8259 8.1): what is not would be stored as something else. */
export async function readJsonText(request: HttpRequest, max_bytes: number): Promise<string | Issue> {
  if (isTooLarge(request, max_bytes)) return { kind: "body-too-large", max: max_bytes };
  const bytes = await readBytes(request, max_bytes);
  if (!Buffer.isBuffer(bytes)) return bytes;
  if (isUtf8(bytes)) return bytes.toString();
  return { kind: "malformed-json", line: 1, column: 1, reason: "the bytes are no Unicode text" };
}

function isTooLarge({ headers }: HttpRequest, max_bytes: number): boolean {
  return Number(headers.get("content-length") ?? 0) > max_bytes;
}

async function readBytes(request: HttpRequest, max_bytes: number): Promise<Buffer | Issue> {
  if (request.headers.has("content-length")) return Buffer.from(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let length_bytes = 0;
  for await (const chunk of request.body ?? []) {
    length_bytes += chunk.length;
    if (length_bytes > max_bytes) return { kind: "body-too-large", max: max_bytes };
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
