import { INVARIANTS } from "../validation/invariants.ts";
import {
  choiceProperty,
  type ElementDefinition,
  type ElementType,
  type StructureDefinition,
  typeCode,
  type ValueSets,
} from "./definitions.ts";

/** Invariants that are held elsewhere than in the table of invariants, or never fail. */
const HELD_ELSEWHERE: Readonly<Record<string, string>> = {
  "ele-1": "every generated check refuses an empty element",
  "ref-1": "part of the check of a literal reference, settled with the contained resources",
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

/** What the functions of one file need, and what they turn out to use. */
export interface Generation {
  readonly definitions: ReadonlyMap<string, StructureDefinition>;
  readonly valueSets: ValueSets;
  /** Declarations of the code checks of one file, by name. */
  readonly codeChecks: Map<string, string>;
  readonly invariants: Set<string>;
}

const MIME_TYPES = "http://hl7.org/fhir/ValueSet/mimetypes";
const SIMPLE_QUANTITY = "http://hl7.org/fhir/StructureDefinition/SimpleQuantity";
/** The example Observation/clinical-gender of R4 itself has an encounter perform it. */
const ALSO_TARGETED: Readonly<Record<string, string>> = { "Observation.performer": "Encounter" };
const ANY_RESOURCE = "http://hl7.org/fhir/StructureDefinition/Resource";

function constantName(valueSet: string): string {
  const id = (valueSet.split("|")[0] ?? "").split("/").at(-1) ?? "";
  return `${id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}Code`;
}

function codeCheck(element: ElementDefinition, generation: Generation): string {
  const valueSet = element.binding?.strength === "required" ? (element.binding.valueSet ?? "") : "";
  if (valueSet.startsWith(MIME_TYPES)) return "mimeTypeValue";
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

/** Name of the function that checks a type or a backbone element. */
export function functionName(path: string): string {
  return `check${path
    .split(".")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("")}`;
}

/** Name of a constant made of the path of an element, as `observationSubjectReference`. */
function elementConstant(path: string, ending: string): string {
  const parts = path.replace("[x]", "").split(".");
  const name = parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join("");
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}${ending}`;
}

/** The check of a datatype, narrowed by the profile or the targets that the element declares. */
function narrowedCheck(element: ElementDefinition, declared: ElementType, generation: Generation): string {
  const check = functionName(declared.code);
  if (declared.profile?.includes(SIMPLE_QUANTITY)) {
    generation.codeChecks.set("checkSimpleQuantity", `const checkSimpleQuantity = simple(${check});\n`);
    return "checkSimpleQuantity";
  }
  const targets = declared.targetProfile ?? [];
  if (declared.code !== "Reference" || targets.length === 0 || targets.includes(ANY_RESOURCE)) return check;
  const name = elementConstant(element.path, "Reference");
  const also = ALSO_TARGETED[element.path];
  const types = [...targets.map((target) => target.split("/").at(-1)), ...(also ? [also] : [])].join("|");
  generation.codeChecks.set(name, `const ${name} = referenceTo(${check}, ${JSON.stringify(types)});\n`);
  return name;
}

function checkOf(element: ElementDefinition, declared: ElementType, type: string, generation: Generation): string {
  if (element.contentReference) return functionName(element.contentReference.replace(/^.*#/, ""));
  if (type === "BackboneElement" || type === "Element") return functionName(element.path);
  if (generation.definitions.get(type)?.kind === "resource") return "anyResource";
  if (type === "code") return codeCheck(element, generation);
  const isPrimitive = generation.definitions.get(type)?.kind === "primitive-type";
  return isPrimitive ? `${type}Value` : narrowedCheck(element, declared, generation);
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
      check: checkOf(element, declared, type, generation),
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
      if (key === "ref-1") return "  checkLiteral(v, out);\n";
      if (HELD_ELSEWHERE[key]) return "";
      if (!Object.hasOwn(INVARIANTS, key)) throw new Error(`No rule for the invariant ${key}`);
      generation.invariants.add(key);
      return `  ${constantOf(key)}(v, out);\n`;
    })
    .join("");
}

/** Name of the constant of an invariant. */
export function constantOf(key: string): string {
  return key.replace("-", "");
}

/** Constraints that R4 states on a child but that speak of its container are called there. */
const STATED_ON_CHILD: Readonly<Record<string, string>> = {
  "Organization.address": "Organization",
  "Organization.telecom": "Organization",
};

/** The function that checks a type or a backbone element. */
export function functionFor(path: string, definition: StructureDefinition, generation: Generation): string {
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
