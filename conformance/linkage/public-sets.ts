import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Digits after `rec-` (FEBRL), the id without its last digit (dsgen), a column of its own (Splink). */
type Truth = "febrl" | "dsgen" | { readonly column: string };

/** One public set of labelled records, and what is asked of a matcher on it. */
export interface PublicSet {
  readonly name: string;
  readonly folder: string;
  readonly files: readonly [left: RegExp, right?: RegExp];
  readonly truth: Truth;
  /** Columns of `npm run link`, by profile. */
  readonly columns: Readonly<Record<"full" | "early-years", Readonly<Record<string, string | readonly string[]>>>>;
  /** By profile, of certain links where nothing else is said; what a hostile goal does not name is not judged. */
  readonly goals?: Readonly<Partial<Record<"full" | "early-years", SetGoals>>>;
}

export interface SetGoals {
  readonly pairF1?: number;
  readonly precision?: number;
  readonly reviewF1?: number;
  /** Whatever the grade, of all pairs of at least this probability. */
  readonly pairF1At95?: number;
  readonly clusterF1At95?: number;
}

const EARLY_YEARS = {
  id: "rec_id",
  given: "given_name",
  family: "surname",
  birthDate: "date_of_birth",
  postcode: "postcode",
} as const;

const FEBRL = {
  full: {
    ...EARLY_YEARS,
    addressLine: ["street_number", "address_1", "address_2"],
    city: "suburb",
    district: "state",
    identifier: "soc_sec_id",
  },
  "early-years": EARLY_YEARS,
} as const;

const SPLINK = { id: "unique_id", given: "first_name", family: "surname", birthDate: "dob" } as const;

export const PUBLIC_SETS: readonly PublicSet[] = [
  { name: "FEBRL1", folder: "febrl", files: [/^dataset1\.csv$/], truth: "febrl", columns: FEBRL },
  { name: "FEBRL2", folder: "febrl", files: [/^dataset2\.csv$/], truth: "febrl", columns: FEBRL },
  {
    name: "FEBRL3",
    folder: "febrl",
    files: [/^dataset3\.csv$/],
    truth: "febrl",
    columns: FEBRL,
    // The figures that these goals are to surpass were reached with all pairs of that probability taken for links.
    goals: { full: { pairF1At95: 0.9985, clusterF1At95: 0.9995 }, "early-years": { clusterF1At95: 0.98 } },
  },
  {
    name: "FEBRL4",
    folder: "febrl",
    files: [/^dataset4a\.csv$/, /^dataset4b\.csv$/],
    truth: "febrl",
    columns: FEBRL,
    goals: { full: { pairF1: 0.9998 }, "early-years": { pairF1: 0.985, precision: 0.9995, reviewF1: 0.994 } },
  },
  { name: "dsgen A", folder: "febrl-dsgen", files: [/^dataset_A_\d+\.csv$/], truth: "dsgen", columns: FEBRL },
  { name: "dsgen C", folder: "febrl-dsgen", files: [/^dataset_C_\d+\.csv$/], truth: "dsgen", columns: FEBRL },
  {
    name: "dsgen D",
    folder: "febrl-dsgen",
    files: [/^dataset_D_org_\d+\.csv$/, /^dataset_D_dup_\d+\.csv$/],
    truth: "dsgen",
    columns: FEBRL,
  },
  {
    name: "dsgen F",
    folder: "febrl-dsgen",
    files: [/^dataset_F_org_\d+\.csv$/, /^dataset_F_dup_\d+\.csv$/],
    truth: "dsgen",
    columns: FEBRL,
    goals: { full: { pairF1: 0.99 }, "early-years": { pairF1: 0.88 } },
  },
  {
    name: "Splink fake_1000",
    folder: "splink",
    files: [/^fake_1000\.csv$/],
    truth: { column: "cluster" },
    columns: { full: { ...SPLINK, city: "city", telecom: "email" }, "early-years": SPLINK },
  },
];

/** The files of a set below a folder; undefined where one is not there. */
export async function findSet(
  directory: string,
  set: PublicSet,
): Promise<{ left: string; right?: string } | undefined> {
  const folder = join(directory, set.folder);
  const names = await readdir(folder).catch(() => []);
  const [left, right] = set.files.map((pattern) => names.find((name) => pattern?.test(name)));
  if (left === undefined || (set.files.length > 1 && right === undefined)) return undefined;
  return { left: join(folder, left), ...(right === undefined ? {} : { right: join(folder, right) }) };
}

/** The person of every record id of a file. Throws where the file has no such column. */
export async function readPersons(path: string, set: PublicSet): Promise<Map<string, string>> {
  const [header = "", ...lines] = (await readFile(path, "utf8")).split(/\r?\n/).filter((line) => line.trim() !== "");
  const names = header.split(",").map((name) => name.trim());
  const [id, label] = [
    names.indexOf(String(set.columns.full.id)),
    typeof set.truth === "object" ? names.indexOf(set.truth.column) : 0,
  ];
  if (id < 0 || label < 0) throw new Error(`${set.name}: the file has not the columns that were expected`);
  return new Map(
    lines.map((line) => {
      const cells = line.split(",").map((cell) => cell.trim());
      const record = cells[id] ?? "";
      if (typeof set.truth === "object") return [record, cells[label] ?? ""];
      return [record, set.truth === "febrl" ? (/^rec-(\d+)/.exec(record)?.[1] ?? record) : record.slice(0, -1)];
    }),
  );
}
