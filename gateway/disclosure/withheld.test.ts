import type { Patient } from "@medplum/fhirtypes";
import { expect, test } from "vitest";
import { NHS_NUMBER, UPN } from "#profiles/systems.ts";
import { withoutWithheld } from "./withheld.ts";

const NUMBER = { system: NHS_NUMBER, value: "9990000018" };
const PUPIL = { system: UPN, value: "a upn" };
const PATIENT: Patient = { resourceType: "Patient", gender: "female", identifier: [NUMBER, PUPIL] };
const NAMELESS: Patient = { resourceType: "Patient", gender: "female" };

test.each<[string, Patient, readonly string[] | undefined, Patient]>([
  ["nothing where nothing is withheld", PATIENT, undefined, PATIENT],
  ["nothing where the list is empty", PATIENT, [], PATIENT],
  ["nothing of whom nothing is there", NAMELESS, [`${NHS_NUMBER}|9990000018`], NAMELESS],
  ["what is withheld", PATIENT, [`${NHS_NUMBER}|9990000018`], { ...PATIENT, identifier: [PUPIL] }],
  ["the list with the last of it", PATIENT, [`${NHS_NUMBER}|9990000018`, `${UPN}|a upn`], NAMELESS],
  ["no other number of that system", PATIENT, [`${NHS_NUMBER}|9990000026`], PATIENT],
  ["no such number of another system", PATIENT, [`${UPN}|9990000018`], PATIENT],
])("of a Patient is taken %s", (_, patient, withheld, expected) => {
  expect(withoutWithheld(patient, withheld)).toStrictEqual(expected);
});
