import { ODS_ORGANIZATION, ODS_SITE } from "#profiles/systems.ts";
import type { ParsedRegisterFile } from "./register-file.ts";

/** `system|value` of what an organisation is part of at an instant, and of all former names; nearest first. */
export type Ancestry = (
  organization: { readonly system: string; readonly value: string },
  at_ms: number,
) => readonly string[];

/** One dated relation of an organisation by ODS code; days as YYYY-MM-DD, both inclusive, absent: open. */
export interface OdsRelation {
  readonly code: string;
  readonly from?: string;
  readonly until?: string;
}

/** What of the ODS file concerns the organisations of a register: by code, what each is part of, and what it succeeds. */
export interface OdsExcerpt {
  readonly parents: ReadonlyMap<string, readonly OdsRelation[]>;
  /** Successor → those whose name and duties it took over; a former one counts from `from` on, for ever. */
  readonly predecessors: ReadonlyMap<string, readonly OdsRelation[]>;
}

export const NO_ODS: OdsExcerpt = { parents: new Map(), predecessors: new Map() };

type Organization = ParsedRegisterFile["organizations"][number];

interface Step {
  readonly name: string;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

const DAY = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/London", dateStyle: "short" });

/**
 * Follows the relations of the register and of the ODS file upwards, breadth first, so that a refusal to a trust holds
 * for its practices, and one to a closed practice for the one that took over.
 */
export function createAncestry(organizations: readonly Organization[], ods: OdsExcerpt): Ancestry {
  const own = new Map(organizations.map((organization) => [nameOf(organization), organization]));
  const known = new Map<string, readonly string[]>();
  let knownOn = "";
  return (organization, at_ms) => {
    const today = DAY.format(at_ms);
    if (today !== knownOn) known.clear();
    knownOn = today;
    const name = nameOf(organization);
    const ancestors = known.get(name) ?? climb(name, (at) => stepsFrom(at, own.get(at), ods), today);
    known.set(name, ancestors);
    return ancestors;
  };
}

function climb(start: string, stepsOf: (name: string) => readonly Step[], today: string): readonly string[] {
  const seen = new Set([start]);
  // A Set goes on to what is added while it is gone through; what was seen is not gone through again, circles included.
  for (const name of seen) {
    for (const step of stepsOf(name)) if (holdsOn(step, today)) seen.add(step.name);
  }
  seen.delete(start);
  return Object.freeze([...seen]);
}

function stepsFrom(name: string, organization: Organization | undefined, ods: OdsExcerpt): readonly Step[] {
  const code = toOdsCode(name);
  // The same place is known as an organisation and as a site.
  const toSteps = ({ code: other, ...dates }: OdsRelation): readonly Step[] =>
    [ODS_ORGANIZATION, ODS_SITE].map((system) => ({ name: `${system}|${other}`, ...dates }));
  return [
    ...(organization?.partOf ?? []).map(({ from, until, ...other }) => ({ name: nameOf(other), from, until })),
    ...(organization?.formerly ?? []).map((former) => ({ name: nameOf(former) })),
    ...(code === undefined
      ? []
      : [...(ods.parents.get(code) ?? []), ...(ods.predecessors.get(code) ?? [])].flatMap(toSteps)),
  ];
}

function holdsOn({ from, until }: Step, day: string): boolean {
  return (from === undefined || from <= day) && (until === undefined || day <= until);
}

function nameOf({ system, value }: { readonly system: string; readonly value: string }): string {
  return `${system}|${value}`;
}

function toOdsCode(name: string): string | undefined {
  const system = [ODS_ORGANIZATION, ODS_SITE].find((one) => name.startsWith(`${one}|`));
  return system === undefined ? undefined : name.slice(system.length + 1);
}
