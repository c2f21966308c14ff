import { expect, test } from "vitest";
import { LIMITS } from "../limits.ts";
import { createTokenFailures, type TokenFailures } from "./token-failures.ts";

let now_ms = 1_000_000;
const started = (): TokenFailures => createTokenFailures(() => now_ms);

/** How many of so many tries in a row are let in; none of them succeeds. */
function letIn(failures: TokenFailures, address: string | undefined, claimed: string | readonly string[]): number {
  const names = typeof claimed === "string" ? Array.from({ length: 1_000 }, () => claimed) : claimed;
  return names.filter((name) => !("wait_s" in failures.begin(address, name))).length;
}

test("failures are let in up to the limit, and again one by one", () => {
  const failures = started();
  expect(letIn(failures, "192.0.2.1", "gp")).toBe(LIMITS.token_failures_max);
  expect(failures.begin("192.0.2.1", "gp")).toEqual({ wait_s: 1, isFirst: false });
  now_ms += 5 * LIMITS.token_failure_regained_ms;
  expect(letIn(failures, "192.0.2.1", "gp")).toBe(5);
});

test("whoever succeeds is never held up", () => {
  const failures = started();
  for (let at = 0; at < 10_000; at += 1) {
    const trying = failures.begin("192.0.2.1", "gp");
    expect("succeeded" in trying).toBe(true);
    if ("succeeded" in trying) trying.succeeded();
  }
});

test("names that are made up are held up together", () => {
  const names = Array.from({ length: 50_000 }, (_, at) => `client-${at}`);
  const most = LIMITS.token_failures_max * LIMITS.token_failures_places_each;
  expect(letIn(started(), "192.0.2.1", names)).toBe(most);
});

test("another address is not held up, and one without an address neither", () => {
  const failures = started();
  letIn(failures, "192.0.2.1", "gp");
  expect([letIn(failures, "192.0.2.2", ["gp"]), letIn(failures, undefined, "gp")]).toEqual([1, 1_000]);
});

test.each([
  { one: "2001:db8::1", other: "2001:DB8:0:0:5::9", isSame: true },
  { one: "2001:db8:0:1::1", other: "2001:db8::1", isSame: false },
  { one: "::ffff:192.0.2.1", other: "192.0.2.1", isSame: true },
  { one: "::1", other: "::2", isSame: true },
])("$one and $other are one network: $isSame", ({ one, other, isSame }) => {
  const failures = started();
  letIn(failures, one, "gp");
  expect(letIn(failures, other, ["gp"])).toBe(isSame ? 0 : 1);
});

test("that nothing is left is said anew once a minute", () => {
  const failures = started();
  const told = () => {
    letIn(failures, "192.0.2.1", "gp");
    return failures.begin("192.0.2.1", "gp");
  };
  expect(told()).toMatchObject({ isFirst: false });
  now_ms += LIMITS.token_failures_told_ms;
  letIn(
    failures,
    "192.0.2.1",
    Array.from({ length: LIMITS.token_failures_max }, () => "gp"),
  );
  expect(failures.begin("192.0.2.1", "gp")).toMatchObject({ isFirst: true });
  expect(failures.begin("192.0.2.1", "gp")).toMatchObject({ isFirst: false });
});
