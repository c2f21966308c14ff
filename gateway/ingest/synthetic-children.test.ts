import { afterEach, expect, test } from "vitest";
import type { SourceKind } from "#mappers/mapper.ts";
import { generate } from "#mappers/synthetic/generate.ts";
import { REFERENCE_DATE } from "#mappers/synthetic/scenarios.ts";
import { startLine, type TestLine } from "./line.fixtures.ts";

const KINDS: Readonly<Record<string, SourceKind>> = {
  eyfsp: "eyfs-profile",
  ctf: "common-transfer-file",
  csds: "community-services-data-set",
  dch: "digital-child-health",
  eyc: "early-years-census",
  progress: "progress-check",
};
let line: TestLine;

afterEach(() => line.close());

test("no two of the synthetic children of an authority become one, twins and siblings among them", async () => {
  line = startLine();
  const truth = new Map<string, string>();
  for (const { source, chunks } of generate({ children: 800, seed: "twins", dirtRate: 0.3, today: REFERENCE_DATE })) {
    const text = [...chunks].join("");
    const kind = KINDS[source.replace(/^leeds-/, "")];
    if (kind !== undefined) await line.send(kind, text);
    for (const row of source === "" ? text.trim().split("\n") : []) {
      const [name = "", record = "", child = ""] = row.split(",");
      truth.set(`${name} ${record.replace(/^CYP001MPI\//, "child/")}`, child);
    }
  }
  const childrenOf = new Map<number, Set<string>>();
  let units = 0;
  await line.store.write(async (transaction) => {
    for (const [name, child] of truth) {
      const [source = "", unit = ""] = name.split(" ");
      const lineage = await transaction.lineage(source, unit);
      if (lineage === undefined) continue;
      units += 1;
      childrenOf.set(lineage.record, (childrenOf.get(lineage.record) ?? new Set()).add(child));
    }
  });
  const merged = [...childrenOf.values()].filter((children) => children.size > 1);
  expect(merged).toEqual([]);
  expect(new Set([...childrenOf.values()].flatMap((children) => [...children])).size).toBeGreaterThan(90);
  // What is certain is linked all the same.
  expect(units - childrenOf.size).toBeGreaterThan(50);
});
