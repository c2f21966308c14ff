import type { Consent } from "@medplum/fhirtypes";
import { authorOf } from "../access/author.ts";
import type { Requester } from "../access/requester.ts";
import { findVisible } from "../interactions/read-visible.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import type { Answered } from "../review/done.ts";
import { resourceBytes } from "../search/pack.ts";
import type { RecordKey, StoredDisclosureDecision, StoredResource } from "../store/store.ts";
import { flawOfReason } from "./child-names.ts";
import { awaitsReview, toDecisionView } from "./decision-view.ts";
import {
  classesOf,
  isObjection,
  type ObjectionState,
  type ObjectionView,
  resourcesOf,
  stateOf,
  versionOf,
} from "./objection-view.ts";
import { openPage, readCount, sealPage } from "./pages.ts";
import type { OversightPorts } from "./ports.ts";
import type { ObjectionAsked } from "./requests.ts";
import { type SeenChild, seeChild } from "./see-child.ts";

export const OBJECTION_PARAMETERS = ["state", "count", "page"] as const;
export type ObjectionsAsked = { readonly [N in (typeof OBJECTION_PARAMETERS)[number]]?: string };

export interface ObjectionListing {
  readonly objections: readonly ObjectionView[];
  readonly next?: string;
}

const STATES: readonly ObjectionState[] = ["received", "upheld", "refused"];

/** Objections that the requester may decide on, in one state, in pages; a page may hold fewer and still have a next. */
export async function listObjections(
  requester: Requester,
  asked: ObjectionsAsked,
  ports: OversightPorts,
): Promise<Answered<ObjectionListing>> {
  const state = STATES.find((one) => one === (asked.state ?? "received"));
  if (state === undefined) return bad("state", `one of ${STATES.join(", ")}`);
  const count = readCount(asked.count);
  if (count === undefined) return bad("count", `a whole number from 1 to ${LIMITS.oversight_listing_max}`);
  const asking = { kind: "objections", query: state, page: asked.page };
  const after = openPage(asking, requester, ports);
  if (after === undefined) return bad("page", "what the page before gave as next");
  const sources = sourcesOf(requester, ports);
  const found: Objection[] = [];
  let last = after;
  let isMore = false;
  for (let looked = 0; looked < LIMITS.oversight_scanned_max; looked += LIMITS.oversight_listing_max) {
    const places = await ports.store.consentPlaces(sources, last, LIMITS.oversight_listing_max);
    isMore = places.length === LIMITS.oversight_listing_max;
    for (const { place, record, id } of places) {
      if (found.length >= count) {
        isMore = true;
        break;
      }
      const objection = await seeObjection(record, id, requester, ports);
      if (objection?.state === state) found.push(objection);
      last = place;
    }
    if (!isMore || found.length >= count) break;
  }
  return {
    value: {
      objections: found.map((one) => toView(one, ports)),
      ...(isMore ? { next: sealPage(last, asking, requester, ports) } : {}),
    },
    patients: [...new Set(found.map(({ child }) => child.record.patientId))],
    released: found.map(({ stored }) => `Consent/${stored.id}/${stored.version}`),
    detail: `objections=${found.length}`,
  };
}

/** One objection; 404 for what the requester does not see, and for a Consent that takes nothing out. */
export async function readObjection(
  requester: Requester,
  consent: string,
  ports: OversightPorts,
): Promise<Answered<ObjectionView>> {
  const found = await findObjection(consent, requester, ports);
  if (found === undefined) return NOT_THERE;
  return { ...disclosed(found), value: toView(found, ports), detail: `state=${found.state}` };
}

/** Upholds or refuses; at the next request the other answer holds. */
export async function decideObjection(
  requester: Requester,
  { consent, version, asked }: { readonly consent: string; readonly version: string; readonly asked: ObjectionAsked },
  ports: OversightPorts,
): Promise<Answered<ObjectionView>> {
  const found = await findObjection(consent, requester, ports);
  if (found === undefined) return NOT_THERE;
  const { record } = found.child;
  const flaw = await flawOfReason(asked.reason, [record], ports);
  if (flaw !== undefined) return flaw;
  const author = authorOf(requester);
  const at_ms = ports.now();
  const { state, reason } = asked;
  const decision = { kind: "objection", consent, state, author, reason, decidedAt_ms: at_ms } as const;
  const id = await ports.store.write(async (transaction) => {
    // The Consent may have moved, been changed or been decided on since it was looked at.
    const now = await transaction.current("Consent", consent, requester.agreement.idSpace);
    if (now === undefined || now.contentHash === "") return undefined;
    const earlier = onConsent(await transaction.disclosureDecisionsOf(record.key), consent);
    if (versionOf(now.version, earlier) !== version) return undefined;
    for (const one of earlier) {
      if (one.endedAt_ms !== undefined) continue;
      await transaction.endDisclosureDecision(one.id, { author, reason: "Decided anew.", at_ms });
    }
    return transaction.appendDisclosureDecision(now.record, decision, awaitsReview(decision));
  });
  if (id === undefined) return { kind: "item-changed" };
  const after = await findObjection(consent, requester, ports);
  if (after === undefined) return NOT_THERE;
  return {
    ...disclosed(after),
    value: toView(after, ports),
    detail: `decision=${id} consent=${consent} state=${state}`,
    isDecided: true,
  };
}

interface Objection {
  readonly child: SeenChild;
  readonly stored: StoredResource;
  readonly consent: Consent;
  readonly decisions: readonly StoredDisclosureDecision[];
  readonly state: ObjectionState;
}

const NOT_THERE: Issue = { kind: "not-found", type: "Consent" };

function bad(parameter: string, expected: string): Issue {
  return { kind: "bad-parameter-value", parameter, expected };
}

function sourcesOf({ agreement }: Requester, { sources }: OversightPorts): readonly string[] {
  return [...sources.values()].flatMap(({ source, authority }) =>
    agreement.authorities.includes(authority) ? [source] : [],
  );
}

async function findObjection(
  consent: string,
  requester: Requester,
  ports: OversightPorts,
): Promise<Objection | undefined> {
  const key = await ports.store.locate("Consent", consent, requester.agreement.idSpace);
  return key === undefined ? undefined : seeObjection(key, consent, requester, ports);
}

async function seeObjection(
  key: RecordKey,
  id: string,
  requester: Requester,
  ports: OversightPorts,
): Promise<Objection | undefined> {
  const child = await seeChild(key, requester, ports);
  const entry = child && findVisible(child.view, "Consent", id);
  const stored = child?.record.resources.find((one) => one.type === "Consent" && one.id === id);
  if (child === undefined || entry === undefined || stored === undefined) return undefined;
  const consent: Consent = JSON.parse(resourceBytes(entry.pack, entry.entry).toString());
  if (!isObjection(consent)) return undefined;
  const decisions = onConsent(await ports.store.disclosureDecisionsOf(child.record.key), id);
  return { child, stored, consent, decisions, state: stateOf(consent, decisions) };
}

function onConsent(
  decisions: readonly StoredDisclosureDecision[],
  consent: string,
): readonly StoredDisclosureDecision[] {
  return decisions.filter((one) => one.kind === "objection" && one.consent === consent);
}

function disclosed({ child, stored }: Objection) {
  return { patients: [child.record.patientId], released: [`Consent/${stored.id}/${stored.version}`] };
}

function toView(
  { child, stored, consent, decisions, state }: Objection,
  { register, now, reviewWithin_ms }: OversightPorts,
): ObjectionView {
  const viewing = { child: child.record.patientId, now_ms: now(), reviewWithin_ms };
  return {
    consent: stored.id,
    child: child.record.patientId,
    source: stored.source,
    authority: register.authorityOf(stored.source),
    state,
    dataClasses: classesOf(consent),
    resources: resourcesOf(consent),
    ...(consent.dateTime === undefined ? {} : { recordedOn: consent.dateTime }),
    version: versionOf(stored.version, decisions),
    decisions: decisions.map((decision) => toDecisionView(decision, viewing)),
  };
}
