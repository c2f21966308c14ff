import type { ConformanceCase } from "../case.ts";
import { hasStatus, header, isOutcome, judge, PASS, that } from "../checks.ts";
import { list, text } from "../json.ts";
import { unknownId, withRead, withSample } from "./samples.ts";

const NOT_IDS = ["a_b", "a%20b", "x".repeat(65), "a%2Fb", "%00", "..%2F..%2Fmetadata", "%F0%9F%91%B6"] as const;

/** read and vread of what a search shows. */
export const READ_CASES: readonly ConformanceCase[] = [
  {
    id: "read/same-id",
    group: "read",
    requirements: ["READ-01", "RES-01"],
    title: "A read of an id that a search showed brings the resource with that type and id.",
    scope: "type",
    needs: { interaction: "read" },
    run: withRead(async ({ type }, read, { id }) => {
      const got = `${text(read.response.json, "resourceType")}/${text(read.response.json, "id")}`;
      return judge(hasStatus(read, 200), that(got === `${type}/${id}`, `${type}/${id}`, got, read));
    }),
  },
  {
    id: "read/headers",
    group: "read",
    requirements: ["READ-02"],
    title: "A read has ETag and Last-Modified.",
    scope: "type",
    needs: { interaction: "read" },
    run: withRead(async (_context, read) =>
      judge(
        ...["etag", "last-modified"].map((name) =>
          that(header(read, name) !== undefined, `the header ${name}`, "none", read),
        ),
      ),
    ),
  },
  {
    id: "read/unknown-id",
    group: "read",
    requirements: ["READ-03"],
    title: "A read of a random id is 404 with an OperationOutcome of code not-found.",
    scope: "type",
    needs: { interaction: "read" },
    run: async ({ send, type }) => {
      const answer = await send("GET", `${type}/${unknownId()}`);
      return judge(hasStatus(answer, 404), isOutcome(answer, "not-found"));
    },
  },
  {
    id: "read/no-id",
    group: "read",
    requirements: ["READ-06"],
    title: "Text that cannot be an id is 404 or 400.",
    scope: "type",
    needs: { interaction: "read" },
    run: async ({ send, type }) => {
      const answers = await Promise.all(NOT_IDS.map((text) => send("GET", `${type}/${text}`)));
      return judge(...answers.map((answer) => hasStatus(answer, 400, 404)));
    },
  },
  {
    id: "read/unknown-parameter",
    group: "read",
    requirements: ["READ-08"],
    title: "A read with a parameter of no meaning is 200.",
    scope: "type",
    needs: { interaction: "read" },
    run: withSample(async ({ send, type }, { id }) => judge(hasStatus(await send("GET", `${type}/${id}?__t=0`), 200))),
  },
  {
    id: "read/subset",
    group: "read",
    requirements: ["MIME-13", "READ-07"],
    title: "A read with _elements or _summary is the whole resource, or marked SUBSETTED, or refused with 400.",
    scope: "type",
    needs: { interaction: "read" },
    run: withRead(async ({ send, type }, read, { id }) => {
      for (const parameter of ["_elements=id", "_summary=true"]) {
        const answer = await send("GET", `${type}/${id}?${parameter}`);
        if (answer.response.status === 400) continue;
        const marked = list(answer.response.json, "meta", "tag").some((tag) => text(tag, "code") === "SUBSETTED");
        const whole = JSON.stringify(answer.response.json) === JSON.stringify(read.response.json);
        const fits = that(marked || whole, "the whole resource or the tag SUBSETTED", "a part without the tag", answer);
        const finding = hasStatus(answer, 200) ?? fits;
        if (finding !== undefined) return finding;
      }
      return PASS;
    }),
  },
  {
    id: "read/pretty",
    group: "read",
    requirements: ["MIME-12"],
    title: "_pretty brings the same JSON.",
    scope: "type",
    needs: { interaction: "read" },
    run: withRead(async ({ send, type }, read, { id }) => {
      const pretty = await send("GET", `${type}/${id}?_pretty=true`);
      const same = JSON.stringify(pretty.response.json) === JSON.stringify(read.response.json);
      return judge(hasStatus(pretty, 200), that(same, "the same JSON as without _pretty", "other JSON", pretty));
    }),
  },
  {
    id: "read/current-version",
    group: "read",
    requirements: ["VREAD-05", "VREAD-01", "VREAD-02"],
    title: "The version that a read names can be read by its version id, with the same headers.",
    scope: "type",
    needs: { interaction: "vread" },
    run: withRead(async ({ send, type }, read, { id }) => {
      const version = text(read.response.json, "meta", "versionId");
      if (version === undefined) return { kind: "not-applicable", reason: "the resource names no version" };
      const again = await send("GET", `${type}/${id}/_history/${version}`);
      const got = `${text(again.response.json, "id")} ${text(again.response.json, "meta", "versionId")}`;
      const [before, after] = [header(read, "etag"), header(again, "etag")];
      return judge(
        hasStatus(again, 200),
        that(got === `${id} ${version}`, `${id} ${version}`, got, again),
        that(before === after, `ETag ${before}`, `ETag ${after}`, again),
      );
    }),
  },
  {
    id: "read/unknown-version",
    group: "read",
    requirements: ["VREAD-04"],
    title: "A version that never was is 404 with an OperationOutcome.",
    scope: "type",
    needs: { interaction: "vread" },
    run: withSample(async ({ send, type }, { id }) => {
      const answer = await send("GET", `${type}/${id}/_history/${unknownId()}`);
      return judge(hasStatus(answer, 404), isOutcome(answer));
    }),
  },
];
