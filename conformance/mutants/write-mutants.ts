import { at, isRecord, parseJson, text } from "../json.ts";
import {
  answeredBy,
  askedOtherwise,
  bodyChanged,
  copyOf,
  hasCriteria,
  headersChanged,
  isMethod,
  isRead,
  type Mutant,
  mutant,
  onlyRead,
  sentChanged,
  sentTextChanged,
  statusChanged,
  withoutHeader,
} from "./breakage.ts";
import type { Breakage } from "./small-server.ts";

const POST = isMethod("POST");
const PUT = isMethod("PUT");

/** Takes version and time of a body for its own. */
function believingMeta(): Breakage {
  const told = new Map<string, unknown>();
  return async (request, answer) => {
    const meta = at(parseJson(await request.clone().text()), "meta");
    const response = await answer(request);
    const body = parseJson(await response.clone().text());
    const id = text(body, "id");
    if (id === undefined || !isRecord(body)) return response;
    if (text(meta, "versionId") === "kit-99") told.set(id, meta);
    if (!told.has(id)) return response;
    return new Response(JSON.stringify({ ...body, meta: told.get(id) }), response);
  };
}

/** A criterion as the id of a new resource. */
const criteriaIgnored = answeredBy(hasCriteria("PUT"), async (request, answer) => {
  const url = new URL(request.url);
  url.search = "";
  return answer(await copyOf(request, { url, method: "POST" }));
});

const escapedInside = sentTextChanged((sent) => sent.replaceAll("<script", "&lt;KIT").replaceAll("</script>", "KIT"));

/** Broken rules about creates and updates. */
export const WRITE_MUTANTS: readonly Mutant[] = [
  mutant("a create keeps the id of the body", "create/own-id", "CRE-01", async (request, answer) => {
    const id = text(parseJson(await request.clone().text()), "id");
    if (!POST(request) || id === undefined || request.url.endsWith("/fhir")) return answer(request);
    return answer(await copyOf(request, { method: "PUT", url: `${request.url}/${id}` }));
  }),
  mutant("a create believes the version of the body", "create/own-version", "CRE-02", believingMeta()),
  mutant(
    "a resource has no time",
    "create/filled-in",
    "CRE-03",
    bodyChanged((body) => (isRecord(body.meta) ? { ...body, meta: { versionId: body.meta.versionId } } : undefined)),
  ),
  mutant(
    "a Location without version",
    "create/location",
    "CRE-04",
    headersChanged((headers) => headers.set("location", (headers.get("location") ?? "").replace(/\/_history.*/, ""))),
  ),
  mutant(
    "a create has no ETag",
    "create/headers",
    "CRE-05",
    headersChanged((headers, { status }) => status === 201 && headers.delete("etag")),
  ),
  mutant("a list is unprocessable", "create/no-resource", "CRE-06", statusChanged(400, 422, POST)),
  mutant("another type is taken", "create/other-type", "CRE-07", statusChanged(400, 201, POST)),
  mutant(
    "a refusal does not say where",
    "create/says-where",
    "CRE-08",
    bodyChanged((body) =>
      body.resourceType === "OperationOutcome"
        ? { ...body, issue: [{ severity: "error", code: "invalid", diagnostics: "no" }] }
        : undefined,
    ),
  ),
  mutant("a create on nothing known is 400", "create/unknown-type", "CRE-09", statusChanged(404, 400, POST)),
  mutant(
    "an undeclared type is taken",
    "create/undeclared-type",
    "CRE-09",
    statusChanged(404, 201, ({ url }) => url.endsWith("/Account")),
  ),
  mutant(
    "extensions are lost",
    "create/as-sent",
    "CRE-10",
    sentChanged(({ extension: _lost, ...rest }) => rest, POST),
  ),
  mutant("every create has one id", "create/ids", "CRE-11", async (request, answer) => {
    if (!POST(request) || !request.url.endsWith("/Patient")) return answer(request);
    const body = JSON.stringify({ ...Object(parseJson(await request.text())), id: "one" });
    const response = await answer(await copyOf(request, { method: "PUT", url: `${request.url}/one`, body }));
    return new Response(response.body, { status: 201, headers: response.headers });
  }),
  mutant("minimal brings a body", "create/minimal", "RET-01", withoutHeader("prefer")),
  mutant(
    "representation is not what is stored",
    "create/representation",
    "RET-02",
    bodyChanged((body, request) => (POST(request) && body.id !== undefined ? { ...body, language: "en" } : undefined)),
  ),
  mutant("an outcome is not brought", "create/outcome", "RET-03", withoutHeader("prefer")),
  mutant(
    "an outcome comes unasked",
    "create/without-preference",
    "RET-04",
    askedOtherwise((headers, request) => POST(request) && headers.set("prefer", "return=OperationOutcome")),
  ),
  mutant(
    "text is taken for JSON",
    "create/format-of-body",
    "MIME-05",
    askedOtherwise(
      (headers) => headers.get("content-type") === "text/plain" && headers.set("content-type", "application/fhir+json"),
    ),
  ),
  mutant(
    "a charset is not looked at",
    "create/utf-8",
    "MIME-06",
    askedOtherwise(
      (headers) =>
        /charset/.test(headers.get("content-type") ?? "") && headers.set("content-type", "application/fhir+json"),
    ),
  ),
  mutant("_format is held against the body", "create/format-of-answer", "MIME-11", statusChanged(406, 415, POST)),
  mutant("empty members are taken", "create/empty-members", "JSON-02", statusChanged(400, 201, POST)),
  mutant(
    "extensions on given names are lost",
    "create/primitive-extensions",
    "JSON-03",
    sentTextChanged((sent) => sent.replace(/"_given":\[[^\]]*\][^\]]*\]/, '"_given":[null,null]')),
  ),
  mutant("a text is taken for a boolean", "create/json-types", "JSON-04", statusChanged(400, 201, POST)),
  mutant(
    "digits are lost",
    "create/decimals",
    "JSON-05",
    bodyChanged((body) => body),
  ),
  mutant(
    "a zone is added",
    "create/times",
    "JSON-06",
    sentTextChanged((sent) => sent.replace('T13:28:00"', 'T13:28:00Z"')),
  ),
  mutant(
    "a null character is swallowed",
    "create/control-characters",
    "JSON-07",
    sentTextChanged((sent) => sent.replaceAll("\\u0000", "")),
  ),
  mutant("a script is served", "create/narrative", "JSON-08", async (request, answer) => {
    const response = await escapedInside(request, answer);
    const served = (await response.clone().text()).replaceAll("&lt;KIT", "<script");
    return response.body === null || request.method === "HEAD" ? response : new Response(served, response);
  }),
  mutant(
    "a condition that nothing meets makes nothing",
    "create/if-none-exist-none",
    "CCRE-01",
    statusChanged(201, 200, ({ headers }) => headers.has("if-none-exist")),
  ),
  mutant("a condition is not looked at", "create/if-none-exist-one", "CCRE-02", withoutHeader("if-none-exist")),
  mutant("several matches are none", "create/if-none-exist-several", "CCRE-03", withoutHeader("if-none-exist")),
  mutant(
    "an empty condition is no condition",
    "create/if-none-exist-unusable",
    "CCRE-04",
    askedOtherwise((headers) => headers.get("if-none-exist") === "" && headers.delete("if-none-exist")),
  ),
  mutant(
    "an unknown criterion undoes the known one",
    "create/if-none-exist-partly-unknown",
    "CCRE-04",
    askedOtherwise((headers) => headers.get("if-none-exist")?.includes("x-unknown") && headers.delete("if-none-exist")),
  ),
  mutant("conditional creates race", "create/if-none-exist-at-once", "CCRE-05", withoutHeader("if-none-exist")),
  mutant("a missing id is taken from the address", "update/body-without-id", "UPD-01", async (request, answer) => {
    if (!PUT(request)) return answer(request);
    const id = new URL(request.url).pathname.split("/").at(-1);
    return answer(await copyOf(request, { body: JSON.stringify({ id, ...Object(parseJson(await request.text())) }) }));
  }),
  mutant("another id is overlooked", "update/body-with-other-id", "UPD-02", async (request, answer) => {
    if (!PUT(request)) return answer(request);
    const id = new URL(request.url).pathname.split("/").at(-1);
    return answer(await copyOf(request, { body: JSON.stringify({ ...Object(parseJson(await request.text())), id }) }));
  }),
  mutant("an update believes the version of the body", "update/own-version", "UPD-03", believingMeta()),
  mutant("an update changes nothing", "update/new-version", "UPD-04", onlyRead(PUT)),
  mutant(
    "tags are lost",
    "update/keeps-meta",
    "UPD-05",
    sentChanged(({ meta: _lost, ...rest }) => rest, PUT),
  ),
  mutant("every update is 201", "update/status", "UPD-06", statusChanged(200, 201, PUT)),
  mutant("a revival is 200", "update/revives", "UPD-07", statusChanged(201, 200, PUT)),
  mutant(
    "an update has no ETag",
    "update/headers",
    "UPD-08",
    headersChanged((headers, { status }) => status === 200 && headers.delete("etag")),
  ),
  mutant(
    "an update does not say where",
    "update/location",
    "UPD-09",
    headersChanged((headers) => headers.delete("location")),
  ),
  mutant(
    "an update loses extensions",
    "update/as-sent",
    "UPD-10",
    sentChanged(({ extension: _lost, ...rest }) => rest, PUT),
  ),
  mutant("an update takes another type", "update/other-type", "UPD-11", statusChanged(400, 200, PUT)),
  mutant("chosen ids are declared and refused", "update/chosen-ids", "UPD-12", statusChanged(201, 405, PUT)),
  mutant("broken JSON is taken", "update/bad-content", "UPD-13", statusChanged(400, 200, PUT)),
  mutant("an old version is the new one", "update/past-versions-stay", "UPD-14", async (request, answer) =>
    answer(request.method === "GET" ? new Request(request.url.replace(/\/_history\/[^/]+$/, ""), request) : request),
  ),
  mutant(
    "an update tells of another version",
    "update/same-content",
    "UPD-15",
    headersChanged((headers, { status }) => status === 200 && headers.set("etag", `W/"${crypto.randomUUID()}"`)),
  ),
  mutant(
    "each read is a version",
    "update/version-follows-content",
    "RES-02",
    bodyChanged((body, request) =>
      isRead(request) && isRecord(body.meta)
        ? { ...body, meta: { ...body.meta, versionId: crypto.randomUUID() } }
        : undefined,
    ),
  ),
  mutant("minimal swallows the reason", "update/refusal-explained", "RET-05", async (request, answer) => {
    const response = await answer(request);
    return request.headers.has("prefer") && response.status >= 400
      ? new Response(null, { status: response.status })
      : response;
  }),
  mutant("If-Match is overlooked", "update/stale", "LOCK-01", withoutHeader("if-match")),
  mutant(
    "If-Match never fits",
    "update/current",
    "LOCK-02",
    askedOtherwise((headers) => headers.has("if-match") && headers.set("if-match", 'W/"never"')),
  ),
  mutant("the last update wins", "update/at-once", "LOCK-04", withoutHeader("if-match")),
  mutant(
    "a bad If-Match is overlooked",
    "update/unreadable-if-match",
    "LOCK-05",
    askedOtherwise((headers) => !/^W\/".+"$/.test(headers.get("if-match") ?? "") && headers.delete("if-match")),
  ),
  mutant("nothing to update is 404", "update/conditional-none", "CUPD-01", statusChanged(201, 404, PUT)),
  mutant("a chosen id is replaced", "update/conditional-none-with-id", "CUPD-02", criteriaIgnored),
  mutant("one match is doubled", "update/conditional-one", "CUPD-03", criteriaIgnored),
  mutant(
    "another id than the match is overlooked",
    "update/conditional-other-id",
    "CUPD-04",
    sentChanged(({ id: _lost, ...rest }) => rest, hasCriteria("PUT")),
  ),
  mutant("several matches make one more", "update/conditional-several", "CUPD-05", criteriaIgnored),
  mutant("criteria that say nothing make something", "update/conditional-unusable", "CUPD-06", criteriaIgnored),
];
