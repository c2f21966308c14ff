import type { CaseContext, ConformanceCase } from "../case.ts";
import { type Finding, hasStatus, header, isOutcome, isRefused, judge, tagOf, that, versionOf } from "../checks.ts";
import { changeOf, IDENTIFIED_TYPES } from "../fixtures.ts";
import type { Exchange } from "../http.ts";
import { at, text } from "../json.ts";
import type { Made } from "../workspace.ts";
import { countOf, makeTwins } from "./conditional-create.ts";
import { byIdentifier } from "./conditional-update.ts";
import { writing } from "./define.ts";
import { nowhere } from "./update.ts";

const PATCH = { interaction: "create,read,patch" } as const;
const JSON_PATCH = "application/json-patch+json";
const NO_ID = "kit-none";

type Operation = Readonly<Record<string, unknown>>;

export function jsonPatch(
  { send }: Pick<CaseContext, "send">,
  address: string,
  operations: readonly Operation[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Exchange> {
  const body = JSON.stringify(operations);
  return send("PATCH", address, { headers: { "content-type": JSON_PATCH, ...headers }, body });
}

/** The type's harmless change as one operation. */
export function operation(type: string): Operation {
  const { member, value } = changeOf(type);
  return { op: "add", path: `/${member}`, value };
}

function isUnchanged(read: Exchange, made: Made): Finding {
  const version = versionOf(read.response.json);
  return that(version === made.version, `version ${made.version} as before`, `version ${version}`, read);
}

/** A refused patch leaves the resource as it was. */
async function refusedWhole(
  { send }: CaseContext,
  made: Made,
  answer: Exchange,
  ...more: readonly Finding[]
): Promise<ReturnType<typeof judge>> {
  const read = await send("GET", made.reference);
  return judge(isRefused(answer), isOutcome(answer), isUnchanged(read, made), ...more);
}

/** patch by JSON Patch and by FHIRPath Patch. */
export const PATCH_CASES: readonly ConformanceCase[] = [
  writing(
    "patch/other-format",
    ["PAT-01"],
    "A patch as plain text or in an unknown format is 415.",
    PATCH,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const answers = [];
      for (const contentType of ["text/plain", "application/x-unknown"])
        answers.push(await send("PATCH", made.reference, { headers: { "content-type": contentType }, body: "[]" }));
      return judge(...answers.flatMap((answer) => [hasStatus(answer, 415), isOutcome(answer)]));
    },
  ),
  writing(
    "patch/applied",
    ["PAT-02", "PAT-04"],
    "A JSON Patch of one element is 200 and changes it, with a new version and its ETag.",
    PATCH,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const { member, value } = changeOf(type);
      const answer = await jsonPatch({ send }, made.reference, [operation(type)]);
      const read = await send("GET", made.reference);
      const version = versionOf(read.response.json);
      const got = at(read.response.json, member);
      const same =
        typeof value === "string" && typeof got === "string"
          ? Date.parse(got) === Date.parse(value) || got === value
          : got === value;
      return judge(
        hasStatus(answer, 200),
        that(same, `${member} ${value}`, `${got}`, read),
        that(version !== made.version, "a new version", "the old one", read),
        that(header(answer, "etag") === tagOf(version), `ETag ${tagOf(version)}`, `${header(answer, "etag")}`, answer),
      );
    },
  ),
  writing(
    "patch/whole-or-nothing",
    ["PAT-02"],
    "A JSON Patch whose second operation does not apply is refused, and the first has no effect.",
    PATCH,
    async (context) => {
      const made = await context.data.make(context.type);
      const operations = [operation(context.type), { op: "remove", path: "/extension/7" }];
      return refusedWhole(context, made, await jsonPatch(context, made.reference, operations));
    },
  ),
  writing(
    "patch/fhirpath",
    ["PAT-02"],
    "A FHIRPath Patch that replaces or adds one element is 200 and changes it.",
    PATCH,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const { member, value, typed } = changeOf(type);
      const there = made.resource[member] !== undefined;
      const parts = there
        ? [
            { name: "type", valueCode: "replace" },
            { name: "path", valueString: `${type}.${member}` },
          ]
        : [
            { name: "type", valueCode: "add" },
            { name: "path", valueString: type },
            { name: "name", valueString: member },
          ];
      const parameter = [{ name: "operation", part: [...parts, { name: "value", [typed]: value }] }];
      const body = JSON.stringify({ resourceType: "Parameters", parameter });
      const answer = await send("PATCH", made.reference, {
        headers: { "content-type": "application/fhir+json" },
        body,
      });
      if (answer.response.status === 415) return { kind: "not-declared", reason: "FHIRPath Patch is answered 415" };
      const got = at((await send("GET", made.reference)).response.json, member);
      return judge(hasStatus(answer, 200), that(got !== made.resource[member], `another ${member}`, `${got}`, answer));
    },
  ),
  writing(
    "patch/if-match",
    ["PAT-03"],
    "PATCH with the current If-Match is 200, with a stale one 412.",
    PATCH,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const headers = { "if-match": tagOf(made.version) };
      const current = await jsonPatch({ send }, made.reference, [operation(type)], headers);
      const stale = await jsonPatch({ send }, made.reference, [{ op: "add", path: "/language", value: "fr" }], headers);
      return judge(hasStatus(current, 200), hasStatus(stale, 412), isOutcome(stale));
    },
  ),
  writing(
    "patch/validated",
    ["PAT-04"],
    "A patch that adds an unknown element or a value of the wrong type is 400 or 422 and changes nothing.",
    PATCH,
    async (context) => {
      const made = await context.data.make(context.type);
      const unknown = await jsonPatch(context, made.reference, [{ op: "add", path: "/kitUnknown", value: "x" }]);
      const wrong = await jsonPatch(context, made.reference, [{ op: "add", path: "/language", value: 7 }]);
      return refusedWhole(context, made, unknown, hasStatus(unknown, 400, 422), hasStatus(wrong, 400, 422));
    },
  ),
  writing(
    "patch/of-nothing",
    ["PAT-05"],
    "PATCH of an id that nobody has is 404, of what was deleted 404 or 410.",
    { interaction: "create,patch,delete" },
    async ({ data, type, send }) => {
      const made = await data.make(type);
      await send("DELETE", made.reference);
      const nobody = await jsonPatch({ send }, nowhere(type), [operation(type)]);
      const deleted = await jsonPatch({ send }, made.reference, [operation(type)]);
      return judge(hasStatus(nobody, 404), isOutcome(nobody), hasStatus(deleted, 404, 410));
    },
  ),
  writing(
    "patch/identity",
    ["PAT-06"],
    "A patch of id or resourceType is refused; one of meta.versionId is refused or has no effect.",
    PATCH,
    async (context) => {
      const { data, type, send } = context;
      const made = await data.make(type);
      const replace = (path: string, value: string) =>
        jsonPatch(context, made.reference, [{ op: "replace", path, value }]);
      const id = await replace("/id", NO_ID);
      const other = await replace("/resourceType", type === "Organization" ? "Patient" : "Organization");
      await replace("/meta/versionId", "kit-99");
      const read = await send("GET", made.reference);
      return judge(
        isRefused(id),
        isRefused(other),
        hasStatus(read, 200),
        that(versionOf(read.response.json) !== "kit-99", "a version of the server's own", "the patched one", read),
      );
    },
  ),
  writing(
    "patch/narrative",
    ["PAT-07"],
    "A narrative made from the data is gone or made anew after a patch of these data, or the patch is refused.",
    PATCH,
    async ({ data, type, send }) => {
      const div = '<div xmlns="http://www.w3.org/1999/xhtml">Born on 2019-05-05</div>';
      const made = await data.make(type, { birthDate: "2019-05-05", text: { status: "generated", div } });
      const answer = await jsonPatch({ send }, made.reference, [
        { op: "replace", path: "/birthDate", value: "2019-06-06" },
      ]);
      if (answer.response.status >= 400) return judge(isRefused(answer));
      const told = text((await send("GET", made.reference)).response.json, "text", "div") ?? "";
      return judge(that(!told.includes("2019-05-05"), "no narrative of the old data", told, answer));
    },
    ["Patient"],
  ),
  writing(
    "patch/conditional",
    ["PAT-08"],
    "PATCH by an identifier of one resource is 200, of none 404, of two 412.",
    { interaction: "create,search-type,patch" },
    async (context) => {
      const { data, type } = context;
      const made = await data.make(type);
      const twins = await makeTwins(context);
      const one = await jsonPatch(context, byIdentifier(context, made.identifier), [operation(type)]);
      if ([405, 501].includes(one.response.status))
        return { kind: "not-declared", reason: `PATCH by criteria is answered ${one.response.status}` };
      const none = await jsonPatch(context, byIdentifier(context, data.unique()), [operation(type)]);
      const several = await jsonPatch(context, byIdentifier(context, twins), [operation(type)]);
      const count = await countOf(context, twins);
      return judge(
        hasStatus(one, 200),
        hasStatus(none, 404),
        hasStatus(several, 412),
        that(count === 2, "two resources as before", `${count}`, several),
      );
    },
    IDENTIFIED_TYPES,
  ),
  writing(
    "patch/failed-test",
    ["PAT-09"],
    "A test operation that fails refuses the whole patch.",
    PATCH,
    async (context) => {
      const made = await context.data.make(context.type);
      const operations = [operation(context.type), { op: "test", path: "/id", value: NO_ID }];
      const answer = await jsonPatch(context, made.reference, operations);
      return refusedWhole(context, made, answer, hasStatus(answer, 400, 409, 412, 422));
    },
  ),
  writing(
    "patch/no-list",
    ["PAT-10"],
    "An empty body, an object and broken JSON as a JSON Patch are 400.",
    PATCH,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const answers = [];
      for (const body of ["", "{}", "["])
        answers.push(await send("PATCH", made.reference, { headers: { "content-type": JSON_PATCH }, body }));
      return judge(...answers.flatMap((answer) => [hasStatus(answer, 400), isOutcome(answer)]));
    },
  ),
  writing(
    "patch/lock",
    ["LOCK-06"],
    "PATCH and DELETE with a stale If-Match are 412, and the resource stays.",
    { interaction: "create,read,patch,delete" },
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const headers = { "if-match": 'W/"kit-stale"' };
      const patched = await jsonPatch({ send }, made.reference, [operation(type)], headers);
      const deleted = await send("DELETE", made.reference, { headers });
      const read = await send("GET", made.reference);
      return judge(hasStatus(patched, 412), hasStatus(deleted, 412), hasStatus(read, 200), isUnchanged(read, made));
    },
  ),
];
