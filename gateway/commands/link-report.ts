import type { Candidates } from "../identity/matcher/batch/candidates.ts";
import type { Uniqueness } from "../identity/matcher/batch/one-to-one.ts";
import type { Stratum } from "../identity/matcher/batch/strata.ts";
import type { Model } from "../identity/matcher/model/model.ts";

/** What a linkage came to: counts alone, no value of a record but those of the columns named as strata. */
export interface LinkReport {
  readonly matcher: string;
  readonly model: string;
  /** Records of each file. */
  readonly files: { readonly left: number; readonly right?: number };
  readonly pairs: {
    readonly compared: number;
    readonly certain: number;
    readonly probable: number;
    readonly possible: number;
  };
  /** Files in which no person has several records: there a record has one partner at most. */
  readonly holdsEachPersonOnce: Uniqueness;
  /** The files were seen to hold no twins to speak of, so that the given name was not needed everywhere. */
  readonly withoutFamilies: boolean;
  readonly overflow: Candidates["overflow"];
  readonly notes: readonly string[];
  readonly strata: readonly Stratum[];
  readonly learned: Pick<Model, "prior_bits" | "fields">;
  readonly seconds: number;
}

export function toReportText({ files, pairs, strata, notes, overflow, seconds }: LinkReport): string {
  const records = files.right === undefined ? `${files.left} records` : `${files.left} and ${files.right} records`;
  const head = [
    `${records}, ${pairs.compared} pairs compared, ${seconds} s`,
    `${pairs.certain} certain, ${pairs.probable} probable, ${pairs.possible} possible`,
    ...notes,
    ...overflow.map(
      ({ family, blocks, pairs: left }) => `not compared: ${left} pairs in ${blocks} large blocks by ${family}`,
    ),
  ];
  return `${[...head, "", ...toTable(strata)].join("\n")}\n`;
}

function toTable(strata: readonly Stratum[]): readonly string[] {
  const rows = [
    ["", "records", "linked", "possible", "unlinked"],
    ...strata.map(({ column, value, records, linked, possible, unlinked }) => [
      value === "" && column === "all records" ? column : `${column}: ${value === "" ? "(blank)" : value}`,
      String(records),
      toShare(linked, records),
      toShare(possible, records),
      toShare(unlinked, records),
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

function toShare(part: number, whole: number): string {
  return `${part} (${((100 * part) / Math.max(1, whole)).toFixed(1)} %)`;
}
