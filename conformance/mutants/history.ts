import { Buffer } from "node:buffer";
import { rangeOf } from "./dates.ts";
import { refuse } from "./refusal.ts";
import type { SmallStore, Version } from "./store.ts";

const ONCE = ["_count", "_since", "_at", "_list"];
const STATUS = { POST: "201", PUT: "200", PATCH: "200", DELETE: "204" } as const;

interface Scope {
  readonly type?: string | undefined;
  readonly id?: string | undefined;
}

/** History of a resource, a type or all types, newest first. Pages go on from the order of a version, so writes do not move them. */
export function historyBundle(store: SmallStore, base: string, { type, id }: Scope, given: URLSearchParams) {
  for (const name of ONCE) if (given.getAll(name).length > 1) refuse(400, "invalid", `${name} is given once`);
  const path = [base, type, id, "_history"].filter((part) => part !== undefined).join("/");
  const page = given.get("page");
  const asked = page === null ? given : new URLSearchParams(Buffer.from(page, "base64url").toString());
  const before = Number(asked.get("before") ?? Number.POSITIVE_INFINITY);
  const size = Number(asked.get("_count") ?? 50);
  if (!Number.isInteger(size) || size < 0) refuse(400, "invalid", "_count: a whole number was expected");
  const all = store.everything().filter((each) => (type ?? each.type) === type || type === undefined);
  const versions = all
    .filter((each) => id === undefined || each.id === id)
    .filter(inTime(store, asked))
    .sort((one, other) => other.order - one.order);
  const left = versions.filter((each) => each.order < before);
  const shown = left.slice(0, size);
  const onward = new URLSearchParams([...asked].filter(([name]) => name !== "before"));
  onward.set("before", `${shown.at(-1)?.order ?? 0}`);
  const next = `${path}?page=${Buffer.from(onward.toString()).toString("base64url")}`;
  const used = new URLSearchParams([...asked].filter(([name]) => name !== "before"));
  return {
    resourceType: "Bundle",
    type: "history",
    total: versions.length,
    link: [
      { relation: "self", url: used.size === 0 ? path : `${path}?${used}` },
      ...(size > 0 && left.length > size ? [{ relation: "next", url: next }] : []),
    ],
    ...(shown.length === 0 ? {} : { entry: shown.map((each) => toEntry(base, each)) }),
  };
}

function inTime(store: SmallStore, asked: URLSearchParams): (version: Version) => boolean {
  const [since, during] = [asked.get("_since"), asked.get("_at")];
  const from = since === null ? undefined : rangeOf(since.replace(" ", "+"));
  const period = during === null ? undefined : rangeOf(during.replace(" ", "+"));
  if ((since !== null && from === undefined) || (during !== null && period === undefined))
    refuse(400, "value", "a moment was expected");
  return (version) => {
    const at = Date.parse(version.at);
    if (from !== undefined && at < from[0]) return false;
    if (period === undefined) return true;
    const versions = store.versionsOf(version.type, version.id);
    const next = versions[versions.indexOf(version) + 1];
    const until = next === undefined ? Number.POSITIVE_INFINITY : Date.parse(next.at);
    return at < period[1] && until > period[0];
  };
}

function toEntry(base: string, { address, method, version, at, resource }: Version) {
  const [type = ""] = address.split("/");
  return {
    fullUrl: `${base}/${address}`,
    ...(resource === undefined ? {} : { resource }),
    request: { method, url: method === "POST" ? type : address },
    response: { status: STATUS[method], etag: `W/"${version}"`, lastModified: at },
  };
}
