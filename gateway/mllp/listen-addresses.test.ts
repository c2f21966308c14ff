import { expect, test } from "vitest";
import { mllpProblems, parseMllpListen } from "./listen-addresses.ts";
import { SOURCE } from "./mllp.fixtures.ts";

test.each([
  ["127.0.0.1:2575=leeds-adt", [{ host: "127.0.0.1", port: 2575, source: "leeds-adt" }]],
  [
    "localhost:2575=leeds-adt, [::1]:2576=halton-adt",
    [
      { host: "localhost", port: 2575, source: "leeds-adt" },
      { host: "::1", port: 2576, source: "halton-adt" },
    ],
  ],
  ["2575=leeds-adt", undefined],
  ["127.0.0.1:2575", undefined],
  ["127.0.0.1:0=leeds-adt", undefined],
  ["127.0.0.1:65536=leeds-adt", undefined],
  ["::1:2575=leeds-adt", undefined],
  ["127.0.0.1:2575=leeds-adt,", undefined],
  ["", undefined],
])("%s is read as what it says, or as nothing", (text, addresses) => {
  expect(parseMllpListen(text)).toEqual(addresses);
});

const told = {
  source: (name: string) => (name === "leeds-adt" ? SOURCE : name === "leeds-dch" ? OTHER : undefined),
  isProduction: false,
  hasTls: false,
  isPlainAllowed: false,
};
const OTHER = { ...SOURCE, source: "leeds-dch", kind: "digital-child-health" as const };
const at = (host: string, source = "leeds-adt") => ({ host, port: 2575, source });

test.each([
  [[at("127.0.0.1")], {}, 0],
  [[at("0.0.0.0")], {}, 0],
  [[at("127.0.0.1"), at("127.0.0.1")], {}, 1],
  [[at("127.0.0.1", "leeds-dch")], {}, 1],
  [[at("127.0.0.1", "nowhere-adt")], {}, 1],
  [[at("127.0.0.1"), at("::1"), at("localhost"), at("127.8.0.1")], { isProduction: true }, 0],
  [[at("0.0.0.0")], { isProduction: true }, 1],
  [[at("127.0.0.1.example")], { isProduction: true }, 1],
  [[at("0.0.0.0")], { isProduction: true, hasTls: true }, 0],
  [[at("0.0.0.0")], { isProduction: true, isPlainAllowed: true }, 0],
])("%j under %j has %i problems", (addresses, more, count) => {
  const problems = mllpProblems(addresses, { ...told, ...more });
  expect(problems.length).toBe(count);
  expect(problems.every((problem) => problem.startsWith("MLLP_LISTEN: "))).toBe(true);
});
