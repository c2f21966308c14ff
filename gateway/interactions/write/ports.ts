import type { RecordType } from "#profiles/interactions.ts";
import type { Requester, WriteTerms } from "../../access/requester.ts";
import type { WrittenSource } from "../../access/source.ts";
import type { AuditLog } from "../../audit/audit.ts";
import type { SourceFacts } from "../../disclosure/visibility.ts";
import type { ChildResolver } from "../../identity/resolve-child.ts";
import type { Store, WriteTransaction } from "../../store/store.ts";
import type { CandidatePorts } from "../candidates.ts";
import type { Moment } from "../record-reader.ts";
import type { SeenChildren } from "./seen-children.ts";

/** What every interaction that writes is built with; the parts of a search are for what is conditional. */
export interface WritePorts extends CandidatePorts {
  readonly store: Store;
  readonly audit: AuditLog;
  /** Every registered source, by name. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
  /** What counts as told when a client writes it, by the name of the source. */
  readonly writtenSources: ReadonlyMap<string, WrittenSource>;
  readonly seenChildren: SeenChildren;
  /** Who says who persons are, by address: under these a Consent names a person. */
  readonly issuers: () => readonly string[];
  /** Says whose record a written Patient is, where the agreement lets it be matched. */
  readonly childResolver: ChildResolver;
  /** A logical id that nobody has. */
  readonly ids: () => string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** As whom a requester writes, and how freely. */
export interface Writer extends WriteTerms {
  readonly authority: string;
  readonly dataClass: WrittenSource["dataClass"];
  readonly idSpace: string;
}

/** One store transaction, as the steps of a write see it: who writes, when, and through which verbs. */
export interface Scene {
  readonly transaction: WriteTransaction;
  /** Sees what the transaction itself sees. */
  readonly search: CandidatePorts;
  readonly ports: WritePorts;
  readonly requester: Requester;
  readonly writer: Writer;
  readonly at: Moment;
  /** The time of every version that is written in it. Milliseconds since 1970. */
  readonly now_ms: number;
  /** Whether nothing else is written in it. */
  readonly isAlone: boolean;
  /** Called once the transaction is durable. */
  readonly whenDurable: (() => void)[];
}

/** What a step of a write came to: one resource, as the answer tells of it. */
export interface Written {
  /** `found`: what a conditional create was spared by. `absent`: there was nothing to delete. */
  readonly outcome: "created" | "updated" | "unchanged" | "deleted" | "found" | "absent";
  readonly type: RecordType;
  readonly id: string;
  /** As released to the writer; empty for `absent`. */
  readonly version: string;
  readonly lastUpdated_ms: number;
  /** UTF-8 JSON; empty for `deleted` and `absent`. */
  readonly body: Buffer;
  /** Logical id of the Patient in whose record it stands; empty for a shared record. */
  readonly patientId: string;
}
