import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../gateway.fixtures.ts";

/** What is not offered cannot leak: each is refused before any data are looked at, whoever asks. */

let started: TestGateway;

beforeAll(async () => {
  started = await startTestGateway(1);
});

afterAll(() => started[Symbol.asyncDispose]());

const CLIENTS = ["gp-demo", "vendor-demo", "officer-demo"] as const;

async function statuses(method: string, paths: readonly string[], body?: object): Promise<readonly number[]> {
  const found = new Set<number>();
  for (const client of CLIENTS) {
    for (const path of paths) {
      const init = { method, headers: { "Content-Type": "application/fhir+json" } };
      const response = await started.ask(client, path, { ...init, ...(body && { body: JSON.stringify(body) }) });
      expect(await response.json()).toMatchObject({ resourceType: "OperationOutcome" });
      found.add(response.status);
    }
  }
  return [...found];
}

describe("is refused", () => {
  test("a bulk export", async () => {
    expect(await statuses("GET", ["$export", "Patient/$export", "Group/x/$export"])).toEqual([404]);
  });

  test("a Subscription, and with it any address to call back", async () => {
    const body = {
      resourceType: "Subscription",
      status: "requested",
      criteria: "Observation?",
      channel: { type: "rest-hook", endpoint: "http://169.254.169.254/" },
    };
    expect(await statuses("POST", ["Subscription", "SubscriptionTopic"], body)).toEqual([404]);
    expect(await statuses("GET", ["Subscription", "Subscription/$events"])).toEqual([404]);
  });

  test("a resource that holds others whole", async () => {
    const types = ["Composition", "List", "QuestionnaireResponse", "DocumentReference", "Bundle", "Group"];
    expect(await statuses("GET", types)).toEqual([404]);
  });

  test("a resource about a relative or a household", async () => {
    expect(await statuses("GET", ["RelatedPerson?patient=x", "Person", "Account?patient=x"])).toEqual([404]);
  });

  test("an aggregate", async () => {
    const paths = ["MeasureReport", "Measure/x/$evaluate-measure", "Observation/$stats", "$graphql?query={x}"];
    expect(await statuses("GET", paths)).toEqual([404]);
  });

  test.each(["_filter=code eq x", "_query=all", "_content=x", "_text=x", "_list=x"])(
    "%s, strictly and leniently, before it finds anything",
    async (query) => {
      for (const Prefer of ["handling=strict", "handling=lenient"]) {
        const response = await started.ask("gp-demo", `Observation?${query}`, { headers: { Prefer } });
        const body = await response.text();
        expect(response.status === 400 || !body.includes(encodeURIComponent(query))).toBe(true);
        expect((await started.ask("gp-demo", `Observation?${query}&patient=x`)).status).toBe(400);
      }
    },
  );
});

describe("every answer", () => {
  const PATHS = ["Patient?_count=2", "Patient/00000000-0000-4000-8000-000000000000", "Observation?cod=x", "metadata"];

  test("is sent uncompressed, for no cache, without a count of what was looked through", async () => {
    for (const client of CLIENTS) {
      for (const path of PATHS) {
        const response = await started.ask(client, path, { headers: { "Accept-Encoding": "gzip, br" } });
        const headers = Object.fromEntries(response.headers);
        expect(headers["content-encoding"]).toBeUndefined();
        expect(headers["cache-control"]).toMatch(/no-store|no-cache/);
        expect(Object.keys(headers).filter((name) => /total|count|served-by|timing/.test(name))).toEqual([]);
      }
    }
  });

  test("bears ids that say nothing of how many there are", async () => {
    const body = await (await started.ask("officer-demo", "Patient?_count=100")).text();
    const ids = [...body.matchAll(/"resourceType":"Patient","id":"([^"]+)"/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(5);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("of the contract is the same to all, before and after data", async () => {
    await using empty = await startTestGateway(0);
    const told = async (gateway: TestGateway, client: string) => (await gateway.ask(client, "metadata")).text();
    const [first = "", ...others] = await Promise.all(CLIENTS.map((client) => told(started, client)));
    for (const other of others) expect(other).toBe(first);
    const without = (text: string): string => text.replace(/"date":"[^"]*"/g, "");
    expect(without(await told(empty, "gp-demo"))).toBe(without(first));
  });

  test("to a care client marks nothing as cut, masked or withheld", async () => {
    const body = await (await started.ask("gp-demo", "Patient?_revinclude=Observation:patient&_count=100")).text();
    expect(body).not.toMatch(/SUBSETTED|REDACTED|withheld|data-absent-reason","valueCode":"masked"/);
  });
});
