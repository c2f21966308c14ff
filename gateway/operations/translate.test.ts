import { afterAll, describe, expect, test } from "vitest";
import { canonical } from "#profiles/canonical.ts";
import * as systems from "#profiles/systems.ts";
import { createTerminologyWorld, GOAL, GOALS, MAP, sent, told } from "./terminology-operation.fixtures.ts";

const { parameters, dispose } = await createTerminologyWorld();

afterAll(dispose);

describe("$translate", () => {
  const DOMAIN = systems.DEVELOPMENTAL_DOMAIN;
  const match = (equivalence: string, code: string) =>
    `match(equivalence=${equivalence} concept=${code} source=${MAP})`;

  test.each([
    [`url=${MAP}&system=${GOAL}&code=E07`, {}],
    [`system=${GOAL}&code=E07`, {}],
    [`system=${GOAL}&code=E07&targetsystem=${DOMAIN}`, {}],
    [`system=${GOAL}&code=E07&source=${GOALS}&target=${canonical("ValueSet", "developmental-domain")}`, {}],
    [`system=${GOAL}&code=E07`, { id: "early-learning-goal-to-developmental-domain" }],
    [`url=${MAP}`, sent({ name: "coding", valueCoding: { system: GOAL, code: "E07" } })],
    [
      `url=${MAP}`,
      sent({ name: "codeableConcept", valueCodeableConcept: { coding: [{ system: GOAL, code: "E07" }] } }),
    ],
  ])("of %s %j finds the domain of a goal", async (query, invocation) => {
    expect(told(await parameters("translate", query, invocation))).toEqual([
      "result=true",
      match("wider", "fine-motor"),
    ]);
  });

  test("goes back from a domain to its goals, each relation the other way round", async () => {
    const rows = told(await parameters("translate", `url=${MAP}&system=${DOMAIN}&code=fine-motor&reverse=true`));
    expect(rows).toEqual(["result=true", match("narrower", "E07")]);
  });

  test.each([
    [`url=${MAP}&system=${GOAL}&code=E99`, "no translation"],
    [`url=${MAP}&system=${systems.SNOMED}&code=E07`, "no translation"],
    [`system=${GOAL}&code=E07&targetsystem=${systems.SNOMED}`, "no translation"],
    [`system=${GOAL}&code=E07&target=https://example.org/unheard-of`, "No concept map here"],
  ])("of %s finds nothing and says so", async (query, message) => {
    const rows = await parameters("translate", query);
    expect(rows[0]).toEqual({ name: "result", valueBoolean: false });
    expect(rows[1]?.valueString).toContain(message);
  });

  test("tells of a code that a map leaves unmatched", async () => {
    const former = canonical("ConceptMap", "former-early-learning-goal-to-developmental-domain");
    const rows = told(
      await parameters("translate", `url=${former}&system=${systems.FORMER_EARLY_LEARNING_GOAL}&code=G05`),
    );
    expect(rows[0]).toBe("result=false");
    expect(rows.at(-1)).toContain("equivalence=unmatched");
  });
});
