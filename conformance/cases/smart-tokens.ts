import type { ConformanceCase } from "../case.ts";
import { hasStatus, header, judge, that } from "../checks.ts";
import { isRecord, list, text, texts } from "../json.ts";
import { onServer } from "./define.ts";
import { DISCOVERY, discovered, withClient } from "./smart-requests.ts";

const SURVEY = "http://terminology.hl7.org/CodeSystem/observation-category|survey";

/** SMART Backend Services: what discovery and tokens promise, and scopes in other words and with search parameters. */
export const SMART_TOKEN_CASES: readonly ConformanceCase[] = [
  onServer(
    "smart/code-challenge",
    ["SMART-21"],
    "code_challenge_methods_supported has S256 and has not plain.",
    {},
    async (context) => {
      const answer = await discovered(context);
      if (answer.response.status === 404) return { kind: "not-declared", reason: `${DISCOVERY} is 404` };
      const methods = texts(list(answer.response.json, "code_challenge_methods_supported"));
      return judge(
        that(methods.includes("S256"), "S256", methods.join() || "none", answer),
        that(!methods.includes("plain"), "no plain", methods.join(), answer),
      );
    },
  ),
  onServer(
    "smart/short-lived",
    ["SMART-22"],
    "A token lives 300 s at most, and no refresh_token comes with it.",
    {},
    withClient(async (asked) => {
      const answer = await asked.with({});
      const { json } = answer.response;
      const expires = Number(Object(json).expires_in);
      return judge(
        hasStatus(answer, 200),
        that(expires <= 300, "expires_in of 300 at most", `${expires}`, answer),
        that(text(json, "refresh_token") === undefined, "no refresh_token", "one", answer),
      );
    }),
  ),
  onServer(
    "smart/refused-in-json",
    ["SMART-23"],
    "A refused request is JSON with an error, and is not to be stored.",
    {},
    withClient(async (asked) => {
      const answer = await asked.with({ claims: { aud: "https://example.org/token" } });
      const contentType = header(answer, "content-type") ?? "none";
      return judge(
        hasStatus(answer, 400, 401),
        that(contentType.startsWith("application/json"), "application/json", contentType, answer),
        that(text(answer.response.json, "error") !== undefined, "error", "none", answer),
      );
    }),
  ),
  onServer(
    "smart/older-words",
    ["SMART-24"],
    "system/Patient.read brings a token that opens a search for Patients.",
    {},
    withClient(async (asked) => {
      const given = await asked.with({}, { scope: "system/Patient.read" });
      const token = text(given.response.json, "access_token");
      if (token === undefined) return judge(hasStatus(given, 200));
      const options = { anonymous: true, headers: { authorization: `Bearer ${token}` } };
      return judge(hasStatus(await asked.send("GET", "Patient?_count=1", options), 200));
    }),
  ),
  onServer(
    "smart/narrow-scope",
    ["SMART-25"],
    "With system/Observation.rs?category=…|survey a search finds Observations of this category alone.",
    {},
    withClient(async (asked) => {
      const given = await asked.with({}, { scope: `system/Observation.rs?category=${SURVEY}` });
      const token = text(given.response.json, "access_token");
      if (token === undefined) return { kind: "not-declared", reason: "scopes with search parameters are not granted" };
      const options = { anonymous: true, headers: { authorization: `Bearer ${token}` } };
      const found = await asked.send("GET", "Observation?_count=50", options);
      const others = list(found.response.json, "entry").filter((entry) => isOther(Object(entry).resource));
      return judge(
        hasStatus(found, 200),
        that(others.length === 0, "no Observation of another category", `${others.length}`, found),
      );
    }),
  ),
];

function isOther(resource: unknown): boolean {
  if (!isRecord(resource) || resource.resourceType !== "Observation") return false;
  const codings = list(resource, "category").flatMap((category) => list(category, "coding"));
  return !codings.some((coding) => `${text(coding, "system")}|${text(coding, "code")}` === SURVEY);
}
