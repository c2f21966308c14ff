import { hash } from "node:crypto";

/** Hash of each entry of a register by its name, as `agreements/gp`: by it changes are told without what is in them. */
export type RegisterDigest = ReadonlyMap<string, string>;

export interface RegisterChange {
  /** As `clients/gp-demo`. */
  readonly entry: string;
  /** SHA-256 of what it was; absent: it is new. */
  readonly before?: string;
  /** SHA-256 of what it is; absent: it is gone. */
  readonly after?: string;
}

/** `json`: the file as it was parsed; `more`: what else the register is made from, by a name of its own. */
export function digestRegister(json: unknown, more: Readonly<Record<string, unknown>> = {}): RegisterDigest {
  const digest = new Map<string, string>();
  for (const [list, entries] of membersOf(json)) {
    for (const [index, entry] of (Array.isArray(entries) ? entries : []).entries()) {
      digest.set(`${list}/${nameOf(entry) ?? index}`, hashOf(entry));
    }
  }
  for (const [name, value] of Object.entries(more)) digest.set(name, hashOf(value));
  return digest;
}

export function compareDigests(before: RegisterDigest, after: RegisterDigest): readonly RegisterChange[] {
  const entries = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return entries.flatMap((entry) => {
    const [old, now] = [before.get(entry), after.get(entry)];
    if (old === now) return [];
    return [{ entry, ...(old === undefined ? {} : { before: old }), ...(now === undefined ? {} : { after: now }) }];
  });
}

/** One line for the audit log: entry, hash before, hash after. */
export function toChangeText(changes: readonly RegisterChange[]): string {
  return changes
    .map(({ entry, before, after }) => {
      if (before === undefined) return `added ${entry} ${after}`;
      return after === undefined ? `removed ${entry} ${before}` : `changed ${entry} ${before} ${after}`;
    })
    .join("; ");
}

function nameOf(entry: unknown): string | undefined {
  const members = new Map(membersOf(entry));
  for (const member of ["id", "source", "authority"]) {
    const name = members.get(member);
    if (typeof name === "string") return name;
  }
  return undefined;
}

/** Written alike, whatever the order of the members in the file. */
function hashOf(value: unknown): string {
  return hash("sha256", JSON.stringify(sorted(value)) ?? "", "base64url");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return membersOf(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => [name, sorted(member)]);
}

function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}
