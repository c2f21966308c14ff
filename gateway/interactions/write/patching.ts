import type { RecordType } from "#profiles/interactions.ts";
import { parseJson } from "../../validation/parse-resource.ts";
import type { InteractionRequest } from "../answer.ts";
import type { Sent } from "./content.ts";
import { fhirPathPatch } from "./fhirpath-patch.ts";
import { jsonPatch } from "./json-patch.ts";
import { parseSent, type Read } from "./reading.ts";
import { flawed, refuse, withoutLine } from "./refusal.ts";
import { closeTree, isOpenTree, isTree, type OpenTree, openTree } from "./tree.ts";

/** Applies a patch to the text of a resource and gives the result, valid; refuses where that cannot be done. */
export type Patching = (text: string) => Sent;

/** Changes a tree in place, or says by `refuse` why it cannot. */
export type Change = (tree: OpenTree, type: RecordType) => void;

const JSON_PATCH = "application/json-patch+json";
const FHIRPATH_PATCH = "application/fhir+json";
const ACCEPT_PATCH = `${JSON_PATCH}, ${FHIRPATH_PATCH}`;

/** The patch of the body, in either form. */
export function readPatch(
  { contentType, body }: Pick<InteractionRequest, "contentType" | "body">,
  type: RecordType,
): Read<Patching> {
  if (contentType !== JSON_PATCH && contentType !== FHIRPATH_PATCH) {
    return {
      ok: false,
      issues: [{ kind: "unsupported-media-type", expected: ACCEPT_PATCH, acceptPatch: ACCEPT_PATCH }],
    };
  }
  const parsed = parseJson(body ?? "");
  if (!parsed.ok) return parsed;
  const change = contentType === JSON_PATCH ? jsonPatch(parsed.lossless) : fhirPathPatch(parsed.lossless);
  return change.ok ? { ok: true, value: (text) => applied(text, type, change.value) } : change;
}

/** The result is checked as an update is; whatever it says of its version is the server's all the same. */
function applied(text: string, type: RecordType, change: Change): Sent {
  const stored = parseJson(text);
  const tree = stored.ok && isTree(stored.lossless) ? openTree(stored.lossless) : undefined;
  if (!isOpenTree(tree)) throw new Error("a stored resource is an object");
  const { id } = tree;
  const before = JSON.stringify(tree);
  const narrative = JSON.stringify(tree.text);
  change(tree, type);
  if (isGenerated(tree.text) && JSON.stringify(tree.text) === narrative && JSON.stringify(tree) !== before)
    delete tree.text;
  if (tree.id !== id || tree.resourceType !== type) {
    const expression = tree.id === id ? "resourceType" : `${type}.id`;
    const message = "A patch cannot change the type of a resource or its id.";
    return refuse(flawed("rule", { code: "business-rule", expression, message }));
  }
  const sent = parseSent(JSON.stringify(closeTree(tree)), type);
  return sent.ok ? sent.value : refuse(...sent.issues.map(withoutLine));
}

/**
 * A narrative that was generated from what the patch has changed would tell of what is no longer so. One with words of
 * its own is its author's. https://hl7.org/fhir/R4/http.html#patch
 */
function isGenerated(text: unknown): boolean {
  return isOpenTree(text) && (text.status === "generated" || text.status === "extensions");
}
