import { randomUUID } from "node:crypto";
import type { Bundle, OperationOutcome, Resource } from "@medplum/fhirtypes";
import type { Agreement, Requester } from "../../access/requester.ts";
import type { WrittenSource } from "../../access/source.ts";
import type { AuditLog } from "../../audit/audit.ts";
import { createInProcessIdentityCache } from "../../identity/cache/in-process.ts";
import { createIdentifierResolver } from "../../identity/resolve-identifier.ts";
import { scopeOf, startResolver } from "../../identity/resolver.fixtures.ts";
import { toOutcome } from "../../outcome/operation-outcome.ts";
import { type Answering, type InteractionRequest, wholeBody } from "../answer.ts";
import { createBatch } from "../batch.ts";
import { createCanonicals } from "../canonicals.ts";
import { createCreate } from "../create.ts";
import { createDelete } from "../delete.ts";
import { createPatch } from "../patch.ts";
import { asked, CONFORMANCE, FHIR, type House, openHouse, SOURCES, VENDOR } from "../read.fixtures.ts";
import { createRead } from "../read.ts";
import { createTransaction } from "../transaction.ts";
import { createUpdate } from "../update.ts";
import { createVread } from "../vread.ts";
import type { BundlePorts } from "./bundle.ts";
import { toEntryRequest } from "./entry-request.ts";
import type { WritePorts } from "./ports.ts";
import { createSeenChildren } from "./seen-children.ts";

/** Every interaction that writes, on a real store in a folder of its own, with reads to look at what came of it. */

/** A client's own authority and space of ids, where whatever is valid is taken. */
export const FREE = CONFORMANCE;
/** A client that writes for an authority of real children, by ids of the gateway's. */
export const BOUND = under(VENDOR, { matchingScope: "own-authority" });

export function under(who: Requester, agreement: Partial<Agreement>): Requester {
  return { ...who, agreement: { ...who.agreement, ...agreement } };
}

const WRITTEN_SOURCES: ReadonlyMap<string, WrittenSource> = new Map(
  [...SOURCES.values()]
    .filter(({ isWritten }) => isWritten)
    .map(({ source, authority, dataClass }) => [source, { source, authority, dataClass, legalBasis: "a basis" }]),
);

/** What came back, as a client meets it. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly id: string;
  readonly version: string;
  /** Of a refusal: its issues. */
  readonly issues: OperationOutcome["issue"];
}

export interface Sending {
  /** A resource, or text that may be anything. */
  readonly body?: object | string;
  readonly contentType?: string;
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  readonly ifNoneExist?: string;
  readonly prefer?: InteractionRequest["preference"]["return"];
}

export interface Writing {
  readonly house: House;
  readonly ports: WritePorts & BundlePorts;
  send(who: Requester, line: string, sending?: Sending): Promise<Reply>;
  /** The resource that a read gives. */
  read(who: Requester, name: string): Promise<Reply>;
  bundle(who: Requester, bundle: object | string, sending?: Sending): Promise<Reply & { readonly bundle: Bundle }>;
}

/** `audit` takes the place of the house's own. */
export async function openWriting(audit?: AuditLog): Promise<Writing> {
  const house = await openHouse();
  const ports: WritePorts & BundlePorts = {
    ...house.ports(),
    audit: audit ?? house.audit,
    resolver: createIdentifierResolver({ store: house.store, cache: createInProcessIdentityCache(), scope: scopeOf() }),
    canonicals: createCanonicals(FHIR, () => []).view,
    auditEvents: { async *parts() {} },
    writtenSources: WRITTEN_SOURCES,
    seenChildren: createSeenChildren(),
    issuers: () => ["https://signin.example"],
    childResolver: startResolver(scopeOf("leeds wirral")),
    ids: randomUUID,
    clock: Date.now,
    checkScope: ({ requester, type, interaction }) =>
      requester.scopes.length === 0
        ? { kind: "insufficient-scope", needed: `system/${type}.${interaction}` }
        : undefined,
    routeIssue: () => ({ kind: "unknown-route" }),
    dispatch: (request) => answering(request),
  };
  const interactions: Readonly<Partial<Record<InteractionRequest["interaction"], Answering>>> = {
    create: createCreate(ports),
    update: createUpdate(ports),
    patch: createPatch(ports),
    delete: createDelete(ports),
    read: createRead(house.ports()),
    vread: createVread(house.ports()),
    batch: createBatch(ports),
    transaction: createTransaction(ports),
  };
  async function answering(request: InteractionRequest): ReturnType<Answering> {
    const denied = ports.checkScope(request);
    if (denied) return { ok: false, issues: [denied] };
    const answer = interactions[request.interaction];
    if (answer === undefined) throw new Error(`nothing answers ${request.interaction}`);
    return answer(request);
  }

  async function send(who: Requester, line: string, sending: Sending = {}): Promise<Reply> {
    const [method = "", url = ""] = line.split(" ");
    const { body, ifMatch, ifNoneMatch, ifNoneExist, prefer = "representation" } = sending;
    const base = asked(who, "read", { preference: { handling: "strict", return: prefer } });
    const conditions = Object.entries({ ifMatch, ifNoneMatch, ifNoneExist }).filter(([, told]) => told !== undefined);
    const entry = { request: { method, url, ...Object.fromEntries(conditions) }, resource: {} };
    const read = toEntryRequest(entry, base, { ports, fhirBase: FHIR });
    if (!read.ok) return toReply(read);
    const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const { body: _, contentType: __, ...request } = read.value;
    const contentType = sending.contentType ?? "application/fhir+json";
    return toReply(await answering({ ...request, ...(text !== undefined && { body: text, contentType }) }));
  }

  return {
    house,
    ports,
    send,
    read: (who, name) => send(who, `GET ${name}`),
    async bundle(who, bundle, { prefer = "representation" } = {}) {
      const request = asked(who, "transaction", {
        method: "POST",
        body: typeof bundle === "string" ? bundle : JSON.stringify({ resourceType: "Bundle", ...bundle }),
        contentType: "application/fhir+json",
        preference: { handling: "strict", return: prefer },
      });
      const reply = toReply(await answering(request));
      return { ...reply, bundle: JSON.parse(reply.text === "" ? "{}" : reply.text) };
    },
  };
}

function toReply(result: Awaited<ReturnType<Answering>>): Reply {
  if (result.ok) {
    const { status, headers, body } = result.answer;
    const text = wholeBody(body).toString();
    const [, id = "", version = ""] = /\/([^/]+)\/_history\/([^/]+)$/.exec(headers.Location ?? "") ?? [];
    return {
      status,
      headers,
      text,
      id,
      version: version || (/W\/"(.*)"/.exec(headers.ETag ?? "")?.[1] ?? ""),
      issues: [],
    };
  }
  const failures = result.issues.map(toOutcome);
  const issues = failures.flatMap(({ outcome }) => outcome.issue);
  const text = JSON.stringify({ resourceType: "OperationOutcome", issue: issues });
  return { status: failures[0]?.status ?? 0, headers: failures[0]?.headers ?? {}, text, id: "", version: "", issues };
}

export function parsed({ text }: Reply): Resource {
  return JSON.parse(text);
}

export function patient(more: object = {}): Resource {
  return {
    resourceType: "Patient",
    name: [{ family: "Ashdown", given: ["Robin"] }],
    gender: "female",
    birthDate: "2023-04-05",
    ...more,
  };
}

export function finding(patientId: string | undefined, more: object = {}): Resource {
  return {
    resourceType: "Observation",
    status: "final",
    code: { text: "a finding" },
    ...(patientId !== undefined && { subject: { reference: `Patient/${patientId}` } }),
    effectiveDateTime: "2026-01-05",
    ...more,
  };
}
