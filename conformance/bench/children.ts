import { NHS_NUMBER } from "#profiles/systems.ts";
import { entriesOf, link, query } from "../checks.ts";
import type { Exchange, Send } from "../http.ts";
import { at, list, text } from "../json.ts";

/** A child of whom the load asks, known by the API alone. Nobody is meant by it. */
export interface Child {
  readonly id: string;
  readonly identifier: { readonly system: string; readonly value: string };
  readonly family: string;
  readonly given: string;
  readonly birthDate: string;
  /** Name, birth date, gender and address, as `$match` is given them. */
  readonly details: Readonly<Record<string, unknown>>;
}

const PAGE = "100";

/** The client's children that have an identifier to be asked by, in the order in which the server pages through them. */
export async function findChildren(send: Send, most: number, system: string = NHS_NUMBER): Promise<readonly Child[]> {
  const found: Child[] = [];
  let address: string | undefined = query("Patient", { _count: PAGE });
  while (address !== undefined && found.length < most) {
    const page: Exchange = await send("GET", address);
    if (page.response.status !== 200) throw new Error(`a search for Patients was answered ${page.response.status}`);
    for (const entry of entriesOf(page, "match")) {
      const child = toChild(at(entry, "resource"), system);
      if (child !== undefined) found.push(child);
    }
    address = link(page, "next");
  }
  return found.slice(0, most);
}

/** Those that are named, one by one. */
export async function readChildren(send: Send, ids: readonly string[]): Promise<readonly Child[]> {
  const found: Child[] = [];
  for (const id of ids) {
    const { response } = await send("GET", `Patient/${encodeURIComponent(id)}`);
    if (response.status !== 200) throw new Error(`a Patient that was named was answered ${response.status}`);
    const child = toChild(response.json, text(response.json, "identifier", 0, "system") ?? "");
    if (child === undefined) throw new Error("a Patient that was named has no identifier, name or birth date");
    found.push(child);
  }
  return found;
}

export function toChild(patient: unknown, system: string): Child | undefined {
  const value = text(
    list(patient, "identifier").find((each) => text(each, "system") === system),
    "value",
  );
  const [id, family, given] = [
    text(patient, "id"),
    text(patient, "name", 0, "family"),
    text(patient, "name", 0, "given", 0),
  ];
  const birthDate = text(patient, "birthDate");
  if (id === undefined || value === undefined || family === undefined || given === undefined) return undefined;
  if (birthDate === undefined) return undefined;
  const details = Object.fromEntries(
    ["name", "birthDate", "gender", "address"].map((name) => [name, at(patient, name)]),
  );
  return { id, identifier: { system, value }, family, given, birthDate, details };
}
