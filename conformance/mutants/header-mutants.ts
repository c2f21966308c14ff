import { list, text } from "../json.ts";
import {
  bodyChanged,
  entriesChanged,
  headersChanged,
  type Mutant,
  mutant,
  requestChanged,
  resourcesChanged,
  statementChanged,
  statusChanged,
} from "./breakage.ts";

/** Broken rules about formats, entity tags and the other headers. */
export const HEADER_MUTANTS: readonly Mutant[] = [
  mutant(
    "two parameters differ by case",
    "metadata/parameter-names",
    "SP-04",
    resourcesChanged((each) => ({
      ...each,
      searchParam: [...list(each, "searchParam"), { name: "IDENTIFIER", type: "token" }],
    })),
  ),
  mutant(
    "a mode is refused",
    "metadata/mode",
    "CAP-02",
    statusChanged(200, 400, (request) => request.url.includes("mode=")),
  ),
  mutant(
    "the statement has a new ETag each time",
    "metadata/entity-tag",
    "CAP-03",
    headersChanged((headers) => headers.get("etag") === 'W/"one"' && headers.set("etag", `W/"${crypto.randomUUID()}"`)),
  ),
  mutant(
    "a type is deleted without being declared",
    "metadata/delete-not-served",
    "DEL-04",
    resourcesChanged((each) => ({
      ...each,
      interaction: list(each, "interaction").filter((code) => text(code, "code") !== "delete"),
    })),
  ),
  mutant(
    "a flag speaks of what is not served",
    "metadata/flags-agree",
    "CAP-11",
    resourcesChanged((each) => ({
      ...each,
      interaction: list(each, "interaction").filter((code) => text(code, "code") !== "update"),
    })),
  ),
  mutant(
    "ids forgive case",
    "general/id-in-other-case",
    "GEN-02",
    requestChanged((url) => {
      url.pathname = url.pathname.replace(/[0-9A-F]{8}-[0-9A-F-]{27}$/, (id) => id.toLowerCase());
    }),
  ),
  mutant(
    "entries are under another scheme",
    "general/one-scheme",
    "GEN-03",
    entriesChanged((entry) => ({ ...entry, fullUrl: text(entry, "fullUrl")?.replace("http:", "https:") })),
  ),
  mutant(
    "a slash too many",
    "general/single-slash",
    "GEN-04",
    entriesChanged((entry) => ({ ...entry, fullUrl: text(entry, "fullUrl")?.replace("/fhir/", "/fhir//") })),
  ),
  mutant(
    "a Bundle is taken without being declared",
    "general/batch-not-served",
    "BAT-07",
    statementChanged((statement) => ({
      ...statement,
      rest: [{ mode: "server", resource: list(statement, "rest", 0, "resource") }],
    })),
  ),
  mutant(
    "_pretty changes the content",
    "read/pretty",
    "MIME-12",
    bodyChanged((body, request) => (request.url.includes("_pretty") ? { ...body, language: "en" } : undefined)),
  ),
  mutant("plain JSON is refused", "headers/plain-json", "MIME-03", async (request, answer) =>
    request.headers.get("accept") === "text/json" ? new Response(null, { status: 406 }) : answer(request),
  ),
  mutant("an old media type crashes the server", "headers/old-media-type", "MIME-07", async (request, answer) =>
    request.headers.get("accept") === "application/json+fhir" ? new Response(null, { status: 500 }) : answer(request),
  ),
  mutant("R4 is called STU3", "headers/fhir-version", "MIME-08", async (request, answer) => {
    if (!request.headers.get("accept")?.includes("3.0")) return answer(request);
    return new Response("{}", { headers: { "content-type": "application/fhir+json; fhirVersion=3.0" } });
  }),
  mutant("Accept wins over _format", "headers/format-over-accept", "MIME-09", async (request, answer) =>
    request.headers.get("accept") === "application/fhir+xml" ? new Response(null, { status: 406 }) : answer(request),
  ),
  mutant("304 whatever the date", "headers/if-modified-since", "CRD-02", async (request, answer) =>
    request.headers.has("if-modified-since") ? new Response(null, { status: 304 }) : answer(request),
  ),
  mutant(
    "no other origin may read",
    "headers/cors",
    "GEN-10",
    headersChanged((headers) => headers.delete("access-control-allow-origin")),
  ),
  mutant(
    "Date is no date",
    "headers/date",
    "GEN-11",
    headersChanged((headers) => headers.set("date", "yesterday")),
  ),
];
