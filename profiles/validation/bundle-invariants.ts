import { type Issues, isNode, type Node, report } from "./issue.ts";

/** Invariants of Bundle and Parameters: https://hl7.org/fhir/R4/bundle.html, https://hl7.org/fhir/R4/parameters.html */

type Rule = (element: Node, out: Issues) => void;

function entriesOf(bundle: Node): readonly Node[] {
  return Array.isArray(bundle.entry) ? bundle.entry.filter(isNode) : [];
}

function isOf(bundle: Node, ...types: readonly string[]): boolean {
  return types.some((type) => bundle.type === type);
}

/** Entries have `name` in bundles of these types, and in no others. */
function inEntriesOf(key: string, name: string, types: readonly string[]): Rule {
  return (bundle, out) => {
    const isExpected = isOf(bundle, ...types);
    for (const [index, entry] of entriesOf(bundle).entries()) {
      if ((entry[name] !== undefined) === isExpected) continue;
      const message = isExpected ? `is required in a Bundle of type` : `is only for a Bundle of type`;
      report(out, "invariant", `entry[${index}]`, `${key}: ${name} ${message} ${types.join(" or ")}.`);
    }
  };
}

const bdl1: Rule = (bundle, out) => {
  if (bundle.total !== undefined && !isOf(bundle, "searchset", "history")) {
    report(out, "invariant", "total", "bdl-1: a total is for a searchset or a history.");
  }
};

const bdl2: Rule = (bundle, out) => {
  if (isOf(bundle, "searchset")) return;
  for (const [index, entry] of entriesOf(bundle).entries()) {
    if (entry.search !== undefined) report(out, "invariant", `entry[${index}].search`, "bdl-2: only in a searchset.");
  }
};

const bdl5: Rule = (entry, out) => {
  if (["resource", "request", "response"].some((name) => entry[name] !== undefined)) return;
  report(out, "invariant", "", "bdl-5: an entry has a resource, a request or a response.");
};

const bdl7: Rule = (bundle, out) => {
  if (isOf(bundle, "history")) return;
  const seen = new Set<string>();
  for (const [index, { fullUrl, resource }] of entriesOf(bundle).entries()) {
    if (typeof fullUrl !== "string") continue;
    const meta = isNode(resource) && isNode(resource.meta) ? resource.meta : {};
    const identity = JSON.stringify([fullUrl, meta.versionId]);
    if (seen.has(identity)) {
      report(out, "invariant", `entry[${index}].fullUrl`, "bdl-7: a fullUrl stands once in a Bundle.");
    }
    seen.add(identity);
  }
};

const bdl8: Rule = ({ fullUrl }, out) => {
  if (typeof fullUrl === "string" && fullUrl.includes("/_history/")) {
    report(out, "invariant", "fullUrl", "bdl-8: a fullUrl names no version.");
  }
};

const bdl9: Rule = (bundle, out) => {
  const identifier = isNode(bundle.identifier) ? bundle.identifier : {};
  if (isOf(bundle, "document") && (identifier.system === undefined || identifier.value === undefined)) {
    report(out, "invariant", "identifier", "bdl-9: a document has an identifier with system and value.");
  }
};

const bdl10: Rule = (bundle, out) => {
  if (isOf(bundle, "document") && bundle.timestamp === undefined) {
    report(out, "invariant", "timestamp", "bdl-10: a document has a timestamp.");
  }
};

function startsWith(key: string, type: string, first: string): Rule {
  return (bundle, out) => {
    if (!isOf(bundle, type)) return;
    const resource = entriesOf(bundle)[0]?.resource;
    if (!isNode(resource) || resource.resourceType !== first) {
      report(out, "invariant", "entry", `${key}: the first entry of a ${type} is a ${first}.`);
    }
  };
}

const inv1: Rule = (parameter, out) => {
  const values = Object.keys(parameter).filter((name) => /^_?value[A-Z]/.test(name));
  const contents = [values.length > 0, parameter.resource !== undefined, parameter.part !== undefined];
  if (contents.filter(Boolean).length !== 1) {
    report(out, "invariant", "", "inv-1: a parameter has a value, a resource or parts, and one of them alone.");
  }
};

/** By constraint key. */
export const BUNDLE_INVARIANTS = {
  "bdl-1": bdl1,
  "bdl-2": bdl2,
  "bdl-3": inEntriesOf("bdl-3", "request", ["batch", "transaction", "history"]),
  "bdl-4": inEntriesOf("bdl-4", "response", ["batch-response", "transaction-response", "history"]),
  "bdl-5": bdl5,
  "bdl-7": bdl7,
  "bdl-8": bdl8,
  "bdl-9": bdl9,
  "bdl-10": bdl10,
  "bdl-11": startsWith("bdl-11", "document", "Composition"),
  "bdl-12": startsWith("bdl-12", "message", "MessageHeader"),
  "inv-1": inv1,
} as const satisfies Readonly<Record<string, Rule>>;
