import { describe, expect, test } from "vitest";
import {
  amongPatients,
  childsObservations,
  created,
  everythingOf,
  onePatient,
  onlyAbout,
  population,
  resource,
  type Verify,
} from "./expectations.ts";

const observation = (patient: string, day: string) => ({
  resource: {
    resourceType: "Observation",
    id: `o-${day}`,
    subject: { reference: `Patient/${patient}` },
    effectiveDateTime: day,
  },
  search: { mode: "match" },
});
const patient = (id: string) => ({ resource: { resourceType: "Patient", id }, search: { mode: "match" } });
const notice = { resource: { resourceType: "OperationOutcome" }, search: { mode: "outcome" } };
const searchset = (...entry: readonly object[]) => ({
  resourceType: "Bundle",
  type: "searchset",
  total: entry.length,
  entry,
});

describe("an answer is", () => {
  test.each<{ name: string; verify: Verify; body: unknown; problem: string | undefined }>([
    {
      name: "right with the child's own, newest first, and the constant entry",
      verify: childsObservations("a", 2, true),
      body: searchset(observation("a", "2026-05-02"), observation("a", "2026-05-01"), notice),
      problem: undefined,
    },
    {
      name: "wrong with another child's",
      verify: childsObservations("a", 2, true),
      body: searchset(observation("a", "2026-05-02"), observation("b", "2026-05-01")),
      problem: "another child's Observation",
    },
    {
      name: "wrong with too few",
      verify: childsObservations("a", 2, true),
      body: searchset(observation("a", "2026-05-02")),
      problem: "1 matches where there were 2",
    },
    {
      name: "wrong with the oldest first",
      verify: childsObservations("a", 2, true),
      body: searchset(observation("a", "2026-01-01"), observation("a", "2026-05-01")),
      problem: "not the newest first",
    },
    {
      name: "wrong as an outcome with status 200",
      verify: childsObservations("a", 2, true),
      body: notice.resource,
      problem: "no searchset",
    },
    {
      name: "wrong with no Observation at all",
      verify: onlyAbout("a"),
      body: searchset(notice),
      problem: "no Observation",
    },
    {
      name: "wrong with one of another child among them",
      verify: onlyAbout("a"),
      body: searchset(observation("a", "2026-01-01"), observation("b", "2026-01-01")),
      problem: "another child's Observation",
    },
    { name: "right with the one Patient", verify: onePatient("a"), body: searchset(patient("a")), problem: undefined },
    {
      name: "wrong with another Patient",
      verify: onePatient("a"),
      body: searchset(patient("b")),
      problem: "another Patient",
    },
    {
      name: "wrong with two Patients for one identifier",
      verify: onePatient("a"),
      body: searchset(patient("a"), patient("b")),
      problem: "2 matches where there was one",
    },
    {
      name: "right with namesakes",
      verify: amongPatients("a"),
      body: searchset(patient("b"), patient("a")),
      problem: undefined,
    },
    {
      name: "wrong without the one looked for",
      verify: amongPatients("a"),
      body: searchset(patient("b")),
      problem: "without the Patient that was looked for",
    },
    {
      name: "wrong with a total that shrank",
      verify: population(1, 5),
      body: searchset(observation("a", "2026-01-01")),
      problem: "a smaller total than before",
    },
    {
      name: "wrong as another resource",
      verify: resource("Observation", "a"),
      body: { resourceType: "Observation", id: "b" },
      problem: "another Observation",
    },
    {
      name: "wrong as another type",
      verify: resource("Observation"),
      body: { resourceType: "Patient", id: "b" },
      problem: "no Observation",
    },
    {
      name: "wrong as everything with another child's",
      verify: everythingOf("a", 2),
      body: searchset(patient("a"), observation("b", "2026-01-01")),
      problem: "another child's Observation",
    },
    {
      name: "right as everything of the child",
      verify: everythingOf("a", 2),
      body: searchset(patient("a"), observation("a", "2026-01-01")),
      problem: undefined,
    },
    {
      name: "wrong with an entry that was not created",
      verify: created(2),
      body: { entry: [{ response: { status: "201 Created" } }, { response: { status: "200 OK" } }] },
      problem: "an entry that was not created",
    },
  ])("$name", ({ verify, body, problem }) => {
    expect(verify(200, body)).toBe(problem);
  });
});
