import type { Observation } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { found, observation, quantity } from "../search.fixtures.ts";

describe("a composite", () => {
  const pressure = (id: string, systolic: number, diastolic: number): Observation =>
    observation(id, {
      code: { coding: [{ system: "urn:s", code: "bp" }] },
      component: [
        { code: { coding: [{ code: "8480-6" }] }, valueQuantity: { value: systolic } },
        { code: { coding: [{ code: "8462-4" }] }, valueQuantity: { value: diastolic } },
      ],
    });
  const PRESSURES = [
    pressure("low", 80, 50),
    pressure("high", 130, 90),
    observation("eye", {
      code: { coding: [{ code: "eye$colour" }] },
      valueCodeableConcept: { coding: [{ code: "blue" }] },
    }),
    observation("date", { code: { coding: [{ code: "born" }] }, valueDateTime: "2024-02-03" }),
    observation("word", { code: { coding: [{ code: "said" }] }, valueString: "Mama" }),
    quantity("weight", 5, "kg"),
  ];

  test.each([
    ["component-code-value-quantity=8480-6$lt90", ["low"]],
    ["component-code-value-quantity=8480-6$lt60", []],
    ["component-code-value-quantity=8480-6$lt90,8462-4$90", ["high", "low"]],
    ["combo-code-value-quantity=8462-4$50", ["low"]],
    ["code-value-concept=eye\\$colour$blue", ["eye"]],
    ["code-value-concept=eye\\$colour$green", []],
    ["code-value-date=born$2024-02", ["date"]],
    ["code-value-string=said$mam", ["word"]],
    ["code-value-quantity=born$5", []],
    ["combo-value-quantity=50", ["low"]],
    ["combo-code=8480-6", ["high", "low"]],
  ])("%s", (text, ids) => {
    expect(found("Observation", PRESSURES, text)).toEqual(ids);
  });
});
