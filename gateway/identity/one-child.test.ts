import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SourceKind } from "#mappers/mapper.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { sourceOf, startLine, type TestLine, toCsv, toProfileRow, toTables } from "../ingest/line.fixtures.ts";
import { createInProcessIdentityCache } from "./cache/in-process.ts";
import { createIdentifierResolver } from "./resolve-identifier.ts";
import { scopeOf, startResolver } from "./resolver.fixtures.ts";

/** Leeds and Wirral match with each other, Wirral and Liverpool too, Leeds and Liverpool do not. */
const SCOPE = scopeOf("leeds wirral", "wirral liverpool");

const NHS = "9990000018";
const OTHER_NHS = "9990000026";
const UPN = "J383399021001";
const OTHER_UPN = "F383399925001";
const TEMPORARY_UPN = "H38339902101A";
const BORN = "2020-02-03";

type Told = Readonly<Record<string, string>>;

/** One source record: what the case calls it, from where, and what it says besides the usual. */
interface Step {
  readonly as: string;
  readonly kind: SourceKind;
  readonly area: string;
  readonly body: string;
}

/** A health visitor's record of Amina Example, number verified. `as` is the name under which its source knows her. */
function health(as: string, told: Told = {}, area = "leeds"): Step {
  const body = toTables({ LocalPatientID: as, ...told }).mpi ?? "";
  return { as, kind: "community-services-data-set", area, body };
}

/** A school's record of Amina Example, without a pupil number unless told. */
function school(as: string, told: Told = {}, area = "leeds"): Step {
  const body = toCsv([toProfileRow({ FSP_PupilMatchingRef: as, FSP_UPN: "", ...told })]);
  return { as, kind: "eyfs-profile", area, body };
}

/** What a family decided, told by number and details of Amina Example. */
function objection(as: string, told: Told = {}, area = "leeds"): Step {
  const body = toCsv([
    {
      record_id: as,
      child_id: as,
      nhs_number: NHS,
      birth_date: BORN,
      given_name: "Amina",
      family_name: "Example",
      postcode: "LS6 1CI",
      decision: "objection",
      data_classes: "education",
      state: "received",
      valid_from: "2026-08-01",
      recorded_by: "Family hub team",
      recorded_on: "2026-08-01",
      responsible_person: "parent",
      ...told,
    },
  ]);
  return { as, kind: "sharing-register", area, body };
}

const NUMBERLESS = { NHSNumber: "", NHSNumber_Status: "07" };
const BILAL = { PersonGivenName: "Bilal", Gender: "1" };
const BILAL_AT_SCHOOL = { FSP_FORENAME: "Bilal", FSP_SEX: "M" };

/** What stands together after all steps, as `a b | c`; what the last step's record waits for; who is found by NHS. */
interface Case {
  readonly that: string;
  readonly steps: readonly Step[];
  readonly children: string;
  readonly reviews?: string;
  readonly found?: string;
}

const VETO: readonly Case[] = [
  {
    that: "two verified NHS numbers that differ stay two, whatever else agrees",
    steps: [health("a"), health("b", { NHSNumber: OTHER_NHS })],
    children: "a | b",
    reviews: "ambiguous",
    found: "a",
  },
  {
    that: "two verified NHS numbers that differ stay two with another birth date",
    steps: [health("a"), health("b", { NHSNumber: OTHER_NHS, DateOfBirth: "2021-06-07" })],
    children: "a | b",
  },
  {
    that: "a number that is not verified and differs stays two",
    steps: [health("a", { NHSNumber_Status: "02" }), health("b", { NHSNumber: OTHER_NHS, NHSNumber_Status: "02" })],
    children: "a | b",
    reviews: "ambiguous",
  },
  {
    that: "two pupil numbers that differ stay two, and a person sees it",
    steps: [school("a", { FSP_UPN: UPN }), school("b", { FSP_UPN: OTHER_UPN })],
    children: "a | b",
    reviews: "unlinked ambiguous",
  },
  {
    that: "a pupil number of a child with another NHS number does not link",
    steps: [health("a"), school("b", { FSP_UPN: UPN }), health("c", { NHSNumber: OTHER_NHS, PersonGivenName: "Omar" })],
    children: "a b | c",
  },
  {
    that: "a number with another birth date is not linked, and is served for the first alone",
    steps: [health("a"), health("b", { DateOfBirth: "2019-05-06", ...BILAL })],
    children: "a | b",
    reviews: "identifier-conflict",
    found: "a",
  },
  {
    that: "a number beside a birth date with day and month swapped is as doubtful",
    steps: [health("a"), health("b", { DateOfBirth: "2020-03-02" })],
    children: "a | b",
    reviews: "identifier-conflict",
    found: "a",
  },
  {
    that: "a pupil number with another birth date is not linked",
    steps: [school("a", { FSP_UPN: UPN }), school("b", { FSP_UPN: UPN, FSP_DOB: "2020-09-10", ...BILAL_AT_SCHOOL })],
    children: "a | b",
    reviews: "unlinked identifier-conflict",
  },
];

const SAME: readonly Case[] = [
  { that: "a number and birth date are one child", steps: [health("a"), health("b")], children: "a b", found: "a b" },
  {
    that: "a number and birth date are one child in another home under another family name",
    steps: [health("a"), health("b", { PersonFamilyName: "Sample", Postcode: "LS10 3KC" })],
    children: "a b",
  },
  {
    that: "a pupil number and birth date are one child",
    steps: [school("a", { FSP_UPN: UPN }), school("b", { FSP_UPN: UPN, FSP_POSTCODE: "" })],
    children: "a b",
  },
  { that: "all details are one child", steps: [health("a"), school("b")], children: "a b", found: "a b" },
  { that: "all details are one child the other way round", steps: [school("b"), health("a")], children: "a b" },
  {
    that: "another spelling of the given name is one child",
    steps: [health("a"), school("b", { FSP_FORENAME: "Aminah" })],
    children: "a b",
  },
  {
    that: "a given name that another child may well have waits for a person",
    steps: [health("a"), school("b", { FSP_FORENAME: "Amna" })],
    children: "a | b",
    reviews: "ambiguous",
  },
  {
    that: "a slip in the family name is one child",
    steps: [health("a"), school("b", { FSP_SURNAME: "Exampel" })],
    children: "a b",
  },
  {
    that: "capitals, accents and joining marks are no difference",
    steps: [health("a"), school("b", { FSP_FORENAME: "ÁMINA", FSP_SURNAME: "ex-ample", FSP_POSTCODE: "ls61ci" })],
    children: "a b",
  },
  {
    that: "given and family name swapped are one child",
    steps: [health("a"), school("b", { FSP_FORENAME: "Example", FSP_SURNAME: "Amina" })],
    children: "a b",
  },
  {
    that: "a late number joins a child that stands alone with the one who holds it",
    steps: [
      health("a"),
      health("b", { ...NUMBERLESS, ...BILAL, Postcode: "LS10 3KC" }),
      health("b", { Postcode: "LS10 3KC" }),
    ],
    children: "a b",
    found: "a b",
  },
  {
    that: "a temporary pupil number says nothing",
    steps: [school("a", { FSP_UPN: TEMPORARY_UPN }), health("b")],
    children: "a b",
  },
];

const FAMILY: readonly Case[] = [
  {
    that: "twins with their numbers are two",
    steps: [health("a"), health("b", { NHSNumber: OTHER_NHS, ...BILAL })],
    children: "a | b",
  },
  {
    that: "twins without numbers at one source are two",
    steps: [health("a", NUMBERLESS), health("b", { ...NUMBERLESS, ...BILAL })],
    children: "a | b",
  },
  {
    that: "a twin whose sister alone is known is two, for a person to see",
    steps: [health("a"), school("b", BILAL_AT_SCHOOL)],
    children: "a | b",
  },
  {
    that: "twins at two sources are found each",
    steps: [health("a"), health("b", { NHSNumber: OTHER_NHS, ...BILAL }), school("c"), school("d", BILAL_AT_SCHOOL)],
    children: "a c | b d",
  },
  {
    that: "twins without a postcode are found each",
    steps: [
      health("a"),
      health("b", { NHSNumber: OTHER_NHS, ...BILAL }),
      school("c", { ...BILAL_AT_SCHOOL, FSP_POSTCODE: "" }),
    ],
    children: "a | b c",
  },
  {
    that: "a twin who is told with the number of the other is a child of its own",
    steps: [health("a"), health("b", { NHSNumber: OTHER_NHS, ...BILAL }), health("c", BILAL, "wirral")],
    children: "a | b | c",
    reviews: "ambiguous",
    found: "a",
  },
  {
    that: "a brother a year younger is another child",
    steps: [health("a"), school("b", { ...BILAL_AT_SCHOOL, FSP_DOB: "2021-02-10" })],
    children: "a | b",
  },
  {
    that: "a sister of another birth date with a name alike is another child",
    steps: [health("a"), school("b", { FSP_FORENAME: "Amira", FSP_DOB: "2021-09-14" })],
    children: "a | b",
  },
  {
    that: "a child between two who are alike is of neither, for a person to see",
    steps: [health("a"), health("b", { NHSNumber: OTHER_NHS }), school("c")],
    children: "a | b | c",
    reviews: "ambiguous ambiguous",
  },
  {
    that: "a namesake in another home with another birth date is another child",
    steps: [health("a"), school("b", { FSP_DOB: "2020-11-23", FSP_POSTCODE: "LS10 3KC" })],
    children: "a | b",
  },
];

const PLACEHOLDERS: readonly Case[] = ["Baby", "Male Infant", "Twin 1", "Unknown", "Baby Boy"].map((name) => ({
  that: `${name} names nobody, so that family, birth date and postcode make nobody certain`,
  steps: [health("a"), school("b", { FSP_FORENAME: name })],
  children: "a | b",
  reviews: "ambiguous",
}));

const DOUBTFUL: readonly Case[] = [
  ...PLACEHOLDERS,
  {
    that: "a child not yet named is found by its number",
    steps: [health("a", { PersonGivenName: "Baby" }), health("b", {}, "wirral")],
    children: "a b",
  },
  {
    that: "two not yet named at one address are two",
    steps: [
      health("a", { ...NUMBERLESS, PersonGivenName: "Baby" }),
      health("b", { ...NUMBERLESS, PersonGivenName: "Baby" }),
    ],
    children: "a | b",
    reviews: "unlinked ambiguous",
  },
  {
    that: "an initial makes nobody certain",
    steps: [health("a"), school("b", { FSP_FORENAME: "A" })],
    children: "a | b",
    reviews: "ambiguous",
  },
  {
    that: "a postcode of no place is no home",
    steps: [
      health("a", { ...NUMBERLESS, Postcode: "ZZ99 3VZ", PersonGivenName: "Baby" }),
      school("b", { FSP_POSTCODE: "ZZ99 3VZ", FSP_FORENAME: "Baby" }),
    ],
    children: "a | b",
  },
  {
    that: "another child of the same source under other words is two, for a person to see",
    steps: [health("a", NUMBERLESS), health("b", { ...NUMBERLESS, Postcode: "LS10 3KC" })],
    children: "a | b",
    reviews: "unlinked ambiguous",
  },
  {
    that: "a name that its source gives to another child makes two",
    steps: [health("a"), health("a", { NHSNumber: OTHER_NHS, DateOfBirth: "2021-06-07", ...BILAL })],
    children: "a",
    found: "",
  },
  {
    that: "a corrected number sets the old one free",
    steps: [health("a"), health("a", { NHSNumber: OTHER_NHS }), health("b", { ...BILAL, Postcode: "LS10 3KC" })],
    children: "a | b",
    found: "b",
  },
];

const SHARING: readonly Case[] = [
  { that: "an objection joins its child by number", steps: [health("a"), objection("o")], children: "a o" },
  { that: "an objection waits for its child", steps: [objection("o"), health("a")], children: "a o", found: "a o" },
  {
    that: "an objection by details alone joins its child",
    steps: [health("a"), objection("o", { nhs_number: "" })],
    children: "a o",
  },
  {
    that: "an objection with another birth date takes no number",
    steps: [objection("o", { birth_date: "2020-03-02" }), health("a")],
    children: "a | o",
    reviews: "identifier-conflict",
    found: "a",
  },
  {
    that: "an objection of an authority out of scope stays with nobody",
    steps: [health("a"), objection("o", {}, "liverpool")],
    children: "a | o",
    found: "a",
  },
];

const OUT_OF_SCOPE: readonly Case[] = [
  {
    that: "children of authorities that match are one by number",
    steps: [health("a"), health("b", {}, "wirral")],
    children: "a b",
    found: "a b",
  },
  {
    that: "children of authorities that match are one by details",
    steps: [health("a"), school("b", {}, "wirral")],
    children: "a b",
  },
  {
    that: "children of authorities that do not match are two with one number, and both are found",
    steps: [health("a"), health("b", {}, "liverpool")],
    children: "a | b",
    found: "a | b",
  },
  {
    that: "children of authorities that do not match are two with the same details, and nobody is asked",
    steps: [health("a"), school("b", { FSP_UPN: UPN }, "liverpool")],
    children: "a | b",
    reviews: "unlinked",
  },
  {
    that: "one number with two birth dates is no conflict out of scope",
    steps: [health("a"), health("b", { DateOfBirth: "2019-05-06" }, "liverpool")],
    children: "a | b",
    found: "a | b",
  },
  {
    that: "placeholders out of scope are shown to nobody",
    steps: [health("a"), school("b", { FSP_FORENAME: "Baby" }, "liverpool")],
    children: "a | b",
    reviews: "unlinked",
  },
  {
    that: "one pupil number out of scope is two children",
    steps: [school("a", { FSP_UPN: UPN }), school("b", { FSP_UPN: UPN }, "liverpool")],
    children: "a | b",
    reviews: "unlinked unlinked",
  },
  {
    that: "a child of three areas is linked no further than each two of them match",
    steps: [health("a"), health("b", {}, "wirral"), health("c", {}, "liverpool")],
    children: "a b | c",
    found: "a b | c",
  },
  {
    that: "of two in scope that are out of each other's the first is joined",
    steps: [health("a"), health("c", {}, "liverpool"), health("b", {}, "wirral")],
    children: "a b | c",
    found: "a b | c",
  },
  {
    that: "a late number joins nobody out of scope",
    steps: [health("a"), health("b", { ...NUMBERLESS, ...BILAL }, "liverpool"), health("b", {}, "liverpool")],
    children: "a | b",
    found: "a | b",
  },
  {
    that: "the same name at sources of two areas is no name of one child",
    steps: [health("a"), health("a", { NHSNumber: OTHER_NHS, ...BILAL }, "liverpool")],
    children: "a | a",
  },
];

const LONG = "N".repeat(10_000);
const BAD_INPUT: readonly Case[] = [
  {
    that: "a number of ten zeros links nobody",
    steps: [
      health("a", { NHSNumber: "0000000000", ...BILAL }),
      health("b", { NHSNumber: "0000000000", PersonGivenName: "Omar", DateOfBirth: "2021-06-07" }),
    ],
    children: "",
  },
  {
    that: "a number of ten nines links nobody",
    steps: [health("a", { NHSNumber: "9999999999" }), health("b", { NHSNumber: "9999999999" })],
    children: "",
  },
  {
    that: "a name of 10,000 characters is nobody else's",
    steps: [health("a"), school("b", { FSP_FORENAME: LONG })],
    children: "a | b",
  },
  {
    that: "right-to-left marks hide no difference",
    steps: [health("a"), school("b", { FSP_FORENAME: "\u202eBilal\u202c" })],
    children: "a | b",
  },
  {
    that: "right-to-left marks make no difference",
    steps: [health("a"), school("b", { FSP_FORENAME: "\u200fAmina\u200f" })],
    children: "a b",
  },
  {
    that: "a birth date in the future makes nobody certain",
    steps: [
      health("a", { ...NUMBERLESS, DateOfBirth: "2031-01-01", PersonGivenName: "Baby" }),
      health("b", { ...NUMBERLESS, DateOfBirth: "2031-01-01", PersonGivenName: "Baby" }, "wirral"),
    ],
    children: "a | b",
  },
];

let line: TestLine;
beforeEach(() => {
  line = startLine({ resolver: startResolver(SCOPE) });
});
afterEach(() => line.close());

/** `a b | c` of what stands together, in the order of the children. */
async function standing(): Promise<{ readonly children: string; readonly found: string }> {
  const records = await line.store.scanRecords({}, 0, 100);
  const named: { readonly key: number; readonly names: string }[] = [];
  for (const key of records) {
    const names = (await line.store.sourceChildrenOf(key)).map(({ localId }) => localId.replace(/^.*\//, ""));
    if (names.length > 0) named.push({ key, names: names.sort().join(" ") });
  }
  const resolver = createIdentifierResolver({
    store: line.store,
    cache: createInProcessIdentityCache(),
    scope: SCOPE,
  });
  const holders = await resolver.resolve(NHS_NUMBER, NHS, "", 0);
  const together = (some: typeof named): string =>
    some
      .map(({ names }) => names)
      .sort()
      .join(" | ");
  return { children: together(named), found: together(named.filter(({ key }) => holders.includes(key))) };
}

async function tell({ kind, area, body }: Step): Promise<void> {
  await line.send(kind, body, {}, area);
}

const ALL: readonly (readonly [string, readonly Case[]])[] = [
  ["numbers that forbid it", VETO],
  ["one child", SAME],
  ["twins, brothers and sisters", FAMILY],
  ["what is doubtful", DOUBTFUL],
  ["those who describe nobody", SHARING],
  ["authorities", OUT_OF_SCOPE],
  ["bad input", BAD_INPUT],
];

describe.each(ALL)("%s", (_, cases) => {
  test.each(cases)("$that", async ({ steps, children, reviews, found }) => {
    for (const step of steps) await tell(step);
    const stands = await standing();
    expect(stands.children).toBe(children);
    if (found !== undefined) expect(stands.found).toBe(found);
    const open = await line.store.reviewItems(20);
    if (reviews !== undefined) expect(open.map(({ kind }) => kind).join(" ")).toBe(reviews);
    for (const { evidence } of open) {
      for (const value of [NHS, OTHER_NHS, UPN, OTHER_UPN, BORN, "Amina", "Bilal", "Example", "LS6"]) {
        expect(evidence.join(" ")).not.toContain(value);
      }
    }
  });
});

test("the table holds at least sixty cases", () => {
  expect(ALL.flatMap(([, cases]) => cases).length).toBeGreaterThanOrEqual(60);
  expect(sourceOf("eyfs-profile", "wirral").authority).toBe("wirral");
});
