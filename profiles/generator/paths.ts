import {
  choiceProperty,
  type ElementDefinition,
  type StructureDefinition,
  typeCode,
  type ValueSets,
} from "./definitions.ts";

/** One step of a compiled path. */
export type Step =
  /** Properties to follow; several for a choice element. */
  | { readonly kind: "property"; readonly names: readonly string[] }
  /** Keeps references to resources of one type. */
  | { readonly kind: "resolves-to"; readonly type: string }
  /** Keeps elements of which one property has one value. */
  | { readonly kind: "equals"; readonly property: string; readonly value: string };

/** A branch of a union, from the resource down. */
export interface CompiledPath {
  readonly steps: readonly Step[];
  /** Implied system of the last element, where it is a `code` with a required binding of one system. */
  readonly codeSystem?: string;
}

export interface PathCompiler {
  /** `path` starts below `type`, as `name.family` below `Patient`; `within` is an element path such as `Observation.component`. */
  compile(path: string, within: string): CompiledPath;
}

interface Cursor {
  readonly definition: StructureDefinition;
  readonly path: string;
}

const FUNCTION = /^(where|ofType|as)\((.*)\)$/;

/** Splits at dots that are not inside parentheses. */
function segments(path: string): readonly string[] {
  return path.match(/[^.()]+(\((?:[^()]|\([^()]*\))*\))?/g) ?? [];
}

function filterStep(condition: string): Step {
  const resolves = /^resolve\(\) is (\w+)$/.exec(condition)?.[1];
  if (resolves) return { kind: "resolves-to", type: resolves };
  const [, property, value] = /^(\w+)\s*=\s*'([^']*)'$/.exec(condition) ?? [];
  if (property && value) return { kind: "equals", property, value };
  throw new Error(`No rule for where(${condition})`);
}

/** Compiles the subset of FHIRPath that the search parameters use: paths, choice types and three forms of `where`. */
export function createPathCompiler(
  definitions: ReadonlyMap<string, StructureDefinition>,
  valueSets: ValueSets,
): PathCompiler {
  const elementAt = ({ definition, path }: Cursor): ElementDefinition | undefined =>
    definition.snapshot.element.find((element) => element.path === path || element.path === `${path}[x]`);

  const below = (cursor: Cursor, name: string): Cursor => {
    const within = { definition: cursor.definition, path: `${cursor.path}.${name}` };
    if (elementAt(within)) return within;
    const parent = elementAt(cursor);
    if (parent?.contentReference) return below({ ...cursor, path: parent.contentReference.slice(1) }, name);
    const type = parent?.type?.[0]?.code ?? "";
    const definition = definitions.get(type);
    const inside = definition && { definition, path: `${type}.${name}` };
    if (!inside || !elementAt(inside)) throw new Error(`No element ${name} below ${cursor.path}`);
    return inside;
  };

  const names = (name: string, element: ElementDefinition | undefined, type?: string): readonly string[] => {
    if (!element?.path.endsWith("[x]")) return [name];
    const types = type ? [type] : (element.type ?? []).map(typeCode);
    return types.map((one) => choiceProperty(name, one));
  };

  const compile = (path: string, within: string): CompiledPath => {
    const type = within.split(".")[0] ?? "";
    const definition = definitions.get(type);
    if (!definition) throw new Error(`No definition of ${type}`);
    let cursor: Cursor = { definition, path: within };
    const steps: Step[] = [];
    const parts = segments(path);
    for (const [index, part] of parts.entries()) {
      const [, name, argument = ""] = FUNCTION.exec(part) ?? [];
      if (name === "where") steps.push(filterStep(argument));
      if (name) continue;
      const next = FUNCTION.exec(parts[index + 1] ?? "");
      const narrowed = next && next[1] !== "where" ? next[2] : undefined;
      cursor = below(cursor, part);
      steps.push({ kind: "property", names: names(part, elementAt(cursor), narrowed) });
      const narrowedType = narrowed ? definitions.get(narrowed) : undefined;
      if (narrowedType && narrowedType.kind === "complex-type") {
        cursor = { definition: narrowedType, path: narrowedType.type };
      }
    }
    const element = elementAt(cursor);
    const isCode = element?.type?.[0]?.code === "code" && element.binding?.strength === "required";
    const codeSystem = isCode ? valueSets.system(element.binding?.valueSet ?? "") : undefined;
    return codeSystem ? { steps, codeSystem } : { steps };
  };

  return { compile };
}
