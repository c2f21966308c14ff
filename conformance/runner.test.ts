import { createServer } from "node:http";
import { describe, expect, test } from "vitest";
import { isRecord, list, parseJson, text } from "./json.ts";
import { type Breakage, startSmallServer } from "./mutants/small-server.ts";
import { REQUIREMENTS } from "./requirements/all.ts";
import { type RunOptions, runConformance } from "./runner.ts";

async function runAgainst(breakage: Breakage | undefined, options: Partial<RunOptions> = {}) {
  const server = await startSmallServer(breakage);
  try {
    return await runConformance({ base: server.base, mayWrite: true, budget_ms: 600_000, ...options });
  } finally {
    await server.stop();
  }
}

const isMetadata = (request: Request) => new URL(request.url).pathname.endsWith("/metadata");

const withoutMetadata: Breakage = (request, answer) =>
  isMetadata(request) && request.method === "GET" ? Promise.resolve(new Response("broken")) : answer(request);

/** The statement of the small server without a type, which it goes on serving or not. */
function withoutType(type: string, stillServed: boolean): Breakage {
  return async (request, answer) => {
    if (!stillServed && new URL(request.url).pathname.startsWith(`/fhir/${type}`))
      return answer(new Request(request.url.replace(`/${type}`, "/NotAType"), { headers: request.headers }));
    const response = await answer(request);
    const statement = parseJson(await response.clone().text());
    if (!isMetadata(request) || !isRecord(statement)) return response;
    const resource = list(statement, "rest", 0, "resource").filter((each) => text(each, "type") !== type);
    return new Response(JSON.stringify({ ...statement, rest: [{ mode: "server", resource }] }), response);
  };
}

describe("a run", () => {
  test("with a broken CapabilityStatement fails the cases about it and no other", async () => {
    const { results, assumed } = await runAgainst(withoutMetadata);
    const broken = results.filter(({ outcome }) => outcome === "fail" || outcome === "error");
    expect(assumed).toContain("without a CapabilityStatement");
    expect(broken.length).toBeGreaterThan(5);
    // Includes that the table assumes and the small server lacks are the one difference that is not about metadata.
    const others = broken.filter(({ caseId }) => !/^metadata\/|^headers\/plain-json$|include/.test(caseId));
    expect(others.map(({ id }) => id)).toEqual([]);
    expect(results.find(({ id }) => id === "read/same-id[Patient]")?.outcome).toBe("pass");
  });

  test("plans from a statement that it is given instead", async () => {
    const statement = {
      resourceType: "CapabilityStatement",
      rest: [
        { mode: "server", resource: [{ type: "Patient", interaction: [{ code: "read" }, { code: "search-type" }] }] },
      ],
    };
    const { results, assumed } = await runAgainst(withoutMetadata, { assume: statement, only: ["read/same-id"] });
    expect(assumed).toBeUndefined();
    expect(results.map(({ outcome }) => outcome)).toEqual(["pass", ...Array(6).fill("not-declared")]);
  });

  test("names the path of what is not declared, and passes the probe that is refused", async () => {
    const { results } = await runAgainst(withoutType("Consent", false));
    const read = results.find(({ id }) => id === "read/same-id[Consent]");
    expect(read?.outcome).toBe("not-declared");
    expect(read?.reason).toContain("CapabilityStatement.rest.resource.where(type = 'Consent')");
    expect(results.find(({ id }) => id === "metadata/undeclared-refused[Consent]")?.outcome).toBe("pass");
  });

  test("fails the probe of a type that is served without being declared", async () => {
    const { results } = await runAgainst(withoutType("Consent", true));
    expect(results.find(({ id }) => id === "metadata/undeclared-refused[Consent]")?.outcome).toBe("fail");
  });

  test("is blocked, not failed, where the client may not see a type", async () => {
    const forbidden: Breakage = async (request, answer) =>
      request.url.includes("/Consent") ? new Response("{}", { status: 403 }) : answer(request);
    const { results } = await runAgainst(forbidden);
    const consents = results.filter(({ type }) => type === "Consent");
    expect(consents.filter(({ outcome }) => outcome === "fail").map(({ id }) => id)).toEqual([]);
    expect(consents.find(({ id }) => id === "read/unknown-id[Consent]")).toMatchObject({ outcome: "blocked" });
    expect(results.find(({ id }) => id === "read/same-id[Patient]")?.outcome).toBe("pass");
  });

  test("warns of a SHOULD, and fails it when strict", async () => {
    const withoutIds: Breakage = async (request, answer) => {
      const response = await answer(request);
      response.headers.delete("x-request-id");
      return response;
    };
    const only = ["HDR-01"];
    const [lenient, strict] = [
      await runAgainst(withoutIds, { only }),
      await runAgainst(withoutIds, { only, strict: true }),
    ];
    expect([lenient.results[0]?.outcome, strict.results[0]?.outcome]).toEqual(["warn", "fail"]);
  });

  test("runs the cases of one level alone", async () => {
    const { results } = await runAgainst(undefined, { level: "MAY" });
    expect(results.length).toBeGreaterThan(5);
    expect(new Set(results.map(({ level }) => level))).toEqual(new Set(["MAY"]));
  });

  test("that has no time left fails what it did not run", async () => {
    const { results, counts } = await runAgainst(undefined, { budget_ms: 0 });
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(counts.error).fill("error"));
    expect(results[0]?.reason).toBe("not run, since the run had taken 0 s; --seconds gives it longer");
  });

  test("passes no rule about answers of which it saw none", async () => {
    const silent = createServer((request) => request.destroy());
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    if (address === null || typeof address === "string") throw new Error("it does not listen");
    const { results } = await runConformance({ base: `http://127.0.0.1:${address.port}/fhir`, mayWrite: true });
    silent.close();
    expect(results.filter(({ outcome }) => outcome === "pass").map(({ id }) => id)).toEqual([]);
  });

  test("has a reason for everything but a pass", async () => {
    const { results } = await runAgainst(undefined);
    expect(results.filter(({ outcome, reason }) => outcome !== "pass" && !reason)).toEqual([]);
  });

  test("has a row for every requirement", async () => {
    const { matrix } = await runAgainst(undefined, { only: ["READ-01"] });
    expect(matrix.map(({ id }) => id)).toEqual(REQUIREMENTS.map(({ id }) => id));
    expect(matrix.find(({ id }) => id === "READ-01")?.outcome).toBe("pass");
    expect(matrix.find(({ id }) => id === "READ-03")?.outcome).toBe("not-run");
    expect(matrix.find(({ id }) => id === "TX-01")?.cases).toContain("transaction/all-or-nothing");
  });

  test("takes no token to another origin, wherever a page link leads", async () => {
    const visits: string[] = [];
    const elsewhere = createServer((request, response) => {
      visits.push(String(request.headers.authorization));
      response.end("{}");
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const address = elsewhere.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const astray: Breakage = async (request, answer) => {
      const response = await answer(request);
      const body = await response.text();
      const changed = body.replaceAll(
        /"relation":"(next|self)","url":"[^"]*"/g,
        `"relation":"$1","url":"http://127.0.0.1:${port}/x"`,
      );
      return new Response(request.method === "HEAD" ? null : changed, response);
    };
    const { results } = await runAgainst(astray, { token: "secret-token", only: ["paging", "search/self-again"] });
    await new Promise((resolve) => elsewhere.close(resolve));
    expect(visits).toEqual([]);
    expect(results.find(({ id }) => id === "paging/every-match-once[Patient]")?.outcome).toBe("error");
  });
});
