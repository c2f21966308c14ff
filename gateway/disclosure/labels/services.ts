import { codingsBelow } from "./codings.ts";
import type { LabelLists, ServiceList } from "./label-list.ts";

type Tree = Readonly<Record<string, unknown>>;

/** What is known of services whose name alone would tell what a child is going through. */
export interface SensitiveServices {
  /** The service that a resource is, belongs to or works for, or that a reference names; `undefined` for any other. */
  serviceOf(told: Tree): ServiceList | undefined;
}

/** A text as words are looked for in it: small letters and digits, one space between, one at each end. */
function toWords(text: string): string {
  return ` ${text
    .toLowerCase()
    .replaceAll(/[’‘`]/g, "'")
    .replaceAll(/[^\p{L}\p{N}']+/gu, " ")
    .trim()} `;
}

/** Elements of an Organization, a Practitioner, a PractitionerRole or a Reference that name a service. */
const NAMING = ["name", "alias", "display", "organization", "practitioner", "healthcareService", "location", "partOf"];
const CODED = ["type", "specialty", "code", "qualification"];

export function createServices(services: LabelLists["services"]): SensitiveServices {
  const named = services.flatMap((service) => (service.words ?? []).map((word) => ({ service, word: toWords(word) })));
  const identified = new Map<string, ServiceList>();
  const coded = new Map<string, ServiceList>();
  for (const service of services) {
    for (const [system, values] of Object.entries(service.identifiers ?? {})) {
      for (const value of values) identified.set(`${system}|${value}`, service);
    }
    for (const [system, codes] of Object.entries(service.codes ?? {})) {
      for (const code of codes) coded.set(`${system}|${code}`, service);
    }
  }
  return {
    serviceOf(told) {
      for (const name of identifiersOf(told)) {
        const service = identified.get(name);
        if (service) return service;
      }
      for (const { system, code } of CODED.flatMap((element) => codingsBelow(told[element]))) {
        const service = coded.get(`${system ?? ""}|${code}`);
        if (service) return service;
      }
      const words = [...NAMING, ...CODED].flatMap((element) => textsOf(told[element])).map(toWords);
      return named.find(({ word }) => words.some((text) => text.includes(word)))?.service;
    },
  };
}

function identifiersOf(told: Tree): readonly string[] {
  const own = [told.identifier].flat();
  const within = [told.organization, told.partOf].flatMap((one) => (isTree(one) ? [one.identifier] : []));
  return [...own, ...within].flatMap((one) =>
    isTree(one) ? [`${String(one.system ?? "")}|${String(one.value)}`] : [],
  );
}

/** Every text of an element: what it is called, and what its codes are. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (!isTree(value)) return [];
  return ["text", "display", "coding", "family", "given", "prefix", "suffix", "code"].flatMap((name) =>
    textsOf(value[name]),
  );
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
