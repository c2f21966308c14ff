import { describe, expect, test } from "vitest";
import type { SourceIdentity } from "#mappers/mapper.ts";
import { toBlockKey } from "./block-key.ts";
import { type Candidate, type Decision, decide, type Facts } from "./rules.ts";

const NHS = "9990000018";
const OTHER_NHS = "9990000026";
const UPN = "J383399021001";
const TEMPORARY_UPN = "H38339902101A";
const BORN = "2021-05-04";

const child = (told: Partial<SourceIdentity> = {}): SourceIdentity => ({
  localId: "a",
  given: "Amina",
  family: "Example",
  birthDate: BORN,
  postcode: "LS6 1CI",
  ...told,
});

const candidate = (told: Partial<Candidate> = {}): Candidate => ({
  record: 1,
  birthDates: [BORN],
  nhsNumbers: [],
  upns: [],
  isFindable: (told.nhsNumbers ?? []).length > 0,
  ...told,
});

const facts = (told: Partial<Facts> = {}): Facts => ({ sameDemographics: [], ...told });

interface Expected {
  readonly record: number | undefined;
  readonly rule: Decision["rule"];
  readonly withheld?: readonly string[];
  readonly reviews?: readonly string[];
}

const CASES: readonly [string, SourceIdentity, Facts, Expected][] = [
  [
    "an NHS number that nobody holds makes a child of its own that can be found",
    child({ nhsNumber: NHS }),
    facts(),
    { record: undefined, rule: "own" },
  ],
  [
    "a child without a number that resembles nobody is its own and waits for a number",
    child(),
    facts(),
    { record: undefined, rule: "own", reviews: ["unlinked"] },
  ],
  [
    "an NHS number with the same birth date links",
    child({ nhsNumber: NHS }),
    facts({ nhsNumberHolder: candidate({ nhsNumbers: [NHS] }) }),
    { record: 1, rule: "nhs-number" },
  ],
  [
    "an NHS number with another birth date is a conflict and is withheld",
    child({ nhsNumber: NHS, birthDate: "2019-01-01" }),
    facts({ nhsNumberHolder: candidate({ nhsNumbers: [NHS] }) }),
    { record: undefined, rule: "own", withheld: ["nhs-number"], reviews: ["identifier-conflict"] },
  ],
  [
    "an NHS number without a birth date does not link",
    { localId: "a", nhsNumber: NHS },
    facts({ nhsNumberHolder: candidate({ nhsNumbers: [NHS] }) }),
    { record: undefined, rule: "own", withheld: ["nhs-number"], reviews: ["identifier-conflict"] },
  ],
  [
    "a UPN with the same birth date links, and its child's NHS number makes it findable",
    child({ upn: UPN }),
    facts({ upnHolder: candidate({ upns: [UPN], nhsNumbers: [NHS] }) }),
    { record: 1, rule: "upn" },
  ],
  [
    "a UPN that links to a child without an NHS number still waits for one",
    child({ upn: UPN }),
    facts({ upnHolder: candidate({ upns: [UPN] }) }),
    { record: 1, rule: "upn", reviews: ["unlinked"] },
  ],
  [
    "a UPN with another birth date is a conflict and is withheld",
    child({ upn: UPN, birthDate: "2019-01-01" }),
    facts({ upnHolder: candidate({ upns: [UPN] }) }),
    { record: undefined, rule: "own", withheld: ["upn"], reviews: ["identifier-conflict"] },
  ],
  [
    "a UPN of a child with another NHS number does not link",
    child({ nhsNumber: OTHER_NHS, upn: UPN }),
    facts({ upnHolder: candidate({ upns: [UPN], nhsNumbers: [NHS] }) }),
    { record: undefined, rule: "own", withheld: ["upn"], reviews: ["ambiguous"] },
  ],
  [
    "an NHS number goes before a UPN that another child holds",
    child({ nhsNumber: NHS, upn: UPN }),
    facts({
      nhsNumberHolder: candidate({ nhsNumbers: [NHS] }),
      upnHolder: candidate({ record: 2, upns: [UPN] }),
    }),
    { record: 1, rule: "nhs-number", withheld: ["upn"], reviews: ["ambiguous"] },
  ],
  [
    "names, birth date and postcode of one other child link",
    child(),
    facts({ sameDemographics: [candidate({ nhsNumbers: [NHS] })] }),
    { record: 1, rule: "demographics" },
  ],
  [
    "names, birth date and postcode of two other children do not link",
    child(),
    facts({ sameDemographics: [candidate(), candidate({ record: 2 })] }),
    { record: undefined, rule: "own", reviews: ["ambiguous"] },
  ],
  [
    "two that are alike do not become one because the number of one differs",
    child({ nhsNumber: OTHER_NHS }),
    facts({ sameDemographics: [candidate({ nhsNumbers: [NHS] }), candidate({ record: 2 })] }),
    { record: undefined, rule: "own", reviews: ["ambiguous"] },
  ],
  [
    "the same details with another NHS number do not link",
    child({ nhsNumber: OTHER_NHS }),
    facts({ sameDemographics: [candidate({ nhsNumbers: [NHS] })] }),
    { record: undefined, rule: "own", reviews: ["ambiguous"] },
  ],
  [
    "a number that links points to the child whose details agree too, for a person to see",
    child({ nhsNumber: NHS }),
    facts({ nhsNumberHolder: candidate({ nhsNumbers: [NHS] }), sameDemographics: [candidate({ record: 2 })] }),
    { record: 1, rule: "nhs-number", reviews: ["ambiguous"] },
  ],
  [
    "a child linked before stays where it is, and a late NHS number makes it findable",
    child({ nhsNumber: NHS }),
    facts({ linked: candidate() }),
    { record: 1, rule: "linked-before" },
  ],
  [
    "a late NHS number that another child holds is left to a person",
    child({ nhsNumber: NHS }),
    facts({ linked: candidate(), nhsNumberHolder: candidate({ record: 2, nhsNumbers: [NHS] }) }),
    { record: 1, rule: "linked-before", withheld: ["nhs-number"], reviews: ["ambiguous"] },
  ],
  [
    "a late NHS number against what another source tells is withheld",
    child({ nhsNumber: NHS }),
    facts({ linked: candidate({ nhsNumbers: [OTHER_NHS] }) }),
    { record: 1, rule: "linked-before", withheld: ["nhs-number"], reviews: ["identifier-conflict"] },
  ],
  [
    "a late NHS number beside another birth date than other sources tell is withheld",
    child({ nhsNumber: NHS }),
    facts({ linked: candidate({ birthDates: ["2019-01-01"] }) }),
    { record: 1, rule: "linked-before", withheld: ["nhs-number"], reviews: ["identifier-conflict"] },
  ],
  [
    "a name that the source gave to another child makes a child of its own, and a person sees both",
    child({ nhsNumber: NHS }),
    facts({ linked: candidate({ nhsNumbers: [OTHER_NHS] }), isReused: true }),
    { record: undefined, rule: "own", reviews: ["identifier-conflict"] },
  ],
  [
    "a name that the source gave to another child follows that child's number",
    child({ nhsNumber: NHS }),
    facts({
      linked: candidate({ nhsNumbers: [OTHER_NHS] }),
      isReused: true,
      nhsNumberHolder: candidate({ record: 2, nhsNumbers: [NHS] }),
    }),
    { record: 2, rule: "nhs-number", reviews: ["identifier-conflict"] },
  ],
  [
    "a number that is only awaited links when the birth date agrees",
    child({ nhsNumber: NHS }),
    facts({ nhsNumberAwaiter: candidate({ nhsNumbers: [NHS], isFindable: false }) }),
    { record: 1, rule: "nhs-number" },
  ],
  [
    "a number that is only awaited beside another birth date is taken, and both are for a person to see",
    child({ nhsNumber: NHS }),
    facts({ nhsNumberAwaiter: candidate({ nhsNumbers: [NHS], birthDates: ["2019-01-01"], isFindable: false }) }),
    { record: undefined, rule: "own", reviews: ["identifier-conflict"] },
  ],
  [
    "an awaited number beside another birth date casts no doubt on names, birth date and postcode",
    child({ nhsNumber: NHS }),
    facts({
      nhsNumberAwaiter: candidate({ record: 2, nhsNumbers: [NHS], birthDates: ["2019-01-01"], isFindable: false }),
      sameDemographics: [candidate()],
    }),
    { record: 1, rule: "demographics", reviews: ["identifier-conflict"] },
  ],
  [
    "a UPN that a child holds goes before an NHS number that is only awaited",
    child({ nhsNumber: NHS, upn: UPN }),
    facts({
      nhsNumberAwaiter: candidate({ record: 2, nhsNumbers: [NHS], isFindable: false }),
      upnHolder: candidate({ upns: [UPN] }),
    }),
    { record: 1, rule: "upn", reviews: ["ambiguous"] },
  ],
  [
    "a number awaited where another number is known does not link",
    child({ nhsNumber: NHS }),
    facts({ nhsNumberAwaiter: candidate({ nhsNumbers: [OTHER_NHS] }) }),
    { record: undefined, rule: "own", reviews: ["ambiguous"] },
  ],
  [
    "a child linked before takes a number that another only waits for",
    child({ nhsNumber: NHS }),
    facts({ linked: candidate(), nhsNumberAwaiter: candidate({ record: 2, nhsNumbers: [NHS], isFindable: false }) }),
    { record: 1, rule: "linked-before", reviews: ["ambiguous"] },
  ],
  [
    "a source that describes nobody does not wait for a person with its number",
    child({ nhsNumber: NHS }),
    facts({ describesNobody: true }),
    { record: undefined, rule: "own" },
  ],
  [
    "a record of a source that describes nobody joins the child whose number it tells now",
    child({ nhsNumber: NHS }),
    facts({
      describesNobody: true,
      mayMove: true,
      linked: candidate({ birthDates: [] }),
      nhsNumberHolder: candidate({ record: 2, nhsNumbers: [NHS] }),
    }),
    { record: 2, rule: "nhs-number" },
  ],
  [
    "a record of a source that describes nobody stays where no other is certain",
    child({ nhsNumber: NHS }),
    facts({
      describesNobody: true,
      mayMove: true,
      linked: candidate({ birthDates: [] }),
      nhsNumberHolder: candidate({ record: 2, nhsNumbers: [NHS], birthDates: ["2019-01-01"] }),
    }),
    { record: 1, rule: "linked-before", withheld: ["nhs-number"], reviews: ["identifier-conflict"] },
  ],
  [
    "a temporary UPN is no reason for anything",
    child({ upn: TEMPORARY_UPN, nhsNumber: NHS }),
    facts({ sameDemographics: [candidate({ upns: [UPN] })] }),
    { record: 1, rule: "demographics" },
  ],
];

describe("decide", () => {
  test.each(CASES)("%s", (_, identity, known, expected) => {
    const decision = decide(identity, known);
    expect({
      record: decision.record,
      rule: decision.rule,
      withheld: decision.withheld,
      reviews: decision.reviews.map(({ kind }) => kind),
    }).toEqual({ withheld: [], reviews: [], ...expected });
  });

  test("evidence is in words and holds no value of the child", () => {
    for (const [, identity, known] of CASES) {
      const { evidence, reviews } = decide(identity, known);
      const words = JSON.stringify([evidence, reviews.map((review) => review.evidence)]);
      for (const value of [NHS, OTHER_NHS, UPN, BORN, "Amina", "Example", "LS6"]) expect(words).not.toContain(value);
      expect(evidence.length).toBeGreaterThan(0);
    }
  });
});

describe("toBlockKey", () => {
  test.each<[string, Partial<SourceIdentity>]>([
    ["capitals and spaces", { given: " AMINA ", family: "example", postcode: "ls61ci" }],
    ["accents", { given: "Ámina" }],
    ["joining marks", { family: "Ex-ample" }],
  ])("is the same whatever the %s", (_, told) => {
    expect(toBlockKey(child(told))).toBe(toBlockKey(child()));
  });

  test.each<[string, Partial<SourceIdentity>]>([
    ["given name, as of twins", { given: "Amira" }],
    ["family name", { family: "Sample" }],
    ["birth date", { birthDate: "2021-05-05" }],
    ["postcode", { postcode: "LS6 1CK" }],
  ])("differs with another %s", (_, told) => {
    expect(toBlockKey(child(told))).not.toBe(toBlockKey(child()));
  });

  test.each<[string, Partial<SourceIdentity>]>([
    ["a child not yet named", { given: "Baby" }],
    ["a twin not yet named", { given: "Twin 1" }],
    ["a postcode that names no place", { postcode: "ZZ99 3VZ" }],
    ["no postcode", { postcode: "" }],
    ["a birth date that is no day", { birthDate: "2021-02-30" }],
  ])("is absent for %s", (_, told) => {
    expect(toBlockKey(child(told))).toBeUndefined();
  });
});
