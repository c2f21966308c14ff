import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../limits.ts";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import { askOf, type Case, createEndpoint, NOW_ms, STRANGER, sign, useGround } from "./token.fixtures.ts";

const ground = useGround(createSqliteStore);
const ask = (given?: Case) => askOf(ground, given);

describe("an address from which too much fails", () => {
  const from = { contentType: "application/x-www-form-urlencoded", address: "192.0.2.1" };
  const bodyOf = async (key?: Case["key"]) => {
    const client_assertion = await sign(key === undefined ? {} : { key }, ground.jti);
    const client_assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    const scope = "system/Observation.rs";
    return `${new URLSearchParams({ grant_type: "client_credentials", client_assertion_type, client_assertion, scope })}`;
  };

  test("waits in the name that it failed in, is recorded once a minute, and elsewhere is not held up", async () => {
    const endpoint = createEndpoint(ground);
    const forged = await bodyOf(STRANGER.privateKey);
    for (let nth = 0; nth < LIMITS.token_failures_max; nth += 1) {
      expect((await endpoint({ ...from, body: forged })).status).toBe(401);
    }
    const held = [await endpoint({ ...from, body: forged }), await endpoint({ ...from, body: await bodyOf() })];
    expect(held.map(({ status, headers }) => [status, headers["Retry-After"]])).toEqual([
      [429, "1"],
      [429, "1"],
    ]);
    expect(held.map(({ isQuiet, record }) => [isQuiet, record.detail])).toEqual([
      [undefined, "too-many-failures"],
      [true, "too-many-failures"],
    ]);
    expect((await endpoint({ ...from, address: "192.0.2.2", body: await bodyOf() })).status).toBe(200);
  });
});

describe("an assertion is taken once", () => {
  test("the second time is refused", async () => {
    const assertion = await sign({}, ground.jti);
    expect((await ask({ assertion })).status).toBe(200);
    const again = await ask({ assertion });
    expect(again.status).toBe(401);
    expect(again.record.detail).toBe("replayed");
  });

  test("of many at the same time one is taken", async () => {
    const assertion = await sign({}, ground.jti);
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask({ assertion })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("a second process on the same file refuses it too", async () => {
    const other = createSqliteStore({ path: join(ground.directory, "store.sqlite"), clock: () => NOW_ms });
    const assertion = await sign({}, ground.jti);
    expect((await askOf(ground, { assertion }, { store: other })).status).toBe(200);
    expect((await ask({ assertion })).record.detail).toBe("replayed");
    await other.close();
  });

  test("two clients may use the same jti", async () => {
    const claims = { iss: "other-system", sub: "other-system" };
    expect((await ask()).status).toBe(200);
    expect((await ask({ claims })).status).toBe(200);
  });

  test("a bad signature does not use up a jti", async () => {
    expect((await ask({ key: STRANGER.privateKey })).status).toBe(401);
    expect((await ask()).status).toBe(200);
  });

  test("a store that cannot answer is no permission", async () => {
    const closed = createSqliteStore({ path: join(ground.directory, "closed.sqlite"), clock: () => NOW_ms });
    await closed.close();
    const answer = await askOf(ground, {}, { store: closed });
    expect(answer.status).toBe(503);
    expect(answer.headers["Retry-After"]).toBe("5");
    expect(answer.record).toMatchObject({ outcome: "failed", detail: "store-unavailable" });
  });
});
