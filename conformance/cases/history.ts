import type { CaseContext, ConformanceCase } from "../case.ts";
import { type Finding, hasStatus, isOutcome, isRefused, judge, link, shortBody, that, versionOf } from "../checks.ts";
import type { Exchange } from "../http.ts";
import { at, list, text } from "../json.ts";
import { addressFrom } from "../ledger.ts";
import type { Made } from "../workspace.ts";
import { byIdentifier } from "./conditional-update.ts";
import { writing } from "./define.ts";
import { unknownId } from "./samples.ts";
import { changed } from "./update.ts";

const HISTORY = { interaction: "create,update,delete,history-instance" } as const;
/** Longer than the clock's step, so that two versions have two times. */
const APART_MS = 30;

export function entries(exchange: Exchange): readonly unknown[] {
  return list(exchange.response.json, "entry");
}

export function isHistory(exchange: Exchange): Finding {
  const { status, json } = exchange.response;
  if (status !== 200) return hasStatus(exchange, 200);
  return that(text(json, "type") === "history", "a Bundle of type history", shortBody(exchange), exchange);
}

function methods(exchange: Exchange): string {
  return entries(exchange)
    .map((entry) => text(entry, "request", "method") ?? "none")
    .join();
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, APART_MS));
}

/** A resource with three versions, made apart in time. */
export async function threeVersions({
  data,
  type,
}: CaseContext): Promise<{ made: Made; answers: readonly Exchange[] }> {
  const made = await data.make(type);
  await pause();
  const second = await data.put(made.reference, changed(type, made.resource));
  await pause();
  const third = await data.put(made.reference, { ...made.resource, language: "fr" });
  return { made, answers: [second, third] };
}

export async function historyOf({ send }: CaseContext, { reference }: Made, parameters = ""): Promise<Exchange> {
  return send("GET", `${reference}/_history${parameters}`);
}

/** What each of its versions was at, oldest first. */
async function timesOf(context: CaseContext, made: Made): Promise<readonly string[]> {
  const history = await historyOf(context, made);
  return entries(history)
    .map((entry) => text(entry, "resource", "meta", "lastUpdated") ?? text(entry, "response", "lastModified") ?? "")
    .reverse();
}

function idsAndVersions(exchange: Exchange): readonly string[] {
  return entries(exchange).map((entry) => `${text(entry, "resource", "id")} ${versionOf(at(entry, "resource"))}`);
}

/** history of one resource. */
export const HISTORY_CASES: readonly ConformanceCase[] = [
  writing(
    "history/order",
    ["HIST-01", "HIST-02"],
    "create, update, delete and, where it is allowed, another update are listed newest first.",
    HISTORY,
    async (context) => {
      const { data, type, send, declared } = context;
      const made = await data.make(type);
      await data.put(made.reference, changed(type, made.resource));
      await send("DELETE", made.reference);
      const revives = declared?.resource.updateCreate === true;
      if (revives) await data.put(made.reference, made.resource);
      const history = await historyOf(context, made);
      const expected = `${revives ? "PUT," : ""}DELETE,PUT,POST`;
      return judge(isHistory(history), that(methods(history) === expected, expected, methods(history), history));
    },
  ),
  writing(
    "history/resources",
    ["HIST-02"],
    "Entries for POST and PUT have a resource, those for DELETE none.",
    HISTORY,
    async (context) => {
      const { made } = await threeVersions(context);
      await context.send("DELETE", made.reference);
      const history = await historyOf(context, made);
      const odd = entries(history).find(
        (entry) => (at(entry, "resource") === undefined) !== (text(entry, "request", "method") === "DELETE"),
      );
      return judge(
        isHistory(history),
        that(odd === undefined, "a resource but for DELETE", JSON.stringify(odd ?? ""), history),
      );
    },
  ),
  writing(
    "history/request-and-response",
    ["HIST-03", "HIST-04"],
    "Each entry has a request with method and url, and a response with status and time.",
    HISTORY,
    async (context) => {
      const { made } = await threeVersions(context);
      const history = await historyOf(context, made);
      const whole = (entry: unknown) =>
        text(entry, "request", "url") !== undefined && /^2\d\d/.test(text(entry, "response", "status") ?? "");
      const odd = entries(history).find((entry) => !whole(entry));
      return judge(
        isHistory(history),
        that(odd === undefined, "request and response", JSON.stringify(odd ?? ""), history),
      );
    },
  ),
  writing("history/last-modified", ["HIST-04"], "Each entry has response.lastModified.", HISTORY, async (context) => {
    const { made } = await threeVersions(context);
    const history = await historyOf(context, made);
    const odd = entries(history).find((entry) =>
      Number.isNaN(Date.parse(text(entry, "response", "lastModified") ?? "")),
    );
    return judge(isHistory(history), that(odd === undefined, "response.lastModified", "none", history));
  }),
  writing(
    "history/given-once",
    ["HIST-05"],
    "_count given twice is refused, or one of the two holds.",
    HISTORY,
    async (context) => {
      const { made } = await threeVersions(context);
      const answer = await historyOf(context, made, "?_count=1&_count=2");
      if (answer.response.status >= 400) return judge(isRefused(answer), isOutcome(answer));
      const count = entries(answer).length;
      return judge(that(count === 1 || count === 2, "one or two entries", `${count}`, answer));
    },
  ),
  writing(
    "history/since",
    ["HIST-06"],
    "_since the time of the second version lists the second and the third; a time to come lists none.",
    HISTORY,
    async (context) => {
      const { made } = await threeVersions(context);
      const [, second = ""] = await timesOf(context, made);
      const since = await historyOf(context, made, `?_since=${encodeURIComponent(second)}`);
      const later = await historyOf(context, made, "?_since=2999-01-01T00:00:00Z");
      return judge(
        isHistory(since),
        that(entries(since).length === 2, "two entries", `${entries(since).length}`, since),
        isHistory(later),
        that(entries(later).length === 0, "no entry", `${entries(later).length}`, later),
      );
    },
  ),
  writing(
    "history/at",
    ["HIST-07"],
    "_at a moment between the second and the third version lists the second alone.",
    HISTORY,
    async (context) => {
      const { made } = await threeVersions(context);
      const [, second = "", third = ""] = await timesOf(context, made);
      const between = new Date((Date.parse(second) + Date.parse(third)) / 2).toISOString();
      const answer = await historyOf(context, made, `?_at=${between}`);
      if (answer.response.status === 400) return { kind: "not-declared", reason: "the server refuses _at with 400" };
      const got = entries(answer).map((entry) => text(entry, "resource", "meta", "lastUpdated") ?? "none");
      return judge(isHistory(answer), that(got.join() === second, `the version of ${second}`, got.join(), answer));
    },
  ),
  writing(
    "history/pages",
    ["HIST-08"],
    "_count=1 over three versions is three pages, each version once, though another is written meanwhile.",
    HISTORY,
    async (context) => {
      const { send, data } = context;
      const { made } = await threeVersions(context);
      const whole = idsAndVersions(await historyOf(context, made));
      const pages = [await historyOf(context, made, "?_count=1")];
      await data.put(made.reference, { ...made.resource, language: "de" });
      for (let next = link(pages[0] ?? failed(), "next"); next !== undefined && pages.length < 8; ) {
        const page = await send("GET", next);
        pages.push(page);
        next = link(page, "next");
      }
      const got = pages.flatMap(idsAndVersions);
      const largest = Math.max(...pages.map((page) => entries(page).length));
      return judge(
        ...pages.map(isHistory),
        that(largest <= 1, "one entry a page", `${largest}`, pages[0]),
        that(got.join() === whole.join(), whole.join(), got.join(), pages[0]),
      );
    },
  ),
  writing(
    "history/of-nothing",
    ["HIST-10"],
    "The history of an id that nobody has is 404 with an OperationOutcome.",
    { interaction: "history-instance" },
    async ({ send, type }) => {
      const answer = await send("GET", `${type}/${unknownId()}/_history`);
      return judge(hasStatus(answer, 404), isOutcome(answer));
    },
  ),
  writing(
    "history/conditional-as-plain",
    ["HIST-11"],
    "A conditional update stands in the history as a PUT of the resource itself.",
    { ...HISTORY, flag: "conditionalUpdate", parameter: "identifier" },
    async (context) => {
      const { data, type } = context;
      const made = await data.make(type);
      const answer = await data.put(byIdentifier(context, made.identifier), changed(type, made.resource));
      const history = await historyOf(context, made);
      const [first] = entries(history);
      const got = `${text(first, "request", "method")} ${addressFrom(text(first, "request", "url"))}`;
      return judge(
        hasStatus(answer, 200),
        that(got === `PUT ${made.reference}`, `PUT ${made.reference}`, got, history),
      );
    },
  ),
];

function failed(): never {
  throw new Error("a history without a first page");
}
