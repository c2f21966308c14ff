import type { Bundle } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ACT_CODE, CONSENT_SCOPE, DATA_CLASS, NHS_NUMBER } from "#profiles/systems.ts";
import { jsonOf, startTestGateway, type TestGateway } from "../gateway.fixtures.ts";
import { idOf, numberOf, search } from "./pairs.fixtures.ts";

let started: TestGateway;

beforeAll(async () => {
  started = await startTestGateway(20);
});

afterAll(() => started[Symbol.asyncDispose]());

const nextOf = ({ link = [] }: Bundle): string | undefined => link.find(({ relation }) => relation === "next")?.url;

async function page(client: string, path: string, scope?: string): Promise<Bundle> {
  const response = await started.ask(client, path, {}, scope);
  expect(response.status, path).toBe(200);
  return jsonOf<Bundle>(response);
}

describe("a page", () => {
  test("is as full as asked for but for the last, whatever is hidden between", async () => {
    for (const client of ["gp-demo", "gp-health-demo", "vendor-demo"]) {
      let next: string | undefined = "Observation?_count=3";
      while (next !== undefined) {
        const bundle: Bundle = await page(client, next);
        const matches = (bundle.entry ?? []).filter(({ search: mode }) => mode?.mode === "match");
        next = nextOf(bundle);
        expect(matches.length).toBe(next === undefined ? Math.min(matches.length, 3) : 3);
        expect(matches.length).toBeGreaterThan(0);
      }
    }
  });

  test("goes on for nobody else, under no other scope, nor with one character changed", async () => {
    const next = nextOf(await page("gp-demo", "Observation?_count=2")) ?? "";
    const changed = next.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    expect((await started.ask("gp-health-demo", next)).status).toBe(400);
    expect((await started.ask("gp-demo", changed)).status).toBe(400);
    expect((await started.ask("gp-demo", next, {}, "system/Patient.rs")).status).toBe(403);
    expect((await started.ask("gp-demo", next)).status).toBe(200);
  });

  test("holds nothing that an objection took away since the page before", async () => {
    const number = numberOf("amara");
    const [child] = await search(started, "vendor-demo", `Patient?identifier=${NHS_NUMBER}|${number}`);
    const patient = child ? idOf(child) : "";
    let next = nextOf(await page("gp-demo", `Observation?patient=${patient}&_count=1`));
    expect(next).toBeDefined();
    const body = {
      resourceType: "Consent",
      status: "active",
      scope: { coding: [{ system: CONSENT_SCOPE, code: "patient-privacy" }] },
      category: [{ coding: [{ system: ACT_CODE, code: "INFA" }] }],
      patient: { reference: `Patient/${patient}` },
      policyRule: { coding: [{ system: ACT_CODE, code: "OPTIN" }] },
      provision: {
        type: "permit",
        provision: [{ type: "deny", class: [{ system: DATA_CLASS, code: "health-visiting" }] }],
      },
    };
    const headers = { "Content-Type": "application/fhir+json" };
    const written = await started.ask("vendor-demo", "Consent", {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    expect(written.status).toBe(201);
    while (next !== undefined) {
      const bundle: Bundle = await page("gp-demo", next);
      expect(JSON.stringify(bundle)).not.toMatch(/source\/leeds-(csds|dch|vendor)"/);
      next = nextOf(bundle);
    }
    // A newer permit gives nothing back.
    const permit = { ...body, provision: { type: "permit" } };
    await started.ask("vendor-demo", "Consent", { method: "POST", headers, body: JSON.stringify(permit) });
    expect(JSON.stringify(await page("gp-demo", `Observation?patient=${patient}`))).not.toMatch(/source\/leeds-csds"/);
  });
});
