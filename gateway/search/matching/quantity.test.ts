import { describe, expect, test } from "vitest";
import { found, observation, quantity, UCUM } from "../search.fixtures.ts";

const MASS = `${UCUM}|kg`;

describe("a quantity", () => {
  const WEIGHTS = [
    quantity("12kg", 12, "kg"),
    quantity("12.04kg", 12.04, "kg"),
    quantity("12000g", 12_000, "g"),
    quantity("13kg", 13, "kg"),
    quantity("below12kg", 12, "kg", { comparator: "<" }),
    quantity("atLeast12kg", 12, "kg", { comparator: ">=" }),
    quantity("12cm", 12, "cm"),
    observation("12stone", { valueQuantity: { value: 12, unit: "stone" } }),
    observation("sampled", { valueSampledData: { origin: { value: 10 }, period: 1, dimensions: 1, data: "1 E 3 L" } }),
    observation("text", { valueString: "12" }),
  ];
  const EXACTLY_12 = ["12cm", "12kg", "12stone"];

  test.each([
    ["12", [...EXACTLY_12, "12.04kg"]],
    ["12.0", [...EXACTLY_12, "12.04kg"]],
    ["12.00", EXACTLY_12],
    ["1.2e1", [...EXACTLY_12, "12.04kg"]],
    ["12||stone", ["12stone"]],
    ["12||kgs", ["12.04kg", "12kg"]],
    ["12||kg", ["12.04kg", "12kg"]],
    [`12|${MASS}`, ["12.04kg", "12000g", "12kg"]],
    [`12000|${UCUM}|g`, ["12000g", "12kg"]],
    [`gt12|${MASS}`, ["12.04kg", "13kg", "atLeast12kg"]],
    [`ge12|${MASS}`, ["12.04kg", "12000g", "12kg", "13kg", "atLeast12kg"]],
    [`lt12|${MASS}`, ["below12kg"]],
    [`le12|${MASS}`, ["12000g", "12kg", "atLeast12kg", "below12kg"]],
    [`sa12|${MASS}`, ["12.04kg", "13kg"]],
    [`eb12|${MASS}`, ["below12kg"]],
    [`ap12|${MASS}`, ["12.04kg", "12000g", "12kg", "13kg", "atLeast12kg", "below12kg"]],
    [`ne12|${MASS}`, ["13kg", "atLeast12kg", "below12kg"]],
    [`eb11|${UCUM}|stone`, []],
    ["eb13.5||", ["12.04kg", "12cm", "12kg", "12stone", "13kg", "below12kg", "sampled"]],
    [`12|${MASS},13|${MASS}`, ["12.04kg", "12000g", "12kg", "13kg"]],
  ])("value-quantity=%s", (value, ids) => {
    expect(found("Observation", WEIGHTS, `value-quantity=${value}`)).toEqual([...ids].sort());
  });

  test.each([
    ["1e2", ["100", "95", "104.9"]],
    ["100", ["100"]],
    ["1.00e2", ["100"]],
    ["5e-3", []],
  ])("written as %s is as precise as its digits", (value, ids) => {
    const values = [94.9, 95, 100, 104.9, 105].map((number) => quantity(String(number), number, "1"));
    expect(found("Observation", values, `value-quantity=${value}`)).toEqual([...ids].sort());
  });

  test.each([
    ["37", "Cel", "98.60", "[degF]"],
    ["1", "[lb_av]", "453.6", "g"],
    ["1", "[in_i]", "25.4", "mm"],
    ["2", "a", "24", "mo"],
    ["1", "wk", "7", "d"],
    ["90", "min", "1.5", "h"],
    ["16", "[oz_av]", "453.6", "g"],
    ["1", "ug", "0.0010", "mg"],
    ["3", "[ft_i]", "91.44", "cm"],
    ["1", "km", "1000.0", "m"],
    ["1", "d", "86400.0", "s"],
    ["5", "dL", "500.0", "mL"],
    ["1", "l", "100.0", "cL"],
    ["1", "uL", "0.0010", "ml"],
    ["100", "mm[Hg]", "13.33", "kPa"],
    ["1", "kPa", "1000.0", "Pa"],
    ["310.15", "K", "37.00", "Cel"],
    ["2", "Hz", "120.0", "/min"],
    ["1", "/min", "60.0", "/h"],
    ["50", "%", "0.50", "1"],
    ["7", "{score}", "7", "1"],
    ["120", "{beats}/min", "120", "/min"],
  ])("of %s %s is found as %s %s", (stored, unit, asked, askedUnit) => {
    const resources = [quantity("it", Number(stored), unit), quantity("other", Number(stored) * 3, unit)];
    const text = new URLSearchParams({ "value-quantity": `${asked}|${UCUM}|${askedUnit}` });
    expect(found("Observation", resources, text.toString())).toEqual(["it"]);
  });
});
