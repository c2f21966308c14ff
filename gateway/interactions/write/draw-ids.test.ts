import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { createIds } from "./draw-ids.ts";

test("ids drawn one after another are UUIDs that begin alike, and no two are the same", () => {
  const ids = createIds(randomUUID);
  const drawn = Array.from({ length: 400 }, ids);
  for (const id of drawn) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(drawn).size).toBe(400);
  const families = drawn.map((id) => id.slice(0, 8));
  expect(new Set(families).size).toBe(4);
  expect(new Set(families.slice(0, 128)).size).toBe(1);
});
