import type { ConformanceCase } from "../case.ts";
import { hasStatus, header, isAsSent, isOutcome, isRefused, judge, tagOf, that, versionOf } from "../checks.ts";
import { at, list, text } from "../json.ts";
import { addressFrom } from "../ledger.ts";
import { writing, writingOnServer } from "./define.ts";

const CREATE = { interaction: "create,read" } as const;
const FHIR_JSON = "application/fhir+json";
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

/** Prefer, formats of bodies. */
export const CREATE_HEADER_CASES: readonly ConformanceCase[] = [
  writing(
    "create/minimal",
    ["RET-01"],
    "return=minimal brings no body, and the headers of a create.",
    CREATE,
    async ({ data, type }) => {
      const answer = await data.post(await data.body(type), { headers: { prefer: "return=minimal" } });
      const { body } = answer.response;
      return judge(
        hasStatus(answer, 201),
        that(body === "", "no body", `${body.length} characters`, answer),
        that(header(answer, "location") !== undefined, "a Location", "none", answer),
      );
    },
  ),
  writing(
    "create/representation",
    ["RET-02"],
    "return=representation brings what a read brings.",
    CREATE,
    async ({ data, type, send }) => {
      const answer = await data.post(await data.body(type), { headers: { prefer: "return=representation" } });
      const read = await send("GET", `${type}/${text(answer.response.json, "id")}`);
      const same = JSON.stringify(read.response.json) === JSON.stringify(answer.response.json);
      return judge(hasStatus(answer, 201), that(same, "the resource as a read brings it", "another body", answer));
    },
  ),
  writing(
    "create/outcome",
    ["RET-03"],
    "return=OperationOutcome brings an OperationOutcome without errors.",
    CREATE,
    async ({ data, type }) => {
      const answer = await data.post(await data.body(type), { headers: { prefer: "return=OperationOutcome" } });
      const { json } = answer.response;
      const severities = list(json, "issue").map((issue) => text(issue, "severity") ?? "none");
      const got = text(json, "resourceType") ?? "no resource";
      return judge(
        hasStatus(answer, 201),
        that(got === "OperationOutcome", "an OperationOutcome", got, answer),
        that(!severities.some((each) => /error|fatal/.test(each)), "no error", severities.join(), answer),
      );
    },
  ),
  writing(
    "create/without-preference",
    ["RET-04"],
    "A create without Prefer brings the resource or nothing.",
    CREATE,
    async ({ data, type }) => {
      const answer = await data.post(await data.body(type));
      const got = answer.response.body === "" ? type : (text(answer.response.json, "resourceType") ?? "no resource");
      return judge(hasStatus(answer, 201), that(got === type, `a ${type} or nothing`, got, answer));
    },
  ),
  writing(
    "create/format-of-body",
    ["MIME-05"],
    "A body as text, as a form, or without a Content-Type that says JSON is 415.",
    CREATE,
    async ({ send, type, data }) => {
      const body = JSON.stringify(await data.body(type));
      const types = ["text/plain", "application/x-www-form-urlencoded", "application/octet-stream"];
      const answers = [];
      for (const contentType of types)
        answers.push(await send("POST", type, { headers: { "content-type": contentType }, body }));
      return judge(...answers.flatMap((answer) => [hasStatus(answer, 415), isOutcome(answer)]));
    },
  ),
  writing(
    "create/utf-8",
    ["MIME-06"],
    "Letters beyond the first plane come back as sent; a body in another charset is 400 or 415.",
    CREATE,
    async ({ send, type, data }) => {
      const valueString = "Zoë Müller 𝒜 👨‍👩‍👧 e\u0301";
      const extension = [{ url: "https://example.org/fhir/kit-note", valueString }];
      const { exchange, resource } = await data.make(type, { extension });
      const body = JSON.stringify(await data.body(type));
      const headers = { "content-type": `${FHIR_JSON}; charset=iso-8859-1` };
      const latin = await send("POST", type, { headers, body });
      return judge(
        that(text(resource, "extension", 0, "valueString") === valueString, valueString, "other letters", exchange),
        hasStatus(latin, 400, 415),
      );
    },
  ),
  writing(
    "create/format-of-answer",
    ["MIME-11"],
    "_format=xml does not make the server read the JSON body as XML.",
    CREATE,
    async ({ send, type, data }) => {
      const headers = { "content-type": FHIR_JSON };
      const answer = await send("POST", `${type}?_format=xml`, {
        headers,
        body: JSON.stringify(await data.body(type)),
      });
      return judge(hasStatus(answer, 201, 406));
    },
  ),
];

/** What a body in JSON may hold. */
export const BODY_CASES: readonly ConformanceCase[] = [
  writing(
    "create/empty-members",
    ["JSON-02"],
    "A body with an empty list, an empty object, a null or an unknown member is refused, or stored without it.",
    CREATE,
    async ({ send, type, data }) => {
      for (const members of [
        { extension: [] },
        { meta: {} },
        { language: null },
        { kitUnknown: "x" },
        { language: "" },
      ]) {
        const answer = await data.post({ ...(await data.body(type)), ...members });
        if (answer.response.status >= 400 && answer.response.status < 500) continue;
        const [name = ""] = Object.keys(members);
        const read = await send("GET", addressFrom(header(answer, "location")) ?? "no-location");
        const found = at(read.response.json, name);
        const empty = found === undefined || (name === "meta" && Object.keys(Object(found)).length > 0);
        const finding =
          hasStatus(answer, 201) ??
          hasStatus(read, 200) ??
          that(empty, `a resource without the empty ${name}`, "it is there", read);
        if (finding !== undefined) return judge(finding);
      }
      return judge();
    },
  ),
  writing(
    "create/primitive-extensions",
    ["JSON-03"],
    "given [null, B] with _given comes back in its places.",
    CREATE,
    async ({ data, type, send }) => {
      const masked = {
        extension: [{ url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", valueCode: "masked" }],
      };
      const sent = await data.body(type, { name: [{ family: "Okonjo", given: [null, "B"], _given: [masked, null] }] });
      const answer = await data.post(sent);
      const read = await send("GET", addressFrom(header(answer, "location")) ?? "no-location");
      const got = at(read.response.json, "name", 0);
      const inPlace = at(got, "given", 1) === "B" && at(got, "_given", 0, "extension", 0, "valueCode") === "masked";
      return judge(
        hasStatus(answer, 201),
        that(inPlace, "both given names in their places", JSON.stringify(got), read),
      );
    },
    ["Patient", "Practitioner"],
  ),
  writing(
    "create/json-types",
    ["JSON-04"],
    "A string for a boolean, a boolean for a string and an object for a list are refused.",
    CREATE,
    async ({ data, type }) => {
      const wrong = [{ language: true }, { extension: { url: "https://example.org/x" } }, { implicitRules: 1 }];
      const named = { Patient: { active: "true" }, Observation: { valueQuantity: { value: "80" } } }[type] ?? {
        language: 7,
      };
      const answers = [];
      for (const members of [...wrong, named])
        answers.push(await data.post({ ...(await data.body(type)), ...members }));
      return judge(...answers.flatMap((answer) => [isRefused(answer), isOutcome(answer)]));
    },
  ),
  writing(
    "create/decimals",
    ["JSON-05"],
    "1.00, 0.0000001 and a decimal of 18 digits come back with the same digits.",
    CREATE,
    async ({ data, type, send }) => {
      for (const digits of ["1.00", "0.00000010", "123456789.123456789"]) {
        const body = JSON.stringify({ ...(await data.body(type)), valueQuantity: { value: 424242, unit: "cm" } });
        const answer = await send("POST", type, {
          headers: { "content-type": FHIR_JSON },
          body: body.replace("424242", digits),
        });
        const read = await send("GET", addressFrom(header(answer, "location")) ?? "no-location");
        const finding =
          hasStatus(answer, 201) ??
          that(
            read.response.body.includes(`"value":${digits}`) ||
              new RegExp(`"value"\\s*:\\s*${digits.replace(".", "\\.")}[,}\\s]`).test(read.response.body),
            digits,
            "other digits",
            read,
          );
        if (finding !== undefined) return judge(finding);
      }
      return judge();
    },
    ["Observation"],
  ),
  writing(
    "create/times",
    ["JSON-06"],
    "A time without a zone is refused; a year, and a year with a month, are stored.",
    CREATE,
    async ({ data, type }) => {
      const wrong = await data.post(await data.body(type, { effectiveDateTime: "2015-02-07T13:28:00" }));
      const good = [];
      for (const effectiveDateTime of ["2015", "2015-02", "2015-02-07T13:28:17+02:00"])
        good.push(await data.post(await data.body(type, { effectiveDateTime })));
      return judge(isRefused(wrong), ...good.map((answer) => hasStatus(answer, 201)));
    },
    ["Observation"],
  ),
  writing(
    "create/control-characters",
    ["JSON-07"],
    "A null character in a string is refused, or comes back unchanged.",
    CREATE,
    async ({ data, type, send }) => {
      const valueString = "kit\u0000kit";
      const answer = await data.post(
        await data.body(type, { extension: [{ url: "https://example.org/fhir/kit-note", valueString }] }),
      );
      if (answer.response.status !== 201) return judge(isRefused(answer));
      const read = await send("GET", addressFrom(header(answer, "location")) ?? "no-location");
      const got = text(read.response.json, "extension", 0, "valueString") ?? "none";
      return judge(that(got === valueString, "the string as it was sent", JSON.stringify(got), read));
    },
  ),
  writing(
    "create/narrative",
    ["JSON-08"],
    "A narrative with a script, an event handler or a frame is refused, or served without it.",
    CREATE,
    async ({ data, type, send }) => {
      const parts = [
        "<script>alert(1)</script>",
        '<p onclick="alert(1)">x</p>',
        '<iframe src="https://example.org/"/>',
      ];
      for (const part of parts) {
        const div = `<div xmlns="http://www.w3.org/1999/xhtml">${part}</div>`;
        const answer = await data.post(await data.body(type, { text: { status: "additional", div } }));
        if (answer.response.status >= 400 && answer.response.status < 500) continue;
        const read = await send("GET", addressFrom(header(answer, "location")) ?? "no-location");
        const served = /<script|onclick|<iframe/.test(read.response.body);
        const finding = hasStatus(answer, 201) ?? that(!served, "a narrative that cannot run", part, read);
        if (finding !== undefined) return judge(finding);
      }
      return judge();
    },
  ),
];
