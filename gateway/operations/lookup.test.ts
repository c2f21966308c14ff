import { afterAll, describe, expect, test } from "vitest";
import * as systems from "#profiles/systems.ts";
import { createTerminologyWorld, GOAL, INTERPRETATION, sent, told } from "./terminology-operation.fixtures.ts";

const { parameters, dispose } = await createTerminologyWorld();

afterAll(dispose);

describe("$lookup", () => {
  test.each([
    [`system=${GOAL}&code=E07`, {}],
    ["", sent({ name: "coding", valueCoding: { system: GOAL, code: "E07" } })],
  ])("of %s %j tells what is known of a code", async (query, invocation) => {
    expect(told(await parameters("lookup", query, invocation))).toEqual([
      "name=Early learning goal",
      "version=0.1.0",
      "display=Fine Motor Skills",
      "property(code=inactive value=false)",
      "property(code=subject value=PHY)",
      "property(code=area value=Physical Development)",
      "property(code=prime-or-specific value=prime)",
      "property(code=counts-to-good-level value=true)",
      "property(code=domain value=fine-motor)",
    ]);
  });

  test("tells the properties that are asked for alone", async () => {
    const rows = await parameters("lookup", `system=${GOAL}&code=E07&property=domain&property=inactive`);
    expect(told(rows).slice(3)).toEqual([
      "property(code=inactive value=false)",
      "property(code=domain value=fine-motor)",
    ]);
  });

  test("tells the codes around one in a hierarchy", async () => {
    const rows = told(await parameters("lookup", `system=${INTERPRETATION}&code=H&property=parent&property=child`));
    expect(rows).toEqual(expect.arrayContaining(["property(code=parent value=A)", "property(code=child value=HU)"]));
  });

  test("says of a system that is not held that only the codes in use are known", async () => {
    const rows = told(await parameters("lookup", `system=${systems.SNOMED}&code=952611000000105`));
    expect(rows[0]).toBe("name=SNOMED CT (not held as a whole: only the codes that value sets here name)");
    expect(rows[1]).toContain("2 month questionnaire - communication score");
  });
});
