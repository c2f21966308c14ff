import type { ConformanceCase } from "../case.ts";
import { hasStatus, header, isOutcome, judge, that } from "../checks.ts";
import { list, text } from "../json.ts";
import { CREATE, FHIR_JSON } from "./create.ts";
import { writing } from "./define.ts";

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
