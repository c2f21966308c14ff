import type { Interaction } from "#profiles/interactions.ts";
import { LIMITS } from "../../limits.ts";
import type { Issue } from "../../outcome/issue.ts";
import { parseJson } from "../../validation/parse-resource.ts";
import type { Answering, InteractionRequest } from "../answer.ts";
import { isFhirJson, NO_FHIR_JSON, type Read } from "./reading.ts";
import { flawed } from "./refusal.ts";
import { isTree, type Tree } from "./tree.ts";

/** What a batch and a transaction hand their entries to. */
export interface BundlePorts {
  /** The interaction behind a request, its scope checked and its refusal recorded. */
  dispatch(request: InteractionRequest): ReturnType<Answering>;
  /** Why the token does not reach an interaction. */
  checkScope(request: InteractionRequest): Issue | undefined;
  /** What a method and a path below the FHIR base that no route takes are told. */
  routeIssue(method: string, path: string): Issue;
}

/** A Bundle that asks for something, its entries not yet looked at. */
export interface AskedBundle {
  readonly type: "batch" | "transaction";
  readonly entries: readonly Tree[];
}

/** https://hl7.org/fhir/R4/http.html#transaction */
export function readBundle({ contentType, body }: InteractionRequest): Read<AskedBundle> {
  if (!isFhirJson(contentType)) return { ok: false, issues: [NO_FHIR_JSON] };
  const parsed = parseJson(body ?? "");
  if (!parsed.ok) return parsed;
  const bundle = parsed.lossless;
  if (!isTree(bundle) || bundle.resourceType !== "Bundle") {
    return wrong("Bundle", "Expected a Bundle of type batch or transaction: a single resource is sent to its type.");
  }
  const { type, entry = [] } = bundle;
  if (type !== "batch" && type !== "transaction") {
    return wrong("Bundle.type", "Expected batch or transaction: Bundles of other types are not taken here.");
  }
  if (!Array.isArray(entry)) return wrong("Bundle.entry", "Expected a list of entries.");
  if (entry.length > LIMITS.bundle_entries_max) {
    return { ok: false, issues: [{ kind: "too-many-entries", max: LIMITS.bundle_entries_max }] };
  }
  const index = entry.findIndex((one) => !isTree(one));
  if (index >= 0) return wrong(`Bundle.entry[${index}]`, "Expected an object.");
  return { ok: true, value: { type, entries: entry.filter(isTree) } };
}

function wrong(expression: string, message: string): Extract<Read<never>, { ok: false }> {
  return { ok: false, issues: [flawed("base", { code: "structure", expression, message })] };
}

/** Interactions that change something. */
export const WRITES: ReadonlySet<Interaction> = new Set(["create", "update", "patch", "delete"]);
