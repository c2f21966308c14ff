import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bundle } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import type { RegisterFile } from "./access/register-file.ts";
import { jsonOf, startTestGateway, type TestGateway, writeRegister } from "./gateway.fixtures.ts";

const CHILD = "9990000131";
const SEARCH = `Observation?patient.identifier=${NHS_NUMBER}|${CHILD}&_count=1`;

let house: TestGateway;
beforeAll(async () => {
  house = await startTestGateway(1, (register) => register);
});
afterAll(() => house[Symbol.asyncDispose]());

/** Writes another register over the one in force, and has it read as a signal would. */
async function change(told: (register: RegisterFile) => RegisterFile): Promise<void> {
  await writeRegister(house.directory, told);
  await house.gateway.reload();
}

const withAgreement =
  (id: string, told: Partial<RegisterFile["agreements"][number]>) =>
  (register: RegisterFile): RegisterFile => ({
    ...register,
    agreements: register.agreements.map((one) => (one.id === id ? { ...one, ...told } : one)),
  });

async function ask(token: string, path: string): Promise<Response> {
  const url = path.startsWith("http") ? path : `http://127.0.0.1:8080/fhir/R4/${path}`;
  return house.gateway.app.request(url, { headers: { Authorization: `Bearer ${token}` } });
}

async function newToken(client: string): Promise<string> {
  const answer = await house.requestToken(await house.assertion(client), "system/*.rs");
  return (await jsonOf<{ access_token: string }>(answer)).access_token;
}

function sourcesOf(bundle: Bundle): readonly string[] {
  const told = (bundle.entry ?? []).flatMap(({ resource, search }) =>
    search?.mode === "match" ? [resource?.meta?.source?.split("/").at(-1) ?? ""] : [],
  );
  return [...new Set(told)].toSorted();
}

describe("an agreement that is changed while its client asks", () => {
  test("ends its tokens, and the next page of a walk is by the new rules", async () => {
    const before = await newToken("gp-demo");
    const first = await jsonOf<Bundle>(await ask(before, SEARCH));
    const next = first.link?.find(({ relation }) => relation === "next")?.url ?? "";
    expect(next).not.toBe("");
    const everything = await jsonOf<Bundle>(await ask(before, SEARCH.replace("_count=1", "_count=100")));
    expect(sourcesOf(everything)).toEqual(["leeds-csds", "leeds-hub"]);

    await change(withAgreement("gp", { version: 2, dataClasses: ["education"] }));
    expect((await ask(before, next)).status).toBe(401);
    const after = await newToken("gp-demo");
    const rest: string[] = [];
    let page: string | undefined = next;
    while (page !== undefined) {
      const answer = await ask(after, page);
      // A page token of the former agreement may be refused, and then nothing of it is told.
      if (answer.status !== 200) break;
      const bundle: Bundle = await jsonOf<Bundle>(answer);
      rest.push(...sourcesOf(bundle));
      page = bundle.link?.find(({ relation }) => relation === "next")?.url;
    }
    expect(rest).not.toContain("leeds-csds");
    expect(sourcesOf(await jsonOf<Bundle>(await ask(after, SEARCH)))).toEqual(["leeds-hub"]);
    await change(withAgreement("gp", { version: 3 }));
  });

  test("leaves the tokens of all others as they are", async () => {
    const other = await newToken("hv-demo");
    await change(withAgreement("gp", { version: 4, dataClasses: ["education"] }));
    expect((await ask(other, SEARCH)).status).toBe(200);
    await change(withAgreement("gp", { version: 5 }));
  });
});

describe("a source that the register calls otherwise", () => {
  test("is shown as what it is now, though its records were read before", async () => {
    const token = await newToken("gp-demo");
    const all = SEARCH.replace("_count=1", "_count=100");
    expect(sourcesOf(await jsonOf<Bundle>(await ask(token, all)))).toEqual(["leeds-csds", "leeds-hub"]);
    await change((register) => {
      const changed = withAgreement("gp", { version: 5 })(register);
      const clients = changed.clients.map((client) => ({
        ...client,
        scopes: client.scopes.filter((scope) => scope !== "ingest/leeds-hub"),
      }));
      const agreements = changed.agreements.map(({ statutoryGateways, ...agreement }) => ({
        ...agreement,
        version: 6,
        statutoryGateways: Object.fromEntries(
          Object.entries(statutoryGateways).filter(([source]) => source !== "leeds-hub"),
        ),
      }));
      const sources = changed.sources.filter(({ source }) => source !== "leeds-hub");
      return { ...changed, clients, agreements, sources };
    });
    expect(sourcesOf(await jsonOf<Bundle>(await ask(await newToken("gp-demo"), all)))).toEqual(["leeds-csds"]);
    await change((register) => ({
      ...register,
      agreements: register.agreements.map((agreement) => ({ ...agreement, version: 7 })),
    }));
    expect(sourcesOf(await jsonOf<Bundle>(await ask(await newToken("gp-demo"), all)))).toEqual([
      "leeds-csds",
      "leeds-hub",
    ]);
  });
});

describe("a register that is wrong", () => {
  test("changes nothing, and readiness and metrics say so", async () => {
    const { version } = house.gateway.register;
    const token = await newToken("gp-demo");
    await writeFile(join(house.directory, "register.json"), "{");
    await house.gateway.reload();
    expect(house.gateway.register.version).toBe(version);
    expect((await ask(token, SEARCH)).status).toBe(200);
    const ready = await house.gateway.app.request("http://127.0.0.1:8080/health/ready");
    expect([ready.status, await jsonOf(ready)]).toEqual([
      200,
      expect.objectContaining({ register: "the newest file is refused, the one before is in force" }),
    ]);
    expect(await house.gateway.metrics.render()).toContain("gateway_register_refused 1");
  });
});
