import type { Organization, Resource } from "@medplum/fhirtypes";
import { leavesOf } from "#mappers/element-path.ts";
import { type ElementOrigin, explain, type LineageTables } from "#mappers/lineage.ts";
import type { RegisteredSource } from "../../access/source.ts";
import type { ElementLineage } from "./lineage-answer.ts";

/** What the gateway writes about a source record, in the words of the same tables. */
const PROVENANCE: LineageTables = {
  fields: [],
  rules: [
    ...["id", "meta", "recorded", "occurred", "activity"].map((element) => ({
      to: `Provenance.${element}`,
      rule: "written by the gateway when it took the record in",
    })),
    { to: "Provenance.target", rule: "all that the source record made" },
    { to: "Provenance.agent", rule: "the organisation that sends, as the register of sources names it" },
    { to: "Provenance.entity", rule: "the source record, the file that brought it and the mapping that read it" },
    { to: "Provenance.policy", rule: "the legal basis in the register of sources" },
    { to: "Provenance.extension", rule: "written by the gateway when it took the record in" },
  ],
};

interface Told {
  readonly resource: Resource;
  readonly slot: string | undefined;
  readonly source: RegisteredSource;
  readonly tables: LineageTables;
}

/** The elements of a resource that a source told, and those of which its tables say nothing. */
export function toElements({ resource, slot, source, tables }: Told): {
  readonly elements: readonly ElementLineage[];
  readonly unexplained: readonly string[];
} {
  const origins = explain(tablesOf(resource, source, tables), { resource, slot });
  const explained = new Set(origins.map(({ element }) => element));
  return {
    elements: origins.map((origin) => toElement(origin, source.source)),
    unexplained: leavesOf(resource).flatMap(({ path }) => (explained.has(path) ? [] : [path])),
  };
}

function toElement({ element, fields, rule }: ElementOrigin, source: string): ElementLineage {
  return { element, source, fields, rule };
}

function tablesOf(resource: Resource, source: RegisteredSource, tables: LineageTables): LineageTables {
  if (resource.resourceType === "Provenance") return PROVENANCE;
  return resource.resourceType === "Organization" && isSender(resource, source) ? withSender(tables, source) : tables;
}

function isSender({ identifier }: Organization, { organization }: RegisteredSource): boolean {
  return (identifier ?? []).some(({ system, value }) => system === organization.system && value === organization.value);
}

function withSender({ fields, rules }: LineageTables, { organization }: RegisteredSource): LineageTables {
  const rule = "the organisation that sends, as the register of sources names it";
  return {
    fields,
    rules: [
      ...rules,
      { to: `Organization.identifier.where(system='${organization.system}')`, rule },
      { to: "Organization.name", rule },
    ],
  };
}
