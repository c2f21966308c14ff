import { isRecord, list, text } from "../json.ts";
import {
  bodyChanged,
  headersChanged,
  isRead,
  type Mutant,
  mutant,
  requestChanged,
  resourcesChanged,
  statementChanged,
  statusChanged,
} from "./breakage.ts";

/** Broken rules about the statement, addresses, reads and headers. */
export const EXCHANGE_MUTANTS: readonly Mutant[] = [
  mutant("metadata needs a token", "metadata/open-to-all", "CAP-01", async (request, answer) =>
    request.url.endsWith("/metadata") && request.headers.get("accept") === "*/*"
      ? new Response(null, { status: 401 })
      : answer(request),
  ),
  mutant(
    "the statement says another FHIR version",
    "metadata/required-elements",
    "CAP-04",
    statementChanged((statement) => ({ ...statement, fhirVersion: "3.0.2" })),
  ),
  mutant(
    "the statement has two server modes",
    "metadata/rest-once",
    "CAP-05",
    statementChanged((statement) => ({ ...statement, rest: [...list(statement, "rest"), ...list(statement, "rest")] })),
  ),
  mutant(
    "a type is declared twice",
    "metadata/types-once",
    "CAP-06",
    statementChanged((statement) => {
      const resources = list(statement, "rest", 0, "resource");
      return { ...statement, rest: [{ mode: "server", resource: [...resources, resources[0]] }] };
    }),
  ),
  mutant(
    "an instance without implementation",
    "metadata/kind",
    "CAP-07",
    statementChanged((statement) => ({ ...statement, implementation: undefined })),
  ),
  mutant(
    "a search parameter is declared and not known",
    "metadata/search-parameters-accepted",
    "CAP-10",
    statementChanged((statement) => {
      const resource = list(statement, "rest", 0, "resource").map((each) =>
        isRecord(each)
          ? { ...each, searchParam: [...list(each, "searchParam"), { name: "phone", type: "token" }] }
          : each,
      );
      return { ...statement, rest: [{ mode: "server", resource }] };
    }),
  ),
  mutant(
    "search is declared and answered 501",
    "metadata/declared-works",
    "CAP-08",
    statusChanged(200, 501, (request) => request.url.includes("/Consent?")),
  ),
  mutant(
    "history works without being declared",
    "metadata/undeclared-refused",
    "CAP-09",
    resourcesChanged((each) => ({
      ...each,
      interaction: list(each, "interaction").filter((code) => text(code, "code") !== "history-instance"),
    })),
  ),
  mutant(
    "an include is declared and refused",
    "metadata/includes-accepted",
    "CAP-12",
    statusChanged(200, 400, (request) => request.url.includes("_include=Consent")),
  ),
  mutant(
    "types are served in lower case",
    "general/type-in-lower-case",
    "GEN-02",
    requestChanged((url) => {
      url.pathname = url.pathname.replace("/patient", "/Patient");
    }),
  ),
  mutant(
    "an invalid byte crashes the server",
    "general/utf-8",
    "GEN-05",
    statusChanged(200, 500, (request) => request.url.includes("%FF")),
  ),
  mutant("an unknown type is 400", "general/unknown-type", "GEN-08", statusChanged(404, 400)),
  mutant(
    "405 without Allow",
    "general/wrong-method",
    "GEN-09",
    headersChanged((headers) => headers.delete("allow")),
  ),
  mutant(
    "a read brings another resource",
    "read/same-id",
    "READ-01",
    bodyChanged((body, request) => (isRead(request) && body.id !== undefined ? { ...body, id: "another" } : undefined)),
  ),
  mutant(
    "no Last-Modified",
    "read/headers",
    "READ-02",
    headersChanged((headers) => headers.delete("last-modified")),
  ),
  mutant("200 for an unknown id", "read/unknown-id", "READ-03", statusChanged(404, 200, isRead)),
  mutant(
    "an impossible id crashes the server",
    "read/no-id",
    "READ-06",
    statusChanged(404, 500, (request) => /x{65}/.test(request.url)),
  ),
  mutant(
    "a read refuses what it does not know",
    "read/unknown-parameter",
    "READ-08",
    statusChanged(200, 400, (request) => request.url.includes("__t")),
  ),
  mutant(
    "a subset is not marked",
    "read/subset",
    "MIME-13",
    bodyChanged((body, request) =>
      request.url.includes("_elements") ? { resourceType: body.resourceType, id: body.id } : undefined,
    ),
  ),
  mutant(
    "JSON is not called FHIR",
    "headers/fhir-json",
    "MIME-01",
    headersChanged((headers) => headers.set("content-type", "application/json")),
  ),
  mutant("wildcards are not understood", "headers/negotiation", "MIME-02", async (request, answer) =>
    request.headers.get("accept") === "application/*" ? new Response(null, { status: 406 }) : answer(request),
  ),
  mutant("plain text is answered with JSON", "headers/not-acceptable", "MIME-04", async (request, answer) =>
    request.headers.get("accept") === "text/plain" ? answer(new Request(request.url)) : answer(request),
  ),
  mutant(
    "one spelling of _format is refused",
    "headers/format-parameter",
    "MIME-10",
    statusChanged(200, 406, (request) => /_format=application%2Fjson/.test(request.url)),
  ),
  mutant(
    "no ETag",
    "headers/weak-entity-tag",
    "VER-03",
    headersChanged((headers) => headers.delete("etag")),
  ),
  mutant(
    "the ETag is another version",
    "headers/entity-tag-is-version",
    "VER-04",
    headersChanged((headers) => headers.has("etag") && headers.set("etag", 'W/"99"')),
  ),
  mutant(
    "Last-Modified is an hour late",
    "headers/last-modified",
    "VER-05",
    headersChanged((headers) => {
      const modified = Date.parse(headers.get("last-modified") ?? "");
      if (!Number.isNaN(modified)) headers.set("last-modified", new Date(modified + 3_600_000).toUTCString());
    }),
  ),
  mutant("304 for another version", "headers/if-none-match", "CRD-01", async (request, answer) =>
    request.headers.get("if-none-match") === 'W/"another"' ? new Response(null, { status: 304 }) : answer(request),
  ),
  mutant("HEAD is 404", "headers/head", "HEAD-01", async (request, answer) =>
    request.method === "HEAD" ? new Response(null, { status: 404 }) : answer(request),
  ),
  mutant(
    "the request id is lost",
    "headers/request-id",
    "HDR-01",
    headersChanged((headers) => headers.delete("x-request-id")),
  ),
  mutant(
    "a read has a null",
    "general/json-members",
    "JSON-01",
    bodyChanged((body, request) =>
      isRead(request) && body.id !== undefined ? { ...body, maritalStatus: null } : undefined,
    ),
  ),
  mutant("X-Intermediary stops the server", "general/intermediary-mark", "HDR-02", async (request, answer) =>
    request.headers.has("x-intermediary") ? new Response("{}", { status: 508 }) : answer(request),
  ),
];
