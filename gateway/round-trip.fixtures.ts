import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isRecordType } from "#profiles/interactions.ts";

/** A resource of the examples of R4, as text: its digits are part of it. */
export interface Example {
  readonly file: string;
  readonly type: string;
  readonly id: string;
  readonly text: string;
}

/** All examples of R4 of the types that may be written. */
export function readExamples(): readonly Example[] {
  const folder = dirname(createRequire(import.meta.url).resolve("hl7.fhir.r4.examples/package.json"));
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json") && isRecordType(file.split("-", 1)[0] ?? ""))
    .map((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      const { resourceType: type, id }: { resourceType: string; id: string } = JSON.parse(text);
      return { file, type, id, text };
    });
}

export interface Tree {
  readonly [name: string]: unknown;
}

/** The tree of a JSON text in which a number is what was written, so that 1.0 and 1.00 differ. */
export function digitsOf(text: string): Tree {
  const tree = JSON.parse(text, (_, value, { source }) => (typeof value === "number" ? { digits: source } : value));
  return isTree(tree) ? tree : {};
}

/** JSON text of a tree of digits. */
export function textOf(tree: Tree): string {
  return JSON.stringify(tree, (_, value: unknown) =>
    isTree(value) && typeof value.digits === "string" ? JSON.rawJSON(value.digits) : value,
  );
}

export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a client sent of a resource, without what the server decides. */
export function contentOf(text: string): Tree {
  const { id: _, meta, ...content } = digitsOf(text);
  const { versionId: __, lastUpdated: ___, ...kept } = isTree(meta) ? meta : {};
  return Object.keys(kept).length === 0 ? content : { ...content, meta: kept };
}
