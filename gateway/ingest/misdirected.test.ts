import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recordsOf, startLine, type TestLine, toCsv, toProfileRow } from "./line.fixtures.ts";

let line: TestLine;
beforeEach(() => {
  line = startLine();
});
afterEach(() => line.close());

const CHILD = {
  UPN: "J383399021001",
  Surname: "Example",
  Forename: "Amina",
  DOB: "2022-02-03",
  Sex: "F",
  PostCode: "LS6 1CI",
};

function toCensus(authority: string, ...rows: readonly Readonly<Record<string, string>>[]): string {
  return `H,EYC,SPR,2026,2026-01-15,L,${authority},Invented,1.4,001,2026-01-21T10:36:42\n${toCsv(rows)}`;
}

describe("a file of another authority than the source's", () => {
  test("is held back when it is a census, which each authority sends of its own settings", async () => {
    const file = toCensus("384", { ...CHILD, EarlyYearsURN: "512345" });
    const receipt = await line.send("early-years-census", file);
    expect(receipt).toMatchObject({ received: 1, committed: 0, quarantined: 1 });
    expect(receipt.issues).toMatchObject([{ line: 3, field: "H.LEA", severity: "error" }]);
    expect(JSON.stringify(receipt)).not.toContain("384");
    expect(await recordsOf(line.store)).toEqual([]);
  });

  test("is doubted and taken in when it is a profile, since a child may be at a setting elsewhere", async () => {
    const receipt = await line.send("eyfs-profile", toCsv([toProfileRow(), toProfileRow({ FSP_LA: "380" })]));
    expect(receipt).toMatchObject({ received: 2, quarantined: 0, warnings: 1 });
    expect(receipt.issues).toMatchObject([{ line: 3, field: "FSP_LA", severity: "warning" }]);
  });

  test("is held back when it is taken in again from quarantine, until it is corrected", async () => {
    await line.send("early-years-census", toCensus("384", { ...CHILD, EarlyYearsURN: "512345" }));
    const [held] = await line.store.quarantined({ sources: ["leeds-eyc"] }, 9);
    const kept = { line: 3, content: held?.content ?? "", quarantineId: held?.id ?? "" };
    expect(kept.content).toContain('"384"');
    expect(await line.replay("early-years-census", [kept])).toMatchObject({ committed: 0, quarantined: 1 });
    const corrected = { ...kept, content: kept.content.replace('"384"', '"383"') };
    expect(await line.replay("early-years-census", [corrected])).toMatchObject({ committed: 1, quarantined: 0 });
  });
});

test("a child at two settings is one child on both rolls", async () => {
  const rows = ["512345", "512346"].map((EarlyYearsURN) => ({ ...CHILD, EarlyYearsURN, ExpandedHours: "12" }));
  expect(await line.send("early-years-census", toCensus("383", ...rows))).toMatchObject({ committed: 2 });
  const [child, ...others] = (await recordsOf(line.store)).filter(({ contributions }) => contributions.length > 0);
  expect(others).toEqual([]);
  expect(child?.relationships.map(({ organization }) => organization.value).toSorted()).toEqual(["512345", "512346"]);
  expect(child?.resources.filter(({ type }) => type === "Observation")).toHaveLength(2);
});
