import { INVARIANTS } from "../validation/invariants.ts";
import {
  choiceProperty,
  type ElementDefinition,
  type StructureDefinition,
  typeCode,
  type ValueSets,
} from "./definitions.ts";
import { SEARCHED_TYPES } from "./search-parameters.ts";

/** Invariants that are held elsewhere than in the table of invariants, or never fail. */
const HELD_ELSEWHERE: Readonly<Record<string, string>> = {
  "ele-1": "every generated check refuses an empty element",
  "ref-1": "settled with the contained resources",
  "dom-2": "settled with the contained resources",
  "dom-3": "settled with the contained resources",
  "dom-4": "settled with the contained resources",
  "dom-5": "settled with the contained resources",
  "txt-1": "part of the xhtml datatype",
  "txt-2": "part of the xhtml datatype",
  "ppc-2": "compares with a placeholder system, so it cannot fail",
  "ppc-3": "compares with a placeholder system, so it cannot fail",
  "ppc-4": "compares with a placeholder system, so it cannot fail",
  "ppc-5": "compares with a placeholder system, so it cannot fail",
};

/** Content that is checked for the resource as a whole. */
const SETTLED_LATER = new Set(["contained"]);

interface Field {
  readonly property: string;
  /** Name of the element, which differs from the property for a choice. */
  readonly name: string;
  readonly check: string;
  readonly isPrimitive: boolean;
  readonly isChoice: boolean;
  readonly repeats: boolean;
  readonly hasCompanion: boolean;
}

/** Names that a file of checks uses from elsewhere. */
const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  "../validation/contained.ts": ["noteLocalReference", "settleContained"],
  "../validation/elements.ts": [
    "choose",
    "companion",
    "companions",
    "hasContent",
    "isEmpty",
    "isMissing",
    "isNotNode",
    "many",
    "manyPrimitives",
    "one",
    "unknownProperty",
  ],
  "../validation/invariants.ts": ["INVARIANTS"],
  "../validation/issue.ts": ["type Check", "isNode", "type Issues", "prefix", "report", "type ValidationIssue"],
  "../validation/primitives.ts": [
    "base64BinaryValue",
    "booleanValue",
    "canonicalValue",
    "codeOf",
    "codeValue",
    "dateTimeValue",
    "dateValue",
    "decimalValue",
    "idValue",
    "instantValue",
    "integerValue",
    "markdownValue",
    "oidValue",
    "positiveIntValue",
    "stringValue",
    "timeValue",
    "unsignedIntValue",
    "uriValue",
    "urlValue",
    "uuidValue",
  ],
  "../validation/xhtml.ts": ["xhtmlValue"],
};

function uses(text: string, name: string): boolean {
  return new RegExp(`\\b${name.replace("type ", "")}\\b`).test(text.replace(/"[^"]*"/g, ""));
}

function importsOf(text: string): string {
  return Object.entries(IMPORTS)
    .map(([file, names]) => ({ file, names: names.filter((name) => uses(text, name)) }))
    .filter(({ names }) => names.length > 0)
    .map(({ file, names }) => `import { ${names.join(", ")} } from "${file}";\n`)
    .join("");
}

interface Generation {
  readonly definitions: ReadonlyMap<string, StructureDefinition>;
  readonly valueSets: ValueSets;
  /** Declarations of the code checks of one file, by name. */
  readonly codeChecks: Map<string, string>;
  readonly invariants: Set<string>;
}

function constantName(valueSet: string): string {
  const id = (valueSet.split("|")[0] ?? "").split("/").at(-1) ?? "";
  return `${id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}Code`;
}

function codeCheck(element: ElementDefinition, generation: Generation): string {
  const valueSet = element.binding?.strength === "required" ? (element.binding.valueSet ?? "") : "";
  const codes = valueSet ? generation.valueSets.codes(valueSet) : undefined;
  if (!codes) return "codeValue";
  const name = constantName(valueSet);
  const unversioned = valueSet.split("|")[0] ?? "";
  generation.codeChecks.set(
    name,
    `const ${name} = codeOf(${JSON.stringify(codes.join("|"))}, ${JSON.stringify(unversioned)});\n`,
  );
  return name;
}

function functionName(path: string): string {
  return `check${path
    .split(".")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("")}`;
}

function checkOf(element: ElementDefinition, type: string, generation: Generation): string {
  if (element.contentReference) return functionName(element.contentReference.replace(/^.*#/, ""));
  if (type === "BackboneElement" || type === "Element") return functionName(element.path);
  if (type === "code") return codeCheck(element, generation);
  const isPrimitive = generation.definitions.get(type)?.kind === "primitive-type";
  return isPrimitive ? `${type}Value` : functionName(type);
}

function fieldsOf(element: ElementDefinition, generation: Generation): readonly Field[] {
  const last = element.path.split(".").at(-1) ?? "";
  const isChoice = last.endsWith("[x]");
  const name = last.replace("[x]", "");
  const types = element.type ?? [{ code: "Element" }];
  return types.map((declared) => {
    const isResourceId = element.path.split(".").length === 2 && /^[A-Z]\w+\.id$/.test(element.path);
    const isResource = generation.definitions.get(element.path.split(".")[0] ?? "")?.kind === "resource";
    const type = isResourceId && isResource ? "id" : typeCode(declared);
    const isPrimitive = !element.contentReference && generation.definitions.get(type)?.kind === "primitive-type";
    return {
      property: isChoice ? choiceProperty(name, type) : name,
      name,
      check: checkOf(element, type, generation),
      isPrimitive,
      isChoice,
      repeats: element.max !== "1",
      hasCompanion:
        isPrimitive && type !== "xhtml" && (isResourceId && isResource ? true : !declared.code.startsWith("http")),
    };
  });
}

function cases(field: Field, choice: string | undefined): string {
  const key = JSON.stringify(field.property);
  const side = JSON.stringify(`_${field.property}`);
  const chosen = choice ? `${choice} = choose(${choice}, ${key}, ${JSON.stringify(field.name)}, out); ` : "";
  // FHIRPath names a choice without its type, and so do expressions.
  const label = JSON.stringify(field.name);
  if (!field.isPrimitive) {
    return `      case ${key}: ${chosen}${field.repeats ? "many" : "one"}(x, ${label}, ${field.check}, out); break;\n`;
  }
  const companionCheck = `v[${key}], ${label}, checkExtension, out); break;\n`;
  if (field.repeats) {
    return (
      `      case ${key}: manyPrimitives(x, v[${side}], ${label}, ${field.check}, out); break;\n` +
      `      case ${side}: companions(x, ${companionCheck}`
    );
  }
  return (
    `      case ${key}: ${chosen}one(x, ${label}, ${field.check}, out); break;\n` +
    (field.hasCompanion ? `      case ${side}: ${chosen}companion(x, ${companionCheck}` : "")
  );
}

function missing(element: ElementDefinition, fields: readonly Field[], choice: string | undefined): string {
  const [field] = fields;
  if (element.min === 0 || !field) return "";
  const name = JSON.stringify(field.name);
  if (choice) return `  if (${choice} === "") isMissing(${name}, out);\n`;
  const side = field.hasCompanion ? ` && v[${JSON.stringify(`_${field.property}`)}] === undefined` : "";
  return `  if (v[${name}] === undefined${side}) isMissing(${name}, out);\n`;
}

function invariantCalls(elements: readonly ElementDefinition[], generation: Generation): string {
  const keys = new Set(
    elements.flatMap((element) =>
      (element.constraint ?? []).filter(({ severity }) => severity === "error").map(({ key }) => key),
    ),
  );
  return [...keys]
    .map((key) => {
      if (key === "ref-1") return "  noteLocalReference(v, out);\n";
      if (HELD_ELSEWHERE[key]) return "";
      if (!Object.hasOwn(INVARIANTS, key)) throw new Error(`No rule for the invariant ${key}`);
      generation.invariants.add(key);
      return `  ${constantOf(key)}(v, out);\n`;
    })
    .join("");
}

function constantOf(key: string): string {
  return key.replace("-", "");
}

/** Constraints that R4 states on a child but that speak of its container are called there. */
const STATED_ON_CHILD: Readonly<Record<string, string>> = {
  "Organization.address": "Organization",
  "Organization.telecom": "Organization",
};

function functionFor(path: string, definition: StructureDefinition, generation: Generation): string {
  const depth = path.split(".").length + 1;
  const all = definition.snapshot.element;
  const children = all.filter(
    (element) => element.path.startsWith(`${path}.`) && element.path.split(".").length === depth && element.max !== "0",
  );
  const own = all.filter((element) => element.path === path || STATED_ON_CHILD[element.path] === path);
  const isResource = definition.kind === "resource" && depth === 2;
  const rows = children.map((element, index) => {
    const last = element.path.split(".").at(-1) ?? "";
    const choice = last.endsWith("[x]") ? `choice${index}` : undefined;
    if (isResource && SETTLED_LATER.has(last)) return { declared: "", body: `      case "${last}": break;\n`, end: "" };
    const fields = fieldsOf(element, generation);
    return {
      declared: choice ? `  let ${choice} = "";\n` : "",
      body: fields.map((field) => cases(field, choice)).join(""),
      end: missing(element, fields, choice),
    };
  });
  const join = (part: "declared" | "body" | "end") => rows.map((row) => row[part]).join("");
  return `export function ${functionName(path)}(v: unknown, out: Issues): void {
  if (!isNode(v)) return isNotNode(out);
${join("declared")}  for (const key in v) {
    const x = v[key];
    switch (key) {
${isResource ? '      case "resourceType": break;\n' : ""}${join("body")}      default: unknownProperty(key, out);
    }
  }
${isResource ? "" : "  if (!hasContent(v)) isEmpty(out);\n"}${join("end")}${invariantCalls(own, generation)}}
`;
}

/** Paths of a definition that get a function: the type itself and its backbone elements. */
function functionPaths(definition: StructureDefinition): readonly string[] {
  const paths = definition.snapshot.element.map((element) => element.path);
  return [definition.type, ...paths.filter((path) => paths.some((other) => other.startsWith(`${path}.`)))].filter(
    (path, index, list) => list.indexOf(path) === index,
  );
}

/** Datatypes that are reachable from the given types, in the order of their names. */
function datatypesOf(
  types: readonly string[],
  definitions: ReadonlyMap<string, StructureDefinition>,
): readonly string[] {
  const found = new Set<string>();
  const visit = (type: string) => {
    const definition = definitions.get(type);
    if (!definition || found.has(type)) return;
    found.add(type);
    for (const element of definition.snapshot.element) for (const one of element.type ?? []) visit(typeCode(one));
  };
  types.forEach(visit);
  return [...found]
    .filter((type) => {
      const definition = definitions.get(type);
      return definition?.kind === "complex-type" && type !== "Element" && type !== "BackboneElement";
    })
    .sort();
}

function fileOf(
  types: readonly string[],
  generation: Omit<Generation, "codeChecks" | "invariants">,
  footer: string,
): string {
  const whole: Generation = { ...generation, codeChecks: new Map(), invariants: new Set() };
  const functions = types.flatMap((type) => {
    const definition = whole.definitions.get(type);
    if (!definition) throw new Error(`No definition of ${type}`);
    return functionPaths(definition).map((path) => functionFor(path, definition, whole));
  });
  const invariants = [...whole.invariants].sort();
  const named = invariants.map((key) => `${JSON.stringify(key)}: ${constantOf(key)}`).join(", ");
  const constants = [
    ...[...whole.codeChecks].sort().map(([, text]) => text),
    ...(invariants.length > 0 ? [`const { ${named} } = INVARIANTS;\n`] : []),
  ].join("");
  return `${constants}\n${functions.join("\n")}${footer}`;
}

const HEADER = "// Generated by profiles/generate.ts from the StructureDefinitions of FHIR R4. Do not edit.\n";

function resourceTypes(definitions: ReadonlyMap<string, StructureDefinition>): readonly string[] {
  return [...definitions.values()]
    .filter((definition) => definition.kind === "resource" && !definition.abstract && definition.type === definition.id)
    .map((definition) => definition.type)
    .sort();
}

function footerOf(definitions: ReadonlyMap<string, StructureDefinition>): string {
  const types = resourceTypes(definitions).join(" ");
  return `
/** Every resource type of R4. */
export const RESOURCE_TYPES: ReadonlySet<string> = new Set(${JSON.stringify(types)}.split(" "));

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
${SEARCHED_TYPES.map((type) => `  [${JSON.stringify(type)}, ${functionName(type)}],`).join("\n")}
]);

const RESOURCES = { checks: CHECKS, types: RESOURCE_TYPES };
const NONE: readonly ValidationIssue[] = [];

/**
 * Checks a resource against base R4: elements, cardinality, datatypes, required bindings, invariants. Types without a
 * check here are an issue. Returns no issue for a valid resource.
 */
export function validateBase(resource: unknown): readonly ValidationIssue[] {
  const out: Issues = [];
  if (!isNode(resource)) {
    report(out, "structure", "", "Expected a JSON object that is a resource.");
    return out;
  }
  const type = resource["resourceType"];
  const check = typeof type === "string" ? CHECKS.get(type) : undefined;
  if (typeof type !== "string" || !check) {
    report(out, "structure", "resourceType", \`Expected one of: \${[...CHECKS.keys()].join(", ")}.\`);
    return out;
  }
  check(resource, out);
  if (out.length === 0 && resource["contained"] === undefined) return NONE;
  const left = settleContained(resource, RESOURCES, out);
  prefix(left, 0, type);
  return left.map(({ severity, code, expression, message }) => ({ severity, code, expression, message }));
}

export type { ValidationIssue } from "../validation/issue.ts";
`;
}

/** The texts of `generated/datatypes.ts` and `generated/validators.ts`. */
export function validatorFiles(
  definitions: ReadonlyMap<string, StructureDefinition>,
  valueSets: ValueSets,
): { readonly datatypes: string; readonly validators: string } {
  const generation = { definitions, valueSets };
  const types = datatypesOf(SEARCHED_TYPES, definitions);
  const datatypes = fileOf(types, generation, "");
  const validators = fileOf(SEARCHED_TYPES, generation, footerOf(definitions));
  const shared = types.map(functionName).filter((name) => uses(validators, name));
  return {
    datatypes: `${HEADER}${importsOf(datatypes)}${datatypes}`,
    validators: `${HEADER}import { ${shared.join(", ")} } from "./datatypes.ts";\n${importsOf(validators)}${validators}`,
  };
}
