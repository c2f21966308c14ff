import { describe, expect, test } from "vitest";
import type { XmlElement } from "#mappers/mapper.ts";
import { toElement, toElementContent, toRow, toRowContent, vocabularyOf } from "./kept-content.ts";
import { MAPPERS } from "./mappers.fixtures.ts";

function element(name: string, told: Partial<XmlElement> = {}): XmlElement {
  return { name, attributes: {}, children: [], text: "", line: 7, ...told };
}

describe("what is kept of a record", () => {
  test.each([
    ["empty", element("Pupil")],
    ["text with quotation marks, angle brackets and an accent", element("Surname", { text: '"<Zoë> & \\ \u2028' })],
    ["attributes", element("Pupil", { attributes: { type: "x", "xml:id": "1" }, children: [element("UPN")] })],
    ["depth", element("A", { children: [element("B", { children: [element("C", { text: "c" })] }), element("B")] })],
  ])("gives an element with %s again", (_, told) => {
    const kept = JSON.parse(toElementContent({ header: element("Header"), element: told }));
    expect(toElement(kept.element, 7)).toEqual(told);
    expect(toElement(kept.header, 7)).toEqual(element("Header"));
  });

  test("gives a row again", () => {
    const row = { FSP_UPN: "J383399021001", 'a "name"': "Zoë" };
    expect(toRow(JSON.parse(toRowContent(row)))).toEqual(row);
  });

  test.each([
    [null],
    ["text"],
    [7],
    [[]],
    [{ name: 7 }],
    [{ name: "A", children: [{}] }],
    [{ name: "A", text: {} }],
    [{}],
  ])("that is no element is none: %j", (kept) => expect(toElement(kept, 1)).toBeUndefined());

  test.each([[null], ["text"], [["a"]], [{ a: 1 }], [{ a: { b: "c" } }]])("that is no row is none: %j", (kept) => {
    expect(toRow(kept)).toBeUndefined();
  });

  test.each(Object.entries(MAPPERS))("of %s is compressed against names alone", (_, mapper) => {
    const words = vocabularyOf(mapper).match(/[A-Za-z][\w.:-]*/g) ?? [];
    const fields = JSON.stringify([
      mapper.fields,
      "csv" in mapper ? mapper.csv.shape : [],
      "shape" in mapper ? mapper.shape : [],
    ]);
    expect(words.length).toBeGreaterThan(0);
    expect(words.filter((word) => !fields.includes(word) && !["name", "text"].includes(word))).toEqual([]);
  });
});
