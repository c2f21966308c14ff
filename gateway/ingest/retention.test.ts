import { afterEach, expect, test, vi } from "vitest";
import { LIMITS } from "../limits.ts";
import { RECEIVED_AT, startLine, type TestLine, toCsv, toProfileRow } from "./line.fixtures.ts";
import { createRetention, type Retention } from "./retention.ts";

let line: TestLine;
let retention: Retention;
afterEach(async () => {
  await retention.close();
  await line.close();
});

const SOURCE = "leeds-eyfsp";
const raw = async () => (await line.store.raw(SOURCE, "P1/2025")) !== undefined;
const held = async () => (await line.store.quarantined({ sources: [SOURCE] }, 9)).length;

test.each([
  { name: "is kept for its time", after_ms: LIMITS.raw_retention_ms - 1, isKept: true, isHeld: 1 },
  { name: "is forgotten when it is over", after_ms: LIMITS.raw_retention_ms, isKept: false, isHeld: 1 },
  { name: "and what is held outlast it by far", after_ms: LIMITS.held_retention_ms - 1, isKept: false, isHeld: 1 },
  { name: "and what is held are gone at last", after_ms: LIMITS.held_retention_ms, isKept: false, isHeld: 0 },
])("a record $name", async ({ after_ms, isKept, isHeld }) => {
  line = startLine();
  const good = toProfileRow({ FSP_PupilMatchingRef: "P1", FSP_UPN: "" });
  await line.send("eyfs-profile", toCsv([good, { ...good, FSP_PupilMatchingRef: "P2", FSP_DOB: "x" }]));
  const clock = vi.fn(() => RECEIVED_AT + after_ms);
  retention = createRetention({ store: line.store, sources: [SOURCE], clock });
  await expect.poll(() => clock.mock.calls.length).toBe(isHeld === 1 ? 2 : 3);
  await retention.close();
  expect(await raw()).toBe(isKept);
  expect(await held()).toBe(isHeld);
});

test("a store that can take nothing is told, and stops no one", async () => {
  line = startLine();
  const faults: unknown[] = [];
  const store = { write: () => Promise.reject(new Error("closed")), quarantined: line.store.quarantined };
  retention = createRetention({ store, sources: [SOURCE], clock: () => 0, onFault: (error) => faults.push(error) });
  await expect.poll(() => faults).toHaveLength(1);
});
