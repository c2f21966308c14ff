import { LOCAL_AUTHORITY, SHARING_DECISION, SNOMED } from "#profiles/systems.ts";
import { SENSITIVE_LISTS } from "../disclosure/labels/sensitive-lists.ts";
import type { Hiding } from "./scene.fixtures.ts";
import { endResource, putResource, tellChild, untellChild } from "./store.fixtures.ts";
import { asked, doubted, elsewhere, merged, stranger } from "./strangers.fixtures.ts";
import { isNamed } from "./told.fixtures.ts";

/** What a source beyond the agreement says of a child of the requester's. */
const beyond: Hiding = ({ maker, unreached, children, hidden }) => {
  const { of, random } = maker;
  const tellers = unreached.filter(({ dataClass }) => dataClass !== "sharing");
  if (children.length === 0 || tellers.length === 0) return undefined;
  const child = of(children);
  const facts = of(tellers);
  const told = { patientId: child.patientId, facts, localId: `C${child.serial}` };
  // Two tellings in three are of a finding.
  if (random.chance(0.3)) {
    // That a child is restricted shows whoever says it, and is not taken back by one who says nothing of it.
    const patient = maker.patient({ ...child, given: of(["Otherwise", child.given]) }, facts);
    return {
      what: `${facts.source}, beyond the agreement, tells of a child of the requester's`,
      names: [],
      run: ({ gateway }, now_ms) => tellChild(gateway.store, { ...told, patient }, now_ms),
    };
  }
  const resource = maker.observation(child);
  const trace = maker.provenance(`Observation/${resource.id}`, `Patient/${child.patientId}`);
  for (const { resourceType, id } of [resource, trace]) hidden.push({ name: `${resourceType}/${id}`, facts, child });
  return {
    what: `${facts.source}, beyond the agreement, tells of a finding`,
    names: [`Observation/${resource.id}`, `Provenance/${trace.id}`],
    async run({ gateway: { store } }, now_ms) {
      await putResource(store, { patientId: child.patientId, facts, resource }, now_ms);
      await putResource(store, { patientId: child.patientId, facts, resource: trace }, now_ms);
    },
  };
};

/** Told anew, or ended: what is hidden has a history. */
const changed: Hiding = ({ maker, hidden }) => {
  if (hidden.length === 0) return undefined;
  const { name, facts, child, code } = maker.of(hidden);
  const [type = "", id = ""] = name.split("/");
  if (type !== "Observation" || maker.random.chance(0.4)) {
    return {
      what: `${name} ends`,
      names: [],
      run: ({ gateway }, now_ms) => endResource(gateway.store, type, id, now_ms),
    };
  }
  const resource = maker.observation(child, { id, ...(code && { code }) });
  return {
    what: `${name} is told anew`,
    names: [],
    run: ({ gateway }, now_ms) =>
      putResource(gateway.store, { patientId: child.patientId, facts, resource: { ...resource, id } }, now_ms),
  };
};

/** A source beyond the agreement says nothing more of a child. */
const untold: Hiding = ({ maker, unreached, children, strangers }) => {
  const { of, random } = maker;
  const [one] = strangers.length > 0 && random.chance(0.5) ? [of(strangers)] : [];
  const child = one?.child ?? (children.length === 0 ? undefined : of(children));
  const facts = one?.facts ?? (unreached.length === 0 ? undefined : of(unreached));
  if (!child || !facts) return undefined;
  const told = { patientId: child.patientId, facts, localId: `C${child.serial}` };
  return {
    what: `${facts.source} says no more of ${one ? "a stranger" : "a child of the requester's"}`,
    names: [],
    run: ({ gateway }, now_ms) => untellChild(gateway.store, told, now_ms),
  };
};

/** What the family's objection withholds from everybody but its officers. */
const objected: Hiding = ({ maker, requester, reached, children, hidden }) => {
  if (requester.agreement.dataClasses.includes("sharing")) return undefined;
  const candidates = children.filter((child) => child.objected.length > 0);
  if (candidates.length === 0) return undefined;
  const child = maker.of(candidates);
  const tellers = reached.filter(({ dataClass }) => child.objected.includes(dataClass));
  if (tellers.length === 0) return undefined;
  const facts = maker.of(tellers);
  const resource = maker.observation(child);
  hidden.push({ name: `Observation/${resource.id}`, facts, child });
  return {
    what: `${facts.source} tells of a finding that an objection withholds`,
    names: [`Observation/${resource.id}`],
    run: ({ gateway }, now_ms) => putResource(gateway.store, { patientId: child.patientId, facts, resource }, now_ms),
  };
};

/** Where a restricted child lives, and who looks after it. */
const place: Hiding = ({ maker, requester, reached, children }) => {
  const candidates = children.filter(({ isRestricted }) => isRestricted);
  const tellers = reached.filter(({ dataClass, isWritten }) => dataClass !== "sharing" && !isWritten);
  if (candidates.length === 0 || tellers.length === 0 || requester.agreement.writes) return undefined;
  const child = maker.of(candidates);
  const facts = maker.of(tellers);
  const told = { patientId: child.patientId, facts, localId: `C${child.serial}`, patient: maker.patient(child, facts) };
  return {
    what: `${facts.source} tells another place of a restricted child`,
    names: [],
    async run({ gateway: { store } }, now_ms) {
      // Only who has told of the child before: a further teller would be seen.
      const record = await store.locate("Patient", child.patientId, "");
      const stored = record === undefined ? undefined : await store.record(record);
      const { source, localId } = { ...told, source: facts.source };
      const hasTold = stored?.contributions.some((one) => one.source === source && one.localId === localId);
      if (hasTold) await tellChild(store, told, now_ms);
    },
  };
};

const RANK: Readonly<Record<string, number>> = { N: 0, R: 1, V: 2 };

/** A finding whose code few may know. */
const labelled: Hiding = ({ maker, requester, reached, children, hidden }) => {
  const { confidentiality = "N", sensitivities = [] } = requester.agreement;
  const lists = SENSITIVE_LISTS.filter(
    (list) =>
      (RANK[list.confidentiality] ?? 0) > (RANK[confidentiality] ?? 0) ||
      (list.sensitivities ?? []).some((code) => !sensitivities.includes(code)),
  );
  const codes = lists.flatMap(({ codes: known }) => (known?.[SNOMED] ?? []).map((code) => ({ system: SNOMED, code })));
  // A client reads back what it wrote itself, whatever the lists make of it.
  const tellers = reached.filter(
    ({ dataClass, source }) => dataClass !== "sharing" && source !== requester.agreement.writes?.source,
  );
  if (codes.length === 0 || children.length === 0 || tellers.length === 0) return undefined;
  const child = maker.of(children);
  const facts = maker.of(tellers);
  const code = { coding: [maker.of(codes)], text: "a finding" };
  const resource = maker.observation(child, { code });
  const trace = maker.provenance(`Observation/${resource.id}`);
  for (const { resourceType, id } of [resource, trace]) {
    hidden.push({ name: `${resourceType}/${id}`, facts, child, code });
  }
  return {
    what: `${facts.source} tells of a finding coded ${code.coding[0]?.code}`,
    names: [`Observation/${resource.id}`, `Provenance/${trace.id}`],
    async run({ gateway: { store } }, now_ms) {
      await putResource(store, { patientId: child.patientId, facts, resource }, now_ms);
      await putResource(store, { patientId: child.patientId, facts, resource: trace }, now_ms);
    },
  };
};

/** Who saw a restricted child, which both are told of, and each of another place. */
const seer: Hiding = ({ maker, reached, children }) => {
  const candidates = children.filter(({ isRestricted }) => isRestricted);
  const tellers = reached.filter(({ dataClass }) => dataClass !== "sharing");
  if (candidates.length === 0 || tellers.length === 0) return undefined;
  const child = maker.of(candidates);
  const facts = maker.of(tellers);
  const resource = maker.observation(child);
  return {
    what: `${facts.source} tells each of another place in which a restricted child was seen`,
    names: [`Observation/${resource.id}`],
    isDiffering: true,
    run: ({ gateway }, now_ms, isFuller) => {
      const performer = [{ display: isFuller ? "Refuge" : "Nursery" }];
      return putResource(
        gateway.store,
        { patientId: child.patientId, facts, resource: { ...resource, performer } },
        now_ms,
      );
    },
  };
};

/** Elements that the agreement leaves out, different in each. */
const element: Hiding = ({ maker, requester, reached, children }) => {
  const shown = requester.agreement.elements?.Observation;
  const tellers = reached.filter(({ dataClass }) => dataClass !== "sharing");
  if (shown === undefined || shown.includes("note") || children.length === 0 || tellers.length === 0) return undefined;
  const child = maker.of(children);
  const facts = maker.of(tellers);
  const resource = maker.observation(child);
  return {
    what: `${facts.source} tells each of another note`,
    names: [`Observation/${resource.id}`],
    isDiffering: true,
    run: ({ gateway }, now_ms, isFuller) => {
      const note = [{ text: isFuller ? "seldom" : "cheerful at length" }];
      return putResource(gateway.store, { patientId: child.patientId, facts, resource: { ...resource, note } }, now_ms);
    },
  };
};

/** A decision on sharing that takes nothing from anybody, read by officers and its teller alone. */
const decision: Hiding = ({ maker, requester, children, hidden }) => {
  const facts = maker.facts.find(({ source }) => source === "leeds-sharing");
  if (requester.agreement.dataClasses.includes("sharing") || children.length === 0 || !facts) return undefined;
  const child = maker.of(children);
  const elsewhere = { system: LOCAL_AUTHORITY, value: "999" };
  const resource = maker.consent(
    { ...child, objected: [] },
    {
      category: [{ coding: [{ system: SHARING_DECISION, code: "objection" }] }],
      provision: {
        type: "permit",
        provision: [
          maker.random.chance(0.5)
            ? { type: "deny", period: { start: "2020-01-01", end: "2020-12-31" } }
            : {
                type: "deny",
                actor: [{ role: { text: "recipient" }, reference: { type: "Organization", identifier: elsewhere } }],
              },
        ],
      },
    },
  );
  const trace = maker.provenance(`Consent/${resource.id}`, `Patient/${child.patientId}`);
  for (const { resourceType, id } of [resource, trace]) hidden.push({ name: `${resourceType}/${id}`, facts, child });
  return {
    what: "a decision of the family's that takes nothing from the requester",
    names: [`Consent/${resource.id}`, `Provenance/${trace.id}`],
    async run({ gateway: { store } }, now_ms) {
      await putResource(store, { patientId: child.patientId, facts, resource }, now_ms);
      await putResource(store, { patientId: child.patientId, facts, resource: trace }, now_ms);
    },
  };
};

/** An organisation that only a source beyond the agreement tells of. */
const organisation: Hiding = ({ maker, unreached, requester }) => {
  const tellers = unreached.filter((facts) => !isNamed(facts, requester.agreement));
  if (tellers.length === 0) return undefined;
  const facts = maker.of(tellers);
  const id = maker.id();
  const value = `Z99${maker.random.between(100, 999)}`;
  const name = maker.of(["Refuge", "Zebra House"]);
  return {
    what: `${facts.source}, beyond the agreement, tells of an organisation`,
    names: [`Organization/${id}`, name],
    run: ({ gateway }, now_ms) =>
      putResource(
        gateway.store,
        {
          facts,
          resource: { resourceType: "Organization", id, name, identifier: [{ system: LOCAL_AUTHORITY, value }] },
        },
        now_ms,
      ),
  };
};

/** Every kind of thing that a requester may not see. */
export const HIDINGS: readonly Hiding[] = [
  stranger,
  beyond,
  changed,
  untold,
  objected,
  place,
  labelled,
  seer,
  element,
  decision,
  organisation,
  elsewhere,
  merged,
  asked,
  doubted,
];
