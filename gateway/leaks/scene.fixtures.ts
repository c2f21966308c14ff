import type { CodeableConcept } from "@medplum/fhirtypes";
import type { DataClass } from "#mappers/mapper.ts";
import type { Requester } from "../access/requester.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import type { TestGateway } from "../gateway.fixtures.ts";
import { putResource, tellChild } from "./store.fixtures.ts";
import { isReached, type Maker, relationshipsOf, type TwinChild } from "./told.fixtures.ts";

/** Something told to one twin or to both. */
export interface Telling {
  readonly what: string;
  /** Ids and values that requests are then made of. */
  readonly names: readonly string[];
  /** Where both are told, `isFuller` may make a difference in what is hidden. */
  run(twin: TestGateway, now_ms: number, isFuller: boolean): Promise<void>;
  /** Told to both, and different in a hidden part. */
  readonly isDiffering?: true;
}

/** What a round knows of the children that were told of. */
export interface Scene {
  readonly maker: Maker;
  readonly requester: Pick<Requester, "client" | "agreement" | "organization">;
  readonly reached: readonly SourceFacts[];
  readonly unreached: readonly SourceFacts[];
  /** Told to both, and seen by the requester. */
  readonly children: TwinChild[];
  /** Told to the fuller twin alone. */
  readonly strangers: { readonly child: TwinChild; readonly facts: SourceFacts }[];
  /** Hidden resources, as `Type/id`, with whoever told them. */
  readonly hidden: {
    readonly name: string;
    readonly facts: SourceFacts;
    readonly child: TwinChild;
    /** The code for which it is hidden. */
    readonly code?: CodeableConcept;
  }[];
}

export function createScene(maker: Maker, requester: Scene["requester"]): Scene {
  const { agreement } = requester;
  return {
    maker,
    requester,
    reached: maker.facts.filter((facts) => isReached(facts, agreement)),
    unreached: maker.facts.filter((facts) => !isReached(facts, agreement)),
    children: [],
    strangers: [],
    hidden: [],
  };
}

/** What both are told: a child of the requester's, findings on it, an objection. Visible or not, it is the same. */
export function tellBoth(scene: Scene): Telling | undefined {
  const { maker, requester, reached, children } = scene;
  const { random, of } = maker;
  if (requester.agreement.idSpace !== "" || reached.length === 0) return undefined;
  const childFacts = reached.filter(({ dataClass }) => dataClass !== "sharing");
  if (childFacts.length === 0) return undefined;
  if (children.length < 4 || random.chance(0.2)) return newChild(scene, childFacts);
  const child = of(children);
  const facts = of(childFacts);
  const resource = maker.observation(child);
  return {
    what: `${facts.source} tells both of a finding`,
    names: [`Observation/${resource.id}`],
    run: ({ gateway }, now_ms) => putResource(gateway.store, { patientId: child.patientId, facts, resource }, now_ms),
  };
}

const OBJECTIONS: readonly (readonly DataClass[])[] = [
  ["health-visiting"],
  ["education"],
  ["health-visiting", "education"],
];

/** A child of the requester's; `change` says what it is like, which is drawn otherwise. */
export function newChild(
  { maker, requester, children }: Scene,
  reached: readonly SourceFacts[],
  change?: Partial<TwinChild>,
): Telling {
  const { random, of } = maker;
  const drawn = { isRestricted: random.chance(0.4), objected: random.chance(0.4) ? of(OBJECTIONS) : [] };
  const child = maker.child(change ?? drawn);
  const { objected } = child;
  const others = maker.facts.filter(({ dataClass }) => dataClass !== "sharing");
  const tellers = change ? reached : [...new Set([of(reached), of(reached), of(others)])];
  const { holding } = relationshipsOf(requester, random);
  const told = tellers.map((facts) => ({
    facts,
    patient: maker.patient(child, facts),
    finding: maker.observation(child),
  }));
  const decision = maker.consent(child);
  children.push(child);
  return {
    what: `a child of the requester's, told by ${tellers.map(({ source }) => source).join(", ")}`,
    names: [`Patient/${child.patientId}`, child.nhsNumber, ...told.map(({ finding }) => `Observation/${finding.id}`)],
    async run({ gateway: { store } }, now_ms) {
      for (const { facts, patient, finding } of told) {
        const one = { patientId: child.patientId, facts, localId: `C${child.serial}`, patient };
        await tellChild(store, { ...one, relationships: holding }, now_ms);
        await putResource(store, { patientId: child.patientId, facts, resource: finding }, now_ms);
      }
      const register = maker.facts.find(({ source }) => source === "leeds-sharing");
      if (objected.length > 0 && register) {
        await putResource(store, { patientId: child.patientId, facts: register, resource: decision }, now_ms);
      }
    },
  };
}

/** Something that a requester may not see; nothing where its agreement leaves no room for it. */
export type Hiding = (scene: Scene) => Telling | undefined;
