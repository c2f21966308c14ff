import { createHash, randomUUID } from "node:crypto";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { at, list, text } from "../json.ts";
import type { Asking } from "./ask.ts";

/** A question about a child of whom nobody writes during the run. */
export interface Constant {
  readonly address: string;
  readonly expected: string;
  /** Logical id. */
  readonly patient: string;
  /** What an answer shows, in a form that is the same for the same data. */
  shownOf(bundle: unknown): string;
}

const CHILDREN_MAX = 16;

/** What a practice is told of its registered children before anything is broken. */
export async function findConstants(asking: Asking, token: string): Promise<readonly Constant[]> {
  const ask = async (address: string) => {
    const came = await asking.ask({ method: "GET", address, token, requestId: randomUUID() });
    if (came.status !== 200)
      throw new Error(`before any fault, ${came.status ?? "no answer"} to a search of a practice`);
    return came.json;
  };
  const constants: Constant[] = [];
  for (const entry of list(await ask("Patient?_count=100"), "entry")) {
    const patient = at(entry, "resource");
    const id = text(patient, "id");
    const numbers = list(patient, "identifier").filter((one) => text(one, "system") === NHS_NUMBER);
    const number = text(numbers[0], "value");
    if (id === undefined || number === undefined || constants.length >= CHILDREN_MAX) continue;
    const identifier = encodeURIComponent(`${NHS_NUMBER}|${number}`);
    const address = `Observation?patient.identifier=${identifier}&_sort=-date&_count=100`;
    const expected = shownOf(await ask(address));
    constants.push({ address, expected, patient: id, shownOf });
  }
  if (constants.length === 0) throw new Error("the practice of the demonstration sees nobody");
  return constants;
}

/** All resources as they stand, and whose they are. */
function shownOf(bundle: unknown): string {
  // The entry that says how far data reach moves with what others write.
  const matches = list(bundle, "entry").filter((entry) => text(entry, "search", "mode") === "match");
  const resources = matches.map((entry) => at(entry, "resource"));
  return createHash("sha256")
    .update(JSON.stringify([at(bundle, "total"), resources]))
    .digest("hex");
}
