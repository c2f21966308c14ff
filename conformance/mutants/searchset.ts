import { Buffer } from "node:buffer";
import { text } from "../json.ts";
import { plainReference } from "./match-values.ts";
import { parseQuery, sorted } from "./query.ts";
import { refuse } from "./refusal.ts";
import { parametersOf, TYPES, type Where } from "./search.ts";
import { shaped } from "./shape.ts";
import type { Resource } from "./store.ts";

const PAGE_ENTRIES = 20;
const TYPE_NAMES: readonly string[] = TYPES;

/** What a walk goes through: the matches when it began, so that writes meanwhile neither double nor hide any. */
interface Walk {
  readonly address: string;
  readonly used: URLSearchParams;
  readonly ids: readonly string[];
}

export type Walks = Map<string, Walk>;

export interface Search extends Where {
  readonly walks: Walks;
}

/** A search on one type, or on all of `types` at the base, where the address is empty. */
export function searchset(
  search: Search,
  address: string,
  types: readonly string[],
  given: URLSearchParams,
  prefer: string,
) {
  const page = given.get("page");
  if (page !== null) return nextPage(search, page);
  const [type = ""] = types;
  const queries = types.map((each) => parseQuery(each, search, given, prefer));
  const used = queries[0]?.used ?? new URLSearchParams();
  requireResultParameters(used);
  const found = types.flatMap((each, position) => {
    const matches = search.store.live(each).filter((resource) => queries[position]?.meets(resource) === true);
    return sorted(type, matches, used.get("_sort"));
  });
  const walk = { address, used, ids: found.map((each) => `${each.resourceType}/${each.id}`) };
  return toBundle(search, walk, 0, undefined);
}

function requireResultParameters(used: URLSearchParams): void {
  if (!/^\d+$/.test(used.get("_count") ?? "1")) refuse(400, "invalid", "_count: a whole number was expected");
  if (!["accurate", "estimate", "none", null].includes(used.get("_total")))
    refuse(400, "invalid", "_total: accurate, estimate or none was expected");
  const includes = [...used.keys()].some((name) => name.includes("include"));
  if (includes && used.get("_summary") === "text") refuse(400, "invalid", "_summary=text takes no includes");
}

function nextPage(search: Search, page: string) {
  const plain = Buffer.from(page, "base64url").toString();
  const [, id = "", offset = ""] = /^([\w-]+):(\d+)\.$/.exec(plain) ?? [];
  const walk = search.walks.get(id);
  if (Buffer.from(plain).toString("base64url") !== page || walk === undefined)
    return refuse(400, "invalid", "no such page");
  return toBundle(search, walk, Number(offset), id);
}

function toBundle(search: Search, walk: Walk, offset: number, walkId: string | undefined) {
  const { used, ids, address } = walk;
  const { base, store } = search;
  const counting = used.get("_count") === "0" || used.get("_summary") === "count";
  const size = counting ? 0 : Number(used.get("_count") ?? PAGE_ENTRIES);
  const shown = ids.slice(offset, offset + size).flatMap((each) => {
    const [type = "", id = ""] = each.split("/");
    return store.current(type, id)?.resource ?? [];
  });
  const entry = [
    ...shown.map((each) => toEntry(base, shaped(each, used), "match")),
    ...included(search, shown, used).map((each) => toEntry(base, each, "include")),
  ];
  const root = address === "" ? base : `${base}/${address}`;
  const id = walkId ?? crypto.randomUUID();
  const more = size > 0 && offset + size < ids.length;
  if (more) search.walks.set(id, walk);
  const next = `${root}?page=${Buffer.from(`${id}:${offset + size}.`).toString("base64url")}`;
  return {
    resourceType: "Bundle",
    type: "searchset",
    total: ids.length,
    link: [
      { relation: "self", url: used.size === 0 ? root : `${root}?${used}` },
      ...(more ? [{ relation: "next", url: next }] : []),
    ],
    ...(entry.length === 0 ? {} : { entry }),
  };
}

function toEntry(base: string, resource: Resource, mode: "match" | "include") {
  return { fullUrl: `${base}/${resource.resourceType}/${resource.id}`, resource, search: { mode } };
}

function included(search: Search, shown: readonly Resource[], used: URLSearchParams): readonly Resource[] {
  const found = new Map<string, Resource>();
  const known = new Set(shown.map(addressOf));
  const add = (resources: readonly Resource[]) =>
    resources.filter(
      (each) => !known.has(addressOf(each)) && !found.has(addressOf(each)) && found.set(addressOf(each), each),
    );
  const wanted = [...used].filter(([name]) => name.includes("include"));
  let level = shown;
  for (let depth = 0; depth < 4 && level.length > 0; depth += 1) {
    const asked = wanted.filter(([name]) => depth === 0 || /:(iterate|recurse)$/.test(name));
    level = add(
      asked.flatMap(([name, value]) =>
        name.startsWith("_rev") ? reverse(search, level, value) : forward(search, level, value),
      ),
    );
  }
  return [...found.values()];
}

function addressOf({ resourceType, id }: Resource): string {
  return `${resourceType}/${id}`;
}

function forward({ store, base }: Search, from: readonly Resource[], value: string): readonly Resource[] {
  const [source, code, target] = value.split(":");
  const every = value === "*" || code === "*";
  if (!every && parametersOf(source ?? "")[code ?? ""]?.type !== "reference")
    return refuse(400, "not-supported", "_include: unknown include");
  return from
    .filter(({ resourceType }) => value === "*" || resourceType === source)
    .flatMap((each) =>
      Object.values(parametersOf(each.resourceType))
        .filter((parameter) => parameter.type === "reference" && (every || parameter.code === code))
        .flatMap((parameter) => parameter.extract(each)),
    )
    .flatMap((reference) => {
      const [type = "", id = ""] = plainReference(text(reference, "reference") ?? "", base).split("/");
      return target === undefined || target === type ? (store.current(type, id)?.resource ?? []) : [];
    });
}

function reverse({ store, base }: Search, from: readonly Resource[], value: string): readonly Resource[] {
  const [source = "", code = ""] = value.split(":");
  const parameter = parametersOf(source)[code];
  if (!TYPE_NAMES.includes(source) || parameter?.type !== "reference")
    return refuse(400, "not-supported", "_revinclude: unknown include");
  const wanted = new Set(from.map(addressOf));
  return store
    .live(source)
    .filter((each) =>
      parameter.extract(each).some((reference) => wanted.has(plainReference(text(reference, "reference") ?? "", base))),
    );
}
