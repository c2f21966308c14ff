import { randomUUID } from "node:crypto";
import type { Shape } from "../search/search-query.ts";
import { shapeBytes } from "./shape.ts";
import type { VisibleVersion } from "./versions.ts";

export interface HistoryParts {
  /** Entries of all pages; absent where they were not counted. */
  readonly total: number | undefined;
  readonly self: string;
  readonly next: string | undefined;
  readonly versions: readonly VisibleVersion[];
  readonly shape: Shape | undefined;
  /** `http://host/fhir/R4`. */
  readonly fhirBase: string;
}

const COMMA = Buffer.from(",");
const END_OF_ENTRIES = Buffer.from("]}");

/** A history Bundle as bytes: https://hl7.org/fhir/R4/bundle.html#history */
export function toHistoryBundle({ total, self, next, versions, shape, fhirBase }: HistoryParts): Buffer {
  const links = [{ relation: "self", url: self }, ...(next === undefined ? [] : [{ relation: "next", url: next }])];
  const counted = total === undefined ? "" : `"total":${total},`;
  const head = `{"resourceType":"Bundle","id":"${randomUUID()}","type":"history",${counted}"link":${JSON.stringify(links)}`;
  if (versions.length === 0) return Buffer.from(`${head}}`);
  const entries = versions.flatMap((version, index) => [
    ...(index === 0 ? [] : [COMMA]),
    ...toEntry(version, shape, fhirBase),
  ]);
  return Buffer.concat([Buffer.from(`${head},"entry":[`), ...entries, END_OF_ENTRIES]);
}

function toEntry(version: VisibleVersion, shape: Shape | undefined, fhirBase: string): readonly Buffer[] {
  const { type, id, versionId, lastUpdated_ms, method, body } = version;
  const request = { method, url: method === "POST" ? type : `${type}/${id}` };
  const response = {
    status: statusOf(version),
    etag: `W/"${versionId}"`,
    lastModified: new Date(lastUpdated_ms).toISOString(),
  };
  const head = `{"fullUrl":"${fhirBase}/${type}/${id}"`;
  const tail = Buffer.from(`,"request":${JSON.stringify(request)},"response":${JSON.stringify(response)}}`);
  if (body === undefined) return [Buffer.from(head), tail];
  return [Buffer.from(`${head},"resource":`), shape ? shapeBytes(body, shape) : body, tail];
}

function statusOf({ method, creates }: VisibleVersion): string {
  if (method === "DELETE") return "204 No Content";
  return creates ? "201 Created" : "200 OK";
}
