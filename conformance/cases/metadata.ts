import { ACCESS, type CaseContext, type ConformanceCase, type Verdict } from "../case.ts";
import { type Finding, hasStatus, isSearchset, judge, PASS, selfParameters, shortBody, that } from "../checks.ts";
import type { Exchange } from "../http.ts";
import { isRecord, list, text } from "../json.ts";
import { harmlessValue, search, unknownId } from "./samples.ts";

const FHIR_JSON = { "content-type": "application/fhir+json" };

/** Runs on the CapabilityStatement. */
function withStatement(run: (statement: unknown, exchange: Exchange) => readonly Finding[]): ConformanceCase["run"] {
  return async ({ send }) => {
    const exchange = await send("GET", "metadata");
    return judge(isStatement(exchange), ...run(exchange.response.json, exchange));
  };
}

function isStatement(exchange: Exchange): Finding {
  const isOne = text(exchange.response.json, "resourceType") === "CapabilityStatement";
  return hasStatus(exchange, 200) ?? that(isOne, "a CapabilityStatement", shortBody(exchange), exchange);
}

function doubled(values: readonly (string | undefined)[]): string | undefined {
  return values.find((value, position) => values.indexOf(value) !== position);
}

/** The statement about the server, held against itself and against the server. */
export const METADATA_CASES: readonly ConformanceCase[] = [
  {
    id: "metadata/open-to-all",
    group: "metadata",
    requirements: ["CAP-01", "GEN-01"],
    title: "GET of metadata without a token, for any format, brings a CapabilityStatement.",
    scope: "server",
    run: async ({ send }) =>
      judge(isStatement(await send("GET", "metadata", { anonymous: true, headers: { accept: "*/*" } }))),
  },
  {
    id: "metadata/required-elements",
    group: "metadata",
    requirements: ["CAP-04"],
    title: "The statement has status, date, kind, fhirVersion 4.0.1 and formats.",
    scope: "server",
    run: withStatement((statement, exchange) => [
      ...["status", "date", "kind"].map((name) =>
        that(text(statement, name) !== undefined, `CapabilityStatement.${name}`, "nothing", exchange),
      ),
      that(
        text(statement, "fhirVersion") === "4.0.1",
        "fhirVersion 4.0.1",
        `${text(statement, "fhirVersion")}`,
        exchange,
      ),
      that(list(statement, "format").length > 0, "at least one format", "none", exchange),
    ]),
  },
  {
    id: "metadata/rest-once",
    group: "metadata",
    requirements: ["CAP-05"],
    title: "The statement describes rest, messaging or documents, and each rest mode once.",
    scope: "server",
    run: withStatement((statement, exchange) => {
      const parts = ["rest", "messaging", "document"].filter((name) => list(statement, name).length > 0);
      const twice = doubled(list(statement, "rest").map((rest) => text(rest, "mode")));
      return [
        that(parts.length > 0, "rest, messaging or document", "none of them", exchange),
        that(twice === undefined, "each mode once", `${twice} twice`, exchange),
      ];
    }),
  },
  {
    id: "metadata/types-once",
    group: "metadata",
    requirements: ["CAP-06"],
    title: "No type stands twice in the statement, and no search parameter twice on a type.",
    scope: "server",
    run: withStatement((statement, exchange) => {
      const resources = list(statement, "rest").flatMap((rest) => list(rest, "resource"));
      const twice = doubled(resources.map((resource) => text(resource, "type")));
      const parameters = resources.map((resource) =>
        doubled(list(resource, "searchParam").map((each) => text(each, "name"))),
      );
      const twiceHere = parameters.find((name) => name !== undefined);
      return [
        that(twice === undefined, "each type once", `${twice} twice`, exchange),
        that(twiceHere === undefined, "each search parameter once", `${twiceHere} twice`, exchange),
      ];
    }),
  },
  {
    id: "metadata/kind",
    group: "metadata",
    requirements: ["CAP-07"],
    title: "Kind instance comes with implementation, kind software with software.",
    scope: "server",
    run: withStatement((statement, exchange) => {
      const kind = text(statement, "kind");
      const needed = kind === "instance" ? "implementation" : kind === "software" ? "software" : undefined;
      const there = needed === undefined || (isRecord(statement) && isRecord(statement[needed]));
      return [that(there, `CapabilityStatement.${needed} with kind ${kind}`, "nothing", exchange)];
    }),
  },
  {
    id: "metadata/parameter-names",
    group: "metadata",
    requirements: ["SP-04"],
    title: "No two search parameters of a type differ only by case.",
    scope: "server",
    run: withStatement((statement, exchange) => {
      const resources = list(statement, "rest").flatMap((rest) => list(rest, "resource"));
      const twice = resources
        .map((resource) => doubled(list(resource, "searchParam").map((each) => text(each, "name")?.toLowerCase())))
        .find((name) => name !== undefined);
      return [that(twice === undefined, "names that differ by more than case", `${twice} twice`, exchange)];
    }),
  },
  {
    id: "metadata/mode",
    group: "metadata",
    requirements: ["CAP-02"],
    title: "GET of metadata with each mode is 200.",
    scope: "server",
    run: async ({ send }) => {
      const answers = await Promise.all(
        ["full", "normative", "terminology"].map((mode) => send("GET", `metadata?mode=${mode}`)),
      );
      return judge(...answers.map((answer) => hasStatus(answer, 200)));
    },
  },
  {
    id: "metadata/entity-tag",
    group: "metadata",
    requirements: ["CAP-03"],
    title: "Where metadata has an ETag, a request with it is 304, or 200 with the same tag.",
    scope: "server",
    run: async ({ send }) => {
      const first = await send("GET", "metadata");
      const { etag } = first.response.headers;
      if (etag === undefined) return { kind: "not-applicable", reason: "metadata carries no ETag" };
      const again = await send("GET", "metadata", { headers: { "if-none-match": etag } });
      const tag = again.response.headers.etag ?? etag;
      return judge(hasStatus(again, 200, 304), that(tag === etag, `ETag ${etag}`, `ETag ${tag}`, again));
    },
  },
  {
    id: "metadata/declared-works",
    group: "metadata",
    requirements: ["CAP-08", "GEN-01"],
    title: "Each reading interaction declared on a type answers as served.",
    scope: "type",
    run: declaredWorks,
  },
  {
    id: "metadata/undeclared-refused",
    group: "metadata",
    requirements: ["CAP-09"],
    title:
      "Each interaction not declared on a type is refused; the writing ones are tried with bodies that fit nowhere.",
    scope: "type",
    run: undeclaredRefused,
  },
  {
    id: "metadata/delete-not-served",
    group: "metadata",
    requirements: ["DEL-04"],
    title: "Where delete is not declared on a type, DELETE of an id that nobody has is 405.",
    scope: "server",
    run: async ({ send, plan, mayWrite }) => {
      const kept = [...plan.types.values()].find(({ interactions }) => !interactions.has("delete"));
      if (kept === undefined) return { kind: "not-applicable", reason: "delete is declared on every type" };
      if (!mayWrite) return { kind: "not-applicable", reason: "this run only reads" };
      const answer = await send("DELETE", `${kept.type}/${unknownId()}`);
      const { status } = answer.response;
      if (status === 401 || status === 403) return { kind: "blocked", by: ACCESS, reason: `answered ${status}` };
      return judge(hasStatus(answer, 405));
    },
  },
  {
    id: "metadata/search-parameters-accepted",
    group: "metadata",
    requirements: ["CAP-10", "SELF-01"],
    title: "Each declared search parameter is taken under strict handling and stands in self.",
    scope: "type",
    needs: { interaction: "search-type" },
    run: async (context) => {
      const findings: Finding[] = [];
      for (const { name, type } of context.declared?.parameters ?? []) {
        if (type === "special" || type === "composite") continue;
        // A token may be a boolean, and only this is a value of either kind.
        const value = type === "token" ? "true" : harmlessValue(type);
        const answer = await search(context, { [name]: value, _count: "1" }, "handling=strict");
        const inSelf = selfParameters(answer).has(name);
        findings.push(isSearchset(answer), that(inSelf, `${name} in the self link`, "a self link without it", answer));
      }
      return judge(...findings);
    },
  },
  {
    id: "metadata/flags-agree",
    group: "metadata",
    requirements: ["CAP-11"],
    title: "Conditional flags, updateCreate and readHistory stand only beside the interactions they speak of.",
    scope: "type",
    run: async ({ declared, type, plan }) => {
      if (plan.assumed !== undefined) return { kind: "not-applicable", reason: plan.assumed };
      const flags: readonly (readonly [string, string])[] = [
        ["conditionalCreate", "create"],
        ["conditionalUpdate", "update"],
        ["updateCreate", "update"],
        ["readHistory", "vread"],
      ];
      const resource = declared?.resource ?? {};
      const wrong = flags.find(([flag, needed]) => resource[flag] === true && !declared?.interactions.has(needed));
      const conditionalDelete = text(resource, "conditionalDelete") ?? "not-supported";
      const deletes = conditionalDelete === "not-supported" || declared?.interactions.has("delete") === true;
      return judge(
        that(wrong === undefined, `${wrong?.[1]} beside ${wrong?.[0]} on ${type}`, "the flag alone"),
        that(deletes, `delete beside conditionalDelete on ${type}`, "the flag alone"),
      );
    },
  },
  {
    id: "metadata/includes-accepted",
    group: "metadata",
    requirements: ["CAP-12"],
    title: "Each declared include, forward and reverse, is taken under strict handling.",
    scope: "type",
    needs: { interaction: "search-type", include: true },
    run: async (context) => {
      const answers: Exchange[] = [];
      for (const include of context.declared?.includes ?? [])
        answers.push(await search(context, { _include: include, _count: "1" }, "handling=strict"));
      for (const include of context.declared?.revIncludes ?? [])
        answers.push(await search(context, { _revinclude: include, _count: "1" }, "handling=strict"));
      return judge(...answers.map(isSearchset));
    },
  },
];

async function declaredWorks(context: CaseContext): Promise<Verdict> {
  const { declared, send, type } = context;
  if (declared === undefined) return PASS;
  const samples = await context.samples();
  if ("kind" in samples && samples.kind === "blocked" && samples.by === ACCESS) return samples;
  const findings: Finding[] = [];
  if (declared.interactions.has("search-type")) findings.push(isSearchset(await search(context, { _count: "1" })));
  if (!declared.interactions.has("read")) return judge(...findings);
  const [sample] = "kind" in samples ? [] : samples;
  const read = await send("GET", `${type}/${sample?.id ?? unknownId()}`);
  return judge(...findings, hasStatus(read, sample === undefined ? 404 : 200));
}

async function undeclaredRefused(context: CaseContext): Promise<Verdict> {
  const { declared, send, type, mayWrite } = context;
  const samples = declared === undefined ? [] : await context.samples();
  const [sample] = "kind" in samples ? [] : samples;
  const id = sample?.id ?? unknownId();
  const body = JSON.stringify({ resourceType: "Basic" });
  const version = text(sample?.resource, "meta", "versionId") ?? "1";
  const reading: readonly (readonly [string, () => Promise<Exchange>])[] = [
    ["read", () => send("GET", `${type}/${id}`)],
    ["search-type", () => send("GET", `${type}?_count=1`)],
    ["vread", () => send("GET", `${type}/${id}/_history/${version}`)],
    ["history-instance", () => send("GET", `${type}/${id}/_history`)],
    ["history-type", () => send("GET", `${type}/_history`)],
  ];
  const writing: typeof reading = [
    ["create", () => send("POST", type, { headers: FHIR_JSON, body })],
    ["update", () => send("PUT", `${type}/${unknownId()}`, { headers: FHIR_JSON, body })],
    ["patch", () => patchNothing(context)],
    ["delete", () => send("DELETE", `${type}/${unknownId()}`)],
  ];
  for (const [interaction, probe] of [...reading, ...(mayWrite ? writing : [])]) {
    if (declared?.interactions.has(interaction)) continue;
    const answer = await probe();
    const { status } = answer.response;
    const refused = [403, 404, 405, 501].includes(status);
    const broken = that(refused, `${interaction} refused with 403, 404, 405 or 501`, `status ${status}`, answer);
    if (broken !== undefined) return broken;
  }
  return PASS;
}

function patchNothing({ send, type }: CaseContext): Promise<Exchange> {
  return send("PATCH", `${type}/${unknownId()}`, {
    headers: { "content-type": "application/json-patch+json" },
    body: "[]",
  });
}
