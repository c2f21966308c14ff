import type { Issue } from "../outcome/issue.ts";

export const FHIR_JSON = "application/fhir+json; fhirVersion=4.0";

const ACCEPTED_TYPES = new Set([
  "application/fhir+json",
  "application/json",
  "text/json",
  "application/json+fhir",
  "application/*",
  "*/*",
]);
const FORMATS = new Set(["json", "application/json", "application/fhir+json", "text/json"]);

/**
 * Whether JSON of FHIR R4 will do for the caller: `_format` goes before Accept, no Accept means anything.
 * https://hl7.org/fhir/R4/http.html#mime-type
 */
export function isAcceptable(accept: string | null, format: string | null): boolean {
  if (format !== null) {
    const [type = "", ...parameters] = format.replaceAll("+", " ").split(";");
    return FORMATS.has(type.trim().replace("fhir json", "fhir+json")) && parameters.every(isVersion4);
  }
  if (accept === null || accept === "*/*" || accept === "application/fhir+json") return true;
  return accept.split(",").some((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    return ACCEPTED_TYPES.has(type) && parameters.every((part) => part !== "q=0" && isVersion4(part));
  });
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

/** `Prefer: handling=lenient`, among other preferences. https://hl7.org/fhir/R4/search.html#errors */
export function toHandling(prefer: string | null): "strict" | "lenient" {
  return prefer !== null && /(^|[,;]\s*)handling\s*=\s*"?lenient"?\s*([,;]|$)/i.test(prefer) ? "lenient" : "strict";
}

/** The text of a body that is not larger than allowed, or the issue that it is. */
export async function readText(request: Request, max_bytes: number): Promise<string | Issue> {
  const announced = request.headers.get("content-length");
  if (announced !== null) {
    return Number(announced) > max_bytes ? { kind: "body-too-large", max: max_bytes } : request.text();
  }
  const chunks: Uint8Array[] = [];
  let length_bytes = 0;
  for await (const chunk of request.body ?? []) {
    length_bytes += chunk.length;
    if (length_bytes > max_bytes) return { kind: "body-too-large", max: max_bytes };
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
