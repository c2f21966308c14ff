import { describe, expect, test } from "vitest";
import type { SourceIdentity } from "#mappers/mapper.ts";
import type { Comparison, Grade } from "./matcher/matcher.ts";
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
  authorities: ["leeds"],
  birthDates: [BORN],
  nhsNumbers: [],
  upns: [],
  isFindable: (told.nhsNumbers ?? []).length > 0,
  ...told,
});

/** One whose details the matcher has compared. */
const alike = (grade: Grade, told: Partial<Candidate> = {}): Candidate =>
  candidate({
    graded: { bits: 20, probability: 0.999, evidence: [{ field: "given", level: "same", bits: 20 }], grade },
    ...told,
  });

const improbable = (grade: Grade, told: Partial<Candidate> = {}): Candidate =>
  candidate({ graded: { bits: -2, probability: 0.2, evidence: [], grade }, ...told });

const vetoed = (veto: NonNullable<Comparison["veto"]>, told: Partial<Candidate> = {}): Candidate =>
  candidate({ graded: { bits: 20, probability: 0.999, evidence: [], grade: "probable", veto }, ...told });

const graded = (fields: readonly string[], level: string, bits: number): Pick<Candidate, "graded"> => ({
  graded: {
    bits: 20,
    probability: 0.999,
    evidence: fields.map((field) => ({ field, level, bits })),
    grade: "certain",
  },
});
const inTheSameWords = () => graded(["given", "family", "birth-date", "postcode"], "same", 10);
const inOtherWords = () => graded(["given"], "different", -4);

const facts = (told: Partial<Facts> = {}): Facts => ({
  nhsNumberHolders: [],
  upnHolders: [],
  alike: [],
  matches: (authority, other) => authority === other || authority === "wirral" || other === "wirral",
  ...told,
});

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
    facts({ nhsNumberHolders: [candidate({ nhsNumbers: [NHS] })] }),
    { record: 1, rule: "nhs-number" },
  ],
  [
    "an NHS number with another birth date is a conflict and is withheld",
    child({ nhsNumber: NHS, birthDate: "2019-01-01" }),
    facts({ nhsNumberHolders: [candidate({ nhsNumbers: [NHS] })] }),
    { record: undefined, rule: "own", withheld: ["nhs-number"], reviews: ["identifier-conflict"] },
  ],
  [
    "an NHS number without a birth date does not link",
    { localId: "a", nhsNumber: NHS },
    facts({ nhsNumberHolders: [candidate({ nhsNumbers: [NHS] })] }),
    { record: undefined, rule: "own", withheld: ["nhs-number"], reviews: ["identifier-conflict"] },
  ],
  [
    "a UPN with the same birth date links, and its child's NHS number makes it findable",
    child({ upn: UPN }),
    facts({ upnHolders: [candidate({ upns: [UPN], nhsNumbers: [NHS] })] }),
    { record: 1, rule: "upn" },
  ],
  [
    "a UPN that links to a child without an NHS number still waits for one",
    child({ upn: UPN }),
    facts({ upnHolders: [candidate({ upns: [UPN] })] }),
    { record: 1, rule: "upn", reviews: ["unlinked"] },
  ],
  [
    "a UPN with another birth date is a conflict and is withheld",
    child({ upn: UPN, birthDate: "2019-01-01" }),
    facts({ upnHolders: [candidate({ upns: [UPN] })] }),
    { record: undefined, rule: "own", withheld: ["upn"], reviews: ["identifier-conflict"] },
  ],
  [
    "a UPN of a child with another NHS number does not link",
    child({ nhsNumber: OTHER_NHS, upn: UPN }),
    facts({ upnHolders: [candidate({ upns: [UPN], nhsNumbers: [NHS] })] }),
    { record: undefined, rule: "own", withheld: ["upn"], reviews: ["ambiguous"] },
  ],
  [
    "an NHS number goes before a UPN that another child holds",
    child({ nhsNumber: NHS, upn: UPN }),
    facts({
      nhsNumberHolders: [candidate({ nhsNumbers: [NHS] })],
      upnHolders: [candidate({ record: 2, upns: [UPN] })],
    }),
    { record: 1, rule: "nhs-number", withheld: ["upn"], reviews: ["ambiguous"] },
  ],
  [
    "names, birth date and postcode of one other child link",
    child(),
    facts({ alike: [alike("certain", { nhsNumbers: [NHS] })] }),
    { record: 1, rule: "demographics" },
  ],
  [
    "names, birth date and postcode of two other children do not link",
    child(),
    facts({ alike: [alike("probable"), alike("probable", { record: 2 })] }),
    { record: undefined, rule: "own", reviews: ["ambiguous"] },
  ],
  [
    "two that are alike do not become one because the number of one differs",
    child({ nhsNumber: OTHER_NHS }),
    facts({ alike: [alike("probable", { nhsNumbers: [NHS] }), alike("probable", { record: 2 })] }),
    { record: undefined, rule: "own", reviews: ["ambiguous"] },
  ],
  [
    "the same details with another NHS number do not link",
    child({ nhsNumber: OTHER_NHS }),
    facts({ alike: [alike("certain", { nhsNumbers: [NHS] })] }),
    { record: undefined, rule: "own", reviews: ["ambiguous"] },
  ],
  [
    "a number that links points to the child whose details agree too, for a person to see",
    child({ nhsNumber: NHS }),
    facts({ nhsNumberHolders: [candidate({ nhsNumbers: [NHS] })], alike: [alike("certain", { record: 2 })] }),
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
    facts({ linked: candidate(), nhsNumberHolders: [candidate({ record: 2, nhsNumbers: [NHS] })] }),
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
      nhsNumberHolders: [candidate({ record: 2, nhsNumbers: [NHS] })],
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
      alike: [alike("certain")],
    }),
    { record: 1, rule: "demographics", reviews: ["identifier-conflict"] },
  ],
  [
    "a UPN that a child holds goes before an NHS number that is only awaited",
    child({ nhsNumber: NHS, upn: UPN }),
    facts({
      nhsNumberAwaiter: candidate({ record: 2, nhsNumbers: [NHS], isFindable: false }),
      upnHolders: [candidate({ upns: [UPN] })],
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
      nhsNumberHolders: [candidate({ record: 2, nhsNumbers: [NHS] })],
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
      nhsNumberHolders: [candidate({ record: 2, nhsNumbers: [NHS], birthDates: ["2019-01-01"] })],
    }),
    { record: 1, rule: "linked-before", withheld: ["nhs-number"], reviews: ["identifier-conflict"] },
  ],
  [
    "a temporary UPN is no reason for anything",
    child({ upn: TEMPORARY_UPN, nhsNumber: NHS }),
    facts({ alike: [alike("certain", { upns: [UPN] })] }),
    { record: 1, rule: "demographics" },
  ],
  [
    "a number that the national register took out of use links nobody and is withheld",
    child({ nhsNumber: NHS }),
    facts({ isVoid: true }),
    { record: undefined, rule: "own", withheld: ["nhs-number"], reviews: ["identifier-conflict"] },
  ],
  [
    "a number out of use says nothing against the record that the child was linked to before",
    child({ nhsNumber: NHS }),
    facts({ isVoid: true, linked: candidate({ nhsNumbers: [OTHER_NHS] }) }),
    { record: 1, rule: "linked-before", withheld: ["nhs-number"], reviews: ["identifier-conflict"] },
  ],
  [
    "one who is probable makes a child of its own, for a person to see",
    child({ nhsNumber: NHS }),
    facts({ alike: [alike("probable")] }),
    { record: undefined, rule: "own", reviews: ["ambiguous"] },
  ],
  [
    "one who is possible makes a child of its own, for a person to see",
    child({ nhsNumber: NHS }),
    facts({ alike: [alike("possible")] }),
    { record: undefined, rule: "own", reviews: ["ambiguous"] },
  ],
  [
    "one who is certainly another is nobody's concern",
    child({ nhsNumber: NHS }),
    facts({ alike: [alike("certainly-not"), improbable("possible", { record: 2 })] }),
    { record: undefined, rule: "own" },
  ],
  [
    "one who is certain with a second close by links, and a person sees the second",
    child({ nhsNumber: NHS }),
    facts({ alike: [alike("certain"), alike("probable", { record: 2 })] }),
    { record: 1, rule: "demographics", reviews: ["ambiguous"] },
  ],
  [
    "nobody is certain where more resemble the child than were compared",
    child({ nhsNumber: NHS }),
    facts({ alike: [alike("certain")], isCut: true }),
    { record: undefined, rule: "own", reviews: ["ambiguous"] },
  ],
  [
    "two current children of one source are two, and a person sees how alike they are",
    child({ nhsNumber: NHS }),
    facts({ alike: [alike("certain", { bar: "same-source" })] }),
    { record: undefined, rule: "own", reviews: ["ambiguous"] },
  ],
  [
    "two current children of one source that may be brothers are nobody's concern",
    child({ nhsNumber: NHS }),
    facts({ alike: [alike("possible", { bar: "same-source" })] }),
    { record: undefined, rule: "own" },
  ],
  [
    "two children of one source in the same words are one child under two names",
    child({ nhsNumber: NHS }),
    facts({ alike: [{ ...alike("certain", { bar: "same-source" }), ...inTheSameWords() }] }),
    { record: 1, rule: "demographics" },
  ],
  [
    "a number whose holder has another given name does not link where another child has that name",
    child({ nhsNumber: NHS }),
    facts({
      nhsNumberHolders: [{ ...candidate({ nhsNumbers: [NHS] }), ...inOtherWords() }],
      alike: [{ ...alike("possible", { record: 2, nhsNumbers: [OTHER_NHS] }), ...inTheSameWords() }],
    }),
    { record: undefined, rule: "own", withheld: ["nhs-number"], reviews: ["ambiguous"] },
  ],
  [
    "a number whose holder has another given name links where nobody else has that name",
    child({ nhsNumber: NHS }),
    facts({ nhsNumberHolders: [{ ...candidate({ nhsNumbers: [NHS] }), ...inOtherWords() }] }),
    { record: 1, rule: "nhs-number" },
  ],
  [
    "two current children of one source with one number and birth date are one",
    child({ nhsNumber: NHS }),
    facts({ nhsNumberHolders: [candidate({ nhsNumbers: [NHS], bar: "same-source" })] }),
    { record: 1, rule: "nhs-number" },
  ],
  [
    "a number that agrees does not link where the matcher forbids it",
    child({ nhsNumber: NHS }),
    facts({ nhsNumberHolders: [vetoed("twin", { nhsNumbers: [NHS] })] }),
    { record: undefined, rule: "own", withheld: ["nhs-number"], reviews: ["ambiguous"] },
  ],
  [
    "a child alone in its record joins the one whose number it tells late",
    child({ nhsNumber: NHS }),
    facts({ linked: candidate(), isAlone: true, nhsNumberHolders: [candidate({ record: 2, nhsNumbers: [NHS] })] }),
    { record: 2, rule: "nhs-number" },
  ],
  [
    "a child alone in its record joins nobody whose birth date is another",
    child({ nhsNumber: NHS }),
    facts({
      linked: candidate(),
      isAlone: true,
      nhsNumberHolders: [candidate({ record: 2, nhsNumbers: [NHS], birthDates: ["2019-01-01"] })],
    }),
    { record: 1, rule: "linked-before", withheld: ["nhs-number"], reviews: ["identifier-conflict"] },
  ],
  [
    "a child alone in its record joins nobody of whom a person has decided that they are two",
    child({ nhsNumber: NHS }),
    facts({
      linked: candidate(),
      isAlone: true,
      nhsNumberHolders: [candidate({ record: 2, nhsNumbers: [NHS], bar: "do-not-link" })],
    }),
    { record: 1, rule: "linked-before", withheld: ["nhs-number"], reviews: ["unlinked"] },
  ],
  [
    "a child alone in its record does not leave it for mere resemblance, but a person sees it",
    child({ nhsNumber: NHS }),
    facts({ linked: candidate({ nhsNumbers: [NHS] }), isAlone: true, alike: [alike("certain", { record: 2 })] }),
    { record: 1, rule: "linked-before", reviews: ["ambiguous"] },
  ],
  [
    "of two who hold a number out of each other's scope the first is joined, and the other says nothing",
    child({ nhsNumber: NHS }),
    facts({
      nhsNumberHolders: [
        candidate({ nhsNumbers: [NHS], authorities: ["leeds"] }),
        candidate({ record: 2, nhsNumbers: [NHS], authorities: ["liverpool"] }),
      ],
    }),
    { record: 1, rule: "nhs-number" },
  ],
  [
    "of two who hold a number in one scope the first is joined, and a person sees the other",
    child({ nhsNumber: NHS }),
    facts({
      nhsNumberHolders: [candidate({ nhsNumbers: [NHS] }), candidate({ record: 2, nhsNumbers: [NHS] })],
    }),
    { record: 1, rule: "nhs-number", reviews: ["ambiguous"] },
  ],
  [
    "one who resembles the child but not within the scope of the record chosen is not shown beside it",
    child({ nhsNumber: NHS }),
    facts({
      nhsNumberHolders: [candidate({ nhsNumbers: [NHS], authorities: ["leeds", "wirral"] })],
      alike: [alike("certain", { record: 2, authorities: ["liverpool"] })],
    }),
    { record: 1, rule: "nhs-number" },
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
