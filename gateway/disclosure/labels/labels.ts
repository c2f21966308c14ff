import type { Resource } from "@medplum/fhirtypes";
import { ACT_CODE, CONFIDENTIALITY, HANDLING_LABEL } from "#profiles/systems.ts";
import type { SourceFacts } from "../visibility.ts";
import { createCodeIndex } from "./code-index.ts";
import { categoryCodings, codingsBelow, subjectCodings } from "./codings.ts";
import type { Label, Labels } from "./label.ts";
import {
  CONFIDENTIALITY_ORDER,
  type Confidentiality,
  type Given,
  HANDLING,
  type Handling,
  type LabelDefault,
  type LabelLists,
} from "./label-list.ts";
import { rankOf } from "./rank.ts";
import { createServices, type SensitiveServices } from "./services.ts";

/** What is asked of the labelling: a resource, and who told of it. */
export interface Told {
  readonly type: string;
  /** Absent where the source is not registered: then no default fits that asks for one. */
  readonly source: SourceFacts | undefined;
  readonly resource: Resource;
}

/** The lists of one version, as a pure function. */
export interface Labelling {
  /** As `labels-1`; stands in every audit record. */
  readonly version: string;
  readonly lists: LabelLists;
  /** Services that are told by their kind alone. */
  readonly services: SensitiveServices;
  /**
   * The labels of a resource: the high-water mark of what lists say of every code in it, of the default where no list
   * knows its code, and of what its own `meta.security` says, which raises and never lowers. `undefined` where neither a
   * list nor a default knows what it is about and it does not say itself how confidential it is, or says so in words that
   * are not known.
   */
  labelsOf(told: Told): Labels;
}

export function createLabelling(lists: LabelLists): Labelling {
  const index = createCodeIndex(lists.lists);
  const services = createServices(lists.services);
  return {
    version: `labels-${lists.version}`,
    lists,
    services,
    labelsOf({ type, source, resource }) {
      const stated = toStated(resource.meta?.security ?? [], lists);
      if (stated === undefined) return undefined;
      const raising = codingsBelow(resource).flatMap((coding) => index.listsOf(coding));
      const isKnown = subjectCodings(resource).every((codings) =>
        codings.some((coding) => index.listsOf(coding).length > 0),
      );
      const standard = defaultOf(lists, { type, source, resource });
      if (!isKnown && standard === undefined && !stated.isConfidential) return undefined;
      const service = SERVICES.has(type) ? services.serviceOf({ ...resource }) : undefined;
      return toLabels([...raising, ...listOf(standard), ...listOf(service), ...stated.given]);
    },
  };
}

/** Types of which each can be one of the services that are hidden. */
const SERVICES: ReadonlySet<string> = new Set(["Organization", "Practitioner", "PractitionerRole"]);

function listOf<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

/** v3 ActCode, what is below InformationSensitivityPolicy. https://hl7.org/fhir/R4/v3/InformationSensitivityPolicy/vs.html */
const SENSITIVITIES: ReadonlySet<string> = new Set(
  (
    "ETH GDIS HIV MST SCA SDV SEX SPI BH COGN DVD EMOTDIS MH PSY PSYTHPN SUD ETHUD OPIOIDUD STD TBOO VIO SICKLE " +
    "DEMO DOB GENDER LIVARG MARST RACE REL B EMPL LOCIS SSP ADOL CEL DIA DRGIS EMP PDS PHY PRS"
  ).split(" "),
);

/** Says how sure a value is, or that it is a part: nothing on who may see it. */
const OBSERVATION_VALUE = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

/** A resource may say of itself also what no list says: that it is less confidential than most. It has no effect. */
type StatedLabel = Omit<Given, "confidentiality"> & { readonly confidentiality: Confidentiality };

interface Stated {
  readonly given: readonly StatedLabel[];
  readonly isConfidential: boolean;
}

/** What a resource says itself; `undefined` where it says something that nobody here understands. */
function toStated(
  security: readonly { readonly system?: string; readonly code?: string }[],
  { sensitivityFloor, handlingFloors }: LabelLists,
): Stated | undefined {
  const given: StatedLabel[] = [];
  let isConfidential = false;
  for (const { system, code = "" } of security) {
    if (system === OBSERVATION_VALUE) continue;
    const confidentiality = CONFIDENTIALITY_ORDER.find((known) => known === code);
    const handling = HANDLING.find((known) => known === code);
    if (system === CONFIDENTIALITY && confidentiality !== undefined) {
      given.push({ confidentiality });
      isConfidential = true;
    } else if (system === ACT_CODE && SENSITIVITIES.has(code)) {
      given.push({ confidentiality: sensitivityFloor, sensitivities: [code] });
    } else if (system === HANDLING_LABEL && handling !== undefined) {
      given.push({ confidentiality: handlingFloors[handling], handling: [handling] });
    } else return undefined;
  }
  return { given, isConfidential };
}

function defaultOf(
  { defaults }: LabelLists,
  told: { readonly type: string; readonly source: SourceFacts | undefined; readonly resource: Resource },
): LabelDefault | undefined {
  const { resource } = told;
  return defaults.find((one) => {
    if (!fits(one, told)) return false;
    if (one.profiles && !resource.meta?.profile?.some((profile) => one.profiles?.includes(profile))) return false;
    if (one.categories === undefined) return true;
    return categoryCodings(resource).some(({ system = "", code }) => one.categories?.[system]?.includes(code));
  });
}

function fits(
  { types, dataClasses, isWritten }: LabelDefault,
  { type, source }: { readonly type: string; readonly source: SourceFacts | undefined },
): boolean {
  if (!types.includes(type)) return false;
  if (dataClasses !== undefined && (source === undefined || !dataClasses.includes(source.dataClass))) return false;
  return isWritten === undefined || (source !== undefined && isWritten === (source.isWritten === true));
}

/** The same labels are the same array: most resources of a record carry the same few. */
const interned = new Map<string, readonly Label[]>();
const INTERNED_max = 1_000;

function toLabels(given: readonly StatedLabel[]): readonly Label[] {
  let confidentiality: Confidentiality = "U";
  const sensitivities = new Set<string>();
  const handling = new Set<Handling>();
  for (const one of given) {
    if (rankOf(one.confidentiality) > rankOf(confidentiality)) confidentiality = one.confidentiality;
    for (const code of one.sensitivities ?? []) sensitivities.add(code);
    for (const code of one.handling ?? []) handling.add(code);
  }
  const labels: readonly Label[] = [
    { system: CONFIDENTIALITY, code: confidentiality },
    ...[...sensitivities].sort().map((code) => ({ system: ACT_CODE, code })),
    ...HANDLING.filter((code) => handling.has(code)).map((code) => ({ system: HANDLING_LABEL, code })),
  ];
  const name = labels.map(({ code }) => code).join(" ");
  const known = interned.get(name);
  if (known) return known;
  if (interned.size < INTERNED_max) interned.set(name, labels);
  return labels;
}
