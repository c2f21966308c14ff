import { expect, test } from "vitest";
import { toPerson } from "../../identity/matcher/to-person.ts";
import { createWorld } from "../pds.fixtures.ts";
import type { StandInPerson } from "../stand-in/person.ts";

const GIVEN = [
  "Oliver",
  "Olivia",
  "Muhammad",
  "Zainab",
  "Aoife",
  "Chidera",
  "Kacper",
  "Priya",
  "Jude",
  "Mia",
  "Theodore",
];
const FAMILY = [
  "Smith",
  "Khan",
  "Patel",
  "Okafor",
  "Nowak",
  "O'Neill",
  "Begum",
  "Harkness-Bloom",
  "Jones",
  "Ali",
  "Li",
];
const CHILDREN = 220;

/** Nine digits and the modulus 11 check digit, of the range that is never issued. */
function toNumber(serial: number): string {
  for (let digits = 999_100_000 + serial * 10; ; digits++) {
    const sum = [...String(digits)].reduce((total, digit, place) => total + Number(digit) * (10 - place), 0);
    const check = (11 - (sum % 11)) % 11;
    if (check < 10) return `${digits}${check}`;
  }
}

function childOf(n: number): StandInPerson {
  const given = GIVEN[n % GIVEN.length] ?? "";
  // Every twentieth is the twin of the one before.
  const place = n % 20 === 1 ? n - 1 : n;
  const day = new Date(Date.UTC(2021, 0, 1 + ((place * 7) % 700))).toISOString().slice(0, 10);
  return {
    nhsNumber: toNumber(n),
    names: [{ given: [given], family: FAMILY[(place * 3) % FAMILY.length] ?? "" }],
    birthDate: day,
    gender: n % 2 === 0 ? "male" : "female",
    addresses: [{ postcode: `LS${1 + (place % 20)} ${place % 10}CI` }],
  };
}

/** As a school knows the children: most as they are, some moved, misspelt, shortened, or not in the register at all. */
function toldOf(n: number, { names, birthDate, addresses, gender }: StandInPerson) {
  const given = names[0]?.given[0] ?? "";
  const family = names[0]?.family ?? "";
  const postcode = addresses[0]?.postcode ?? "";
  const identity = { localId: String(n), given, family, birthDate, postcode, gender };
  if (n % 10 === 3) return { ...identity, postcode: "M14 5CK" };
  if (n % 10 === 5) return { ...identity, family: family.replace(/(.)$/, "$1$1") };
  if (n % 10 === 7) return { ...identity, given: `${given} Rose` };
  return identity;
}

test("settles most children with one question and none with more than three, and never with another child's number", async () => {
  const people = Array.from({ length: CHILDREN }, (_, n) => childOf(n));
  const counts: number[] = [];
  const registered = people.filter((_, n) => n % 10 !== 9);
  const world = await createWorld(registered, {
    tracer: { onTrace: (_, questions) => void counts.push(questions), deadline_ms: 20_000 },
  });
  let found = 0;
  for (const [n, person] of people.entries()) {
    const outcome = await world.tracer.trace(toPerson(toldOf(n, person)));
    if (outcome.kind !== "found") continue;
    found++;
    expect(outcome.nhsNumber).toBe(person.nhsNumber);
  }
  await world.close();
  const ordered = counts.toSorted((one, other) => one - other);
  expect(ordered[Math.floor(ordered.length / 2)]).toBe(1);
  expect(ordered.at(-1)).toBeLessThanOrEqual(3);
  expect(found / registered.length).toBeGreaterThan(0.8);
});
