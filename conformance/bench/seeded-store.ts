import { areaOf } from "#mappers/synthetic/areas.ts";
import { generate } from "#mappers/synthetic/generate.ts";
import { REFERENCE_DATE } from "#mappers/synthetic/scenarios.ts";
import type { RunningGateway } from "../start-gateway.ts";
import { type Delivered, deliver, sum } from "./deliver.ts";

export const SEED = "bench-1";
/** What the generator makes of one child, over all sources: so many children make so many Observations, about. */
const OBSERVATIONS_A_CHILD = 53;
const AREA = "leeds";
/** Sources that know NHS numbers come first: records are not merged later. */
const ORDER = ["csds", "dch", "adt", "ctf", "eyfsp", "eyc", "progress", "hub", "sharing"];

/** What was taken in of one source. */
export interface SourceFigures {
  readonly source: string;
  readonly files: number;
  readonly records: number;
  readonly resources: number;
  readonly quarantined: number;
  readonly seconds: number;
}

export interface SeededFigures {
  readonly children: number;
  readonly observations: number;
  readonly resources: number;
  readonly seconds: number;
  readonly resources_per_s: number;
  readonly sources: readonly SourceFigures[];
}

function childrenFor(observations: number): number {
  return Math.max(10, Math.round(observations / OBSERVATIONS_A_CHILD));
}

/**
 * Sends the files of all sources of one area to a gateway with an empty store, one after the other: about so many
 * Observations about children who do not exist, all of one practice, the same for the same number.
 */
export async function seed(gateway: RunningGateway, observations: number): Promise<SeededFigures> {
  const children = childrenFor(observations);
  const delivered: (Delivered & { readonly source: string })[] = [];
  for (const { source, name, chunks } of filesFor(children)) {
    // Made before it is sent: what is measured is the gateway, not the generator.
    const made = [...chunks];
    delivered.push({ source, ...(await deliver(gateway, { source, name, chunks: made })) });
  }
  const resources = delivered.reduce((total, each) => total + sum(each.resources), 0);
  const seconds = delivered.reduce((total, each) => total + each.seconds, 0);
  return {
    children,
    observations: delivered.reduce((total, each) => total + (each.resources.Observation ?? 0), 0),
    ...{ resources, seconds, resources_per_s: resources / seconds },
    sources: ORDER.map((kind) => toSource(`${AREA}-${kind}`, delivered)).filter(({ files }) => files > 0),
  };
}

function filesFor(children: number) {
  const area = areaOf(AREA);
  const [practice] = area.practices;
  // All of one practice, so that its GP system may see each of them.
  const areas = [{ ...area, practices: [practice, practice, practice] as const }];
  const files = generate({ children, seed: SEED, today: REFERENCE_DATE, areas, scenarios: false });
  const rank = (source: string) => ORDER.indexOf(source.slice(AREA.length + 1));
  return [...files].filter(({ source }) => source !== "").sort((one, other) => rank(one.source) - rank(other.source));
}

function toSource(source: string, all: readonly (Delivered & { readonly source: string })[]): SourceFigures {
  const its = all.filter((each) => each.source === source);
  const total = (figure: (each: Delivered) => number) => its.reduce((so, each) => so + figure(each), 0);
  return {
    source,
    files: its.length,
    records: total(({ received }) => received),
    resources: total(({ resources }) => sum(resources)),
    quarantined: total(({ quarantined }) => quarantined),
    seconds: total(({ seconds }) => seconds),
  };
}
