import { parseAst } from "rolldown/parseAst";

/** One change of a program's text that a test must notice. */
export interface Mutation {
  /** From 1. */
  readonly line: number;
  /** Offsets in the text, the second exclusive. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** As `=== → !==`. */
  readonly what: string;
  /** Whether it is made when the module is loaded, or inside a chain of calls, so that it cannot be switched on later. */
  readonly isFixed: boolean;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value && "end" in value;
}

/**
 * Every way in which one decision of a program can be made wrong: a comparison flipped or moved by one, `&&` and `||`
 * exchanged, a condition negated, a check dropped, a boolean turned over, a fallback left out, `some` for `every`, a
 * filter that lets all through.
 */
export function mutationsOf(text: string): readonly Mutation[] {
  const found: Mutation[] = [];
  const walk = (node: Node, within: Within): void => {
    const add: Add = ({ start, end }, replacement, what) => {
      const line = text.slice(0, start).split("\n").length;
      const isFixed = !within.isFunction || (within.chain !== undefined && replacement.startsWith("("));
      found.push({ line, start, end, replacement, what, isFixed });
    };
    mutate(node, text, add);
    const inside = withinOf(node, within);
    for (const [name, child] of Object.entries(node)) {
      // Types decide nothing at run time.
      if (name === "typeAnnotation" || name === "returnType" || name === "typeArguments") continue;
      for (const each of Array.isArray(child) ? child : [child]) if (isNode(each) && !isType(each)) walk(each, inside);
    }
  };
  for (const statement of parseAst(text, { lang: "ts" }).body)
    if (isNode(statement) && !isType(statement)) walk(statement, { isFunction: false, chain: undefined });
  return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

interface Within {
  /** Whether it is run when something is called, and not when the module is loaded. */
  readonly isFunction: boolean;
  /** Innermost `a?.b` chain of which it is a link. */
  readonly chain: Node | undefined;
}

function withinOf(node: Node, { isFunction, chain }: Within): Within {
  if (FUNCTIONS.has(node.type)) return { isFunction: true, chain: undefined };
  if (node.type === "ChainExpression") return { isFunction, chain: node };
  return { isFunction, chain: LINKS.has(node.type) ? chain : undefined };
}

const FUNCTIONS: ReadonlySet<string> = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);
const LINKS: ReadonlySet<string> = new Set(["CallExpression", "MemberExpression"]);

function isType({ type, importKind }: Node): boolean {
  return (
    type.startsWith("TSType") || type.startsWith("TSInterface") || type === "ImportDeclaration" || importKind === "type"
  );
}

type Add = (node: Pick<Node, "start" | "end">, replacement: string, what: string) => void;

const COMPARISONS: Readonly<Record<string, readonly string[]>> = {
  "===": ["!=="],
  "!==": ["==="],
  "<": [">=", "<="],
  "<=": [">", "<"],
  ">": ["<=", ">="],
  ">=": ["<", ">"],
};
const QUANTIFIERS: Readonly<Record<string, string>> = { some: "every", every: "some" };

function mutate(node: Node, text: string, add: Add): void {
  const textOf = (part: unknown): string => (isNode(part) ? text.slice(part.start, part.end) : "");
  switch (node.type) {
    case "BinaryExpression":
      mutateComparison(node, textOf, add);
      break;
    case "LogicalExpression":
      mutateLogical(node, textOf, add);
      break;
    case "IfStatement":
    case "WhileStatement":
    case "ConditionalExpression":
      mutateCondition(node, textOf, add);
      break;
    case "UnaryExpression":
      if (node.operator === "!") add(node, `(${textOf(node.argument)})`, "! dropped");
      break;
    case "Literal":
      if (typeof node.value === "boolean") add(node, String(!node.value), `${node.value} → ${!node.value}`);
      break;
    case "CallExpression":
      mutateCall(node, textOf, add);
      break;
  }
}

function mutateComparison({ left, right, operator, ...node }: Node, textOf: (part: unknown) => string, add: Add): void {
  for (const other of COMPARISONS[String(operator)] ?? []) {
    add(node, `(${textOf(left)} ${other} ${textOf(right)})`, `${operator} → ${other}`);
  }
}

function mutateLogical({ left, right, operator, ...node }: Node, textOf: (part: unknown) => string, add: Add): void {
  if (operator === "??") {
    add(node, `(${textOf(left)})`, "fallback dropped");
    return;
  }
  const other = operator === "&&" ? "||" : "&&";
  add(node, `((${textOf(left)}) ${other} (${textOf(right)}))`, `${operator} → ${other}`);
  add(node, `(${textOf(left)})`, `right of ${operator} dropped`);
  add(node, `(${textOf(right)})`, `left of ${operator} dropped`);
}

function mutateCondition({ test, type }: Node, textOf: (part: unknown) => string, add: Add): void {
  if (!isNode(test)) return;
  add(test, `(!(${textOf(test)}))`, "condition negated");
  add(test, "(false)", type === "IfStatement" ? "check dropped" : "never");
  if (type !== "WhileStatement") add(test, "(true)", "always");
}

function mutateCall({ callee, arguments: given, ...node }: Node, textOf: (part: unknown) => string, add: Add): void {
  if (!isNode(callee) || callee.type !== "MemberExpression" || !isNode(callee.property)) return;
  const name = textOf(callee.property);
  const other = Object.hasOwn(QUANTIFIERS, name) ? QUANTIFIERS[name] : undefined;
  if (other !== undefined) add(callee.property, other, `${name} → ${other}`);
  if (name === "filter" && Array.isArray(given)) add(node, `(${textOf(callee.object)})`, "filter dropped");
}
