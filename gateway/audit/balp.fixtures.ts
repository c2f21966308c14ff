import type { AuditEvent, AuditEventAgent, AuditEventEntity, Coding } from "@medplum/fhirtypes";

/**
 * What the profiles of IHE BALP 1.1 demand of an AuditEvent (https://profiles.ihe.net/ITI/BALP/artifacts.html), as data:
 * kinds of agent and entity by their type, how many of each, and what each must have.
 */
export interface BalpProfile {
  readonly type: string;
  readonly subtypes: readonly string[];
  readonly action: string;
  /** Absent: any. */
  readonly outcome?: string;
  readonly agents: Readonly<Record<string, Slice>>;
  readonly entities: Readonly<Record<string, Slice>>;
  readonly entitiesMin: number;
  /** No entity but those named. */
  readonly isClosed?: true;
}

interface Slice {
  readonly min: number;
  readonly max: number;
  readonly requestor?: boolean;
  readonly hasNetwork?: boolean;
  /** Code of `entity.role`. */
  readonly roles?: readonly string[];
  readonly has?: readonly ("what" | "query")[];
  readonly lacks?: readonly ("what" | "query" | "name" | "detail")[];
  readonly isObserver?: true;
}

const ONE = { min: 1, max: 1 };
const SOME = { min: 0, max: 1 };
const MANY = { min: 0, max: Number.POSITIVE_INFINITY };
const MACHINE: Slice = { ...ONE, hasNetwork: true };
const USER: Slice = { ...SOME, requestor: true, hasNetwork: false };
const TRANSACTION: Slice = { ...SOME, has: ["what"] };
const PATIENT: Slice = { ...ONE, roles: ["1"], has: ["what"] };
const OBJECT: Slice = { ...ONE, roles: ["4", "3", "20"], has: ["what"] };
const QUERY: Slice = { ...ONE, roles: ["24"], has: ["query"], lacks: ["what", "detail"] };

function rest(subtypes: readonly string[], action: string, change: Partial<BalpProfile>): BalpProfile {
  return {
    type: "rest",
    subtypes,
    action,
    outcome: "0",
    agents: { "110153": MACHINE, "110152": MACHINE, IRCP: USER, INF: USER, AUT: USER, CST: USER },
    entities: { "1": { ...PATIENT, min: 0 }, "2": OBJECT, XrequestId: TRANSACTION },
    entitiesMin: 1,
    ...change,
  };
}

const WITH_PATIENT = { entities: { "1": PATIENT, "2": OBJECT, XrequestId: TRANSACTION }, entitiesMin: 2 };
const REMOVED = { agents: { "110150": MACHINE, custodian: MACHINE, INF: USER, AUT: USER, CST: USER } };
const SEARCHES = ["search", "search-type", "search-system"];

export const BALP: Readonly<Record<string, BalpProfile>> = {
  Read: rest(["read", "vread"], "R", {}),
  PatientRead: rest(["read", "vread"], "R", WITH_PATIENT),
  Create: rest(["create"], "C", {}),
  PatientCreate: rest(["create"], "C", WITH_PATIENT),
  Update: rest(["update", "patch"], "U", {}),
  PatientUpdate: rest(["update", "patch"], "U", WITH_PATIENT),
  Delete: rest(["delete"], "D", REMOVED),
  PatientDelete: rest(["delete"], "D", { ...REMOVED, ...WITH_PATIENT }),
  Query: rest(SEARCHES, "E", { entities: { "2": QUERY, XrequestId: TRANSACTION } }),
  PatientQuery: rest(SEARCHES, "E", { entities: { "1": PATIENT, "2": QUERY, XrequestId: TRANSACTION } }),
  "IHE.BasicAudit.AuthZconsent": {
    type: "110113",
    subtypes: ["AuthZ-Consent", "AuthZ-Role"],
    action: "E",
    agents: {
      "110150": MACHINE,
      IRCP: { ...ONE, requestor: true, hasNetwork: false },
      PROV: { ...ONE, requestor: false, hasNetwork: false },
      authserver: { ...ONE, requestor: false, hasNetwork: false, isObserver: true },
    },
    entities: { "1": PATIENT, Consent: { ...MANY, min: 1, has: ["what"] }, UserOauthAgent: { ...SOME, has: ["what"] } },
    entitiesMin: 2,
    isClosed: true,
  },
  "IHE.BasicAudit.PrivacyDisclosure.Source": {
    type: "110106",
    subtypes: ["disclose"],
    action: "R",
    agents: { "110153": { ...MACHINE, isObserver: true }, "110152": MACHINE },
    entities: { "1": PATIENT },
    entitiesMin: 2,
  },
};

/** In which ways an event is not of a profile; empty when it is. */
export function offences(event: AuditEvent, profile: BalpProfile): readonly string[] {
  const wrong: string[] = [];
  const demand = (holds: boolean, what: string) => {
    if (!holds) wrong.push(what);
  };
  demand(event.type.code === profile.type, `type ${event.type.code}`);
  demand(event.action === profile.action, `action ${event.action}`);
  demand(event.subtype?.some(({ code }) => profile.subtypes.includes(code ?? "")) === true, "no subtype of these");
  demand(profile.outcome === undefined || event.outcome === profile.outcome, `outcome ${event.outcome}`);
  demand(event.recorded !== undefined && event.outcome !== undefined, "no time or outcome");
  const { agent, entity = [] } = event;
  demand(agent.length >= 2, "fewer than two agents");
  demand(entity.length >= profile.entitiesMin, "too few entities");
  for (const [code, slice] of Object.entries(profile.agents)) {
    const found = agent.filter(({ type }) => has(type?.coding, code));
    demand(found.length >= slice.min && found.length <= slice.max, `${found.length} agents ${code}`);
    for (const one of found) wrong.push(...agentOffences(one, { code, slice, event }));
  }
  for (const [code, slice] of Object.entries(profile.entities)) {
    const found = entity.filter(({ type }) => type?.code === code);
    demand(found.length >= slice.min && found.length <= slice.max, `${found.length} entities ${code}`);
    for (const one of found) wrong.push(...entityOffences(one, code, slice));
  }
  const strange = entity.filter(({ type }) => profile.entities[type?.code ?? ""] === undefined);
  demand(profile.isClosed !== true || strange.length === 0, "an entity of no kind of the profile");
  return wrong;
}

function has(codings: readonly Coding[] | undefined, code: string): boolean {
  return codings?.some((coding) => coding.code === code) === true;
}

function agentOffences(
  { who, requestor, network }: AuditEventAgent,
  { code, slice, event }: { readonly code: string; readonly slice: Slice; readonly event: AuditEvent },
): readonly string[] {
  const isObserver = JSON.stringify(who) === JSON.stringify(event.source.observer);
  return [
    ...(who === undefined ? [`agent ${code} is nobody`] : []),
    ...(slice.requestor === undefined || slice.requestor === requestor ? [] : [`agent ${code} as requestor`]),
    ...(slice.hasNetwork === undefined || slice.hasNetwork === (network !== undefined) ? [] : [`network of ${code}`]),
    ...(slice.isObserver && !isObserver ? [`agent ${code} is not the observer`] : []),
  ];
}

function entityOffences(entity: AuditEventEntity, code: string, slice: Slice): readonly string[] {
  const { roles, has: needed = [], lacks = [] } = slice;
  return [
    ...(roles && !roles.includes(entity.role?.code ?? "") ? [`entity ${code} has role ${entity.role?.code}`] : []),
    ...needed.filter((name) => entity[name] === undefined).map((name) => `entity ${code} has no ${name}`),
    ...lacks.filter((name) => entity[name] !== undefined).map((name) => `entity ${code} has ${name}`),
  ];
}
