import { parseArgs } from "node:util";
import { FAULTS } from "./faults.ts";

export const USAGE = `npm run faults -- [options]

  --minutes M              how long it runs at least, pauses between the faults included; 3 when absent
  --engine ENGINE          sqlite or postgres; sqlite when absent
  --workers N              processes of the gateway that answer; 2 when absent
  --only FAULT…            these faults alone, with commas between or given several times:
${FAULTS.map(({ id, title }) => `                             ${id.padEnd(28)}${title}`).join("\n")}
  --rate R                 requests a second; 80 % of the best that a short probe finds when absent
  --hold S                 how long what lasts a while lasts, in seconds; 6 when absent
  --disk WAY               how the disk is made full: mount or limit; what this machine can, when absent
  --seed TEXT              of what is asked when
  --json FILE              the report as JSON

Exit: 0 all held, 1 something did not, 2 misuse. What cannot be done on this machine is told as not done.
`;

export interface FaultOptions {
  readonly minutes: number;
  readonly engine: "sqlite" | "postgres";
  readonly workers: number;
  /** Ids; all when empty. */
  readonly only: readonly string[];
  readonly rate: number | undefined;
  readonly hold_s: number;
  readonly disk: "mount" | "limit" | undefined;
  readonly seed: string;
  readonly json: string | undefined;
}

/** The options, or what is wrong with them. */
export function parseFaultOptions(args: readonly string[]): FaultOptions | string {
  const text = { type: "string" } as const;
  const names = {
    minutes: text,
    engine: text,
    workers: text,
    rate: text,
    hold: text,
    seed: text,
    json: text,
    disk: text,
  };
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...names, only: { type: "string", multiple: true } },
      allowPositionals: true,
    });
    const {
      minutes = "3",
      engine = "sqlite",
      workers = "2",
      rate,
      hold = "6",
      seed = "faults",
      json,
      disk,
      only = [],
    } = values;
    if (positionals.length > 0 && only.length === 0) return `"${positionals[0]}" belongs to no option.`;
    // `--only one two` is how a list is written without commas.
    const ids = [...only, ...positionals].flatMap((one) => one.split(",")).filter((one) => one !== "");
    const unknown = ids.find((id) => !FAULTS.some((fault) => fault.id === id));
    if (unknown !== undefined) return `There is no fault "${unknown}".`;
    if (engine !== "sqlite" && engine !== "postgres") return "--engine is sqlite or postgres.";
    if (disk !== undefined && disk !== "mount" && disk !== "limit") return "--disk is mount or limit.";
    const numbers = { minutes, workers, hold, ...(rate !== undefined && { rate }) };
    const wrong = Object.entries(numbers).find(([, value]) => !(Number(value) > 0));
    if (wrong !== undefined || !Number.isInteger(Number(workers)))
      return `--${wrong?.[0] ?? "workers"} is a number above 0.`;
    return {
      ...{
        engine,
        seed,
        json,
        disk,
        only: ids,
        minutes: Number(minutes),
        workers: Number(workers),
        hold_s: Number(hold),
      },
      rate: rate === undefined ? undefined : Number(rate),
    };
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}
