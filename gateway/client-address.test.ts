import { expect, test } from "vitest";
import { createAddressReader } from "./client-address.ts";

test.each([
  { from: "192.0.2.9", forwarded: undefined, expected: "192.0.2.9" },
  { from: "192.0.2.9", forwarded: "198.51.100.1", expected: "192.0.2.9" },
  { from: "192.0.2.1", forwarded: "198.51.100.1", expected: "198.51.100.1" },
  { from: "::ffff:192.0.2.1", forwarded: "203.0.113.5, 198.51.100.1", expected: "198.51.100.1" },
  { from: "192.0.2.1", forwarded: "203.0.113.5, unknown", expected: "192.0.2.1" },
  { from: "192.0.2.1", forwarded: undefined, expected: "192.0.2.1" },
  { from: undefined, forwarded: "198.51.100.1", expected: undefined },
])("a request from $from that says $forwarded comes from $expected", ({ from, forwarded, expected }) => {
  const socket = Object.assign(Object.create(null), { remoteAddress: from });
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  expect(createAddressReader(["192.0.2.1"])({ headers, socket })).toBe(expected);
});
