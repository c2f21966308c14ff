/** ConceptMap/$translate: https://hl7.org/fhir/R4/conceptmap-operation-translate.html */
import type { Coding, ConceptMap, ConceptMapGroup, ParametersParameter } from "@medplum/fhirtypes";
import type { Answering, InteractionRequest } from "../interactions/answer.ts";
import type { Given } from "../terminology/operation-parameters.ts";
import {
  createTerminologyOperation,
  type Outcome,
  refusedOutcome,
  type TerminologyPorts,
  toParameters,
} from "./terminology-operation.ts";

export function createTranslate(ports: TerminologyPorts): Answering {
  return createTerminologyOperation(ports, {
    definition: "http://hl7.org/fhir/OperationDefinition/ConceptMap-translate",
    answer: (given, request) => translate(given, request, ports),
  });
}

function translate(given: Given, request: InteractionRequest, ports: TerminologyPorts): Outcome {
  const codings = codingsOf(given);
  if (!codings) {
    const expected = "one of a code with its system, a coding and a codeableConcept";
    return refusedOutcome({ kind: "bad-operation-parameter", parameter: "code", expected });
  }
  const maps = mapsOf(given, request, ports);
  if (!maps.ok) return maps;
  const isReverse = given.flag("reverse");
  const target = given.text("targetsystem");
  const translations = maps.maps
    .flatMap((map) => codings.flatMap((coding) => translationsOf(map, coding, isReverse)))
    .filter(({ system }) => target === undefined || system === target);
  const isTranslated = translations.some(({ equivalence }) => !NO_MATCH.has(equivalence));
  const message = maps.maps.length === 0 ? "No concept map here leads from this source to this target." : NOTHING;
  return toParameters([
    { name: "result", valueBoolean: isTranslated },
    isTranslated ? undefined : { name: "message", valueString: message },
    ...translations.map(toMatch),
  ]);
}

const NOTHING = "The concept maps here have no translation of this code.";
/** These say that there is none. */
const NO_MATCH: ReadonlySet<string> = new Set(["unmatched", "disjoint"]);

function codingsOf(given: Given): readonly Coding[] | undefined {
  const [code, system, version] = [given.text("code"), given.text("system"), given.text("version")];
  const coding = given.coding("coding");
  const concept = given.codeableConcept("codeableConcept");
  if ([code, coding, concept].filter((way) => way !== undefined).length !== 1) return undefined;
  const codings = concept?.coding ?? [
    coding ?? { ...(code && { code }), ...(system && { system }), ...(version && { version }) },
  ];
  return codings.length > 0 && codings.every((one) => one.code && one.system) ? codings : undefined;
}

type Maps = { readonly ok: true; readonly maps: readonly ConceptMap[] } | Extract<Outcome, { ok: false }>;

/** The one that is named, or all that lead from the source to the target that are named, if any. */
function mapsOf(given: Given, { id }: InteractionRequest, { terminology }: TerminologyPorts): Maps {
  const url = given.text("url");
  if (id !== undefined) {
    const map = terminology.conceptMap({ id });
    return map ? { ok: true, maps: [map] } : refusedOutcome({ kind: "not-found", type: "ConceptMap" });
  }
  if (url !== undefined) {
    const map = terminology.conceptMap({ url, version: given.text("conceptMapVersion") });
    return map ? { ok: true, maps: [map] } : refusedOutcome({ kind: "unknown-canonical", type: "ConceptMap" });
  }
  const isReverse = given.flag("reverse");
  const [from, to] = [given.text("source"), given.text("target")];
  const maps = terminology.conceptMaps().filter((map) => {
    const ends = [map.sourceCanonical ?? map.sourceUri, map.targetCanonical ?? map.targetUri];
    const [source, target] = isReverse ? ends.reverse() : ends;
    return (from === undefined || from === source) && (to === undefined || to === target);
  });
  return { ok: true, maps };
}

interface Translation {
  readonly equivalence: string;
  readonly system: string | undefined;
  readonly version: string | undefined;
  readonly code: string | undefined;
  readonly display: string | undefined;
  /** Canonical URL of the map. */
  readonly map: string | undefined;
}

function translationsOf(map: ConceptMap, coding: Coding, isReverse: boolean): readonly Translation[] {
  const groups = (map.group ?? []).filter(({ source, target }) => coding.system === (isReverse ? target : source));
  return groups.flatMap((group) => (isReverse ? backward : forward)(group, coding.code ?? "", map.url));
}

function forward(group: ConceptMapGroup, code: string, map: string | undefined): readonly Translation[] {
  const { target: system, targetVersion: version } = group;
  return (group.element ?? [])
    .filter((element) => element.code === code)
    .flatMap((element) => element.target ?? [])
    .map(({ equivalence = "relatedto", code: found, display }) => ({
      equivalence,
      system,
      version,
      code: found,
      display,
      map,
    }));
}

/** How a relation reads from its other end. */
const INVERSE: ReadonlyMap<string, string> = new Map([
  ["wider", "narrower"],
  ["narrower", "wider"],
  ["subsumes", "specializes"],
  ["specializes", "subsumes"],
]);

function backward(group: ConceptMapGroup, code: string, map: string | undefined): readonly Translation[] {
  const { source: system, sourceVersion: version } = group;
  return (group.element ?? []).flatMap(({ code: found, display, target = [] }) =>
    target
      .filter((one) => one.code === code)
      .map(({ equivalence = "relatedto" }) => ({
        equivalence: INVERSE.get(equivalence) ?? equivalence,
        system,
        version,
        code: found,
        display,
        map,
      })),
  );
}

function toMatch({ equivalence, system, version, code, display, map }: Translation): ParametersParameter {
  const valueCoding: Coding = {
    ...(system && { system }),
    ...(version && { version }),
    ...(code && { code }),
    ...(display && { display }),
  };
  return {
    name: "match",
    part: [
      { name: "equivalence", valueCode: equivalence },
      ...(code ? [{ name: "concept", valueCoding }] : []),
      ...(map ? [{ name: "source", valueUri: map }] : []),
    ],
  };
}
