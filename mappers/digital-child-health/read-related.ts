import { type Message, type MessageEntry, resolveReference } from "./message.ts";
import { below, each, leave, leaveOthers, one, type Reader, readNode, readText, type Spot, warn } from "./reading.ts";

export interface Links {
  readonly members: readonly string[];
  readonly derivedFrom: readonly string[];
}

interface Related {
  readonly kind: "member" | "derived" | undefined;
  readonly target: string | undefined;
}

/**
 * `related` of STU3 as `hasMember` and `derivedFrom` of R4. Published messages call the scores of a group what the group
 * is derived from; a group without a value of its own is derived from nothing, and they are its members.
 */
export function readRelated(
  spot: Spot,
  entry: MessageEntry,
  told: { readonly message: Message; readonly slotOf: ReadonlyMap<MessageEntry, string>; readonly hasValue: boolean },
): Links {
  if (entry.resource.resourceType !== "Observation") return { members: [], derivedFrom: [] };
  const members: string[] = [];
  const derivedFrom: string[] = [];
  const related = each(spot, entry.resource, "related", readOne);
  related.forEach(({ kind, target }, index) => {
    const found = resolveReference(told.message, target, entry);
    const slot = found === undefined || found === entry ? undefined : told.slotOf.get(found);
    if (kind === undefined || slot === undefined) {
      leave(below(spot, "related"));
      warn(
        below(spot, "related", index),
        "expected has-member or derived-from an Observation of the message; not carried",
      );
    } else if (kind === "derived" && told.hasValue) derivedFrom.push(slot);
    else members.push(slot);
  });
  return { members: [...new Set(members)], derivedFrom: [...new Set(derivedFrom)] };
}

const readOne: Reader<Related> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  leaveOthers(spot, node, ["type", "target"]);
  const type = one(spot, node, "type", readText);
  const target = one(spot, node, "target", readTarget);
  return {
    kind: type === "derived-from" ? "derived" : type === "has-member" || type === undefined ? "member" : undefined,
    target,
  };
};

const readTarget: Reader<string> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  leaveOthers(spot, node, ["reference"]);
  return one(spot, node, "reference", readText);
};
