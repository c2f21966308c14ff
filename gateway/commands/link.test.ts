import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import papaparse from "papaparse";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runLink } from "./link.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "link-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const MAP = { id: "id", given: "given", family: "family", birthDate: "born", postcode: "postcode" };
const HEAD = "id,given,family,born,postcode";

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const GIVEN =
  "olivia noah amelia george isla arthur ava leo ivy harry freya oscar lily jack rosie henry mia alfie".split(" ");
const FAMILY =
  "entwistle rigby sutcliffe okafor nowak patel hussain byrne costa mensah ashworth haddad lowe quigley".split(" ");

/** A child of the place: names, a birth date of five years and a postcode, each its own. */
function child(at: number): { given: string; family: string; born: string; postcode: string } {
  const day = new Date(Date.UTC(2020, 0, 1 + ((at * 787) % 1800))).toISOString().slice(0, 10);
  return {
    given: GIVEN[(at * 7) % GIVEN.length] ?? "",
    family: `${FAMILY[(at * 5) % FAMILY.length]}${FAMILY[(at * 3 + Math.floor(at / 14)) % FAMILY.length]?.slice(0, 3)}`,
    born: day,
    postcode: `LS${1 + (at % 9)} ${at % 10}${"CIKMOV"[at % 6]}${"CIKMOV"[Math.floor(at / 6) % 6]}`,
  };
}

/** A letter too many, another one and elsewhere each time. */
function withSlip(name: string, at: number): string {
  const place = 1 + (at % (name.length - 1));
  return `${name.slice(0, place)}${"bcdfghjklmnpqrstvwxz"[Math.floor(at / 9 + at / 180) % 20]}${name.slice(place)}`;
}

const line = (id: string, { given, family, born, postcode }: ReturnType<typeof child>): string =>
  [id, given, family, born, postcode].join(",");

async function linkFiles(left: string, right?: string) {
  const out = join(folder, "pairs.csv");
  const given = [
    "--left",
    await file("left.csv", left),
    "--columns",
    await file("map.json", JSON.stringify(MAP)),
    "--out",
    out,
  ];
  const result = await runLink(right === undefined ? given : [...given, "--right", await file("right.csv", right)]);
  expect(result.error).toBe("");
  const { data } = papaparse.parse<Record<string, string>>(await readFile(out, "utf8"), {
    header: true,
    skipEmptyLines: true,
  });
  return { result, rows: data };
}

describe("two files with twins", () => {
  const children = Array.from({ length: 600 }, (_, at) => child(at));
  const left = [HEAD];
  const right = [HEAD];
  for (const [at, one] of children.entries()) {
    const isTwin = at % 30 === 0;
    const twin = { ...one, given: GIVEN[(at * 7 + 5) % GIVEN.length] ?? "" };
    left.push(line(`l${at}`, one));
    if (isTwin) right.push(line(`twin${at}`, twin));
    // Of every other pair of twins the one that is in the left file is not in the right one.
    if (!isTwin || at % 60 === 0)
      right.push(line(`r${at}`, at % 9 === 4 ? { ...one, given: withSlip(one.given, at) } : one));
  }

  test("children are found, twins are never linked, and the bits add up", async () => {
    const { rows } = await linkFiles(left.join("\n"), right.join("\r\n"));
    const certain = rows.filter(({ grade }) => grade === "certain");
    expect(certain.filter(({ left: one, right: other }) => one?.slice(1) !== other?.slice(1))).toEqual([]);
    expect(certain.length).toBeGreaterThan(570 * 0.95);
    for (const row of rows) {
      const bits = Object.entries(row).filter(([name, value]) => name.endsWith("_bits") && value !== "");
      expect(bits.reduce((sum, [, value]) => sum + Number(value), 0)).toBeCloseTo(Number(row.bits), 1);
    }
  });

  test("the same files give the same bytes", async () => {
    await linkFiles(left.join("\n"), right.join("\n"));
    const first = await readFile(join(folder, "pairs.csv"), "utf8");
    await linkFiles(left.join("\n"), right.join("\n"));
    expect(await readFile(join(folder, "pairs.csv"), "utf8")).toBe(first);
  });
});

test("in one file, records that are linked by way of others share a cluster", async () => {
  const rows = Array.from({ length: 300 }, (_, at) => child(at)).flatMap((one, at) => [
    line(`${at}a`, one),
    ...(at % 3 === 0 ? [line(`${at}b`, one)] : []),
    ...(at === 0 ? [line(`${at}c`, { ...one, given: `${one.given}n` })] : []),
  ]);
  const { rows: pairs } = await linkFiles([HEAD, ...rows].join("\n"));
  const ofFirst = pairs.filter(({ left, grade }) => left?.startsWith("0") && left.length === 2 && grade === "certain");
  expect(ofFirst.length).toBe(3);
  expect(new Set(ofFirst.map(({ cluster }) => cluster)).size).toBe(1);
});

describe("misuse", () => {
  const GOOD = `${HEAD}\n1,Martha,Entwistle,2022-03-14,LS1 4CI\n`;
  test.each<[string, string, object, RegExp]>([
    [
      "a column twice",
      `${HEAD},born\n1,Martha,Entwistle,2022-03-14,LS1 4CI,2022-03-14\n`,
      MAP,
      /--left.*"born" is there twice \(columns 4 and 6\)/,
    ],
    ["no such column", GOOD, { ...MAP, postcode: "post_code" }, /--left: has no column "post_code"/],
    ["no id column", GOOD, { ...MAP, id: "record" }, /has no column "record"/],
    ["an unknown field", GOOD, { ...MAP, surname: "family" }, /"surname" is not known/],
    ["a date day first", GOOD.replace("2022-03-14", "14/03/2022"), MAP, /record 1, column "born": not a date/],
    ["an empty file", "", MAP, /--left: empty/],
    ["a header alone", HEAD, MAP, /holds column names but no records/],
    ["an id twice", `${GOOD}1,Edith,Rigby,2021-01-01,L1 8CV\n`, MAP, /records 1 and 2 have the same value/],
    ["a quotation mark left open", `${HEAD}\n1,"Martha,Entwistle,2022-03-14,LS1 4CI\n`, MAP, /does not end/],
    [
      "more values than columns",
      `${HEAD}\n1,Martha,Entwistle,2022-03-14,LS1 4CI,more\n`,
      MAP,
      /has 6 values for 5 columns/,
    ],
  ])("%s is told with its place, without a value, and nothing is written", async (_, text, map, expected) => {
    const out = join(folder, "never.csv");
    const left = await file("wrong.csv", text);
    const columns = await file("wrong.json", JSON.stringify(map));
    const { exit, error } = await runLink(["--left", left, "--columns", columns, "--out", out]);
    expect(exit).toBe(2);
    expect(error).toMatch(expected);
    expect(error).not.toMatch(/Martha|Entwistle|14\/03|2022-03|4CI/);
    expect((await readdir(folder)).filter((name) => name.startsWith("never"))).toEqual([]);
  });

  test("a missing option is named", async () => {
    expect((await runLink(["--left", "a.csv"])).error).toMatch(/--columns is missing/);
  });

  test("a byte order mark and a line break within quotes are fine", async () => {
    const { rows } = await linkFiles(
      `\uFEFF${HEAD}\n1,"Martha\nMay",Entwistle,2022-03-14,LS1 4CI\n2,Edith,Rigby,2021-01-01,L1 8CV\n`,
    );
    expect(rows).toEqual([]);
  });
});
