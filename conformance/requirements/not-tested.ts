import { REQUIREMENTS } from "./all.ts";

export interface NotTested {
  readonly reason: string;
  readonly ids: readonly string[];
}

function needing(...needs: readonly string[]): readonly string[] {
  return REQUIREMENTS.filter((each) => needs.includes(each.needs)).map((each) => each.id);
}

/** Of the rules that need an interaction, those that a case shows on what it finds, or by its refusal. */
const SHOWN_ANYWAY = new Set(["VREAD-01", "VREAD-02", "VREAD-04", "VREAD-05", "DEL-04", "INC-01", "INC-04"]);

function withoutCases(...needs: readonly string[]): readonly string[] {
  return needing(...needs).filter((id) => !SHOWN_ANYWAY.has(id));
}

/** Rules without a case, each with the reason; a rule stands here or has a case, never both. */
export const NOT_TESTED: readonly NotTested[] = [
  {
    reason: "Needs a write by the kit, whose cases come with the data that the kit makes for itself.",
    ids: [
      ...withoutCases("create", "update", "updateCreate", "delete", "vread", "history", "history-type"),
      ...withoutCases("conditionalCreate", "conditionalUpdate", "conditionalDelete"),
    ],
  },
  { reason: "Needs patches of data of the kit's own.", ids: withoutCases("patch", "conditionalPatch") },
  { reason: "Needs bundles of writes on data of the kit's own.", ids: withoutCases("batch", "transaction") },
  {
    reason: "An optional search feature that no case plans for from the CapabilityStatement yet.",
    ids: [...withoutCases("compartment", "search-system", "chain", "has", "revinclude", "composite"), "SUM-02"],
  },
  {
    reason: "Needs resources with a shape that found data cannot be relied on to have, so data of the kit's own.",
    ids: ["MOD-03", "CONT-01", "SORT-02", "DATE-04", "DATE-07", "STR-02", "STR-03", "REF-03", "REF-05", "INC-03"],
  },
  {
    reason: "Needs a search parameter that none of the four types of this kit declares by default.",
    ids: ["NUM-01", "NUM-02", "NUM-03", "QTY-01", "QTY-02", "QTY-03", "TOK-05", "SP-03"],
  },
  {
    reason: "An optional modifier that shows only on codes whose words the kit would have to choose itself.",
    ids: ["MOD-07", "MOD-08", "MOD-09"],
  },
  {
    reason: "Only the server's operator can say what its policy forbids or its code systems hold to be the same.",
    ids: ["ERR-07", "TOK-07"],
  },
  { reason: "The rule is between two features of which one is not tested.", ids: ["INC-07"] },
];
