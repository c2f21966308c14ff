import { existsSync, readdirSync, readFileSync } from "node:fs";
import { SaxesParser } from "saxes";
import { describe, expect, test } from "vitest";
import type { Element } from "../generator/element.ts";
import { elementsOf, UK_CORE } from "./uk-core.ts";

const FOLDER = new URL("../../../shared/data/uk-core/structuredefinitions/", import.meta.url);
const IS_THERE = existsSync(FOLDER);
const OURS = new URL("../StructureDefinition/", import.meta.url);

interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
}

function parseXml(text: string): Node {
  const open: Node[] = [{ name: "", attributes: {}, children: [] }];
  const parser = new SaxesParser();
  parser.on("opentag", ({ name, attributes }) => open.push({ name, attributes: { ...attributes }, children: [] }));
  parser.on("closetag", () => {
    const closed = open.pop();
    if (closed !== undefined) open.at(-1)?.children.push(closed);
  });
  parser.write(text.replace(/^\uFEFF/, "")).close();
  return open[0]?.children[0] ?? { name: "", attributes: {}, children: [] };
}

const child = (node: Node | undefined, name: string) => node?.children.find((each) => each.name === name);
const textOf = (node: Node | undefined) => node?.attributes.value;

/** Texts, and what follows from the id. */
const LEFT_OUT = ["short", "definition", "comment", "path", "sliceName", "alias", "requirements", "mapping"];
const LISTS = ["discriminator", "profile", "targetProfile", "constraint"];

/** An element of the XML form as JSON, without its texts. */
function toJson(node: Node): unknown {
  const value = textOf(node);
  if (node.children.length === 0) {
    if (value === "true" || value === "false") return value === "true";
    return node.name === "min" ? Number(value) : value;
  }
  const found: Record<string, unknown> = {};
  for (const part of node.children) {
    if (LEFT_OUT.includes(part.name) && (part.name !== "path" || node.name !== "discriminator")) continue;
    if ((part.name === "description" && node.name === "binding") || part.name === "human") continue;
    const isList = LISTS.includes(part.name) || (part.name === "type" && node.name === "element");
    const known = found[part.name];
    found[part.name] = isList ? [...(Array.isArray(known) ? known : []), toJson(part)] : toJson(part);
  }
  return found;
}

function withoutTexts({ constraint, ...element }: Omit<Element, "id" | "path">): object {
  if (constraint === undefined) return element;
  return { ...element, constraint: constraint.map(({ human: _, ...rest }) => rest) };
}

describe("what is known of UK Core", () => {
  test.runIf(IS_THERE).each([...UK_CORE.values()])(
    "is what $name says, element by element",
    ({ name, version, base, elements }) => {
      const definition = parseXml(readFileSync(new URL(`${name}.xml`, FOLDER), "utf8"));
      expect([textOf(child(definition, "version")), textOf(child(definition, "baseDefinition"))]).toEqual([
        version,
        base,
      ]);
      const told = (child(definition, "differential")?.children ?? []).map((element): [string, object] => [
        element.attributes.id ?? "",
        Object(toJson(element)),
      ]);
      const constraining = told.filter(([, element]) => Object.keys(element).length > 0);
      expect(Object.entries(elements).map(([id, element]) => [id, withoutTexts(element)])).toEqual(constraining);
    },
  );

  test("covers every profile from which one of ours is derived", () => {
    const bases = readdirSync(OURS).map((file): string => {
      return JSON.parse(readFileSync(new URL(file, OURS), "utf8")).baseDefinition;
    });
    const known = bases.filter((base) => UK_CORE.has(base));
    expect(known.length).toBeGreaterThan(9);
    expect(bases.filter((base) => !UK_CORE.has(base) && !base.startsWith("http://hl7.org/fhir/"))).toEqual([]);
  });

  test("goes into snapshots without the extensions of a later FHIR", () => {
    const later = [...UK_CORE.values()]
      .flatMap(elementsOf)
      .filter((element) => JSON.stringify(element).includes("fhir/5.0"));
    expect(later).toEqual([]);
  });
});

describe("a snapshot of ours", () => {
  const snapshots = readdirSync(OURS).map((file) => JSON.parse(readFileSync(new URL(file, OURS), "utf8")));
  const derived = snapshots.filter(({ baseDefinition }) => UK_CORE.has(baseDefinition));

  test.each(derived)(
    "of $id has every element of the profile from which it is derived",
    ({ baseDefinition, snapshot }) => {
      const ids = new Set(snapshot.element.map(({ id }: Element) => id));
      const line = (url: string): readonly Element[] => {
        const profile = UK_CORE.get(url);
        return profile === undefined ? [] : [...line(profile.base), ...elementsOf(profile)];
      };
      expect(line(baseDefinition).length).toBeGreaterThan(3);
      expect(line(baseDefinition).filter(({ id }) => !ids.has(id))).toEqual([]);
    },
  );

  test.each(snapshots)(
    "of $id names each element once, with its base, and says why a modifier is one",
    ({ snapshot }) => {
      const elements: readonly (Element & { readonly base?: object; readonly isModifierReason?: string })[] =
        snapshot.element;
      expect(new Set(elements.map(({ id }) => id)).size).toBe(elements.length);
      expect(elements.filter(({ base, min, max }) => !base || min === undefined || max === undefined)).toEqual([]);
      expect(elements.filter(({ isModifier, isModifierReason }) => isModifier === true && !isModifierReason)).toEqual(
        [],
      );
    },
  );

  test.each(snapshots)("of $id slices whatever has slices", ({ snapshot }) => {
    const elements: readonly Element[] = snapshot.element;
    const sliced = elements
      .filter(({ sliceName }) => sliceName !== undefined)
      .map(({ id }) => id.slice(0, id.lastIndexOf(":")));
    const slicings = new Set(elements.filter(({ slicing }) => slicing !== undefined).map(({ id }) => id));
    expect(sliced.filter((id) => !slicings.has(id))).toEqual([]);
  });
});
