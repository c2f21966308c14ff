import fc from "fast-check";
import { expect, test } from "vitest";
import { toGist } from "./guard-gist.ts";

type Json = Readonly<Record<string, unknown>>;

const gistOf = (text: string) => toGist(Buffer.from(text));

/** What a gist is to tell, of the same text as it is parsed. */
function parsedGist(text: string) {
  const resource: Json = JSON.parse(text);
  const codings: string[] = [];
  eachCoding(resource, codings);
  return { resource: headOf(resource), codings };
}

function eachCoding(value: unknown, codings: string[]): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) if (name !== "meta") eachCoding(member, codings);
  if ("code" in value && "system" in value && typeof value.code === "string") {
    codings.push(String(value.system), value.code);
  }
}

function headOf({ resourceType, id, meta, subject, patient }: Json): Json {
  const { source, security } = Object(meta);
  const labels = security?.map(({ system, code }: Json) => picked({ system, code }));
  const referring = (value: unknown) => value && picked({ reference: Object(value).reference });
  return picked({
    ...{ resourceType, id, subject: referring(subject), patient: referring(patient) },
    meta: meta && picked({ source, security: labels }),
  });
}

function picked(members: Json): Json {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));
}

const LABELS = [{ system: "urn:labels", code: "R", display: "restricted" }, { system: "urn:labels" }];
const word = fc.constantFrom("code", "system", "meta", "a", "urn:x", "Patient/p-1", "");
const plainText = fc.oneof(word, fc.string({ unit: fc.constantFrom(..."ab:/{}[],.-0 ") }));
const anyText = fc.oneof(plainText, fc.string({ unit: fc.constantFrom('"', "\\", "\n", "é", "😀", "a") }));
const name = fc.constantFrom(
  "code",
  "system",
  "meta",
  "subject",
  "id",
  "reference",
  "security",
  "value",
  "coding",
  "é",
);

function valuesOf(text: fc.Arbitrary<string>) {
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      ...[text, text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean()],
      ...[fc.constant(null), tie("list"), tie("object"), tie("coding"), tie("coding")],
    ),
    list: fc.array(tie("value"), { maxLength: 3 }),
    object: fc.dictionary(name, tie("value"), { maxKeys: 4 }),
    coding: fc.record({ system: text, code: text, more: tie("value") }, { requiredKeys: [] }),
  })).object;
}

function resourcesOf(text: fc.Arbitrary<string>) {
  return fc
    .tuple(
      fc.record({ resourceType: text, id: text }, { requiredKeys: [] }),
      fc.record(
        {
          meta: fc.record(
            { source: text, security: fc.subarray(LABELS), tag: fc.constant(LABELS), profile: fc.array(text) },
            { requiredKeys: [] },
          ),
          subject: fc.record(
            { reference: text, identifier: fc.constant({ system: "s", value: "v" }) },
            { requiredKeys: [] },
          ),
          patient: fc.record({ reference: text, meta: valuesOf(text) }, { requiredKeys: [] }),
        },
        { requiredKeys: [] },
      ),
      valuesOf(text),
    )
    .map(([head, more, { id: _, meta: __, subject: ___, ...rest }]): Json => ({ ...head, ...rest, ...more }));
}

/** Objects in which a `system` is no text have no gist; nor has text of which a gist would hold what is not ASCII. */
const hasPlainSystems = (value: unknown): boolean =>
  typeof value !== "object" ||
  value === null ||
  ((!("system" in value) || typeof value.system === "string") && Object.values(value).every(hasPlainSystems));

test("a gist tells what the parsed resource tells, where nothing is escaped", () => {
  let whole = 0;
  fc.assert(
    fc.property(resourcesOf(plainText), (resource) => {
      const text = JSON.stringify(resource);
      const gist = gistOf(text);
      if (hasPlainSystems(resource)) {
        expect(gist).toEqual(parsedGist(text));
        whole += 1;
      } else if (gist !== undefined) expect(gist).toEqual(parsedGist(text));
    }),
    { numRuns: 3_000, seed: 42 },
  );
  expect(whole).toBeGreaterThan(1_000);
});

test("of whatever text there is, no gist tells anything else than the parsed resource", () => {
  fc.assert(
    fc.property(resourcesOf(anyText), (resource) => {
      const text = JSON.stringify(resource);
      const gist = gistOf(text);
      if (gist !== undefined) expect(gist).toEqual(parsedGist(text));
    }),
    { numRuns: 3_000, seed: 42 },
  );
});

test("text that is no JSON, or was by one character, has no gist that it does not tell", () => {
  const damage = fc.record({
    at: fc.nat(400),
    cut: fc.nat(2),
    put: fc.constantFrom("", " ", "\t", ...'{}[]",:\\-0e.tn\u0001'),
  });
  fc.assert(
    fc.property(resourcesOf(plainText), damage, (resource, { at, cut, put }) => {
      const whole = JSON.stringify(resource);
      const place = at % (whole.length + 1);
      const text = whole.slice(0, place) + put + whole.slice(place + cut);
      const gist = gistOf(text);
      if (gist !== undefined) expect(gist).toEqual(parsedGist(text));
    }),
    { numRuns: 10_000, seed: 42 },
  );
});

test.each([
  ["a code that is there twice", '{"a":{"system":"s","code":"x","code":"y"}}'],
  ["a system that is there twice", '{"a":{"system":"s","system":"t","code":"y"}}'],
  ["a source that is there twice", '{"meta":{"source":"s","source":"t"}}'],
  ["a meta that is there twice", '{"meta":{},"meta":{"source":"t"}}'],
  ["an escaped name", '{"a":{"syst\\u0065m":"s","code":"y"}}'],
  ["an escaped code", '{"a":{"system":"s","code":"\\u0079"}}'],
  ["a code that is not ASCII", '{"a":{"system":"s","code":"é"}}'],
  ["space between", '{"a": {"system":"s","code":"y"}}'],
  ["space behind", '{"id":"x"} '],
  ["more behind", '{"id":"x"}{}'],
  ["no object", '["a"]'],
  ["no end", '{"id":"x"'],
  ["labels that are no list", '{"meta":{"security":{"system":"s","code":"R"}}}'],
  ["too great a depth", `{"a":${"[".repeat(100)}${"]".repeat(100)}}`],
  ["nothing", ""],
])("of text with %s there is no gist", (_, text) => {
  expect(gistOf(text)).toBeUndefined();
});

test("of a member that is there twice, which nobody keeps, both values are looked at", () => {
  const text = '{"a":{"system":"s","code":"x"},"a":{"system":"s","code":"y"}}';
  expect(gistOf(text)?.codings).toEqual(["s", "x", "s", "y"]);
});
