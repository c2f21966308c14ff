/** What several processes tell of one sample is one: their sum, the least or the greatest of them. */
export type Combining = "sum" | "min" | "max";

export interface Sample {
  /** The metric's own name, or that of a part of a histogram. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric at one moment, as plain data. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly combining: Combining;
  readonly samples: readonly Sample[];
}

/** Those of several processes as one; of each name the first one's words stand. */
export function combineMetrics(processes: readonly (readonly Metric[])[]): readonly Metric[] {
  const byName = Map.groupBy(processes.flat(), ({ name }) => name);
  return [...byName.values()].flatMap(([first, ...more]) =>
    first === undefined ? [] : [{ ...first, samples: combineSamples([first, ...more], first.combining) }],
  );
}

function combineSamples(metrics: readonly Metric[], combining: Combining): readonly Sample[] {
  const combined = new Map<string, Sample>();
  for (const sample of metrics.flatMap(({ samples }) => samples)) {
    const key = toName(sample);
    const before = combined.get(key);
    combined.set(
      key,
      before === undefined ? sample : { ...sample, value: COMBINE[combining](before.value, sample.value) },
    );
  }
  return [...combined.values()];
}

const COMBINE: Readonly<Record<Combining, (one: number, other: number) => number>> = {
  sum: (one, other) => one + other,
  min: Math.min,
  max: Math.max,
};

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format, version 0.0.4 */
export function toExposition(metrics: readonly Metric[]): string {
  return metrics
    .map(({ name, help, type, samples }) => {
      const lines = samples.map((sample) => `${toName(sample)} ${sample.value}\n`).join("");
      return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines}`;
    })
    .join("\n");
}

function toName({ name, labels }: Sample): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
