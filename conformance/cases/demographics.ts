import type { ConformanceCase } from "../case.ts";
import { idsOf, isSearchset, judge, matches, that } from "../checks.ts";
import { at } from "../json.ts";
import { writing } from "./define.ts";
import { details } from "./match.ts";
import { search } from "./samples.ts";

const NEED = { interaction: "create,search-type", operation: "match" } as const;

/** IHE PDQm ITI-78: what a consumer of demographics searches by. */
export const DEMOGRAPHICS_CASES: readonly ConformanceCase[] = [
  writing(
    "match/search-parameters",
    ["DEMO-01"],
    "Each parameter of ITI-78, beside the _id, finds a Patient that was made with all of them.",
    NEED,
    async (context) => {
      const asked = details(context, 21);
      const telecom = [{ system: "phone", value: "01632 960123" }];
      const [address] = [Object(at(asked, "address", 0))];
      const made = await context.data.make("Patient", {
        ...asked,
        telecom,
        active: true,
        address: [{ ...address, state: "Yorkshire", country: "GBR" }],
      });
      const values: Readonly<Record<string, string>> = {
        active: "true",
        family: String(at(asked, "name", 0, "family")),
        given: "Oluwaseun",
        identifier: context.data.token(made.identifier),
        telecom: "01632 960123",
        birthdate: String(asked.birthDate),
        address: "Leeds",
        "address-city": "Leeds",
        "address-country": "GBR",
        "address-postalcode": String(address.postalCode),
        "address-state": "Yorkshire",
        gender: "female",
      };
      for (const [name, value] of Object.entries({ _id: made.id, ...values })) {
        const answer = await search(context, name === "_id" ? { _id: value } : { _id: made.id, [name]: value });
        const verdict = judge(
          isSearchset(answer),
          that(idsOf(matches(answer)).includes(made.id), `the Patient by ${name}`, "none", answer),
        );
        if (verdict.kind !== "pass") return verdict;
      }
      return judge();
    },
    ["Patient"],
  ),
  writing(
    "match/search-together",
    ["DEMO-02"],
    "Family name with gender, and birth date with family name, find the Patient and no other name.",
    NEED,
    async (context) => {
      const asked = details(context, 22);
      const family = String(at(asked, "name", 0, "family"));
      const made = await context.data.make("Patient", asked);
      const answers = [
        await search(context, { family, gender: "female" }),
        await search(context, { birthdate: String(asked.birthDate), family }),
      ];
      const none = await search(context, { family, gender: "male" });
      return judge(
        ...answers.flatMap((answer) => [
          isSearchset(answer),
          that(idsOf(matches(answer)).join() === made.id, "the Patient alone", `${idsOf(matches(answer))}`, answer),
        ]),
        that(matches(none).length === 0, "nobody of another gender", `${matches(none).length}`, none),
      );
    },
    ["Patient"],
  ),
];
