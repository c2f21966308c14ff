import { capabilities } from "./capabilities.ts";
import { historyBundle } from "./history.ts";
import { refuse } from "./refusal.ts";
import { TYPES } from "./search.ts";
import { type Search, searchset } from "./searchset.ts";
import { shaped } from "./shape.ts";
import type { Version } from "./store.ts";
import { requireType } from "./writes.ts";

/** An answer before it is put on the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text; none for an empty body. */
  readonly body?: string;
}

type Named = (name: string) => string | undefined;

export function reply(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: typeof value === "string" ? value : JSON.stringify(value) };
}

export function versionHeaders({ version, at }: Version): Record<string, string> {
  return { etag: `W/"${version}"`, "last-modified": new Date(at).toUTCString() };
}

/** GET of an address below the base, given by its path and parameters. */
export function get(search: Search, path: readonly string[], given: URLSearchParams, header: Named): Reply {
  const { store, base } = search;
  const [type = "", id, third, version, ...more] = path;
  const prefer = header("prefer") ?? "";
  if (path.length === 0) return reply(200, searchSystem(search, given, prefer));
  if (type === "metadata" && id === undefined) return reply(200, capabilities(base), { etag: 'W/"one"' });
  if (type === "_history" && id === undefined) return reply(200, historyBundle(store, base, {}, given));
  requireType(type);
  if (id === undefined) return reply(200, searchset(search, type, [type], given, prefer));
  if (id === "_history" && third === undefined) return reply(200, historyBundle(store, base, { type }, given));
  if (more.length > 0) return refuse(404, "not-found", "no such address");
  if (third === undefined) return read(search, type, id, given, header);
  if (store.versionsOf(type, id).length === 0) return refuse(404, "not-found", "no such resource");
  if (third === "_history" && version === undefined) return reply(200, historyBundle(store, base, { type, id }, given));
  if (third === "_history") return vread(search, type, id, version ?? "");
  return reply(200, compartment(search, type, id, third, given, prefer));
}

function read({ store }: Search, type: string, id: string, given: URLSearchParams, header: Named): Reply {
  const found = store.current(type, id);
  if (found === undefined) return refuse(404, "not-found", "no such resource");
  const headers = versionHeaders(found);
  if (found.resource === undefined) return refuse(410, "deleted", "the resource was deleted", { headers });
  const since = Date.parse(header("if-modified-since") ?? "");
  const unchanged = since >= Math.floor(Date.parse(found.at) / 1000) * 1000;
  if (header("if-none-match") === headers.etag || unchanged) return { status: 304, headers };
  const part = shaped(found.resource, given);
  return reply(200, part === found.resource ? (found.text ?? "") : part, headers);
}

function vread({ store }: Search, type: string, id: string, version: string): Reply {
  const found = store.versionsOf(type, id).find((each) => each.version === version);
  if (found === undefined) return refuse(404, "not-found", "no such version");
  if (found.text === undefined)
    return refuse(410, "deleted", "this version is the deletion", { headers: versionHeaders(found) });
  return reply(200, found.text, versionHeaders(found));
}

function compartment(search: Search, type: string, id: string, other: string, given: URLSearchParams, prefer: string) {
  requireType(other);
  if (type !== "Patient") return refuse(404, "not-supported", "the one compartment is Patient");
  const parameter = other === "Observation" ? "subject" : "patient";
  const both = new URLSearchParams([...given, [parameter, `Patient/${id}`]]);
  const found = searchset(search, `Patient/${id}/${other}`, [other], both, prefer);
  const link = found.link.map((each) => ({
    ...each,
    url: each.url.replace(new RegExp(`[?&]${parameter}=[^&]*$`), ""),
  }));
  return { ...found, link };
}

export function searchSystem(search: Search, given: URLSearchParams, prefer: string) {
  const types = (given.get("_type") ?? "").split(",").filter((type) => type !== "");
  for (const type of types)
    if (!TYPES.some((each) => each === type)) refuse(400, "invalid", `_type: ${type} is not served`);
  const asked = types.length === 0 ? [...TYPES] : types;
  const rest = new URLSearchParams([...given].filter(([name]) => name !== "_type"));
  if (given.has("page")) return searchset(search, "", asked, given, prefer);
  const found = searchset(search, "", asked, rest, "handling=strict");
  const named = given.get("_type");
  const link = found.link.map((each) =>
    each.relation === "self" && named !== null
      ? { ...each, url: `${each.url}${each.url.includes("?") ? "&" : "?"}_type=${encodeURIComponent(named)}` }
      : each,
  );
  return { ...found, link };
}
