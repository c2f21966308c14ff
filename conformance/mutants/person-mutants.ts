import { isRecord, list, parseJson, text } from "../json.ts";
import {
  answeredBy,
  bodyChanged,
  copyOf,
  type Mutant,
  mutant,
  requestChanged,
  sentTextChanged,
  statusChanged,
} from "./breakage.ts";
import type { Breakage } from "./small-server.ts";

type Body = Readonly<Record<string, unknown>>;

const isMatch = (request: Request) => request.url.includes("/$match");
const isPix = (request: Request) => request.url.includes("/$ihe-pix");

function matchChanged(change: (entries: readonly Body[]) => readonly unknown[]): Breakage {
  return bodyChanged((body, request) =>
    isMatch(request) && body.type === "searchset"
      ? { ...body, entry: change(list(body, "entry").filter(isRecord)) }
      : undefined,
  );
}

const isPatient = (entry: Body) => text(entry, "resource", "resourceType") === "Patient";

function patientsChanged(change: (entry: Body) => unknown): Breakage {
  return matchChanged((entries) => entries.map((entry) => (isPatient(entry) ? change(entry) : entry)));
}

function outcomesChanged(change: (entry: Body) => unknown): Breakage {
  return matchChanged((entries) => entries.map((entry) => (isPatient(entry) ? entry : change(entry))));
}

/** The parameters of a match as they were sent, some of them left out or put in others' place. */
function askedOtherwise(change: (parameters: readonly unknown[]) => readonly unknown[]): Breakage {
  return sentTextChanged((sent) => {
    const body = parseJson(sent);
    const parameters = list(body, "parameter");
    return parameters.length === 0 ? sent : JSON.stringify({ ...Object(body), parameter: change(parameters) });
  }, isMatch);
}

const without = (name: string) =>
  askedOtherwise((parameters) => parameters.filter((each) => text(each, "name") !== name));

/** A failure as what would be another one. */
function refusedOtherwise(from: number, to: number): Breakage {
  return statusChanged(from, to, isPix);
}

function targetsChanged(change: (parameters: readonly unknown[], request: Request) => readonly unknown[]): Breakage {
  return bodyChanged((body, request) =>
    isPix(request) && body.resourceType === "Parameters"
      ? { ...body, parameter: change(list(body, "parameter"), request) }
      : undefined,
  );
}

/** Broken rules about who a Patient is. */
export const PERSON_MUTANTS: readonly Mutant[] = [
  mutant(
    "a match has two grades",
    "match/one",
    "MATCH-01",
    patientsChanged((entry) => {
      const extension = list(entry, "search", "extension");
      return { ...entry, search: { ...Object(entry.search), extension: [...extension, ...extension] } };
    }),
  ),
  mutant(
    "matches come the least likely first",
    "match/several",
    "MATCH-02",
    matchChanged((entries) =>
      entries.map((entry, position) =>
        isPatient(entry) ? { ...entry, search: { ...Object(entry.search), score: position / 100 } } : entry,
      ),
    ),
  ),
  mutant(
    "who is certain is left out",
    "match/only-certain",
    "MATCH-03",
    answeredBy(isMatch, async (request, answer) => {
      const isOnlyCertain = (await request.clone().text()).includes("onlyCertainMatches");
      const response = await answer(request);
      const body = parseJson(await response.clone().text());
      if (!isOnlyCertain || !isRecord(body)) return response;
      return new Response(JSON.stringify({ ...body, entry: [] }), response);
    }),
  ),
  mutant("who is not certain is told all the same", "match/not-certain", "MATCH-04", without("onlyCertainMatches")),
  mutant("two who look alike are told as certain", "match/not-one-person", "MATCH-05", without("onlyCertainMatches")),
  mutant("count is not looked at", "match/count", "MATCH-06", without("count")),
  mutant(
    "nobody is an error",
    "match/nobody",
    "MATCH-07",
    outcomesChanged((entry) => ({
      ...entry,
      resource: { resourceType: "OperationOutcome", issue: [{ severity: "error", code: "not-found" }] },
    })),
  ),
  mutant(
    "a Patient that is not active is told as active",
    "match/not-active",
    "MATCH-08",
    patientsChanged((entry) => ({ ...entry, resource: { ...Object(entry.resource), active: true } })),
  ),
  mutant(
    "Parameters without a Patient bring nobody",
    "match/refused",
    "MATCH-09",
    answeredBy(isMatch, async (request, answer) => {
      const response = await answer(request);
      const empty = { resourceType: "Bundle", type: "searchset" };
      return response.status === 400
        ? new Response(JSON.stringify(empty), { status: 200, headers: response.headers })
        : response;
    }),
  ),
  mutant(
    "what is odd is an error beside the matches",
    "match/warnings",
    "MATCH-10",
    outcomesChanged((entry) => ({
      ...entry,
      resource: { resourceType: "OperationOutcome", issue: [{ severity: "fatal", code: "value" }] },
    })),
  ),
  mutant(
    "a bare Patient is refused",
    "match/bare",
    "MATCH-11",
    sentTextChanged(
      (sent) => (text(parseJson(sent), "resourceType") === "Patient" ? '{"resourceType":"Parameters"}' : sent),
      isMatch,
    ),
  ),
  mutant("another parameter is passed over", "match/closed", "MATCH-12", without("conformanceKit")),
  mutant(
    "a modifier extension is passed over",
    "match/modifier",
    "MATCH-13",
    sentTextChanged((sent) => sent.replace("modifierExtension", "extension"), isMatch),
  ),
  mutant(
    "an extension is refused",
    "match/extension",
    "MATCH-14",
    sentTextChanged((sent) => sent.replace('"extension"', '"modifierExtension"'), isMatch),
  ),
  mutant(
    "an entry holds an Organization too",
    "match/entries",
    "MATCH-15",
    matchChanged((entries) => [
      ...entries,
      { resource: { resourceType: "Organization" }, search: { mode: "include" } },
    ]),
  ),
  mutant(
    "extensions are left out of a match",
    "match/maiden-name",
    "MATCH-16",
    patientsChanged((entry) => {
      const { extension: _, ...resource } = Object(entry.resource);
      return { ...entry, resource };
    }),
  ),
  mutant(
    "an address has no state",
    "match/search-parameters",
    "DEMO-01",
    requestChanged((url) => {
      if (url.searchParams.has("address-state")) url.searchParams.set("address-state", "none");
    }),
  ),
  mutant(
    "the gender is not looked at",
    "match/search-together",
    "DEMO-02",
    requestChanged((url) => url.searchParams.delete("gender")),
  ),
  mutant(
    "the identifier that was given comes back",
    "ihe-pix/found",
    "PIX-01",
    targetsChanged((parameters, request) => {
      const [system = "", value = ""] = (new URL(request.url).searchParams.get("sourceIdentifier") ?? "").split("|");
      return [...parameters, { name: "targetIdentifier", valueIdentifier: { system, value } }];
    }),
  ),
  mutant(
    "target systems are not looked at",
    "ihe-pix/target",
    "PIX-02",
    requestChanged((url, request) => {
      if (isPix(request)) url.searchParams.delete("targetSystem");
    }),
  ),
  mutant("a value that nobody has is 400", "ihe-pix/unknown-value", "PIX-03", refusedOtherwise(404, 400)),
  mutant("an unknown source system is 404", "ihe-pix/unknown-system", "PIX-04", refusedOtherwise(400, 404)),
  mutant("an unknown target system is 400", "ihe-pix/unknown-target", "PIX-05", refusedOtherwise(403, 400)),
  mutant(
    "the first of two source identifiers counts",
    "ihe-pix/one-source",
    "PIX-06",
    requestChanged((url, request) => {
      const [first, another] = url.searchParams.getAll("sourceIdentifier");
      if (isPix(request) && first !== undefined && another !== undefined)
        url.searchParams.set("sourceIdentifier", first);
    }),
  ),
  mutant(
    "by its address a Patient has no identifier",
    "ihe-pix/by-address",
    "PIX-07",
    targetsChanged((parameters) => parameters.filter((each) => text(each, "name") !== "targetIdentifier")),
  ),
  mutant(
    "a Patient that was deleted is told",
    "ihe-pix/deleted",
    "PIX-08",
    answeredBy(isPix, async (request, answer) => {
      const response = await answer(await copyOf(request, {}));
      const parameter = [{ name: "targetId", valueReference: { reference: "Patient/gone" } }];
      const told = { resourceType: "Parameters", parameter };
      return response.status === 404
        ? new Response(JSON.stringify(told), { status: 200, headers: response.headers })
        : response;
    }),
  ),
];
