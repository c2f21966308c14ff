import type { CodeableConcept } from "@medplum/fhirtypes";
import type { Found } from "./finding.ts";
import { examinedBy } from "./finding-codes.ts";
import { below, fail, isNode, type Node, type Spot } from "./reading.ts";

type Side = "left" | "right";

/** The one side of the body that words name; none where they name both. */
export function sideOf(words: string | undefined): Side | undefined {
  if (words === undefined) return undefined;
  const isLeft = /\bleft\b/i.test(words);
  const isRight = /\bright\b/i.test(words);
  if (isLeft === isRight) return undefined;
  return isLeft ? "left" : "right";
}

/** What is found on one side never becomes a finding of the other: code, value and place must name the same side. */
export function checkSides(spot: Spot, { code, valueCodeableConcept, bodySite }: Found): void {
  const sides = new Set([code, valueCodeableConcept, bodySite].flatMap(sidesOf));
  if (sides.size > 1) fail(spot, "code, outcome and body site name different sides of the body");
}

function sidesOf(concept: CodeableConcept | undefined): Side[] {
  const words = [concept?.text, ...(concept?.coding ?? []).map(({ display }) => display)];
  return words.flatMap((text) => sideOf(text) ?? []);
}

const WORDS: readonly (readonly [part: string, words: RegExp])[] = [
  ["hips", /\bhips?\b/i],
  ["heart", /\bheart\b/i],
  ["eyes", /\beyes?\b/i],
  ["testes", /\btest[ei]s\b/i],
];

/**
 * Published messages give the examination of one part of the body the code of another. Where no outcome decides, as of an
 * examination that was not done, code, display and outcome must mean the same part.
 */
export function checkExamined(spot: Spot, resource: Node, { valueCodeableConcept }: Found): void {
  const decides = (valueCodeableConcept?.coding ?? []).some(({ code }) => examinedBy(code)?.isOutcome === true);
  if (decides) return;
  const codings = [resource.code, resource.outcome].flatMap((concept) =>
    isNode(concept) ? [concept.coding].flat() : [],
  );
  const parts = new Set(codings.flatMap((coding) => (isNode(coding) ? partsOf(coding) : [])));
  if (parts.size > 1)
    fail(below(spot, "code"), "code and display name different parts of the body, and no outcome decides");
}

function partsOf({ code, display }: Node): string[] {
  const examined = typeof code === "string" ? examinedBy(code.trim())?.part : undefined;
  const said = typeof display === "string" ? WORDS.filter(([, words]) => words.test(display)) : [];
  return [...(examined === undefined ? [] : [examined]), ...said.map(([part]) => part)];
}
