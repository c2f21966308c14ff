import { isRecord } from "../json.ts";
import { parseCriteria } from "./query.ts";
import { refuse } from "./refusal.ts";
import type { Where } from "./search.ts";
import type { Version } from "./store.ts";

const CANONICAL = /canonical$/i;
const KEPT = new Set(["profile", "fullUrl", "system", "div"]);
const CONDITIONAL = /^([A-Z][A-Za-z]+)\?(.+)$/;

/** Links to entries of the transaction, as the addresses that these will have. */
export function rewritten(value: unknown, addresses: ReadonlyMap<string, string>, member = ""): unknown {
  if (typeof value === "string")
    return member === "div" ? inNarrative(value, addresses) : linkTo(value, addresses, member);
  if (Array.isArray(value)) return value.map((each) => rewritten(each, addresses, member));
  if (!isRecord(value) || isNumber(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rewritten(each, addresses, name)]));
}

/** A number that keeps its digits is an object of its own kind. */
function isNumber(value: unknown): boolean {
  const isRawJSON: unknown = Reflect.get(JSON, "isRawJSON");
  return typeof isRawJSON === "function" && Reflect.apply(isRawJSON, JSON, [value]) === true;
}

function linkTo(value: string, addresses: ReadonlyMap<string, string>, member: string): string {
  if (CANONICAL.test(member) || KEPT.has(member)) return value;
  const [, plain = value, version = ""] = /^(.*?)(\/_history\/[^/]+)?$/.exec(value) ?? [];
  const address = addresses.get(plain);
  return address === undefined ? value : `${address}${version}`;
}

function inNarrative(div: string, addresses: ReadonlyMap<string, string>): string {
  return div.replace(/(href|src)="([^"]*)"/g, (all, attribute: string, link: string) => {
    const address = addresses.get(link);
    return address === undefined ? all : `${attribute}="${address}"`;
  });
}

/** References by criteria in what a transaction wrote, as the one match of each. */
export function resolveConditional(where: Where, version: Version): void {
  const current = where.store.current(version.type, version.id);
  if (current?.resource === undefined || !/"reference":"[A-Z][A-Za-z]+\?/.test(current.text ?? "")) return;
  where.store.amend(current, Object(resolved(current.resource, where)));
}

function resolved(value: unknown, where: Where): unknown {
  if (Array.isArray(value)) return value.map((each) => resolved(each, where));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const [, type = "", criteria] =
        name === "reference" && typeof each === "string" ? (CONDITIONAL.exec(each) ?? []) : [];
      if (criteria === undefined) return [name, resolved(each, where)];
      const found = where.store.live(type).filter(parseCriteria(type, where, criteria));
      const [only, another] = found;
      if (only === undefined || another !== undefined)
        return refuse(412, "processing", "not one match for a reference");
      return [name, `${type}/${only.id}`];
    }),
  );
}
