import type { Random } from "#mappers/synthetic/random.ts";
import { OPERATIONS, RESULT_PARAMETERS, type ServedType } from "#profiles/interactions.ts";
import { OPERATION_PARAMETERS } from "#profiles/operation-parameters.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { createCriteria, definitionsOf, servedOf } from "./criteria.fixtures.ts";
import { TEXTS, type Values } from "./words.fixtures.ts";

const ELEMENTS = ["id", "name,identifier", "subject,code", "address", "meta", "performer,note"] as const;

type Pairs = readonly (readonly [name: string, value: string])[];

function write(pairs: Pairs): string {
  return new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString();
}

/**
 * What stands behind the question mark, for every interaction and operation. The order of AuditEvents that nobody asked
 * to be in one is that of their salted hashes, which is chance: whoever reads those asks for them by date.
 */
export function createQueries(random: Random, values: Values, { readsAudit }: { readonly readsAudit: boolean }) {
  const { of, chance } = values;
  const { about, criterion } = createCriteria(random, values);
  const typeOr = (type: ServedType | undefined): ServedType => type ?? of<ServedType>(["Patient", "Observation"]);
  const shaping = createShaping(values);
  const sometimes = (share: number, name: string, value: string): Pairs => (chance(share) ? [[name, value]] : []);
  const few = (names: readonly number[]): number => of(names);
  const criteriaOf = (type: ServedType, count: number): Pairs => Array.from({ length: count }, () => criterion(type));
  return {
    criteria: (type: ServedType | undefined): string => write(criteriaOf(typeOr(type), few([1, 2]))),
    search(type: ServedType | undefined): string {
      const types = of(["Patient", "Observation", "Patient,Observation", "Organization,Provenance"]);
      const asked = typeOr(type);
      const shape = shaping(asked).filter(([name]) => type !== "AuditEvent" || name !== "_sort");
      return write([
        ...(type === undefined ? sometimes(readsAudit ? 1 : 0.8, "_type", types) : []),
        ...(type === "AuditEvent" ? sometimes(1, "_sort", of(["date", "-date"])) : []),
        ...criteriaOf(asked, few([0, 1, 1, 1, 2, 3])),
        ...shape,
      ]);
    },
    history: (): string =>
      write([
        ...sometimes(0.4, "_since", values.instant()),
        ...sometimes(0.4, "_count", of(["0", "1", "3", "100"])),
        ...sometimes(0.2, "_at", values.instant()),
        ...sometimes(0.2, "_sort", of(["-_lastUpdated", "_lastUpdated"])),
        ...sometimes(0.15, "_summary", "count"),
      ]),
    shape: (): string => write([...sometimes(0.1, "_summary", "true"), ...sometimes(0.1, "_elements", of(ELEMENTS))]),
    operation(code: string, type: ServedType | undefined): string {
      switch (code) {
        case "lastn":
          return write([
            about("Observation"),
            ...sometimes(0.5, "max", of(["1", "2"])),
            ...criteriaOf("Observation", few([0, 1])),
          ]);
        case "ihe-pix":
          return write([
            ["sourceIdentifier", `${NHS_NUMBER}|${values.number()}`],
            ...sometimes(0.3, "targetSystem", NHS_NUMBER),
          ]);
        case "validate":
          return write(sometimes(0.5, "mode", of(["create", "update", "delete"])));
        case "everything":
          return write([
            ...sometimes(0.4, "_count", of(["1", "3", "100"])),
            ...sometimes(0.3, "_since", values.instant()),
            ...sometimes(0.3, "_type", "Observation,Provenance"),
            ...sometimes(0.2, "start", "2026-01-01"),
          ]);
        default:
          return write(anyParameters(code, type, values));
      }
    },
  };
}

/** Of an operation that is not known here, whatever its definition names. */
function anyParameters(code: string, type: ServedType | undefined, { of, chance, coding, id }: Values): Pairs {
  const operation = OPERATIONS.find((one) => one.code === code && (type === undefined || one.types.includes(type)));
  if (operation?.isPostOnly) return [];
  const names = OPERATION_PARAMETERS.get(operation?.definition ?? "") ?? [];
  return names.filter(() => chance(0.3)).map((name) => [name, of([coding(), id(type ?? "Patient"), ...TEXTS])]);
}

function createShaping({ of, chance }: Values): (type: ServedType) => Pairs {
  const RESULT: Readonly<Record<(typeof RESULT_PARAMETERS)[number], (type: ServedType) => string>> = {
    _sort: (type) => of(["", "-"]) + of(["_lastUpdated", "_id", of(definitionsOf(type)).code, "date", "birthdate"]),
    _count: () => of(["0", "1", "2", "5", "100"]),
    _total: () => of(["none", "estimate", "accurate"]),
    _include: (type) => of([...(servedOf(type)?.includes ?? []), "*"]),
    _revinclude: (type) => of([...(servedOf(type)?.revIncludes ?? []), "*"]),
    _summary: () => of(["true", "text", "data", "count", "false"]),
    _elements: () => of(ELEMENTS),
  };
  return (type) =>
    RESULT_PARAMETERS.filter(() => chance(0.14)).map((name) => [
      name.endsWith("include") && chance(0.3) ? `${name}:iterate` : name,
      RESULT[name](type),
    ]);
}
