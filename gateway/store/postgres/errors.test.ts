import { expect, test } from "vitest";
import { ConflictError, ConnectionLostError, PostgresError, toStoreError } from "./errors.ts";

test.each([
  ["EPIPE", ConnectionLostError],
  ["ECONNRESET", ConnectionLostError],
  [undefined, ConnectionLostError],
  ["57P01", ConnectionLostError],
  ["40P01", ConflictError],
  ["23505", PostgresError],
])("an error of code %s is a %o", (code, expected) => {
  expect(toStoreError(Object.assign(new Error("in words of its own"), { code }))).toBeInstanceOf(expected);
});

test("what PostgreSQL says of values is not told", () => {
  const error = toStoreError(Object.assign(new Error("Key (value)=(Amina) is there"), { code: "23505" }));
  expect(error.message).not.toContain("Amina");
});
