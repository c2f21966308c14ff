import { isRecord, list, parseJson, text } from "../json.ts";
import {
  answeredBy,
  askedOtherwise,
  bodyChanged,
  copyOf,
  hasCriteria,
  headersChanged,
  historyChanged,
  isMethod,
  isRead,
  type Mutant,
  mutant,
  onlyRead,
  sentTextChanged,
  statusChanged,
  withoutHeader,
  withoutParameter,
} from "./breakage.ts";
import type { Breakage } from "./small-server.ts";

const PATCH = isMethod("PATCH");
const DELETE = isMethod("DELETE");
const isVersion = ({ url }: Request) => /\/_history\/[^/]+$/.test(url);

/** Operations of a JSON Patch. */
function operationsChanged(change: (operations: readonly unknown[]) => readonly unknown[]): Breakage {
  return sentTextChanged((sent) => {
    const operations = parseJson(sent);
    return Array.isArray(operations) ? JSON.stringify(change(operations)) : sent;
  }, PATCH);
}

/** Keeps a narrative that the server let go. */
function keepingNarratives(): Breakage {
  const told = new Map<string, unknown>();
  return async (request, answer) => {
    const response = await answer(request);
    const body = parseJson(await response.clone().text());
    const id = text(body, "id");
    if (id === undefined || !isRecord(body)) return response;
    if (body.text !== undefined) told.set(id, body.text);
    return told.has(id) ? new Response(JSON.stringify({ ...body, text: told.get(id) }), response) : response;
  };
}

const without = (name: string) => (entry: unknown) => {
  const { [name]: _lost, ...rest } = Object(entry);
  return rest;
};

/** Broken rules about patches, deletes and history. */
export const CHANGE_MUTANTS: readonly Mutant[] = [
  mutant(
    "a patch may be any text",
    "patch/other-format",
    "PAT-01",
    askedOtherwise((headers, request) => PATCH(request) && headers.set("content-type", "application/json-patch+json")),
  ),
  mutant("a patch changes nothing", "patch/applied", "PAT-02", onlyRead(PATCH)),
  mutant(
    "a patch is applied in part",
    "patch/whole-or-nothing",
    "PAT-02",
    operationsChanged((operations) => operations.slice(0, 1)),
  ),
  mutant(
    "a FHIRPath Patch changes nothing",
    "patch/fhirpath",
    "PAT-02",
    onlyRead((request) => PATCH(request) && request.headers.get("content-type") === "application/fhir+json"),
  ),
  mutant("a patch overlooks If-Match", "patch/if-match", "PAT-03", withoutHeader("if-match")),
  mutant("a patched resource is not validated", "patch/validated", "PAT-04", statusChanged(400, 200, PATCH)),
  mutant("a patch of nothing is 400", "patch/of-nothing", "PAT-05", statusChanged(404, 400, PATCH)),
  mutant(
    "a patch of the id is overlooked",
    "patch/identity",
    "PAT-06",
    operationsChanged((operations) => operations.filter((each) => text(each, "path") !== "/id")),
  ),
  mutant("a narrative outlives its data", "patch/narrative", "PAT-07", keepingNarratives()),
  mutant("several matches are patched", "patch/conditional", "PAT-08", statusChanged(412, 200, PATCH)),
  mutant(
    "a test is overlooked",
    "patch/failed-test",
    "PAT-09",
    operationsChanged((operations) => operations.filter((each) => text(each, "op") !== "test")),
  ),
  mutant(
    "an object is an empty patch",
    "patch/no-list",
    "PAT-10",
    sentTextChanged((sent) => (sent === "{}" ? "[]" : sent), PATCH),
  ),
  mutant(
    "deletes overlook If-Match",
    "patch/lock",
    "LOCK-06",
    askedOtherwise((headers, request) => DELETE(request) && headers.delete("if-match")),
  ),
  mutant("what was deleted is read", "delete/read-after", "READ-04", statusChanged(410, 200, isRead)),
  mutant(
    "a 410 has a strong tag",
    "delete/tag-of-gone",
    "READ-05",
    headersChanged((headers, { status }) => status === 410 && headers.set("etag", '"2"')),
  ),
  mutant("a deletion is no version", "delete/version-of-deletion", "VREAD-03", statusChanged(410, 404, isVersion)),
  mutant(
    "a delete deletes nothing",
    "delete/not-found-again",
    "DEL-01",
    answeredBy(DELETE, async () => new Response(null, { status: 204 })),
  ),
  mutant("a delete is 200 and says nothing", "delete/status", "DEL-02", statusChanged(204, 200, DELETE)),
  mutant(
    "a second delete is 404",
    "delete/nothing-there",
    "DEL-03",
    answeredBy(DELETE, async (request, answer) => {
      const before = await answer(new Request(request.url));
      return before.status === 200 || request.url.includes("?") ? answer(request) : new Response("{}", { status: 404 });
    }),
  ),
  mutant(
    "a refused delete is 422",
    "delete/hanging-references",
    "DEL-05",
    statusChanged(204, 422, ({ method, url }) => method === "DELETE" && url.includes("/Patient/")),
  ),
  mutant(
    "history forgets deletions",
    "delete/in-history",
    "DEL-06",
    historyChanged((entries) => entries.filter((each) => text(each, "request", "method") !== "DELETE")),
  ),
  mutant("nothing comes back", "delete/back-again", "DEL-07", statusChanged(201, 409, isMethod("PUT"))),
  mutant(
    "a delete has the tag before",
    "delete/tag",
    "DEL-08",
    headersChanged((headers, { status }) => status === 204 && headers.set("etag", 'W/"1"')),
  ),
  mutant(
    "a delete of one match is 412",
    "delete/conditional",
    "CDEL-01",
    statusChanged(204, 412, hasCriteria("DELETE")),
  ),
  mutant(
    "several matches are said to be deleted",
    "delete/conditional-several",
    "CDEL-02",
    statusChanged(412, 204, hasCriteria("DELETE")),
  ),
  mutant(
    "criteria that say nothing delete",
    "delete/conditional-unusable",
    "CDEL-03",
    statusChanged(400, 200, hasCriteria("DELETE")),
  ),
  mutant(
    "history is oldest first",
    "history/order",
    "HIST-01",
    historyChanged((entries) => [...entries].reverse()),
  ),
  mutant(
    "history shows no resources",
    "history/resources",
    "HIST-02",
    historyChanged((entries) => entries.map(without("resource"))),
  ),
  mutant(
    "history has no responses",
    "history/request-and-response",
    "HIST-03",
    historyChanged((entries) => entries.map(without("response"))),
  ),
  mutant(
    "history has no times",
    "history/last-modified",
    "HIST-04",
    historyChanged((entries) =>
      entries.map((each) => ({ ...Object(each), response: without("lastModified")(Object(each).response) })),
    ),
  ),
  mutant(
    "_count twice is overlooked",
    "history/given-once",
    "HIST-05",
    answeredBy(
      ({ url }) => url.includes("_count=1&_count=2"),
      async (request, answer) => answer(new Request(request.url.split("?")[0] ?? "")),
    ),
  ),
  mutant("_since is overlooked", "history/since", "HIST-06", withoutParameter("_since")),
  mutant("_at is overlooked", "history/at", "HIST-07", withoutParameter("_at")),
  mutant(
    "history overlooks _count",
    "history/pages",
    "HIST-08",
    answeredBy(
      ({ url }) => url.endsWith("/_history?_count=1"),
      async (request, answer) => answer(new Request(request.url.split("?")[0] ?? "")),
    ),
  ),
  mutant(
    "history of the type forgets deletions",
    "history/of-type",
    "HIST-09",
    historyChanged((entries) => entries.filter((each) => text(each, "request", "method") !== "DELETE")),
  ),
  mutant(
    "history of the server shows deletions alone",
    "history/of-system",
    "HIST-09",
    historyChanged((entries) => entries.filter((each) => text(each, "request", "method") === "DELETE")),
  ),
  mutant(
    "the history of nobody is empty",
    "history/of-nothing",
    "HIST-10",
    answeredBy(
      ({ url }) => url.endsWith("/_history"),
      async (request, answer) => {
        const response = await answer(request);
        const empty = JSON.stringify({ resourceType: "Bundle", type: "history" });
        return response.status === 404 ? new Response(empty, { status: 200, headers: response.headers }) : response;
      },
    ),
  ),
  mutant(
    "history shows criteria",
    "history/conditional-as-plain",
    "HIST-11",
    historyChanged((entries) =>
      entries.map((each) => ({ ...Object(each), request: { method: "PUT", url: "Patient?identifier=x" } })),
    ),
  ),
  mutant("a vread brings the current version", "history/old-version", "VREAD-01", async (request, answer) =>
    answer(
      isVersion(request) ? await copyOf(request, { url: request.url.replace(/\/_history\/[^/]+$/, "") }) : request,
    ),
  ),
  mutant("a vread has the current tag", "history/old-headers", "VREAD-02", async (request, answer) => {
    const response = await answer(request);
    if (isVersion(request)) response.headers.set("etag", 'W/"3"');
    return response;
  }),
  mutant(
    "a version is given twice",
    "history/versions-differ",
    "VREAD-06",
    historyChanged((entries) =>
      entries.map((each) => ({ ...Object(each), response: { ...Object(each).response, etag: 'W/"1"' } })),
    ),
  ),
  mutant("the current version is not there", "read/current-version", "VREAD-05", statusChanged(200, 404, isVersion)),
  mutant("an unknown version is 400", "read/unknown-version", "VREAD-04", statusChanged(404, 400, isVersion)),
  mutant("_summary=count brings entries", "search/count-summary", "SUM-01", withoutParameter("_summary")),
  mutant(
    "a part is not marked",
    "search/summary-marked",
    "SUM-03",
    bodyChanged((body) =>
      body.type === "searchset"
        ? {
            ...body,
            entry: list(body, "entry").map((each) => ({
              ...Object(each),
              resource: { ...Object(each).resource, meta: {} },
            })),
          }
        : undefined,
    ),
  ),
];
