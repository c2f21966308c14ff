import { isRecord, list, text } from "../json.ts";
import {
  answeredBy,
  bodyChanged,
  type Mutant,
  mutant,
  requestChanged,
  resourcesChanged,
  searchsetChanged,
  statusChanged,
  withoutParameter,
} from "./breakage.ts";

const includesIn = (entry: unknown) => text(entry, "search", "mode") === "include";

/** Broken rules that show on made resources and their links. */
export const LINK_MUTANTS: readonly Mutant[] = [
  mutant(
    "an identifier in a reference is overlooked",
    "search-links/identifier-of-reference",
    "MOD-09",
    withoutParameter("subject:identifier", "subject:Patient"),
  ),
  mutant(
    "an absolute reference is a stranger's",
    "search-links/absolute-reference",
    "REF-02",
    requestChanged((url) => {
      const value = url.searchParams.get("subject");
      if (value?.startsWith("http")) url.searchParams.set("subject", "Patient/none");
    }),
  ),
  mutant("a bare id finds anything", "search-links/ambiguous-id", "REF-03", withoutParameter("performer")),
  mutant(
    "a version in a reference hides it",
    "search-links/versioned-reference",
    "REF-05",
    bodyChanged((body) =>
      body.type === "searchset" && JSON.stringify(body).includes('/_history/1"},')
        ? { ...body, total: 0, entry: [] }
        : undefined,
    ),
  ),
  mutant("what is contained is found", "search-links/contained", "CONT-01", async (request, answer) =>
    answer(
      request.url.includes("/Practitioner?family")
        ? new Request(request.url.replace(/Practitioner\?.*/, "Observation"))
        : request,
    ),
  ),
  mutant(
    "a chain is overlooked",
    "search-links/chain",
    "CHN-01",
    withoutParameter("subject:Patient.family", "subject:Patient.identifier"),
  ),
  mutant(
    "a chain to several types finds anything",
    "search-links/ambiguous-chain",
    "CHN-02",
    withoutParameter("performer.name"),
  ),
  mutant(
    "a long chain finds anything",
    "search-links/long-chain",
    "CHN-03",
    withoutParameter("subject:Patient.organization:Organization.partof:Organization.name"),
  ),
  mutant("_has is overlooked", "search-links/has", "HAS-01", withoutParameter("_has:Observation:patient:code")),
  mutant(
    "a composite is overlooked",
    "search-links/composite",
    "CMP-01",
    withoutParameter("component-code-value-quantity"),
  ),
  mutant(
    "a composite takes modifiers",
    "search-links/composite-modifier",
    "CMP-02",
    withoutParameter("code-value-quantity:missing"),
  ),
  mutant(
    "includes count as matches",
    "search-links/include-once",
    "INC-01",
    searchsetChanged((bundle) => ({ ...bundle, total: list(bundle, "entry").length + 1 })),
  ),
  mutant(
    "a page brings no includes but the first",
    "search-links/include-each-page",
    "INC-05",
    searchsetChanged((bundle, query) =>
      query.has("page") ? { ...bundle, entry: list(bundle, "entry").filter((each) => !includesIn(each)) } : undefined,
    ),
  ),
  mutant(
    "a missing target is an error",
    "search-links/include-nowhere",
    "INC-03",
    statusChanged(200, 404, ({ url }) => url.includes("_include=Observation%3Aperformer")),
  ),
  mutant("_revinclude is overlooked", "search-links/reverse-include", "INC-02", withoutParameter("_revinclude")),
  mutant("texts come with includes", "search-links/include-and-text", "INC-07", async (request, answer) => {
    const url = new URL(request.url);
    if (url.searchParams.get("_summary") !== "text") return answer(request);
    url.searchParams.set("_elements", "id");
    url.searchParams.delete("_summary");
    return answer(new Request(url));
  }),
  mutant("a compartment holds everything", "search-links/compartment", "SRCH-07", async (request, answer) =>
    answer(
      /\/Patient\/[^/]+\/Observation$/.test(request.url)
        ? new Request(request.url.replace(/\/Patient\/[^/]+/, ""))
        : request,
    ),
  ),
  mutant(
    "the last of several values decides",
    "search-links/sort-of-several",
    "SORT-02",
    searchsetChanged((bundle, query) =>
      query.get("_sort") === "family" ? { ...bundle, entry: [...list(bundle, "entry")].reverse() } : undefined,
    ),
  ),
  mutant(
    "a walk loses its place",
    "search-links/pages-under-writes",
    "PAGE-01",
    searchsetChanged((bundle, query) =>
      query.has("page") ? { ...bundle, entry: list(bundle, "entry").slice(1) } : undefined,
    ),
  ),
  mutant("a summary is the whole", "search-links/summaries", "SUM-02", withoutParameter("_summary")),
  mutant("several types take anything", "search-links/several-types", "SRCH-08", withoutParameter("gender")),
  mutant("_elements is overlooked", "search-links/elements", "ELEM-01", withoutParameter("_elements")),
  mutant(
    "includes fill the page",
    "search-links/count-of-matches",
    "CNT-04",
    searchsetChanged((bundle, query) =>
      query.get("_count") === "1" && query.has("_include")
        ? { ...bundle, entry: list(bundle, "entry").slice(0, 1) }
        : undefined,
    ),
  ),
  mutant(
    "an unknown type is an empty search",
    "general/search-of-unknown-type",
    "SRCH-05",
    statusChanged(404, 200, ({ url }) => /NotAType(\?|\/_search)/.test(url)),
  ),
  mutant(
    "a page link is good once",
    "paging/link-as-it-stands",
    "PAGE-04",
    (() => {
      const used = new Set<string>();
      return async (request, answer) => {
        const page = new URL(request.url).searchParams.get("page");
        if (page === null || !used.has(page)) {
          if (page !== null) used.add(page);
          return answer(request);
        }
        return new Response("{}", { status: 410 });
      };
    })(),
  ),
  mutant(
    "an address ends in no id",
    "search/addresses-end-in-ids",
    "BDL-03",
    searchsetChanged((bundle) => ({
      ...bundle,
      entry: list(bundle, "entry").map((each) => ({ ...Object(each), fullUrl: "http://127.0.0.1/fhir/Patient/other" })),
    })),
  ),
  mutant(
    "encoded colons stay",
    "search-parameters/encoded-colons",
    "DATE-02",
    statusChanged(200, 400, ({ url }) => /lastUpdated=le[^&]*%3A/.test(url)),
  ),
  mutant(
    "sa is not known",
    "search-parameters/prefixes",
    "PFX-01",
    statusChanged(200, 400, ({ url }) => url.includes("=sa20")),
  ),
  mutant(
    "a value is decoded twice",
    "search-values/encoded-once",
    "ESC-02",
    answeredBy(
      ({ url }) => url.includes("%252C"),
      async (request, answer) => answer(new Request(request.url.replaceAll("%252C", "%2C"))),
    ),
  ),
  mutant(
    "a type is served and not declared",
    "metadata/served-is-declared",
    "GEN-01",
    resourcesChanged((each) => (each.type === "Observation" ? { ...each, type: "Basic" } : each)),
  ),
  mutant(
    "a resource is not valid",
    "profiles/base",
    "PROF-01",
    searchsetChanged((bundle) => ({
      ...bundle,
      entry: list(bundle, "entry").map((each) => ({
        ...Object(each),
        resource: { ...Object(each).resource, language: 7 },
      })),
    })),
  ),
  mutant(
    "no profile is declared",
    "profiles/declared",
    "PROF-04",
    resourcesChanged(({ profile: _lost, ...rest }) => rest),
  ),
  mutant(
    "a basic element is not there",
    "profiles/must-support",
    "PROF-03",
    searchsetChanged((bundle) => ({
      ...bundle,
      entry: list(bundle, "entry")
        .filter(isRecord)
        .map((each) => ({
          ...each,
          resource: {
            ...Object(each.resource),
            identifier: undefined,
            name: undefined,
            status: undefined,
            code: undefined,
            meta: { profile: ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"] },
          },
        })),
    })),
  ),
  mutant(
    "answers to nobody differ",
    "pairs/unknown",
    "PAIR-03",
    bodyChanged((body) =>
      body.resourceType === "OperationOutcome" ? { ...body, id: crypto.randomUUID().slice(0, 8) } : undefined,
    ),
  ),
  mutant("a token is asked for by no challenge", "smart/without-token", "SMART-03", async (request, answer) =>
    request.url.includes("/Patient") ? new Response("{}", { status: 401 }) : answer(request),
  ),
  mutant("any token opens the door", "smart/foreign-token", "SMART-04", async (request, answer) =>
    request.url.includes("/Patient?") && !request.headers.has("authorization")
      ? new Response("{}", { status: 401 })
      : answer(request),
  ),
  mutant("a token needs no signature", "smart/unsigned-token", "SMART-06", async (request, answer) =>
    request.url.includes("/Patient?") && !request.headers.has("authorization")
      ? new Response("{}", { status: 401 })
      : answer(request),
  ),
];
