import type { AnyMapper, SourceKind } from "#mappers/mapper.ts";
import { DATA_CLASSES, type MapperOf, mapperOf } from "./mappers.ts";

const KINDS = Object.keys(DATA_CLASSES) as readonly SourceKind[];

/** Every mapper, loaded. */
export const MAPPERS = Object.fromEntries(
  await Promise.all(KINDS.map(async (kind) => [kind, await mapperOf(kind)])),
) as Readonly<Record<SourceKind, AnyMapper>>;

/** The mappers, some of them others. */
export function withMappers(others: Partial<Record<SourceKind, AnyMapper>>): MapperOf {
  return async (kind) => others[kind] ?? MAPPERS[kind];
}
