import type { Coding } from "@medplum/fhirtypes";
import { CONFIDENTIALITY } from "#profiles/systems.ts";
import { toCoding } from "../datatypes/coding.ts";
import { toR4System } from "./code-systems.ts";
import { below, each, leave, leaveOthers, type Node, one, readNode, type Spot } from "./reading.ts";
import type { Stu3Coding } from "./resources.ts";

const LEVELS = /^[ULMNRV]$/;

/** The confidentiality labels of a resource, in R4's code system; a label of another kind is named as not carried. */
export function readSecurity(type: string, labels: readonly Stu3Coding[] = [], notCarried: Set<string>): Coding[] {
  return labels.flatMap((label) => {
    const coding = toLabel(label);
    if (coding === undefined) notCarried.add(`${type}.meta.security`);
    return coding === undefined ? [] : [coding];
  });
}

/** The same of a resource of unknown content; all else of its meta but the profiles is named as not carried. */
export function readMeta(spot: Spot, resource: Node): Coding[] {
  const at = below(spot, "meta");
  const meta = one(spot, resource, "meta", readNode);
  if (meta === undefined) return [];
  leaveOthers(at, meta, ["profile", "security"]);
  return each(at, meta, "security", (place, value) => {
    const label = readNode(place, value);
    const coding =
      label === undefined ? undefined : toLabel({ system: textOf(label.system), code: textOf(label.code) });
    if (coding === undefined) leave(place);
    return coding;
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value.trim() : undefined;
}

function toLabel({ system, code }: Stu3Coding): Coding | undefined {
  const isLabel =
    system !== undefined && toR4System(system) === CONFIDENTIALITY && code !== undefined && LEVELS.test(code);
  return isLabel ? toCoding(CONFIDENTIALITY, code) : undefined;
}
