import type { ConformanceCase } from "../case.ts";
import { hasStatus, header, isAsSent, isOutcome, judge, tagOf, that, versionOf } from "../checks.ts";
import { at, list, text } from "../json.ts";
import { addressFrom } from "../ledger.ts";
import { writing, writingOnServer } from "./define.ts";

export const CREATE = { interaction: "create,read" } as const;
export const FHIR_JSON = "application/fhir+json";
const NOT_RESOURCES = ["", "[]", '"x"', "{}", '{"resourceType":', '{"resourceType":"Patient",}', "null"] as const;
const IDS = 20;

/** create: what is named, stamped, stored and refused. */
export const CREATE_CASES: readonly ConformanceCase[] = [
  writing(
    "create/own-id",
    ["CRE-01"],
    "POST of a body with an id is 201 under another id.",
    CREATE,
    async ({ data, type }) => {
      const id = `kit-${data.unique()}`;
      const answer = await data.post({ ...(await data.body(type)), id });
      const given = addressFrom(header(answer, "location")) ?? "";
      return judge(hasStatus(answer, 201), that(given !== `${type}/${id}`, "an id of the server's own", id, answer));
    },
  ),
  writing(
    "create/own-version",
    ["CRE-02"],
    "POST with versionId 99 and a lastUpdated of 1999 is stored with version and time of the server.",
    CREATE,
    async ({ data, type }) => {
      const body = await data.body(type);
      const meta = { ...Object(body.meta), versionId: "kit-99", lastUpdated: "1999-01-01T00:00:00Z" };
      const { resource, exchange } = await data.make(type, { meta });
      const updated = text(resource, "meta", "lastUpdated") ?? "";
      return judge(
        that(versionOf(resource) !== "kit-99", "a version of the server's own", "the one sent", exchange),
        that(!updated.startsWith("1999"), "the time of the create", updated, exchange),
      );
    },
  ),
  writing(
    "create/filled-in",
    ["CRE-03"],
    "A created resource has id, versionId and lastUpdated.",
    CREATE,
    async (context) => {
      const { data, type, send } = context;
      const body = await data.body(type);
      const answer = await data.post(body);
      if (answer.response.status !== 201) return judge(hasStatus(answer, 201));
      const address = addressFrom(header(answer, "location")) ?? `${type}/${text(answer.response.json, "id")}`;
      const read = await send("GET", address);
      const updated = text(read.response.json, "meta", "lastUpdated") ?? "none";
      return judge(
        hasStatus(read, 200),
        that(/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(updated), "lastUpdated with a zone", updated, read),
        that(text(read.response.json, "id") !== undefined, "an id", "none", read),
      );
    },
  ),
  writing(
    "create/location",
    ["CRE-04"],
    "A create is 201, and its Location is a versioned address at which the resource is.",
    CREATE,
    async ({ data, type, send }) => {
      const answer = await data.post(await data.body(type));
      const location = header(answer, "location") ?? "no Location";
      const fits = new RegExp(`/${type}/[A-Za-z0-9.-]{1,64}/_history/[A-Za-z0-9.-]{1,64}$`).test(location);
      const shape = that(fits, `a Location that ends in ${type}/id/_history/version`, location, answer);
      if (answer.response.status !== 201 || !fits) return judge(hasStatus(answer, 201), shape);
      const there = await send("GET", location);
      return judge(
        hasStatus(there, 200),
        that(location.endsWith(`/_history/${versionOf(there.response.json)}`), location, "another version", there),
      );
    },
  ),
  writing(
    "create/headers",
    ["CRE-05"],
    "A create has ETag and Last-Modified of what it made.",
    CREATE,
    async ({ data, type }) => {
      const { exchange, version } = await data.make(type);
      const etag = header(exchange, "etag") ?? "no ETag";
      const modified = Date.parse(header(exchange, "last-modified") ?? "");
      return judge(
        that(etag === tagOf(version), `ETag ${tagOf(version)}`, etag, exchange),
        that(!Number.isNaN(modified), "a Last-Modified", "none", exchange),
      );
    },
  ),
  writing(
    "create/no-resource",
    ["CRE-06"],
    "An empty body, a list, a text, an empty object, broken JSON and a member given twice are each 400.",
    CREATE,
    async ({ send, type, data }) => {
      const doubled = JSON.stringify(await data.body(type)).replace(/}$/, ',"language":"en","language":"fr"}');
      const answers = [];
      for (const body of [...NOT_RESOURCES, doubled])
        answers.push(await send("POST", type, { headers: { "content-type": FHIR_JSON }, body }));
      return judge(...answers.flatMap((answer) => [hasStatus(answer, 400), isOutcome(answer)]));
    },
  ),
  writing(
    "create/other-type",
    ["CRE-07"],
    "A resource of another type than the address is 400.",
    CREATE,
    async ({ send, type, data }) => {
      const other = await data.body(type === "Organization" ? "Patient" : "Organization");
      const answer = await send("POST", type, { headers: { "content-type": FHIR_JSON }, body: JSON.stringify(other) });
      return judge(hasStatus(answer, 400), isOutcome(answer));
    },
  ),
  writing(
    "create/says-where",
    ["CRE-08"],
    "A code outside its required set is 400 or 422, and the outcome names the element.",
    CREATE,
    async ({ data, type }) => {
      const member = { Patient: "gender", Practitioner: "gender" }[type] ?? "status";
      const answer = await data.post(await data.body(type, { [member]: "no such code" }));
      const issues = list(answer.response.json, "issue");
      const places = issues.flatMap((issue) => [...list(issue, "expression"), ...list(issue, "location")]);
      return judge(
        hasStatus(answer, 400, 422),
        isOutcome(answer),
        that(JSON.stringify(places).includes(member), `an expression with ${member}`, JSON.stringify(places), answer),
      );
    },
    ["Patient", "Practitioner", "Observation", "Consent"],
  ),
  writingOnServer(
    "create/unknown-type",
    ["CRE-09", "GEN-08"],
    "POST to a type that does not exist is 404.",
    {},
    async ({ send }) => {
      const body = JSON.stringify({ resourceType: "NotAType" });
      const answer = await send("POST", "NotAType", { headers: { "content-type": FHIR_JSON }, body });
      return judge(hasStatus(answer, 404), isOutcome(answer));
    },
  ),
  writing(
    "create/as-sent",
    ["CRE-10"],
    "A valid resource with language, extension, contained resource and labels is read back as it was sent.",
    CREATE,
    async ({ data, type, send }) => {
      const sent = await data.body(type, {
        language: "en-GB",
        contained: [{ resourceType: "Organization", id: "o1", name: "Held inside" }],
        extension: [
          { url: "https://example.org/fhir/kit-note", valueString: "kept — as it is 👶" },
          { url: "https://example.org/fhir/kit-holder", valueReference: { reference: "#o1" } },
        ],
      });
      const answer = await data.post(sent);
      if (answer.response.status !== 201) return judge(hasStatus(answer, 201));
      const read = await send("GET", addressFrom(header(answer, "location")) ?? "no-location");
      const tags = JSON.stringify(at(read.response.json, "meta", "tag") ?? []);
      return judge(isAsSent(sent, read), that(tags.includes(data.marks.run), "the tag that was sent", tags, read));
    },
  ),
  writingOnServer(
    "create/ids",
    ["CRE-11"],
    `${IDS} creates have as many ids, each of letters, digits, dots and dashes.`,
    { interaction: "create" },
    async ({ data }) => {
      const ids: string[] = [];
      for (let count = 0; count < IDS; count += 1) ids.push((await data.make("Patient")).id);
      const odd = ids.find((id) => !/^[A-Za-z0-9.-]{1,64}$/.test(id));
      return judge(
        that(odd === undefined, "ids of 1 to 64 letters, digits, dots and dashes", `${odd}`),
        that(new Set(ids).size === IDS, `${IDS} ids`, `${new Set(ids).size}`),
      );
    },
  ),
  writingOnServer(
    "create/undeclared-type",
    ["CRE-09"],
    "POST of an Account where the server declares no such type is 404.",
    {},
    async ({ send, plan }) => {
      if (plan.types.has("Account")) return { kind: "not-applicable", reason: "the server serves Account" };
      const body = JSON.stringify({ resourceType: "Account", status: "active" });
      const answer = await send("POST", "Account", { headers: { "content-type": FHIR_JSON }, body });
      return judge(hasStatus(answer, 404), isOutcome(answer));
    },
  ),
];
