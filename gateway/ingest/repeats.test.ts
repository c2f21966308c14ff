import { readFileSync } from "node:fs";
import type { Observation } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { decodeBody } from "../store/words/body-code.ts";
import { encodeBody, indexWords } from "../store/words/encode-body.ts";
import { createRepeats, type Repeated } from "./repeats.ts";
import { type Identified, toContent } from "./stored-resource.ts";

const [AMINA, TWIN, FIRST, SECOND] = [
  "4726db41-45d5-4c7c-8a7a-bdad5b367401",
  "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9",
  "11111111-2222-4333-8444-555555555555",
  "99999999-8888-4777-8666-555555555555",
];
const WORDS = readFileSync(new URL("../store/words/body-words.txt", import.meta.url));
const INDEX = indexWords(WORDS);

function goal(id: string, patientId: string, told: Partial<Observation> = {}): Identified<Observation> {
  return {
    resourceType: "Observation",
    id,
    meta: { profile: ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation"] },
    status: "final",
    subject: { reference: `Patient/${patientId}` },
    effectivePeriod: { start: "2025-09-01", end: "2026-08-31" },
    category: [
      { coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "survey" }], text: "s" },
    ],
    code: { coding: [{ system: "https://example.org/goals", code: "E01" }], text: "Listening" },
    ...told,
  };
}

function look(repeats: ReturnType<typeof createRepeats>, resource: Identified<Observation>, patientId: string) {
  return repeats.of(resource, toContent(resource, "leeds-ctf"), patientId);
}

/** The end of the body as whoever reads it gets it. */
function endOf({ tail }: Repeated): string {
  const kept = encodeBody({ start: new Uint8Array(), end: tail.tokens, end_bytes: tail.bytes }, 1, INDEX);
  return decodeBody(kept, WORDS).toString();
}

describe("what an Observation of one child tells of another's", () => {
  test.each([
    ["in the same words", {}],
    ["with a performer", { performer: [{ reference: `Organization/${SECOND}`, display: "Hillcrest" }] }],
    ["beyond ASCII", { note: [{ text: "Zoë" }] }],
    ["with an Observation that it comes from", { derivedFrom: [{ reference: `Observation/${SECOND}` }] }],
  ])("%s is what is found by itself", (_, told) => {
    const repeats = createRepeats();
    expect(look(repeats, goal(FIRST, AMINA, told), AMINA)).toBeDefined();
    const other = goal(SECOND, TWIN, told);
    const content = toContent(other, "leeds-ctf");
    const repeated = look(repeats, other, TWIN);
    if (repeated === undefined) throw new Error("was looked at by itself");
    expect(repeated.keys()).toBe(content.keys());
    expect(repeated.identifiers()).toEqual(content.identifiers());
    expect(endOf(repeated)).toBe(content.tail);
  });

  test.each([
    ["has business identifiers", goal(FIRST, AMINA, { identifier: [{ system: "urn:s", value: "1" }] }), AMINA],
    ["is not valid", goal(FIRST, AMINA, { status: JSON.parse('"unheard-of"') }), AMINA],
    ["names the child twice", goal(FIRST, AMINA, { performer: [{ reference: `Patient/${AMINA}` }] }), AMINA],
    ["names itself", goal(FIRST, AMINA, { derivedFrom: [{ reference: `Observation/${FIRST}` }] }), AMINA],
    ["is kept by who made it, and that is the child", performedBy(AMINA), AMINA],
    ["tells a code that is the child's id", coded(AMINA), AMINA],
    ["is of a child whose id is no UUID", goal(FIRST, "amina"), "amina"],
    ["has an id that is no UUID", goal("first", AMINA), AMINA],
    ["is of nobody", goal(FIRST, TWIN), AMINA],
  ])("is nothing where it %s", (_, resource, patientId) => {
    const repeats = createRepeats();
    expect(look(repeats, resource, patientId)).toBeUndefined();
    expect(look(repeats, resource, patientId)).toBeUndefined();
  });

  test("is not asked where it came a thousand times and next to nothing was the same", () => {
    const repeats = createRepeats();
    const at = (n: number) => look(repeats, goal(FIRST, AMINA, { note: [{ text: String(n) }] }), AMINA);
    for (let n = 0; n < 1_024; n++) expect(at(n)).toBeDefined();
    expect(at(1)).toBeUndefined();
  });
});

/** Who made it stays in what decides alike, so that such resources are not alike. */
function performedBy(patientId: string): Identified<Observation> {
  const { subject: _, ...others } = goal(FIRST, patientId);
  return { ...others, performer: [{ reference: `Patient/${patientId}` }] };
}

/** Its id is told in a code and nowhere else: its keys follow from it, and so does what decides alike. */
function coded(patientId: string): Identified<Observation> {
  const { subject: _, ...others } = goal(FIRST, patientId);
  return { ...others, code: { coding: [{ system: "urn:s", code: patientId }] } };
}
