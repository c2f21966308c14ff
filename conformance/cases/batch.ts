import type { ConformanceCase } from "../case.ts";
import { type Finding, hasStatus, isOutcome, isRefused, judge, shortBody, that } from "../checks.ts";
import type { Exchange } from "../http.ts";
import { at, list, text } from "../json.ts";
import { addressFrom } from "../ledger.ts";
import { asJson } from "../workspace.ts";
import { writingOnServer } from "./define.ts";
import { unknownId } from "./samples.ts";

const BATCH = { interaction: "create,read", system: "batch" } as const;

export function entriesOf(exchange: Exchange): readonly unknown[] {
  return list(exchange.response.json, "entry");
}

/** Statuses of the entries of an answer, without their words. */
export function statusesOf(exchange: Exchange): readonly string[] {
  return entriesOf(exchange).map((entry) => (text(entry, "response", "status") ?? "none").slice(0, 3));
}

export function isResponse(exchange: Exchange, type: "batch" | "transaction"): Finding {
  if (exchange.response.status !== 200) return hasStatus(exchange, 200);
  const fits = text(exchange.response.json, "type") === `${type}-response`;
  return that(fits, `a Bundle of type ${type}-response`, shortBody(exchange), exchange);
}

export function post(resource: object, fullUrl?: string, ifNoneExist?: string) {
  const { resourceType } = Object(resource);
  const request = { method: "POST", url: resourceType, ...(ifNoneExist === undefined ? {} : { ifNoneExist }) };
  return { ...(fullUrl === undefined ? {} : { fullUrl }), resource, request };
}

export function get(url: string) {
  return { request: { method: "GET", url } };
}

/** Bundles of type batch. */
export const BATCH_CASES: readonly ConformanceCase[] = [
  writingOnServer(
    "batch/entry-without-request",
    ["BAT-01"],
    "An entry without request, and a POST without resource, fail for themselves or the whole; a good entry is not harmed.",
    BATCH,
    async ({ data }) => {
      const good = post(await data.body("Patient"));
      const answer = await data.bundle("batch", [
        { resource: await data.body("Patient") },
        { request: { method: "POST", url: "Patient" } },
        good,
      ]);
      if (answer.response.status === 400) return judge(isOutcome(answer));
      const statuses = statusesOf(answer);
      const fits = /^4/.test(statuses[0] ?? "") && /^4/.test(statuses[1] ?? "") && statuses[2] === "201";
      return judge(isResponse(answer, "batch"), that(fits, "4xx, 4xx, 201", statuses.join(), answer));
    },
  ),
  writingOnServer(
    "batch/own-status",
    ["BAT-02"],
    "A batch of a good create, a read of an unknown id and a broken resource is 200, with 201, 404 and 400 or 422.",
    BATCH,
    async ({ data }) => {
      const broken = await data.body("Patient", { gender: 7 });
      const entries = [post(await data.body("Patient")), get(`Patient/${unknownId()}`), post(broken)];
      const answer = await data.bundle("batch", entries);
      const statuses = statusesOf(answer);
      const fits = statuses[0] === "201" && statuses[1] === "404" && /^4(00|22)$/.test(statuses[2] ?? "");
      return judge(isResponse(answer, "batch"), that(fits, "201, 404, 400 or 422", statuses.join(), answer));
    },
  ),
  writingOnServer(
    "batch/each-for-itself",
    ["BAT-03"],
    "A first entry that fails leaves the second in effect.",
    BATCH,
    async ({ data, send }) => {
      const answer = await data.bundle("batch", [
        post(await data.body("Patient", { kitUnknown: "x" })),
        post(await data.body("Patient")),
      ]);
      const address = addressFrom(text(entriesOf(answer)[1], "response", "location"));
      const stored = address === undefined ? undefined : await send("GET", address);
      return judge(
        isResponse(answer, "batch"),
        that(stored?.response.status === 200, "the second one stored", statusesOf(answer).join(), answer),
      );
    },
  ),
  writingOnServer(
    "batch/order",
    ["BAT-04"],
    "The answer has an entry for each entry sent, in the order in which they were sent.",
    BATCH,
    async ({ data }) => {
      const organization = await data.make("Organization");
      const patient = await data.make("Patient");
      const entries = [get(organization.reference), post(await data.body("Patient")), get(patient.reference)];
      const answer = await data.bundle("batch", entries);
      const types = entriesOf(answer).map((entry) => text(entry, "resource", "id"));
      const fits = types.length === 3 && types[0] === organization.id && types[2] === patient.id;
      return judge(isResponse(answer, "batch"), that(fits, "three entries in order", types.join(), answer));
    },
  ),
  writingOnServer(
    "batch/location-and-tag",
    ["BAT-05"],
    "An entry for a create has status 201, a versioned location and a weak etag.",
    BATCH,
    async ({ data }) => {
      const answer = await data.bundle("batch", [post(await data.body("Patient"))]);
      const response = at(entriesOf(answer)[0], "response");
      const [location, etag] = [text(response, "location") ?? "none", text(response, "etag") ?? "none"];
      return judge(
        isResponse(answer, "batch"),
        that((text(response, "status") ?? "").startsWith("201"), "status 201", `${text(response, "status")}`, answer),
        that(/Patient\/[^/]+\/_history\/[^/]+$/.test(location), "a versioned location", location, answer),
        that(/^W\/".+"$/.test(etag), 'etag W/"…"', etag, answer),
      );
    },
  ),
  writingOnServer(
    "batch/failure-explained",
    ["BAT-06"],
    "An entry that failed has its OperationOutcome in response.outcome.",
    BATCH,
    async ({ data }) => {
      const answer = await data.bundle("batch", [get(`Patient/${unknownId()}`)]);
      const [entry] = entriesOf(answer);
      const got = text(entry, "response", "outcome", "resourceType") ?? "none";
      return judge(isResponse(answer, "batch"), that(got === "OperationOutcome", "response.outcome", got, answer));
    },
  ),
  writingOnServer(
    "batch/other-bundles",
    ["BAT-08"],
    "A Bundle of another type, one without a type, and a Patient at the base are 400.",
    BATCH,
    async ({ data, send }) => {
      const bodies = [
        { resourceType: "Bundle", type: "searchset" },
        { resourceType: "Bundle" },
        await data.body("Patient"),
      ];
      const answers = [];
      for (const body of bodies) answers.push(await send("POST", "", { ...asJson(), body: JSON.stringify(body) }));
      return judge(...answers.flatMap((answer) => [isRefused(answer), hasStatus(answer, 400, 422), isOutcome(answer)]));
    },
  ),
];
