import type { ConformanceCase } from "../case.ts";
import {
  entriesOf,
  hasStatus,
  idsOf,
  isOutcome,
  isSearchset,
  judge,
  judgeSeen,
  link,
  matches,
  that,
} from "../checks.ts";
import { list, text } from "../json.ts";
import { onServer, onType, writing } from "./define.ts";
import { search, withSample } from "./samples.ts";
import { tryAll } from "./search-parameters.ts";

const SEARCH = { interaction: "search-type" } as const;
const PREFIXES = ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"] as const;

/** Rules that other cases rely on, each tried by itself. */
export const SINGLE_RULE_CASES: readonly ConformanceCase[] = [
  onServer(
    "metadata/served-is-declared",
    ["GEN-01"],
    "Every type of which the run read or found something is declared.",
    {},
    async ({ exchanges, plan, base }) =>
      judgeSeen(
        exchanges.flatMap((each) => {
          const [, type] = /^\/([A-Z][A-Za-z]+)(?:[/?]|$)/.exec(each.request.url.replace(base, "")) ?? [];
          if (type === undefined || each.response.status !== 200) return [];
          return [that(plan.types.has(type), "declared types alone", each.request.url, each)];
        }),
        "resource of any type",
      ),
    { stage: "last" },
  ),
  onServer(
    "general/search-of-unknown-type",
    ["SRCH-05"],
    "A search on a type that does not exist, by GET and by form, is 404.",
    {},
    async ({ send }) => {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const answers = [
        await send("GET", "NotAType?x=1"),
        await send("POST", "NotAType/_search", { headers, body: "x=1" }),
      ];
      return judge(...answers.flatMap((answer) => [hasStatus(answer, 404), isOutcome(answer)]));
    },
  ),
  onType(
    "paging/link-as-it-stands",
    ["PAGE-04"],
    "A next link works as it stands, and when a client has decoded and encoded it again.",
    SEARCH,
    async (context) => {
      const first = await search(context, { _count: "1" });
      const next = link(first, "next");
      if (next === undefined) return { kind: "not-applicable", reason: "the search has one page" };
      const address = new URL(next);
      address.search = new URLSearchParams([...address.searchParams]).toString();
      const [plain, again] = [await context.send("GET", next), await context.send("GET", address.href)];
      const [one, other] = [plain, again].map((page) => idsOf(matches(page)).join());
      return judge(isSearchset(plain), isSearchset(again), that(one === other, `${one}`, `${other}`, again));
    },
  ),
  onType(
    "search/addresses-end-in-ids",
    ["BDL-03"],
    "The fullUrl of each entry ends in type and id of its resource.",
    SEARCH,
    async (context) => {
      const page = await search(context, { _count: "10" });
      const odd = entriesOf(page, "match").find((entry) => {
        const address = text(entry, "fullUrl") ?? "";
        return (
          !address.startsWith("urn:uuid:") && !address.endsWith(`/${context.type}/${text(entry, "resource", "id")}`)
        );
      });
      return judge(
        isSearchset(page),
        that(odd === undefined, "addresses that end in the id", `${text(odd, "fullUrl")}`, page),
      );
    },
  ),
  onType(
    "search-parameters/encoded-colons",
    ["DATE-02"],
    "An instant with encoded colons finds what it finds with plain ones.",
    SEARCH,
    withSample(async (context, { id, resource }) => {
      const updated = text(resource, "meta", "lastUpdated");
      if (updated === undefined) return { kind: "not-applicable", reason: "the resource at hand has no lastUpdated" };
      const plain = updated.replace("+", "%2B");
      const answers = [plain, plain.replaceAll(":", "%3A")].map((value) =>
        context.send("GET", `${context.type}?_id=${id}&_lastUpdated=le${value}`),
      );
      return judge(
        ...(await Promise.all(answers)).flatMap((answer) => [
          isSearchset(answer),
          that(matches(answer).length === 1, "a match", "none", answer),
        ]),
      );
    }),
  ),
  onType(
    "search-parameters/prefixes",
    ["PFX-01"],
    "Each of the nine prefixes, and none, is taken on a date under strict handling.",
    SEARCH,
    async (context) => {
      const answers = await Promise.all(
        PREFIXES.map((prefix) =>
          search(context, { _lastUpdated: `${prefix}2020-01-01`, _count: "1" }, "handling=strict"),
        ),
      );
      return judge(...answers.map(isSearchset));
    },
  ),
  writing(
    "search-values/encoded-once",
    ["ESC-02"],
    "An encoded backslash before an encoded comma is a literal comma; a value with a percent sign is decoded once.",
    { interaction: "create,search-type", parameter: "name" },
    async (context) => {
      const sample = await context.data.make("Organization", { name: "One, two 100%2C" });
      const address = (name: string) => context.send("GET", `Organization?_id=${sample.id}&name:exact=${name}`);
      const literal = await address("One%5C%2C%20two%20100%252C");
      const verdict = await tryAll(context, sample, [["name:exact", "One\\, two 100%2C", true]]);
      return verdict.kind === "pass"
        ? judge(isSearchset(literal), that(matches(literal).length === 1, "a match", "none", literal))
        : verdict;
    },
    ["Organization"],
  ),
  writing(
    "search-links/count-of-matches",
    ["CNT-04"],
    "_count=1 with _include is one match and the resource that it refers to.",
    { interaction: "create,search-type", parameter: "subject", include: true },
    async (context) => {
      const child = await context.data.make("Patient");
      await context.data.make("Observation", { subject: { reference: child.reference } });
      const page = await search(context, { subject: child.reference, _include: "Observation:subject", _count: "1" });
      const count = list(page.response.json, "entry").length;
      return judge(
        isSearchset(page),
        that(
          matches(page).length === 1 && count === 2,
          "one match and one include",
          `${matches(page).length} of ${count}`,
          page,
        ),
      );
    },
    ["Observation"],
  ),
];
