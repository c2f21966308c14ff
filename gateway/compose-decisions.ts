import { randomUUID } from "node:crypto";
import type { Register } from "./access/register.ts";
import { createDecisions } from "./identity/decisions/create-decisions.ts";
import type { Decisions } from "./identity/decisions/decisions.ts";
import type { DecisionPorts } from "./identity/decisions/ports.ts";
import { createDecisionTexts } from "./ingest/decision-texts.ts";
import type { Store } from "./store/store.ts";

interface DecisionRooms {
  readonly store: Store;
  readonly register: Register;
  readonly fhirBase: string;
}

/** The steward's verbs over the store: the same for the API, the pages and the FHIR operations. */
export function composeDecisions(rooms: DecisionRooms): Decisions {
  return createDecisions(toDecisionPorts(rooms));
}

/** What a decision is made with, by a steward's verb or within a transaction of a rule's. */
export function toDecisionPorts({ store, register, fhirBase }: DecisionRooms): DecisionPorts {
  return {
    store,
    clock: Date.now,
    ids: randomUUID,
    matches: (one, other) => register.matches(register.authorityOf(one), register.authorityOf(other)),
    authorityOf: register.authorityOf,
    ...createDecisionTexts({
      fhirBase,
      isWritten: (source) => register.writtenSources.some((one) => one.source === source),
    }),
    // What is remembered of a record follows from each write into the store.
    onRecords: async () => {},
  };
}
