import { readFileSync } from "node:fs";
import { OPERATIONS } from "../interactions.ts";
import { artefactList, ROOM, readArtefacts } from "./artefacts.ts";
import { codeMaps } from "./codes.ts";
import { compartmentTable } from "./compartment.ts";
import { containedElements } from "./contained-elements.ts";
import {
  readPatientCompartment,
  readSearchParameters,
  readStructureDefinitions,
  readValueSets,
} from "./definitions.ts";
import { createPathCompiler } from "./paths.ts";
import { publishedDefinitions } from "./published.ts";
import { ALL_TYPES, SEARCHED_TYPES, searchParameterTable } from "./search-parameters.ts";
import { type Profile, snapshotOf } from "./snapshot.ts";
import { summaryElements } from "./summary-elements.ts";
import { validatorFiles } from "./validators.ts";

/** Every file that is generated, as it should be now: path below `profiles/` and text. */
export function generate(): ReadonlyMap<string, string> {
  const artefacts = readArtefacts();
  const definitions = readStructureDefinitions();
  const valueSets = readValueSets();
  const ours = artefacts.map(({ artefact }) => artefact);
  const operations = OPERATIONS.map(({ definition }) => definition);
  const { datatypes, validators } = validatorFiles(definitions, valueSets);
  const profiles = artefacts
    .filter(({ path }) => path.startsWith("StructureDefinition/"))
    .map(({ path }): [string, string] => {
      const profile: Profile = JSON.parse(readFileSync(new URL(path, ROOM), "utf8"));
      const { differential, ...rest } = profile;
      const snapshot = { element: snapshotOf(profile, definitions) };
      const whole = { ...rest, snapshot, differential };
      return [path, `${JSON.stringify(whole, null, 2)}\n`];
    });
  return new Map([
    ["generated/artefacts.ts", artefactList(artefacts)],
    ["generated/codes.ts", codeMaps(artefacts)],
    ["generated/compartment.ts", compartmentTable(readPatientCompartment(), SEARCHED_TYPES)],
    ["generated/contained-elements.json", containedElements({ definitions, valueSets })],
    ["generated/datatypes.ts", datatypes],
    [
      "generated/search-parameters.ts",
      searchParameterTable(readSearchParameters(), createPathCompiler(definitions, valueSets)),
    ],
    [
      "generated/definitions.json",
      publishedDefinitions({ types: ALL_TYPES, recordTypes: SEARCHED_TYPES, operations, ours }),
    ],
    ["generated/summary-elements.ts", summaryElements(definitions)],
    ["generated/validators.ts", validators],
    ...profiles,
  ]);
}
