import { isRecordType, type RecordType } from "#profiles/interactions.ts";
import type { Issue } from "../../outcome/issue.ts";
import type { InteractionRequest } from "../answer.ts";
import { type AskedBundle, type BundlePorts, WRITES } from "./bundle.ts";
import type { Criteria } from "./criteria.ts";
import { toEntryRequest } from "./entry-request.ts";
import type { Conditions, Target } from "./perform.ts";
import { criteriaOf, idFlaw, type Read, readConditions, readIfNoneExist, readTarget } from "./reading.ts";
import { flawed, inEntry } from "./refusal.ts";
import { isTree, type Tree } from "./tree.ts";

interface Planned {
  readonly index: number;
  readonly request: InteractionRequest;
  readonly type: RecordType;
  /** As the entry names itself; empty where it does not. */
  readonly fullUrl: string;
}

/** One change of a transaction, read as far as that goes without looking anything up. */
export type PlannedWrite =
  | (Planned & { readonly kind: "create"; readonly resource: Tree; readonly ifNoneExist: Criteria | undefined })
  | (Planned & {
      readonly kind: "update";
      readonly resource: Tree;
      readonly target: Target;
      readonly conditions: Conditions;
    })
  | (Planned & { readonly kind: "patch"; readonly target: Target; readonly conditions: Conditions })
  | (Planned & { readonly kind: "delete"; readonly target: Target; readonly conditions: Conditions });

export interface PlannedRead {
  readonly kind: "read";
  readonly index: number;
  readonly request: InteractionRequest;
}

/** A transaction before it begins: its changes and what it wants to read after them, in the order of its entries. */
export interface Plan {
  readonly writes: readonly PlannedWrite[];
  readonly reads: readonly PlannedRead[];
}

interface Planning {
  readonly ports: BundlePorts;
  readonly fhirBase: string;
}

/** What is asked for by each entry; or everything that is wrong with any, since one wrong entry spoils the whole. */
export function planTransaction({ entries }: AskedBundle, base: InteractionRequest, planning: Planning): Read<Plan> {
  const issues: Issue[] = [];
  const writes: PlannedWrite[] = [];
  const reads: PlannedRead[] = [];
  for (const [index, entry] of entries.entries()) {
    const planned = planEntry(entry, index, { base, planning });
    if (!planned.ok) issues.push(...planned.issues.map((issue) => inEntry(issue, index)));
    else if (planned.value.kind === "read") reads.push(planned.value);
    else writes.push(planned.value);
  }
  issues.push(...repeated(entries));
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: { writes, reads } };
}

function planEntry(
  entry: Tree,
  index: number,
  { base, planning }: { readonly base: InteractionRequest; readonly planning: Planning },
): Read<PlannedWrite | PlannedRead> {
  const { ports, fhirBase } = planning;
  const read = toEntryRequest(entry, base, planning);
  if (!read.ok) return read;
  const request = read.value;
  const denied = ports.checkScope(request);
  if (denied !== undefined) return { ok: false, issues: [denied] };
  const { interaction, type } = request;
  if (!WRITES.has(interaction)) return { ok: true, value: { kind: "read", index, request } };
  if (type === undefined || !isRecordType(type)) {
    return { ok: false, issues: [{ kind: "interaction-not-served", interaction, allow: ["GET", "HEAD"] }] };
  }
  const fullUrl = typeof entry.fullUrl === "string" ? entry.fullUrl : "";
  const planned = { index, request, type, fullUrl };
  const resource = isTree(entry.resource) ? entry.resource : {};
  if (interaction === "create") {
    const ifNoneExist = readIfNoneExist(request, type, fhirBase);
    return ifNoneExist.ok
      ? { ok: true, value: { kind: "create", ...planned, resource, ifNoneExist: ifNoneExist.value } }
      : ifNoneExist;
  }
  const target = readTarget(request, type, fhirBase);
  if (!target.ok) return target;
  const conditions = readConditions(request);
  if (!conditions.ok) return conditions;
  const told = { ...planned, target: target.value, conditions: conditions.value };
  if (interaction === "update") {
    const flaw = idFlaw(resource.id, type, target.value);
    return flaw === undefined
      ? { ok: true, value: { kind: "update", ...told, resource } }
      : { ok: false, issues: [flaw] };
  }
  return { ok: true, value: { kind: interaction === "patch" ? "patch" : "delete", ...told } };
}

/** Two entries of one name: a reference to it would be to either. */
function repeated(entries: readonly Tree[]): readonly Issue[] {
  const known = new Set<unknown>();
  return entries.flatMap(({ fullUrl, request }, entry): Issue[] => {
    const isWrite = isTree(request) && request.method !== "GET" && request.method !== "HEAD";
    if (fullUrl === undefined || !isWrite) return [];
    const isKnown = known.has(fullUrl);
    known.add(fullUrl);
    const message = "Another entry has this fullUrl too.";
    return isKnown ? [{ ...flawed("base", { code: "duplicate", expression: "entry.fullUrl", message }), entry }] : [];
  });
}

/** What is to be found before it is known which resource an entry is about. */
export function criteriaOfWrite(write: PlannedWrite): readonly Criteria[] {
  if (write.kind !== "create") return criteriaOf(write.target);
  return write.ifNoneExist === undefined ? [] : [write.ifNoneExist];
}
