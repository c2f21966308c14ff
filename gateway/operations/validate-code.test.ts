import { afterAll, describe, expect, test } from "vitest";
import * as systems from "#profiles/systems.ts";
import { createTerminologyWorld, GOAL, GOALS, INTERPRETATION, sent } from "./terminology-operation.fixtures.ts";

const { parameters, dispose } = await createTerminologyWorld();

afterAll(dispose);

describe("$validate-code", () => {
  const GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender";
  test.each([
    [`url=${GOALS}&system=${GOAL}&code=E01`, {}, true, undefined],
    [`url=${GOALS}&system=${GOAL}&code=E01&display=listening,  attention and understanding`, {}, true, undefined],
    [`url=${GOALS}&system=${GOAL}&code=E01&display=Speaking`, {}, false, "The display is not one of this code."],
    [`url=${GOALS}&system=${GOAL}&code=E18`, {}, false, "The code is not in the value set."],
    [`url=${GOALS}&system=${GENDER}&code=E01`, {}, false, "The code is not in the value set."],
    [`url=${GOALS}&system=${GOAL}&code=E01&systemVersion=9`, {}, false, "version 0.1.0 alone"],
    [`system=${GOAL}&code=E01`, { id: "early-learning-goal" }, true, undefined],
    [
      "",
      { ...sent({ name: "url", valueUri: GOALS }, { name: "coding", valueCoding: { system: GOAL, code: "E01" } }) },
      true,
      undefined,
    ],
    [
      `url=${GOALS}`,
      sent({
        name: "codeableConcept",
        valueCodeableConcept: {
          coding: [
            { system: GOAL, code: "x" },
            { system: GOAL, code: "E01" },
          ],
        },
      }),
      true,
      "The code is not in the value set.",
    ],
  ])("in the value set of %s %j is %s", async (query, invocation, result, message) => {
    const rows = await parameters("validate-code", query, invocation);
    expect(rows[0]).toEqual({ name: "result", valueBoolean: result });
    const said = rows.find(({ name }) => name === "message")?.valueString;
    if (message === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(message);
  });

  test("gives the right display with a wrong one", async () => {
    const rows = await parameters("validate-code", `url=${GOALS}&system=${GOAL}&code=E01&display=Speaking`);
    expect(rows).toContainEqual({ name: "display", valueString: "Listening, Attention and Understanding" });
  });

  test.each([
    [`url=${GOAL}&code=E01`, {}, true, undefined],
    [`url=${GOAL}&code=E18`, {}, false, "The code system has no such code."],
    [`url=${GOAL}&code=E01&display=Speaking`, {}, false, "The display is not one of this code."],
    ["code=E01", { id: "early-learning-goal" }, true, undefined],
    [`url=${systems.SNOMED}&code=952611000000105`, {}, true, undefined],
    [`url=${systems.SNOMED}&code=1`, {}, false, "not held as a whole"],
    [`url=${INTERPRETATION}&code=_ObservationInterpretationChange`, {}, false, "groups others"],
    [`url=${INTERPRETATION}&code=_ObservationInterpretationChange&abstract=true`, {}, true, undefined],
    [
      `url=${GOAL}`,
      sent({ name: "coding", valueCoding: { system: INTERPRETATION, code: "H" } }),
      false,
      "another code system",
    ],
  ])("in the code system of %s %j is %s", async (query, invocation, result, message) => {
    const rows = await parameters("validate-code of CodeSystem", query, invocation);
    expect(rows[0]).toEqual({ name: "result", valueBoolean: result });
    const said = rows.find(({ name }) => name === "message")?.valueString;
    if (message === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(message);
  });
});
