import type { ConformanceCase } from "../case.ts";
import { type Finding, hasStatus, header, judge, that, versionOf } from "../checks.ts";
import type { Exchange } from "../http.ts";
import { at, text } from "../json.ts";
import type { Made } from "../workspace.ts";
import { writing, writingOnServer } from "./define.ts";
import { entries, historyOf, isHistory, threeVersions } from "./history.ts";
import { jsonPatch, operation } from "./patch.ts";

function listed(made: Made, history: Exchange): readonly Finding[] {
  const own = entries(history).filter((entry) => JSON.stringify(entry).includes(made.id));
  const got = own.map((entry) => text(entry, "request", "method") ?? "none").join();
  return [isHistory(history), that(got === "DELETE,POST", "DELETE,POST", got, history)];
}

/** vread, and history of types and of the server. */
export const VERSION_CASES: readonly ConformanceCase[] = [
  writing(
    "history/old-version",
    ["VREAD-01", "VER-01"],
    "A vread of the first version after an update brings the old content, id and versionId.",
    { interaction: "create,update,vread" },
    async (context) => {
      const { made } = await threeVersions(context);
      const old = await context.send("GET", `${made.reference}/_history/${made.version}`);
      const got = `${text(old.response.json, "id")} ${versionOf(old.response.json)}`;
      const language = at(old.response.json, "language");
      return judge(
        hasStatus(old, 200),
        that(got === `${made.id} ${made.version}`, `${made.id} ${made.version}`, got, old),
        that(language === undefined, "the old content", `language ${language}`, old),
      );
    },
  ),
  writing(
    "history/old-headers",
    ["VREAD-02"],
    "A vread of the first version after an update has the ETag and Last-Modified of the first.",
    { interaction: "create,update,vread" },
    async (context) => {
      const { made } = await threeVersions(context);
      const old = await context.send("GET", `${made.reference}/_history/${made.version}`);
      const updated = Date.parse(text(made.resource, "meta", "lastUpdated") ?? "");
      const modified = Date.parse(header(old, "last-modified") ?? "");
      return judge(
        that(header(old, "etag") === `W/"${made.version}"`, `W/"${made.version}"`, `${header(old, "etag")}`, old),
        that(Math.floor(updated / 1000) === Math.floor(modified / 1000), "the time of the first", `${modified}`, old),
      );
    },
  ),
  writing(
    "history/versions-differ",
    ["VREAD-06"],
    "create, update, patch and delete have versions of which no two are equal.",
    { interaction: "create,update,patch,delete,history-instance,vread" },
    async (context) => {
      const { made } = await threeVersions(context);
      await jsonPatch(context, made.reference, [operation(context.type)]);
      await context.send("DELETE", made.reference);
      const history = await historyOf(context, made);
      const tags = entries(history).map((entry) => text(entry, "response", "etag") ?? versionOf(at(entry, "resource")));
      return judge(
        isHistory(history),
        that(tags.length === 5, "five entries", `${tags.length}`, history),
        that(new Set(tags).size === tags.length, "versions that differ", tags.join(), history),
      );
    },
  ),
  writing(
    "history/of-type",
    ["HIST-09"],
    "The history of the type has the version and the deletion of what was just made and deleted.",
    { interaction: "create,delete,history-type" },
    async ({ data, type, send }) => {
      const before = new Date(Date.now() - 60_000).toISOString();
      const made = await data.make(type);
      await send("DELETE", made.reference);
      return judge(...listed(made, await send("GET", `${type}/_history?_since=${before}&_count=100`)));
    },
  ),
  writingOnServer(
    "history/of-system",
    ["HIST-09"],
    "The history of the server has the version and the deletion of what was just made and deleted.",
    { interaction: "create,delete", system: "history-system" },
    async ({ data, send }) => {
      const before = new Date(Date.now() - 60_000).toISOString();
      const made = await data.make("Organization");
      await send("DELETE", made.reference);
      return judge(...listed(made, await send("GET", `_history?_since=${before}&_count=100`)));
    },
  ),
];
