import { canonical } from "#profiles/canonical.ts";
import { validateBase } from "#profiles/generated/validators.ts";
import { validateProfiles } from "#profiles/validate-profile.ts";
import type { CaseContext, ConformanceCase } from "../case.ts";
import { type Finding, hasStatus, isOutcome, isSearchset, judge, matches, that } from "../checks.ts";
import { MADE_TYPES } from "../fixtures.ts";
import { at, list, text, texts } from "../json.ts";
import { onServer, onType, writing } from "./define.ts";
import { search } from "./samples.ts";

const SEARCH = { interaction: "search-type" } as const;
const OWN_PROFILES = canonical("StructureDefinition", "");
const UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-";

/** Elements that UK Core marks must-support and that base R4, too, cannot do without in a useful resource. */
const BASICS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Patient: [["identifier"], ["name"]],
  Observation: [["status"], ["code"], ["subject"]],
  Consent: [["status"], ["scope"], ["category"], ["patient"]],
  Organization: [["name", "identifier"]],
  Practitioner: [["name", "identifier"]],
  PractitionerRole: [["practitioner", "organization", "code"]],
};

type Flaws = (
  resource: unknown,
) => readonly { readonly severity: string; readonly expression: string; readonly message: string }[];

function firstFlaw(resources: readonly unknown[], flaws: Flaws): string | undefined {
  for (const resource of resources) {
    const flaw = flaws(resource).find(({ severity }) => severity === "error");
    if (flaw !== undefined) return `${flaw.expression}: ${flaw.message}`;
  }
  return undefined;
}

function claims(resource: unknown): readonly string[] {
  return texts(list(resource, "meta", "profile"));
}

/** Everything on a page but what is marked as a part. */
async function shown(
  context: CaseContext,
): Promise<{ page: Awaited<ReturnType<typeof search>>; whole: readonly unknown[] }> {
  const page = await search(context, { _count: "50" });
  return { page, whole: matches(page).filter((each) => !JSON.stringify(at(each, "meta") ?? {}).includes("SUBSETTED")) };
}

/** Profiles and must-support: what comes back is what it claims to be. */
export const PROFILE_CASES: readonly ConformanceCase[] = [
  onType(
    "profiles/base",
    ["PROF-01"],
    "Every resource of a page is valid by base R4.",
    SEARCH,
    async (context) => {
      const { page, whole } = await shown(context);
      const flaw = firstFlaw(whole, validateBase);
      return judge(isSearchset(page), that(flaw === undefined, "valid resources", `${flaw}`, page));
    },
    { types: MADE_TYPES },
  ),
  onType(
    "profiles/claimed",
    ["PROF-02"],
    "Every resource of a page that claims one of this project's profiles keeps its rules.",
    SEARCH,
    async (context) => {
      const { page, whole } = await shown(context);
      const claiming = whole.filter((each) => claims(each).some((profile) => profile.startsWith(OWN_PROFILES)));
      if (claiming.length === 0)
        return { kind: "not-applicable", reason: "nothing shown claims a profile of this project" };
      const flaw = firstFlaw(claiming, validateProfiles);
      return judge(isSearchset(page), that(flaw === undefined, "resources that keep their profile", `${flaw}`, page));
    },
    { types: MADE_TYPES },
  ),
  onType(
    "profiles/must-support",
    ["PROF-03"],
    "Every resource of a page that claims a UK Core profile has its basic must-support elements.",
    SEARCH,
    async (context) => {
      const { page, whole } = await shown(context);
      const claiming = whole.filter((each) => claims(each).some((profile) => profile.startsWith(UK_CORE)));
      if (claiming.length === 0) return { kind: "not-applicable", reason: "nothing shown claims a profile of UK Core" };
      const findings = (BASICS[context.type] ?? []).map((either): Finding => {
        const without = claiming.find((each) => either.every((name) => at(each, name) === undefined));
        return that(without === undefined, either.join(" or "), `none in ${text(without, "id")}`, page);
      });
      return judge(isSearchset(page), ...findings);
    },
    { types: Object.keys(BASICS) },
  ),
  onServer("profiles/declared", ["PROF-04"], "Each type of the statement has a profile.", {}, async ({ send }) => {
    const exchange = await send("GET", "metadata");
    const resources = list(exchange.response.json, "rest", 0, "resource");
    const without = resources.find((each) => text(each, "profile") === undefined);
    return judge(that(without === undefined, "a profile", `none on ${text(without, "type")}`, exchange));
  }),
  writing(
    "profiles/broken-claim",
    ["PROF-05"],
    "An Observation that claims this project's profile of a measurement without what it makes mandatory is refused, or the server does not know the profile.",
    { interaction: "create" },
    async ({ data, plan, send }) => {
      const profile = canonical("StructureDefinition", "measurement");
      if (!plan.types.has("StructureDefinition"))
        return { kind: "not-applicable", reason: "the server serves no profiles of its own" };
      const known = await send("GET", `StructureDefinition?url=${encodeURIComponent(profile)}`);
      if (matches(known).length === 0) return { kind: "not-applicable", reason: `the server does not hold ${profile}` };
      const answer = await data.post(
        await data.body("Observation", { meta: { profile: [profile] }, code: { text: "no coding" } }),
      );
      return judge(hasStatus(answer, 400, 422), isOutcome(answer));
    },
    ["Observation"],
  ),
];
