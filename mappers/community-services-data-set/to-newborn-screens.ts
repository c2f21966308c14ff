import { NEWBORN_SCREEN } from "#profiles/systems.ts";
import { toCodeableConcept, toCoding } from "../datatypes/coding.ts";
import type { CsvRow, Made, StagedRows } from "../mapper.ts";
import { isBeforeBirth } from "./contact.ts";
import { SCREENING_ITEMS } from "./screening-items.ts";
import { MPI } from "./table-names.ts";
import { keyOf } from "./tables.ts";
import { type Surroundings, toCategory, toObservation, toProfiles } from "./to-observation.ts";

/** One Observation an outcome. The child's local number stands in the keys of these tables, so in no resource of theirs. */
export function toNewbornScreens(surroundings: Omit<Surroundings, "occasion">, rows: StagedRows): Made[] {
  const birthDate = rows[MPI]?.[0]?.DateOfBirth;
  return SCREENING_ITEMS.flatMap(({ table, column, screen, dates, toCodes }) =>
    (rows[table] ?? []).flatMap((row) => {
      const { [column]: code } = row;
      const effective = dayOf(row, dates);
      if (code === undefined || isBeforeBirth(effective, birthDate)) return [];
      const coding = toCodes(code).map((target) => toCoding(target.system, target.code));
      const text = coding.find(({ display }) => display !== undefined)?.display ?? `Code ${code} of the source`;
      return [
        toObservation(
          { ...surroundings, occasion: effective === undefined ? {} : { effective } },
          {
            origin: { table, key: keyOf(table, row), item: column },
            profiles: toProfiles("newborn-screen"),
            category: toCategory("exam"),
            code: toCodeableConcept(NEWBORN_SCREEN, screen),
            valueCodeableConcept: { coding, text },
          },
        ),
      ];
    }),
  );
}

/** The first of these columns that has a day. */
export function dayOf(row: CsvRow, columns: readonly string[]): string | undefined {
  return columns.map((column) => row[column]).find((day) => day !== undefined);
}
