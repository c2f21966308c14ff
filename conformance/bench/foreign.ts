import { nhsNumberOf } from "#mappers/synthetic/identifiers.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { type Child, readChildren, toChild } from "./children.ts";
import { createRandom } from "./draws.ts";
import { resource } from "./expectations.ts";
import type { Foreign } from "./options.ts";
import { ask, inTurns, type Target } from "./workload.ts";
import { idOf, toPost } from "./write-workloads.ts";

/** As many Observations as the generator makes of a child, about, in a quarter of the time. */
const OBSERVATIONS_EACH = 25;
const CODES = [
  ["29463-7", "Body weight"],
  ["8302-2", "Body height"],
  ["9843-4", "Head circumference"],
  ["39156-5", "Body mass index"],
  ["8867-4", "Heart rate"],
] as const;
const GIVEN = ["Amina", "Oliver", "Freya", "Noah", "Maya", "George", "Isla", "Reuben", "Ines", "Tobias"] as const;
const FAMILY = ["Ashdown", "Barker", "Chaudhry", "Dyson", "Everley", "Farrell", "Gill", "Hussain"] as const;
const AT_ONCE = 8;
const DAY_MS = 86_400_000;

/** What was made on a server that is not ours, by address below its base, to be deleted again. */
export interface Made {
  readonly children: readonly Child[];
  readonly addresses: readonly string[];
}

/** The children of `--patient`, or else children who do not exist, made by standard creates. */
export async function childrenOn(target: Target, { patients }: Foreign, wanted: number): Promise<Made> {
  if (patients.length > 0) return { children: await readChildren(target.send, patients), addresses: [] };
  const salt = Math.floor(createRandom(Date.now())() * 1e6);
  const addresses: string[] = [];
  const children = await inTurns([...Array(wanted).keys()], AT_ONCE, async (n) => {
    const patient = await ask(target, toPost(target, "/Patient", toPatient(n, salt), resource("Patient")));
    const id = idOf(patient.response.body);
    addresses.push(`Patient/${id}`);
    for (let nth = 0; nth < OBSERVATIONS_EACH; nth += 1) {
      const content = toObservation(`Patient/${id}`, n, nth);
      const observation = await ask(target, toPost(target, "/Observation", content, resource("Observation")));
      addresses.push(`Observation/${idOf(observation.response.body)}`);
    }
    const child = toChild({ ...toPatient(n, salt), id }, NHS_NUMBER);
    if (child === undefined) throw new Error("a child that was made has no identifier");
    return child;
  });
  return { children, addresses };
}

/** What was made is deleted, Observations before their Patients; how many the server kept is told. */
export async function removeFrom({ send }: Target, addresses: readonly string[]): Promise<number> {
  let kept = 0;
  for (const type of ["Observation/", "Patient/"]) {
    const its = addresses.filter((address) => address.startsWith(type));
    await inTurns(its, AT_ONCE, async (address) => {
      const exchange = await send("DELETE", address).catch(() => undefined);
      if (exchange === undefined || exchange.response.status >= 300) kept += 1;
    });
  }
  return kept;
}

function toPatient(n: number, salt: number) {
  const born = Date.UTC(2021, 0, 1) + ((n * 17) % 1_200) * DAY_MS;
  return {
    resourceType: "Patient",
    identifier: [{ system: NHS_NUMBER, value: nhsNumberOf(n, salt) }],
    name: [{ use: "official", family: FAMILY[(n * 3) % FAMILY.length], given: [GIVEN[n % GIVEN.length]] }],
    gender: n % 2 === 0 ? "female" : "male",
    birthDate: new Date(born).toISOString().slice(0, 10),
    address: [{ use: "home", postalCode: `LS${(n % 17) + 1} ${n % 10}CI` }],
  };
}

function toObservation(subject: string, n: number, nth: number) {
  const [code, display] = CODES[nth % CODES.length] ?? CODES[0];
  return {
    resourceType: "Observation",
    status: "final",
    category: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "survey" }] }],
    code: { coding: [{ system: "http://loinc.org", code, display }], text: display },
    subject: { reference: subject },
    effectiveDateTime: new Date(Date.UTC(2026, 0, 1) - nth * 30 * DAY_MS).toISOString().slice(0, 10),
    valueQuantity: { value: 3 + ((n + nth) % 90) / 10, unit: "kg", system: "http://unitsofmeasure.org", code: "kg" },
  };
}
