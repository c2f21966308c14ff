import { artefactList, readArtefacts } from "./artefacts.ts";
import { codeMaps } from "./codes.ts";
import { readSearchParameters, readStructureDefinitions, readValueSets } from "./definitions.ts";
import { createPathCompiler } from "./paths.ts";
import { searchParameterTable } from "./search-parameters.ts";
import { validatorFiles } from "./validators.ts";

/** Every file of `generated/` by name, as it should be now. */
export function generate(): ReadonlyMap<string, string> {
  const artefacts = readArtefacts();
  const definitions = readStructureDefinitions();
  const valueSets = readValueSets();
  const { datatypes, validators } = validatorFiles(definitions, valueSets);
  return new Map([
    ["artefacts.ts", artefactList(artefacts)],
    ["codes.ts", codeMaps(artefacts)],
    ["datatypes.ts", datatypes],
    ["search-parameters.ts", searchParameterTable(readSearchParameters(), createPathCompiler(definitions, valueSets))],
    ["validators.ts", validators],
  ]);
}
