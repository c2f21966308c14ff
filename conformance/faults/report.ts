import { type Asked, isGood, type Trouble, type Violation } from "./journal.ts";

export interface Counts {
  readonly good: number;
  /** Told so, by any status that is no success. */
  readonly refused: number;
  readonly unanswered: number;
}

export interface Memory {
  readonly pid: number;
  readonly MB: number;
}

/** What came of one fault. */
export interface Done extends Partial<Omit<Trouble, "fault">> {
  readonly id: string;
  readonly title: string;
  readonly verdict: "held" | "failed" | "not done";
  /** How it was done, or why not. */
  readonly how: string;
  readonly counts?: Counts;
  /** What did not go well last, in its order. */
  readonly last?: readonly string[];
  /** How often each status, or reason for none, came in place of success. */
  readonly ways?: Readonly<Record<string, number>>;
  /** Resident, of each process of the gateway, when it was over. */
  readonly memory?: readonly Memory[];
}

export interface Report {
  readonly engine: string;
  /** Requests a second. */
  readonly rate: number;
  readonly done: readonly Done[];
  readonly violations: readonly Violation[];
  readonly counts: Counts;
  readonly audited: number;
  readonly readBack: number;
  readonly memory: readonly Memory[];
  readonly seconds: number;
  /** The end of what the gateway's processes wrote. */
  readonly output: string;
}

const SHOWN_MAX = 5;

export function toCounts(asked: readonly Asked[]): Counts {
  const good = asked.filter(isGood).length;
  const unanswered = asked.filter(({ status }) => status === undefined).length;
  return { good, unanswered, refused: asked.length - good - unanswered };
}

/** What came in place of success, and how often. */
export function toWays(asked: readonly Asked[]): Readonly<Record<string, number>> {
  const ways = Map.groupBy(
    asked.filter((one) => !isGood(one)),
    ({ status, reason = "no answer" }) => (status === undefined ? reason : String(status)),
  );
  return Object.fromEntries([...ways].map(([way, all]) => [way, all.length]));
}

/** The last of what was not answered well, with times in seconds of the run. */
export function toLast(asked: readonly Asked[]): readonly string[] {
  const seconds = (time: number) => (time / 1_000).toFixed(2);
  return asked
    .filter((one) => !isGood(one))
    .slice(-SHOWN_MAX)
    .map(({ from, until, status, what, client }) => {
      const came = status === undefined ? "no answer" : String(status);
      return `${seconds(from)}–${seconds(until)} s: ${came} to a ${what.kind} by ${client}`;
    });
}

export function hasHeld({ done, violations }: Pick<Report, "done" | "violations">): boolean {
  return violations.length === 0 && done.every(({ verdict }) => verdict !== "failed");
}

export function toSummary(report: Report): string {
  const { counts, violations, done } = report;
  const width = Math.max(...done.map(({ title }) => title.length));
  const faults = done.map((one) => `  ${one.title.padEnd(width)}  ${verdictOf(one, violations)}`);
  const rules = Map.groupBy(violations, ({ rule }) => rule);
  const broken = [...rules].flatMap(([rule, all]) => [
    `  ${rule}: ${all.length}`,
    ...all.slice(0, SHOWN_MAX).map(({ at, requestId, detail }) => {
      const when = at === undefined ? "" : `${(at / 1_000).toFixed(2)} s, `;
      return `    ${when}${detail}${requestId === undefined ? "" : ` (${requestId})`}`;
    }),
  ]);
  return [
    "",
    `${report.engine}: ${counts.good} answered, ${counts.refused} refused, ${counts.unanswered} without answer; ` +
      `${report.readBack} resources read back; ${report.audited} AuditEvents; ${report.seconds.toFixed(0)} s`,
    ...faults,
    `  memory at the end: ${report.memory.map(({ MB }) => `${MB.toFixed(0)} MB`).join(", ")}`,
    ...(violations.length === 0
      ? ["No acknowledged write lost, no wrong answer, no disclosure unrecorded."]
      : ["", ...broken]),
    hasHeld(report) ? "All held." : "NOT ALL HELD.",
    "",
  ].join("\n");
}

function verdictOf({ verdict, how, from, mended, recovered }: Done, violations: readonly Violation[]): string {
  if (verdict === "not done") return `not done: ${how}`;
  const during = violations.filter(({ at = -1 }) => at >= (from ?? 0) && at <= (recovered ?? Number.POSITIVE_INFINITY));
  const told =
    recovered === undefined
      ? "did not recover"
      : `recovered ${((recovered - (mended ?? 0)) / 1_000).toFixed(1)} s after`;
  return `${verdict}: ${told}${during.length === 0 ? "" : `, ${during.length} violations meanwhile`}`;
}
