import { canonical } from "#profiles/canonical.ts";
import { toCoding } from "../datatypes/coding.ts";
import type { CsvRow, Made, StagedRows } from "../mapper.ts";
import { isBeforeBirth } from "./contact.ts";
import { SCREENING_ITEMS } from "./screening-items.ts";
import { MPI } from "./table-names.ts";
import { keyOf } from "./tables.ts";
import { type Surroundings, toCategory, toObservation, toProfiles } from "./to-observation.ts";

/** One Observation an outcome. The child's local number stands in the keys of these tables, so in no resource of theirs. */
export function toNewbornScreens(surroundings: Omit<Surroundings, "occasion">, rows: StagedRows): Made[] {
  const birthDate = rows[MPI]?.[0]?.DateOfBirth;
  return SCREENING_ITEMS.flatMap(({ table, column, screens, profile, dates, toCodes }) =>
    (rows[table] ?? []).flatMap((row) => {
      const { [column]: outcome } = row;
      const effective = dayOf(row, dates);
      if (outcome === undefined || isBeforeBirth(effective, birthDate)) return [];
      const code = screens.map((target) => toCoding(target.system, target.code));
      const name = code.at(-1)?.display;
      const coding = toCodes(outcome).map((target) => toCoding(target.system, target.code));
      const text = coding.find(({ display }) => display !== undefined)?.display ?? `Code ${outcome} of the source`;
      return [
        toObservation(
          { ...surroundings, occasion: effective === undefined ? {} : { effective } },
          {
            origin: { table, key: keyOf(table, row), item: column },
            profiles:
              profile === undefined || effective === undefined
                ? toProfiles("newborn-screen")
                : [canonical("StructureDefinition", profile), ...toProfiles("newborn-screen")],
            category: toCategory("exam"),
            code: { coding: code, ...(name === undefined ? {} : { text: name }) },
            valueCodeableConcept: { coding, text },
          },
        ),
      ];
    }),
  );
}

/** The first of these columns that has a day. */
function dayOf(row: CsvRow, columns: readonly string[]): string | undefined {
  return columns.map((column) => row[column]).find((day) => day !== undefined);
}
