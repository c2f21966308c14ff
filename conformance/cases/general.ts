import type { ConformanceCase } from "../case.ts";
import { entriesOf, hasStatus, isOutcome, isSearchset, judge, link, PASS, that } from "../checks.ts";
import { list, text, texts } from "../json.ts";
import { search, withSample } from "./samples.ts";

const BATCH = JSON.stringify({ resourceType: "Bundle", type: "batch" });

/** Addresses, types and methods. */
export const GENERAL_CASES: readonly ConformanceCase[] = [
  {
    id: "general/type-in-lower-case",
    group: "general",
    requirements: ["GEN-02"],
    title: "GET of a type name in lower and in upper case is 404.",
    scope: "server",
    run: async ({ send, plan }) => {
      const type = plan.types.has("Patient") ? "Patient" : ([...plan.types.keys()][0] ?? "Patient");
      const lower = await send("GET", `${type.toLowerCase()}/x`);
      const upper = await send("GET", `${type.toUpperCase()}/x`);
      const search = await send("GET", `${type.toLowerCase()}?_count=1`);
      return judge(hasStatus(lower, 404), hasStatus(upper, 404), hasStatus(search, 404));
    },
  },
  {
    id: "general/id-in-other-case",
    group: "general",
    requirements: ["GEN-02", "SP-01"],
    title: "The id of a resource in the other case is not that resource.",
    scope: "type",
    needs: { interaction: "read" },
    run: withSample(async ({ send, type }, { id }) => {
      const other = id === id.toLowerCase() ? id.toUpperCase() : id.toLowerCase();
      if (other === id) return { kind: "not-applicable", reason: "the id at hand has no letters" };
      return judge(hasStatus(await send("GET", `${type}/${other}`), 404));
    }),
  },
  {
    id: "general/one-scheme",
    group: "general",
    requirements: ["GEN-03"],
    title: "All addresses of a page are under http or all under https.",
    scope: "type",
    needs: { interaction: "search-type" },
    run: async (context) => {
      const page = await search(context, { _count: "5" });
      const addresses = [
        ...list(page.response.json, "entry").map((entry) => text(entry, "fullUrl")),
        ...list(page.response.json, "link").map((each) => text(each, "url")),
      ];
      const schemes = new Set(texts(addresses).map((address) => address.split(":")[0]));
      schemes.delete("urn");
      return judge(isSearchset(page), that(schemes.size <= 1, "one scheme", [...schemes].join(" and "), page));
    },
  },
  {
    id: "general/single-slash",
    group: "general",
    requirements: ["GEN-04"],
    title: "No address on a page has two slashes after its origin.",
    scope: "type",
    needs: { interaction: "search-type" },
    run: async (context) => {
      const page = await search(context, { _count: "5" });
      const addresses = texts([
        ...entriesOf(page, "match").map((entry) => text(entry, "fullUrl")),
        link(page, "self"),
        link(page, "next"),
      ]);
      const doubled = addresses.find((address) => /^https?:\/\/[^?]*\/\//.test(address));
      return judge(isSearchset(page), that(doubled === undefined, "single slashes", doubled ?? "", page));
    },
  },
  {
    id: "general/utf-8",
    group: "general",
    requirements: ["GEN-05"],
    title: "A search for an encoded letter beyond ASCII is a searchset; a byte that is not UTF-8 is no server failure.",
    scope: "type",
    types: ["Patient", "Organization"],
    needs: { interaction: "search-type", parameter: "name" },
    run: async ({ send, type }) => {
      const encoded = await send("GET", `${type}?name=M%C3%BCller`);
      const broken = await send("GET", `${type}?name=%FF`);
      const { status } = broken.response;
      return judge(isSearchset(encoded), that(status < 500, "a status below 500", `status ${status}`, broken));
    },
  },
  {
    id: "general/unknown-type",
    group: "general",
    requirements: ["GEN-08", "SRCH-05"],
    title: "Search, read and _search on a type that does not exist are 404 with an OperationOutcome.",
    scope: "server",
    run: async ({ send }) => {
      const searched = await send("GET", "NotAType?_count=1");
      const read = await send("GET", "NotAType/1");
      return judge(hasStatus(searched, 404), isOutcome(searched), hasStatus(read, 404), isOutcome(read));
    },
  },
  {
    id: "general/wrong-method",
    group: "general",
    requirements: ["GEN-09"],
    title: "DELETE of metadata is 405 and Allow names GET.",
    scope: "server",
    run: async ({ send }) => {
      const answer = await send("DELETE", "metadata");
      const allow = answer.response.headers.allow ?? "";
      const allowsGet = that(/\bGET\b/.test(allow), "Allow with GET", allow === "" ? "no Allow" : allow, answer);
      return judge(hasStatus(answer, 405), allowsGet);
    },
  },
  {
    id: "general/batch-not-served",
    group: "general",
    requirements: ["BAT-07"],
    title: "Where neither batch nor transaction is declared, a Bundle posted to the base is 400.",
    scope: "server",
    run: async ({ send, plan }) => {
      const declared = ["batch", "transaction"].filter((each) => plan.systemInteractions.has(each));
      if (declared.length > 0) return { kind: "not-applicable", reason: `the server declares ${declared.join(", ")}` };
      const headers = { "content-type": "application/fhir+json" };
      const answer = await send("POST", "", { headers, body: BATCH });
      return judge(hasStatus(answer, 400), isOutcome(answer));
    },
  },
  {
    id: "general/intermediary-mark",
    group: "general",
    requirements: ["HDR-02"],
    title: "X-Intermediary on a request changes nothing in the answer.",
    scope: "type",
    needs: { interaction: "search-type" },
    run: async (context) => {
      const plain = await search(context, { _count: "2" });
      const marked = await context.send("GET", `${context.type}?_count=2`, { headers: { "x-intermediary": "proxy" } });
      const [before, after] = [plain, marked].map((each) => JSON.stringify(list(each.response.json, "entry")));
      const same = before === after && plain.response.status === marked.response.status;
      return same ? PASS : judge(that(false, "the same answer as without the header", "another answer", marked));
    },
  },
];
