import { expect, test } from "vitest";
import { plainSpelling } from "./spelling.ts";

test.each([
  ["hassan", "hasan"],
  ["khadija", "kadija"],
  ["tareq", "tarek"],
  ["sameer", "samir"],
  ["nour", "noor"],
  ["zahraa", "zahra"],
  ["safiya", "safia"],
  ["leila", "layla"],
  ["sumaiya", "sumaya"],
  ["jaxon", "jackson"],
  ["darcey", "darcy"],
  ["robyn", "robin"],
])("%s and %s are spellings of one name", (one, other) => {
  expect(plainSpelling(one)).toBe(plainSpelling(other));
});

test.each([
  ["eli", "ellie"],
  ["miley", "millie"],
  ["joey", "joy"],
  ["kyra", "kira"],
  ["mya", "mia"],
  ["hasan", "husayn"],
  ["amin", "amina"],
])("%s and %s are two names", (one, other) => {
  expect(plainSpelling(one)).not.toBe(plainSpelling(other));
});
