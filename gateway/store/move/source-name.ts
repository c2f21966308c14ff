import { hash } from "node:crypto";

/** Tells a store from others by its first record, of which nothing that is asked for here changes ever. */
export function toSourceName(first: Readonly<Record<string, unknown>> | undefined): string {
  const told = first && [Number(first.key), first.kind, first.id_space, first.patient_id, first.authority];
  return hash("sha256", JSON.stringify(told ?? "empty"), "base64url");
}
