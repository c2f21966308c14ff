import { expect, test } from "vitest";
import { ACT_CODE, HANDLING_LABEL } from "#profiles/systems.ts";
import { coding, confidentiality, labels, sensitivity } from "./disclosure.fixtures.ts";
import { deniesLabels, permitsLabels } from "./high-water.ts";
import type { Labels } from "./labels/label.ts";

const handling = coding(HANDLING_LABEL);
const psychiatric = new Set([`${ACT_CODE}|PSY`]);
const handled = new Set([...psychiatric, `${HANDLING_LABEL}|do-not-inform-family`]);

test.each<[string, ReadonlySet<string>, Labels, boolean]>([
  ["of that alone", psychiatric, labels(sensitivity("PSY")), true],
  ["with a handling", psychiatric, labels(sensitivity("PSY"), handling("do-not-inform-family")), false],
  ["with a handling that it names", handled, labels(sensitivity("PSY"), handling("do-not-inform-family")), true],
  ["of a handling alone that it names", handled, labels(handling("do-not-inform-family")), true],
  ["with a confidentiality", psychiatric, labels(sensitivity("PSY"), confidentiality("V")), true],
  ["of nothing sensitive", psychiatric, labels(confidentiality("N")), false],
])("a permission for what is sensitive in one way covers data %s: %#", (_, codes, told, expected) => {
  expect(permitsLabels({ rank: undefined, codes }, told)).toBe(expected);
});

test.each<[string, ReadonlySet<string>, Labels, boolean]>([
  ["what nobody has labelled", psychiatric, undefined, true],
  ["what is labelled with nothing of it", psychiatric, labels(confidentiality("V")), false],
  ["what is labelled with it", psychiatric, labels(sensitivity("PSY")), true],
])("a denial of what is sensitive in one way hits %s: %#", (_, codes, told, expected) => {
  expect(deniesLabels({ rank: undefined, codes }, told)).toBe(expected);
});

test("a denial of a confidentiality alone leaves what nobody has labelled to its rank", () => {
  expect(deniesLabels({ rank: 9, codes: new Set() }, undefined)).toBe(false);
});
