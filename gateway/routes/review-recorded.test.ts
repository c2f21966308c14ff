import { describe, expect, test } from "vitest";
import type { AuditLog, AuditRecord } from "../audit/audit.ts";
import { officerOf } from "../ingest/officer.fixtures.ts";
import { recordReview } from "./review-recorded.ts";
import { createCookies, isOwnForm, tokenEnd, toOwnPath } from "./review-session.ts";

const CALL = {
  request: new Request("http://gateway/identity/items/7?x=1"),
  ids: { requestId: "r-1", correlationId: undefined },
  interaction: "review-item",
};
const STEWARD = { ...officerOf(), scopes: [{ context: "identity", right: "review" }] } as const;
const READ = { value: "who it is", patients: ["p-1"], released: ["review/7"], detail: "item=7" };

function logOf(records: AuditRecord[], append?: () => Promise<void>): AuditLog {
  return {
    async append(record) {
      await append?.();
      records.push(record);
    },
    async close() {},
  };
}

describe("what a steward does", () => {
  test("is recorded with the children before it is answered", async () => {
    const records: AuditRecord[] = [];
    let isWritten = false;
    const audit = logOf(records, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      isWritten = true;
    });
    const answered = await recordReview(CALL, { asking: STEWARD, audit }, async () => READ);
    expect([answered, isWritten]).toEqual([READ, true]);
    expect(records).toMatchObject([
      { interaction: "review-item", outcome: "success", patients: ["p-1"], query: "GET /identity/items/7?x=1" },
    ]);
  });

  test("is not told when it cannot be recorded; what was decided is said to stand", async () => {
    const audit = logOf([], () => Promise.reject(new Error("disk")));
    const told = (work: typeof READ & { isDecided?: true }) =>
      recordReview(CALL, { asking: STEWARD, audit }, async () => work);
    expect(await told(READ)).toMatchObject({ kind: "unavailable", what: "audit" });
    expect(await told({ ...READ, isDecided: true })).toMatchObject({ kind: "unrecorded-write" });
  });

  test("is not done without the scope, nor by a stranger, and both are recorded", async () => {
    const records: AuditRecord[] = [];
    let done = 0;
    const work = async () => {
      done += 1;
      return READ;
    };
    const audit = logOf(records);
    expect(await recordReview(CALL, { asking: officerOf("leeds-eyfsp"), audit }, work)).toMatchObject({
      kind: "insufficient-scope",
    });
    expect(await recordReview(CALL, { asking: { kind: "missing-token" }, audit }, work)).toEqual({
      kind: "missing-token",
    });
    expect(done).toBe(0);
    expect(records).toMatchObject([
      { outcome: "refused", client: "officer-demo", detail: "insufficient-scope" },
      { outcome: "refused", client: "unknown", detail: "missing-token" },
    ]);
  });

  test("is recorded as failed when it throws", async () => {
    const records: AuditRecord[] = [];
    const work = () => Promise.reject(new Error("x"));
    await expect(recordReview(CALL, { asking: STEWARD, audit: logOf(records) }, work)).rejects.toThrow("x");
    expect(records).toMatchObject([{ outcome: "failed", client: "officer-demo" }]);
  });
});

describe("a cookie", () => {
  test("goes over https alone where the gateway is reached so", () => {
    const set = createCookies("https://gateway.example").setSession("v", 60);
    expect(set).toBe(
      "__Secure-identity-review=v; Path=/identity/review; HttpOnly; SameSite=Strict; Secure; Max-Age=60",
    );
    expect(createCookies("http://127.0.0.1:8080").setSession("v", 60)).not.toContain("Secure;");
  });

  test("is found among others", () => {
    const headers = new Headers({ cookie: "a=1; identity-review=v; identity-review-form=w" });
    expect(createCookies("http://127.0.0.1:8080").read(headers)).toEqual({
      session: "v",
      form: "w",
      pending: undefined,
    });
  });
});

test.each([
  ["same-origin", true],
  ["none", true],
  [undefined, true],
  ["same-site", false],
  ["cross-site", false],
])("a form with its key that says it comes from %s is ours: %s", (site, isOurs) => {
  const headers = new Headers(site === undefined ? {} : { "sec-fetch-site": site });
  expect(isOwnForm(headers, "key", "key")).toBe(isOurs);
  expect(isOwnForm(headers, "other", "key")).toBe(false);
});

test.each([
  ["/identity/review/items/5", "/identity/review/items/5"],
  ["/identity/review", "/identity/review"],
  ["/identity/reviewer", "/identity/review"],
  ["/identity/review/..%2f", "/identity/review"],
  ["https://elsewhere.example", "/identity/review"],
  [null, "/identity/review"],
])("after signing in %j leads to %s", (next, to) => {
  expect(toOwnPath(next)).toBe(to);
});

test("what is no token has no end", () => {
  expect([tokenEnd(""), tokenEnd("a.b.c")]).toEqual([undefined, undefined]);
});
