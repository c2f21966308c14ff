import { describe, expect, test } from "vitest";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import { askOf, type Case, registerOf, STRANGER, useGround } from "./token.fixtures.ts";

const ground = useGround(createSqliteStore);
const ask = (given?: Case) => askOf(ground, given);

describe("an answer tells nothing of who the clients are", () => {
  test("stranger, disabled client, wrong key and wrong signature get the same bytes", async () => {
    const bodies = await Promise.all(
      [
        { claims: { iss: "nobody", sub: "nobody" } },
        { register: registerOf({ enabled: false }) },
        { header: { kid: "second" } },
        { key: STRANGER.privateKey },
      ].map(async (given) => (await ask(given)).body),
    );
    expect(new Set(bodies).size).toBe(1);
  });

  test.each([
    { name: "a registered client under a wrong key", iss: "practice-system", client: "practice-system", told: false },
    { name: "nobody's id", iss: "nobody", client: "unknown", told: true },
    { name: "a child's number", iss: "9990000018", client: "unknown", told: true },
    { name: "a member of every object", iss: "constructor", client: "unknown", told: true },
  ])("$name is recorded as $client, the claim of a stranger in the detail alone", async ({ iss, client, told }) => {
    const { record } = await ask({ claims: { iss, sub: iss }, key: STRANGER.privateKey });
    expect(record.client).toBe(client);
    expect(record.detail).toBe(told ? `unknown-client claimed "${iss}"` : "signature");
  });

  test("a long claim is recorded by its beginning", async () => {
    const { record } = await ask({ claims: { iss: "x".repeat(5_000), sub: "x".repeat(5_000) } });
    expect(record.detail).toBe(`unknown-client claimed "${"x".repeat(200)}"`);
  });
});
