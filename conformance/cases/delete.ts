import type { ConformanceCase } from "../case.ts";
import { hasStatus, header, idsOf, isOutcome, isRefused, judge, matches, that, total, versionOf } from "../checks.ts";
import { IDENTIFIED_TYPES } from "../fixtures.ts";
import { at, list, text } from "../json.ts";
import { countOf, makeTwins } from "./conditional-create.ts";
import { byIdentifier, onlyOnTestServers } from "./conditional-update.ts";
import { writing, writingOnServer } from "./define.ts";
import { search, unknownId } from "./samples.ts";

const DELETE = { interaction: "create,read,delete" } as const;
const FORGET = { interaction: "create,vread,delete,history-instance" } as const;
const CONDITIONAL = { interaction: "create,delete,search-type", flag: "conditionalDelete" } as const;

/** delete, what is left of it, and delete by criteria. */
export const DELETE_CASES: readonly ConformanceCase[] = [
  writing(
    "delete/read-after",
    ["READ-04"],
    "A read of what was deleted is 410 with code deleted, or 404.",
    DELETE,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const answer = await send("DELETE", made.reference);
      const read = await send("GET", made.reference);
      const codes = read.response.status === 410 ? ["deleted"] : ["not-found", "deleted"];
      return judge(hasStatus(answer, 200, 202, 204), hasStatus(read, 404, 410), isOutcome(read, ...codes));
    },
  ),
  writing(
    "delete/tag-of-gone",
    ["READ-05"],
    "The ETag of a 410, where there is one, is weak.",
    DELETE,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      await send("DELETE", made.reference);
      const read = await send("GET", made.reference);
      const etag = header(read, "etag");
      if (etag === undefined) return { kind: "not-applicable", reason: "the answer to what was deleted has no ETag" };
      return judge(that(/^W\/"[A-Za-z0-9.-]{1,64}"$/.test(etag), 'ETag W/"version"', etag, read));
    },
  ),
  writing(
    "delete/version-of-deletion",
    ["VREAD-03"],
    "A vread of the version at which the resource was deleted is 410; an earlier one is still read.",
    FORGET,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      await send("DELETE", made.reference);
      const history = await send("GET", `${made.reference}/_history`);
      const etag = text(list(history.response.json, "entry")[0], "response", "etag") ?? "";
      const version = /^W\/"(.+)"$/.exec(etag)?.[1];
      if (version === undefined)
        return judge(that(false, "the version of the deletion in the history", etag === "" ? "none" : etag, history));
      const gone = await send("GET", `${made.reference}/_history/${version}`);
      const before = await send("GET", `${made.reference}/_history/${made.version}`);
      return judge(hasStatus(gone, 410), isOutcome(gone), hasStatus(before, 200));
    },
  ),
  writing(
    "delete/not-found-again",
    ["DEL-01"],
    "What was deleted is neither read nor found by a search right after.",
    { interaction: "create,read,delete,search-type" },
    async (context) => {
      const { data, type, send } = context;
      const made = await data.make(type);
      const before = await search(context, { _id: made.id });
      await send("DELETE", made.reference);
      const after = await search(context, { _id: made.id });
      return judge(
        that(idsOf(matches(before)).includes(made.id), "a match before", "none", before),
        that(matches(after).length === 0 && (total(after) ?? 0) === 0, "no match after", "a match", after),
        hasStatus(await send("GET", made.reference), 404, 410),
      );
    },
  ),
  writing(
    "delete/status",
    ["DEL-02"],
    "A delete is 200 with a body, 204 without one, or 202.",
    DELETE,
    async ({ data, type, send }) => {
      const answer = await send("DELETE", (await data.make(type)).reference);
      const { status, body } = answer.response;
      const fits = status === 204 ? body === "" : status === 200 ? body !== "" : true;
      return judge(
        hasStatus(answer, 200, 202, 204),
        that(fits, "a body with 200 and none with 204", `${status}, ${body.length} characters`, answer),
      );
    },
  ),
  writing(
    "delete/nothing-there",
    ["DEL-03"],
    "DELETE of an id that nobody has, and a second DELETE, are 200 or 204.",
    DELETE,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const first = await send("DELETE", made.reference);
      const second = await send("DELETE", made.reference);
      const nobody = await send("DELETE", `${type}/${unknownId()}`);
      return judge(...[first, second, nobody].map((answer) => hasStatus(answer, 200, 202, 204)));
    },
  ),
  writingOnServer(
    "delete/hanging-references",
    ["DEL-05"],
    "DELETE of a Patient to whom an Observation refers is 200, 202 or 204, or 409 and the Patient stays.",
    DELETE,
    async ({ data, send }) => {
      const child = await data.make("Patient");
      await data.make("Observation", { subject: { reference: child.reference } });
      const answer = await send("DELETE", child.reference);
      const read = await send("GET", child.reference);
      const there = answer.response.status === 409 ? [200] : [404, 410];
      return judge(hasStatus(answer, 200, 202, 204, 409), hasStatus(read, ...there));
    },
  ),
  writing(
    "delete/in-history",
    ["DEL-06"],
    "The history of a deleted resource begins with an entry for DELETE that has no resource.",
    { interaction: "create,delete,history-instance" },
    async ({ data, type, send }) => {
      const made = await data.make(type);
      await send("DELETE", made.reference);
      const history = await send("GET", `${made.reference}/_history`);
      const [first] = list(history.response.json, "entry");
      const method = text(first, "request", "method") ?? "none";
      return judge(
        hasStatus(history, 200),
        that(method === "DELETE", "an entry for DELETE", method, history),
        that(at(first, "resource") === undefined, "no resource", "one", history),
      );
    },
  ),
  writing(
    "delete/back-again",
    ["DEL-07", "VREAD-06"],
    "PUT of what was deleted is 201 under a version that was never used, and it is read again.",
    { interaction: "create,read,update,delete", flag: "updateCreate" },
    async ({ data, type, send }) => {
      const made = await data.make(type);
      await send("DELETE", made.reference);
      const answer = await data.put(made.reference, made.resource);
      const read = await send("GET", made.reference);
      const version = versionOf(read.response.json);
      return judge(
        hasStatus(answer, 201),
        hasStatus(read, 200),
        that(version !== made.version, `a version other than ${made.version}`, version, read),
      );
    },
  ),
  writing(
    "delete/tag",
    ["DEL-08"],
    "The ETag of a delete, where there is one, is not that of the version before.",
    DELETE,
    async ({ data, type, send }) => {
      const made = await data.make(type);
      const etag = header(await send("DELETE", made.reference), "etag");
      if (etag === undefined) return { kind: "not-applicable", reason: "the answer to a delete has no ETag" };
      return judge(that(etag !== `W/"${made.version}"`, "the version of the deletion", etag));
    },
  ),
  writing(
    "delete/conditional",
    ["CDEL-01"],
    "DELETE by an identifier that nothing has, and by one that one resource has, is 200 or 204; the resource is gone.",
    CONDITIONAL,
    async (context) => {
      const { data, type, send } = context;
      const made = await data.make(type);
      const none = await send("DELETE", byIdentifier(context, data.unique()));
      const one = await send("DELETE", byIdentifier(context, made.identifier));
      // R4 lets a server say 404 where nothing meets the criteria.
      return judge(
        hasStatus(none, 200, 204, 404),
        hasStatus(one, 200, 202, 204),
        hasStatus(await send("GET", `${type}/${made.id}`), 404, 410),
      );
    },
    IDENTIFIED_TYPES,
  ),
  writing(
    "delete/conditional-several",
    ["CDEL-02"],
    "DELETE by an identifier that two resources have is 412 and deletes none, or deletes both where multiple is declared.",
    CONDITIONAL,
    async (context) => {
      const { declared, send } = context;
      const value = await makeTwins(context);
      const answer = await send("DELETE", byIdentifier(context, value));
      const count = await countOf(context, value);
      const multiple = declared?.resource.conditionalDelete === "multiple";
      return judge(
        multiple ? hasStatus(answer, 200, 202, 204) : hasStatus(answer, 412),
        that(count === (multiple ? 0 : 2), multiple ? "none left" : "two left", `${count} left`, answer),
      );
    },
    IDENTIFIED_TYPES,
  ),
  writing(
    "delete/conditional-unusable",
    ["CDEL-03"],
    "DELETE without criteria, with an empty tag, and by a parameter that is not known, is refused and deletes nothing.",
    CONDITIONAL,
    async (context) => {
      const forbidden = onlyOnTestServers(context);
      if (forbidden !== undefined) return forbidden;
      const { data, type, send } = context;
      const made = await data.make(type);
      for (const criteria of ["?", "?_tag=", "?x-unknown=1"]) {
        const answer = await send("DELETE", `${type}${criteria}`);
        const finding = isRefused(answer) ?? hasStatus(await send("GET", made.reference), 200);
        if (finding !== undefined) return judge(finding);
      }
      return judge();
    },
    IDENTIFIED_TYPES,
  ),
];
