import type { ConformanceCase } from "../case.ts";
import { hasStatus, header, isOutcome, isRefused, judge, that } from "../checks.ts";
import { at, text } from "../json.ts";
import { addressFrom } from "../ledger.ts";
import { CREATE, FHIR_JSON } from "./create.ts";
import { writing } from "./define.ts";

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
