import { SCENARIOS } from "#mappers/synthetic/scenarios.ts";
import type { Hiding, Scene } from "./scene.fixtures.ts";
import { putResource, tellChild } from "./store.fixtures.ts";
import { relationshipsOf } from "./told.fixtures.ts";

/** A child of nobody's whom the requester may see, as like one of its own as can be. */
export const stranger: Hiding = ({ maker, requester, reached, unreached, children, strangers, hidden }) => {
  const { random, of } = maker;
  const { agreement } = requester;
  const isByAuthority = agreement.relationship === "authority";
  const outside = unreached.filter(({ authority }) => !agreement.authorities.includes(authority));
  const tellers = isByAuthority ? outside : [...reached, ...unreached];
  const facts = tellers.length === 0 ? undefined : of(tellers.filter(({ dataClass }) => dataClass !== "sharing"));
  if (!facts) return undefined;
  const like = children.length === 0 ? undefined : of(children);
  // Hammersmith & Fulham lets its children be linked with nobody's: there the number of another child is no conflict.
  const isAlike = facts.authority === "hammersmith-fulham" && like !== undefined && random.chance(0.5);
  const child = maker.child({
    ...(like && { family: like.family, given: like.given, birthDate: like.birthDate }),
    ...(isAlike && { nhsNumber: like.nhsNumber }),
    isRestricted: random.chance(0.2),
    objected: random.chance(0.3) ? ["health-visiting"] : [],
  });
  strangers.push({ child, facts });
  const told = { patientId: child.patientId, facts, localId: `C${child.serial}`, patient: maker.patient(child, facts) };
  const { strange } = relationshipsOf(requester, random);
  const finding = maker.observation(child);
  const trace = maker.provenance(`Patient/${child.patientId}`, `Observation/${finding.id}`);
  const decision = maker.consent(child);
  const register = maker.facts.find(({ source }) => source === `${facts.authority}-sharing`) ?? facts;
  for (const { resourceType, id } of [finding, trace, decision])
    hidden.push({ name: `${resourceType}/${id}`, facts, child });
  return {
    what: `a stranger, told by ${facts.source}${isAlike ? ", with the number of a child of the requester's" : ""}`,
    names: [`Patient/${child.patientId}`, child.nhsNumber, ...hidden.slice(-3).map(({ name }) => name)],
    async run({ gateway: { store } }, now_ms) {
      await tellChild(store, { ...told, ...(!isByAuthority && { relationships: strange }) }, now_ms);
      await putResource(store, { patientId: child.patientId, facts, resource: finding }, now_ms);
      await putResource(store, { patientId: child.patientId, facts, resource: trace }, now_ms);
      await putResource(store, { patientId: child.patientId, facts: register, resource: decision }, now_ms);
    },
  };
};

/** In an id space of its own a client may do what it likes, under ids and numbers of others as well. */
export const elsewhere: Hiding = ({ maker, requester, children, hidden }) => {
  if (requester.client === "conformance-demo") return undefined;
  const child = children.length === 0 ? maker.child() : maker.of(children);
  const facts = maker.of(maker.facts);
  const resource =
    hidden.length > 0 && maker.random.chance(0.5)
      ? { ...maker.observation(child), id: maker.of(hidden).name.split("/")[1] ?? "" }
      : { ...maker.patient(child, facts), id: child.patientId };
  return {
    what: `in another id space ${resource.resourceType}/${resource.id} is put`,
    names: [],
    async run(twin) {
      const init = {
        method: "PUT",
        headers: { "Content-Type": "application/fhir+json" },
        body: JSON.stringify(resource),
      };
      await (await twin.ask("conformance-demo", `${resource.resourceType}/${resource.id}`, init)).text();
    },
  };
};

/** Two strangers are found to be one child; or they are two again. */
export const merged: Hiding = (scene) => {
  const { maker, requester, strangers } = scene;
  if (["steward-demo", "officer-demo"].includes(requester.client) || strangers.length < 2) return undefined;
  if (readsLogOf("steward-demo", scene)) return undefined;
  const [one, other] = [maker.of(strangers), maker.of(strangers)];
  if (one === other) return undefined;
  const part = (name: string, id: string) => ({ name, valueReference: { reference: `Patient/${id}` } });
  const parameter = [
    part("source-patient", one.child.patientId),
    part("target-patient", other.child.patientId),
    { name: "reason", valueString: "the same household told both" },
    { name: "numbers-checked", valueBoolean: true },
  ];
  const code = maker.random.chance(0.3) ? "unmerge" : "merge";
  return {
    what: `strangers: ${code}`,
    names: [],
    async run(twin) {
      const init = {
        method: "POST",
        headers: { "Content-Type": "application/fhir+json" },
        body: JSON.stringify({ resourceType: "Parameters", parameter }),
      };
      const scope = "system/*.rs identity/review";
      await (await twin.ask("steward-demo", `Patient/$${code}`, init, scope)).text();
    },
  };
};

/** A steward is asked whether a stranger is a child of the requester's; a record is held back. */
export const doubted: Hiding = ({ maker, strangers, children }) => {
  if (strangers.length === 0 || children.length === 0) return undefined;
  const { child, facts } = maker.of(strangers);
  const candidate = maker.of(children);
  return {
    what: "a steward is asked whether a stranger is a child of the requester's",
    names: [],
    async run({ gateway: { store } }, now_ms) {
      const record = await store.locate("Patient", child.patientId, "");
      const other = await store.locate("Patient", candidate.patientId, "");
      if (record === undefined || other === undefined) return;
      const localId = `C${child.serial}`;
      const item = { kind: "ambiguous", source: facts.source, localId, record, candidates: [other] } as const;
      await store.write((transaction) =>
        transaction.openReview({ ...item, evidence: ["birth date agrees"], createdAt: now_ms }),
      );
    },
  };
};

/** What clients of its own authorities did is there to be read by whose agreement says so. */
function readsLogOf(client: string, { maker, requester: { agreement } }: Scene): boolean {
  const authority = maker.authorityOf(client);
  return agreement.audit && authority !== undefined && agreement.authorities.includes(authority);
}

/** Somebody else asks, and leaves a trace in the audit log. */
export const asked: Hiding = (scene) => {
  if (readsLogOf("officer-demo", scene)) return undefined;
  const { maker } = scene;
  const number = maker.of(SCENARIOS).nhsNumber ?? "";
  return {
    what: "an officer asks",
    names: [],
    async run(twin) {
      await (await twin.ask("officer-demo", `Patient?identifier=${number}`)).text();
    },
  };
};
