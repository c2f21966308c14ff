import { describe, expect, test } from "vitest";
import { isNhsNumber } from "../datatypes/nhs-number.ts";
import { normalisePostcode } from "../datatypes/postcode.ts";
import { isUpn } from "../datatypes/upn.ts";
import { MOTHERS_FROM, namedUpnOf, nhsNumberOf, POSTCODES_IN_OUTWARD, postcodeOf, upnOf } from "./identifiers.ts";

/** Serial numbers from both ends of what there is, and across the places where the tables wrap. */
const SERIALS = [0, 98_999, 99_000, 197_999, 395_000, MOTHERS_FROM, MOTHERS_FROM * 2 - 4_000].flatMap((from) =>
  Array.from({ length: 4_000 }, (_, step) => from + step),
);

describe("an NHS number", () => {
  test.each([0, 1, 4_294_967_295])(
    "is valid, of the range 999 and of one serial number alone under salt %i",
    (salt) => {
      const serials = [...new Set(SERIALS)];
      const numbers = serials.map((serial) => nhsNumberOf(serial, salt));
      expect(numbers.filter((number) => !isNhsNumber(number) || !number.startsWith("999"))).toEqual([]);
      expect(new Set(numbers).size).toBe(numbers.length);
    },
  );

  test("is never one of those kept for the named children", () => {
    expect(SERIALS.map((serial) => nhsNumberOf(serial, 9)).filter((number) => number < "9990100000")).toEqual([]);
  });

  test("is another one under another salt", () => {
    expect(nhsNumberOf(5, 1)).not.toBe(nhsNumberOf(5, 2));
  });
});

describe("a unique pupil number", () => {
  test("is valid, of a dummy establishment, and of one serial number alone", () => {
    const numbers = Array.from({ length: 49_000 }, (_, serial) => upnOf("383", 2025, serial));
    expect(numbers.filter((number) => !isUpn(number) || !/^[A-Z]38339[5-9][0-9]25/.test(number))).toEqual([]);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.filter((number) => number.slice(4, 8) === "3999")).toEqual([]);
  });

  test("of a named child has the check letter of the published worked example", () => {
    expect(namedUpnOf("383", 2025, 1)).toBe("F383399925001");
  });
});

test("postcodes of an outward code are all different, well formed and never issued", () => {
  const postcodes = Array.from({ length: POSTCODES_IN_OUTWARD }, (_, draw) => postcodeOf("LS6", draw));
  expect(new Set(postcodes).size).toBe(POSTCODES_IN_OUTWARD);
  expect(postcodes.filter((postcode) => normalisePostcode(postcode) !== postcode)).toEqual([]);
  expect(postcodes.filter((postcode) => !/^LS6 [0-9][CIKMOV]{2}$/.test(postcode))).toEqual([]);
});
