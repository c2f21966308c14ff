import type { CaseContext, ConformanceCase } from "../case.ts";
import { hasStatus, header, isAsSent, isOutcome, isRefused, judge, tagOf, that, versionOf } from "../checks.ts";
import { changeOf } from "../fixtures.ts";
import type { Exchange } from "../http.ts";
import { at, text } from "../json.ts";
import type { Made } from "../workspace.ts";
import { writing } from "./define.ts";
import { unknownId } from "./samples.ts";

export const UPDATE = { interaction: "create,read,update" } as const;
const VERSIONS = { interaction: "create,read,update,vread" } as const;
const CHOSEN = { interaction: "read,update", flag: "updateCreate" } as const;

/** The resource with its harmless change. */
export function changed(type: string, resource: Made["resource"]): Readonly<Record<string, unknown>> {
  const { member, value } = changeOf(type);
  return { ...resource, [member]: value };
}

/** Makes a resource and changes it. */
export async function makeAndChange({ data, type }: CaseContext): Promise<{ made: Made; answer: Exchange }> {
  const made = await data.make(type);
  return { made, answer: await data.put(made.reference, changed(type, made.resource)) };
}

/** update: identity, stamps, versions, what is kept and what is refused. */
export const UPDATE_CASES: readonly ConformanceCase[] = [
  writing(
    "update/body-without-id",
    ["UPD-01"],
    "PUT of a body without an id is 400.",
    UPDATE,
    async ({ data, type }) => {
      const made = await data.make(type);
      const { id: _id, ...body } = made.resource;
      const answer = await data.put(made.reference, body);
      return judge(hasStatus(answer, 400), isOutcome(answer));
    },
  ),
  writing(
    "update/body-with-other-id",
    ["UPD-02"],
    "PUT of a body with another id is 400, and nothing is stored under either id.",
    UPDATE,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const other = `kit-${data.unique()}`;
      const answer = await data.put(made.reference, { ...changed(type, made.resource), id: other });
      const there = await send("GET", `${type}/${other}`);
      const here = await send("GET", made.reference);
      return judge(
        hasStatus(answer, 400),
        isOutcome(answer),
        hasStatus(there, 404),
        that(versionOf(here.response.json) === made.version, "the version as before", "a new version", here),
      );
    },
  ),
  writing(
    "update/own-version",
    ["UPD-03"],
    "PUT with versionId 99 and a lastUpdated of 1999 is stored with version and time of the server.",
    UPDATE,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const meta = { ...Object(made.resource.meta), versionId: "kit-99", lastUpdated: "1999-01-01T00:00:00Z" };
      const answer = await data.put(made.reference, { ...changed(type, made.resource), meta });
      const read = await send("GET", made.reference);
      const updated = text(read.response.json, "meta", "lastUpdated") ?? "";
      return judge(
        hasStatus(answer, 200),
        that(versionOf(read.response.json) !== "kit-99", "a version of the server's own", "the one sent", read),
        that(!updated.startsWith("1999"), "the time of the update", updated, read),
      );
    },
  ),
  writing(
    "update/new-version",
    ["UPD-04", "VER-01"],
    "A change brings another versionId and a lastUpdated that is not before the last one.",
    UPDATE,
    async (context) => {
      const { made, answer } = await makeAndChange(context);
      const read = await context.send("GET", made.reference);
      const times = [made.resource, read.response.json].map((each) =>
        Date.parse(text(each, "meta", "lastUpdated") ?? ""),
      );
      const [before = 0, after = 0] = times;
      return judge(
        hasStatus(answer, 200),
        that(versionOf(read.response.json) !== made.version, `a version other than ${made.version}`, "the same", read),
        that(after >= before, "a time not before the last one", `${times.join()}`, read),
      );
    },
  ),
  writing(
    "update/keeps-meta",
    ["UPD-05"],
    "Tags, security labels and source come back as they were put.",
    UPDATE,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const security = [{ system: "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", code: "N" }];
      const meta = { ...Object(made.resource.meta), security, source: "https://example.org/fhir/kit" };
      const answer = await data.put(made.reference, { ...made.resource, meta });
      const read = await send("GET", made.reference);
      const got = JSON.stringify(at(read.response.json, "meta"));
      return judge(
        hasStatus(answer, 200),
        that(got.includes(data.marks.run), "the tag", got, read),
        that(/"code":"N"/.test(got), "the security label", got, read),
        that(got.includes("https://example.org/fhir/kit"), "the source", got, read),
      );
    },
  ),
  writing("update/status", ["UPD-06"], "PUT of a changed resource is 200.", UPDATE, async (context) =>
    judge(hasStatus((await makeAndChange(context)).answer, 200)),
  ),
  writing(
    "update/revives",
    ["UPD-07", "DEL-07"],
    "PUT of an id that nobody has is 201, and so is PUT of what was deleted.",
    { ...CHOSEN, interaction: "read,update,delete" },
    async ({ data, type, send }) => {
      const address = `${type}/kit-${data.unique()}`;
      const body = { ...(await data.body(type)), id: address.split("/")[1] };
      const first = await data.put(address, body);
      if (first.response.status !== 201) return judge(hasStatus(first, 201));
      const gone = await send("DELETE", address);
      const again = await data.put(address, body);
      return judge(hasStatus(gone, 200, 202, 204), hasStatus(again, 201), hasStatus(await send("GET", address), 200));
    },
  ),
  writing(
    "update/headers",
    ["UPD-08"],
    "A successful PUT has the ETag of the new version, and its Last-Modified.",
    UPDATE,
    async (context) => {
      const { made, answer } = await makeAndChange(context);
      const read = await context.send("GET", made.reference);
      const expected = tagOf(versionOf(read.response.json));
      const [etag, modified] = [header(answer, "etag") ?? "no ETag", header(answer, "last-modified")];
      return judge(
        that(etag === expected, `ETag ${expected}`, etag, answer),
        that(modified === header(read, "last-modified"), "Last-Modified as of a read", `${modified}`, answer),
      );
    },
  ),
  writing(
    "update/location",
    ["UPD-09"],
    "PUT that makes a resource has a Location that ends in its version.",
    CHOSEN,
    async ({ data, type }) => {
      const id = `kit-${data.unique()}`;
      const answer = await data.put(`${type}/${id}`, { ...(await data.body(type)), id });
      const location = header(answer, "location") ?? "no Location";
      const fits = location.includes(`${type}/${id}/_history/`);
      return judge(hasStatus(answer, 201), that(fits, `a Location with ${type}/${id}/_history/`, location, answer));
    },
  ),
  writing("update/as-sent", ["UPD-10"], "What was put is what is read.", UPDATE, async ({ data, type, send }) => {
    const made = await data.make(type);
    const extension = [{ url: "https://example.org/fhir/kit-note", valueString: "after" }];
    const sent = { ...changed(type, made.resource), extension };
    const answer = await data.put(made.reference, sent);
    return judge(hasStatus(answer, 200), isAsSent(sent, await send("GET", made.reference)));
  }),
  writing(
    "update/other-type",
    ["UPD-11"],
    "PUT of a resource of another type is 400.",
    UPDATE,
    async ({ data, type }) => {
      const made = await data.make(type);
      const other = await data.body(type === "Organization" ? "Patient" : "Organization");
      const answer = await data.put(made.reference, { ...other, id: made.id });
      return judge(hasStatus(answer, 400), isOutcome(answer));
    },
  ),
  writing(
    "update/chosen-ids",
    ["UPD-12", "CAP-11"],
    "PUT of an id that nobody has is 201 where updateCreate is declared, else 405.",
    { interaction: "update" },
    async ({ data, type, declared, plan }) => {
      if (plan.assumed !== undefined) return { kind: "not-applicable", reason: "there is no statement to agree with" };
      const id = `kit-${data.unique()}`;
      const answer = await data.put(`${type}/${id}`, { ...(await data.body(type)), id });
      return judge(declared?.resource.updateCreate === true ? hasStatus(answer, 201) : hasStatus(answer, 404, 405));
    },
  ),
  writing(
    "update/bad-content",
    ["UPD-13"],
    "PUT of broken JSON and of an unknown element is 400, of a code outside its set 400 or 422; nothing changes.",
    UPDATE,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const headers = { "content-type": "application/fhir+json" };
      const broken = await send("PUT", made.reference, { headers, body: '{"resourceType":' });
      const unknown = await data.put(made.reference, { ...made.resource, kitUnknown: "x" });
      const invalid = await data.put(made.reference, { ...made.resource, language: 7 });
      const read = await send("GET", made.reference);
      return judge(
        hasStatus(broken, 400),
        hasStatus(unknown, 400, 422),
        hasStatus(invalid, 400, 422),
        that(versionOf(read.response.json) === made.version, "the version as before", "a new version", read),
      );
    },
  ),
  writing(
    "update/past-versions-stay",
    ["UPD-14"],
    "The first version is the same before and after an update.",
    VERSIONS,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const address = `${made.reference}/_history/${made.version}`;
      const before = await send("GET", address);
      await data.put(made.reference, changed(type, made.resource));
      const after = await send("GET", address);
      const same = before.response.body === after.response.body;
      return judge(hasStatus(before, 200), hasStatus(after, 200), that(same, "the same body", "another body", after));
    },
  ),
  writing(
    "update/same-content",
    ["UPD-15", "RES-02"],
    "PUT of the same content is 200, and its ETag is the one that a read then has.",
    UPDATE,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const answer = await data.put(made.reference, made.resource);
      const read = await send("GET", made.reference);
      const [put, got] = [header(answer, "etag"), header(read, "etag")];
      return judge(hasStatus(answer, 200), that(put === got, `ETag ${got}`, `ETag ${put}`, answer));
    },
  ),
  writing(
    "update/version-follows-content",
    ["RES-02"],
    "Two reads without a write between them have one version; a write makes another, with a zone in lastUpdated.",
    UPDATE,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const first = await send("GET", made.reference);
      const second = await send("GET", made.reference);
      await data.put(made.reference, changed(type, made.resource));
      const third = await send("GET", made.reference);
      const versions = [first, second, third].map((each) => versionOf(each.response.json));
      const updated = text(third.response.json, "meta", "lastUpdated") ?? "";
      return judge(
        that(versions[0] === versions[1], "one version", versions.join(), second),
        that(versions[1] !== versions[2], "another version after the write", versions.join(), third),
        that(/T.*(Z|[+-]\d\d:\d\d)$/.test(updated), "lastUpdated with a zone", updated, third),
      );
    },
  ),
  writing(
    "update/without-versions",
    ["VER-02"],
    "Where versioning is no-version, resources have no versionId, and lastUpdated moves with a change.",
    UPDATE,
    async (context) => {
      const { declared, type } = context;
      if (declared?.resource.versioning !== "no-version")
        return { kind: "not-applicable", reason: `${type} is kept in versions` };
      const { made } = await makeAndChange(context);
      const read = await context.send("GET", made.reference);
      const moved = text(read.response.json, "meta", "lastUpdated") !== text(made.resource, "meta", "lastUpdated");
      return judge(
        that(versionOf(read.response.json) === "", "no versionId", versionOf(read.response.json), read),
        that(moved, "a new lastUpdated", "the old one", read),
      );
    },
  ),
  writing(
    "update/refusal-explained",
    ["RET-05"],
    "A refused PUT has an OperationOutcome even with return=minimal.",
    UPDATE,
    async ({ data, type }) => {
      const made = await data.make(type);
      const headers = { prefer: "return=minimal" };
      const answer = await data.put(made.reference, { ...made.resource, kitUnknown: "x" }, { headers });
      return judge(isRefused(answer), isOutcome(answer));
    },
  ),
];

export function nowhere(type: string): string {
  return `${type}/${unknownId()}`;
}
