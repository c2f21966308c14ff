import { validateBase } from "#profiles/generated/validators.ts";
import { isRecord, text } from "../json.ts";
import { refuse } from "./refusal.ts";

const UNSAFE =
  /<\s*(script|iframe|object|embed|form|input|link|base|style)\b|\son\w+\s*=|javascript:|<img[^>]+src\s*=\s*["']https?:/i;
/** Control characters that no FHIR string may hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

/** JSON in which numbers keep their digits. */
export function parseLossless(body: string): unknown {
  try {
    const parsed: unknown = Reflect.apply(JSON.parse, JSON, [body, keepDigits]);
    if (hasDoubledMember(body)) return refuse(400, "structure", "a member stands twice in one object");
    return parsed;
  } catch (error) {
    if (error instanceof SyntaxError) return refuse(400, "structure", "the body is no JSON");
    throw error;
  }
}

function keepDigits(_name: string, value: unknown, context: { readonly source?: string }): unknown {
  return typeof value === "number" ? rawNumber(context.source) : value;
}

function rawNumber(source: string | undefined): unknown {
  const rawJSON: unknown = Reflect.get(JSON, "rawJSON");
  return typeof rawJSON === "function" ? Reflect.apply(rawJSON, JSON, [source]) : Number(source);
}

/** The members of a valid resource of the type, numbers with their digits. */
export function parseResource(body: string, type: string): Record<string, unknown> {
  const parsed = parseLossless(body);
  if (!isRecord(parsed) || text(parsed, "resourceType") === undefined)
    return refuse(400, "structure", "the body is no resource");
  if (text(parsed, "resourceType") !== type) return refuse(400, "invalid", `a ${type} was expected`);
  requireValid(parsed);
  return { ...parsed };
}

export function requireValid(resource: unknown): void {
  const plain: unknown = JSON.parse(JSON.stringify(resource));
  const [issue] = validateBase(plain).filter(({ severity }) => severity === "error");
  if (issue !== undefined) refuse(400, issue.code, issue.message, { expression: issue.expression });
  const div = text(plain, "text", "div");
  if (div !== undefined && UNSAFE.test(div))
    refuse(400, "value", "the narrative holds what may run", { expression: `${text(plain, "resourceType")}.text.div` });
  if (hasControl(plain)) refuse(400, "value", "a string holds a control character");
}

function hasControl(value: unknown): boolean {
  if (typeof value === "string") return CONTROL.test(value);
  return typeof value === "object" && value !== null && Object.values(value).some(hasControl);
}

/** Over text that is known to be JSON. */
function hasDoubledMember(json: string): boolean {
  const open: Set<string>[] = [];
  const tokens = json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g);
  for (const [token, colon] of tokens) {
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (colon !== undefined) {
      const name = token.slice(0, token.lastIndexOf('"') + 1);
      if (open.at(-1)?.has(name)) return true;
      open.at(-1)?.add(name);
    }
  }
  return false;
}
