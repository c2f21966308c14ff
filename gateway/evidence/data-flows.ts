import type { AnyMapper } from "#mappers/mapper.ts";
import type { Client, Register } from "../access/register.ts";
import { obstacleOf, type SourceFacts } from "../disclosure/visibility.ts";
import type { MapperOf } from "../ingest/mappers.ts";
import { toRequester } from "./requester.ts";
import { type EvidenceSection, type EvidenceTable, listOf } from "./section.ts";

export interface DataFlowOptions {
  readonly register: Register;
  readonly sources: ReadonlyMap<string, SourceFacts>;
  readonly mapperOf: MapperOf;
  /** Milliseconds since 1970. */
  readonly now_ms: number;
  /** Where children are traced, if anywhere. */
  readonly pds?: string;
}

/** Where data come from, where they lie and whom they reach: the register and the mappers' own tables. */
export async function dataFlowSection(options: DataFlowOptions): Promise<EvidenceSection> {
  const { register, mapperOf, pds } = options;
  const kinds = [...new Set(register.sources.map(({ kind }) => kind))].toSorted();
  const mappers = await Promise.all(kinds.map((kind) => mapperOf(kind)));
  return {
    id: "data-flows",
    title: "Data flows",
    text: [
      "Sources stand as the register has them. Whom a source reaches is asked of the rule that also decides each answer: the agreement's classes, authorities and, for education data, the statute that lets the recipient have it. What of that is seen of one child depends on its relationships, labels and Consents.",
      "Fields stand as the mappers have them; a test of each mapper holds its table to what it does. What is dropped at the door is neither stored nor logged.",
      pds === undefined
        ? "Nothing leaves for the national register: PDS is not configured."
        : "Identifying details of children without an NHS number go to PDS, for sources and agreements that say so.",
    ],
    tables: [flowTable(options), fieldTable(mappers), ruleTable(mappers)],
  };
}

function flowTable({ register, sources, now_ms }: DataFlowOptions): EvidenceTable {
  const reaches = (facts: SourceFacts, client: Client): string => {
    const obstacle = obstacleOf(facts, toRequester(client, register, now_ms));
    return obstacle === undefined ? "reaches" : `no: ${obstacle}`;
  };
  const kinds = new Map(register.sources.map(({ source, kind }): [string, string] => [source, kind]));
  const rows = [...sources.values()].map((facts) => {
    const told = register.clients.map((client) => ({ client: client.id, told: reaches(facts, client) }));
    const of = (obstacle: string) => listOf(told.filter((one) => one.told === obstacle).map(({ client }) => client));
    return [
      facts.source,
      kinds.get(facts.source) ?? (facts.isWritten ? "FHIR API" : "PDS"),
      facts.dataClass,
      facts.authority,
      "records of children and organisations; kept source records; audit log (ids alone)",
      of("reaches"),
      of("no: class"),
      of("no: authority"),
      of("no: statute"),
    ];
  });
  return {
    id: "data-flows",
    title: "Source, class, store and clients",
    head: [
      "Source",
      "Kind",
      "Data class",
      "Authority",
      "Kept in",
      "Reaches",
      "Not: class",
      "Not: authority",
      "Not: no statute",
    ],
    rows,
  };
}

function fieldTable(mappers: readonly AnyMapper[]): EvidenceTable {
  return {
    id: "fields",
    title: "Where each field of a source goes",
    head: ["Kind of source", "Data class", "Field", "Goes to", "Why, or what decides"],
    rows: mappers.flatMap(({ kind, dataClass, fields }) =>
      fields.map(({ field, to, why = "", droppedAtDoor }) => [
        kind,
        dataClass,
        field,
        to ?? (droppedAtDoor === true ? "nowhere: dropped at the door" : "nowhere"),
        why,
      ]),
    ),
  };
}

function ruleTable(mappers: readonly AnyMapper[]): EvidenceTable {
  return {
    id: "field-rules",
    title: "Elements that are computed or fixed",
    head: ["Kind of source", "Element", "From", "Rule"],
    rows: mappers.flatMap(({ kind, rules }) => rules.map(({ to, from = [], rule }) => [kind, to, listOf(from), rule])),
  };
}
