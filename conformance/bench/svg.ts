import type { Curve } from "./findings.ts";
import type { Judged } from "./goals.ts";
import { toMachineLine } from "./machine.ts";
import type { Report } from "./report.ts";

const WIDTH = 960;
const LABELS = 330;
const BARS = 420;
const LINE = 22;
const CHART = { width: 300, height: 150, gap: 40 } as const;
const COLOURS = {
  met: "#2b7a3d",
  missed: "#b3261e",
  "not measured": "#9a9a9a",
  line: "#1f5f99",
  grid: "#cccccc",
} as const;

/** A picture of a run: each figure against its goal, and how figures grow with the store. */
export function toSvg(report: Report): string {
  const { machine, name, started, size, goals, findings } = report;
  const facts = `${toMachineLine(machine)}; ${size} run of ${started}`;
  const bars = goals.map((each, place) => toBar(each, 84 + place * LINE));
  const below = 84 + goals.length * LINE + 50;
  const curves = findings.curves.map((curve, place) => toChart(curve, chartAt(place, below)));
  const rows = Math.ceil(findings.curves.length / 2);
  const height = below + rows * (CHART.height + 80) + 20;
  const mark = LABELS + BARS / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${escapeXml(name)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    label(20, 28, name, { size: 18 }),
    label(20, 48, facts, { size: 11 }),
    label(mark, 72, "goal", { anchor: "middle", size: 11 }),
    `<line x1="${mark}" y1="76" x2="${mark}" y2="${84 + goals.length * LINE}" stroke="#000000" stroke-dasharray="3 3"/>`,
    ...bars,
    ...curves,
    "</svg>",
    "",
  ].join("\n");
}

/** Longer is better whatever the direction: as long as the mark where figure and goal are equal, twice that at most. */
export function shareOfGoal({ goal, figure }: Judged): number {
  if (figure === undefined || !Number.isFinite(figure)) return 0;
  if (goal.direction === "at-least") return Math.min(2, figure / goal.goal);
  return figure <= 0 ? 2 : Math.min(2, goal.goal / figure);
}

function toBar(judged: Judged, top: number): string {
  const { goal, figure, verdict } = judged;
  const width = (shareOfGoal(judged) * BARS) / 2;
  const sign = goal.direction === "at-least" ? "≥" : "≤";
  const told = figure === undefined ? verdict : `${figure.toFixed(figure < 100 ? 2 : 0)} ${goal.unit}`;
  return [
    label(LABELS - 8, top + 14, goal.title, { anchor: "end" }),
    `<rect x="${LABELS}" y="${top + 2}" width="${width.toFixed(1)}" height="${LINE - 6}" fill="${COLOURS[verdict]}"/>`,
    label(LABELS + BARS + 10, top + 14, `${told} (${sign} ${goal.goal} ${goal.unit})`, {}),
  ].join("\n");
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function chartAt(place: number, below: number): Place {
  return {
    x: 90 + (place % 2) * (CHART.width + 2 * CHART.gap + 60),
    y: below + Math.floor(place / 2) * (CHART.height + 80),
  };
}

function toChart({ title, unit, points }: Curve, { x, y }: Place): string {
  const logs = points.map(({ observations }) => Math.log10(Math.max(1, observations)));
  const [from, to] = [Math.min(...logs), Math.max(...logs)];
  const most = Math.max(...points.map(({ value }) => value), Number.MIN_VALUE) * 1.2;
  const placed = points.map(({ observations, value }, nth) => ({
    left: x + (to === from ? CHART.width / 2 : (((logs[nth] ?? from) - from) / (to - from)) * CHART.width),
    top: y + CHART.height - (value / most) * CHART.height,
    ...{ observations, value },
  }));
  const line = placed.map(({ left, top }) => `${left.toFixed(1)},${top.toFixed(1)}`).join(" ");
  return [
    label(x, y - 10, title, {}),
    `<path d="M${x} ${y}V${y + CHART.height}H${x + CHART.width}" fill="none" stroke="${COLOURS.grid}"/>`,
    `<polyline points="${line}" fill="none" stroke="${COLOURS.line}" stroke-width="2"/>`,
    ...placed.flatMap(({ left, top, observations, value }) => [
      `<circle cx="${left.toFixed(1)}" cy="${top.toFixed(1)}" r="4" fill="${COLOURS.line}"/>`,
      label(left, top - 9, `${value.toFixed(unit === "ms" ? 3 : 0)} ${unit}`, { anchor: "middle", size: 11 }),
      label(left, y + CHART.height + 16, `${observations} Observations`, { anchor: "middle", size: 11 }),
    ]),
  ].join("\n");
}

function label(
  x: number,
  y: number,
  text: string,
  { size, anchor }: { size?: number; anchor?: "end" | "middle" },
): string {
  const told = `${size === undefined ? "" : ` font-size="${size}"`}${anchor === undefined ? "" : ` text-anchor="${anchor}"`}`;
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${told}>${escapeXml(text)}</text>`;
}

/** Whatever a server or an option is called: characters that XML forbids are dropped. */
export function escapeXml(text: string): string {
  const allowed = [...text].filter(
    (character) => (character.codePointAt(0) ?? 0) >= 0x20 && !/[\ufffe\uffff]/.test(character),
  );
  const names: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&apos;",
  };
  return allowed.map((character) => names[character] ?? character).join("");
}
