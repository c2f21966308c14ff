import { z } from "zod";
import { MisuseError } from "./misuse.ts";

const NAME = z.string().trim().min(1);
const ONE_OR_MORE = z.union([NAME.transform((name) => [name]), z.array(NAME).min(1)]);

const COLUMNS = z.strictObject({
  id: NAME.optional(),
  given: ONE_OR_MORE.optional(),
  family: ONE_OR_MORE.optional(),
  birthDate: NAME.optional(),
  postcode: NAME.optional(),
  addressLine: ONE_OR_MORE.optional(),
  city: NAME.optional(),
  district: NAME.optional(),
  gender: NAME.optional(),
  nhsNumber: NAME.optional(),
  upn: NAME.optional(),
  identifier: ONE_OR_MORE.optional(),
  telecom: ONE_OR_MORE.optional(),
});

/** Which column of the files holds what. Several columns of a name or an address line are read as one text. */
export type Columns = z.infer<typeof COLUMNS>;

/** Throws MisuseError. @param where how the caller named the map */
export function parseColumns(text: string, where: string): Columns {
  let told: unknown;
  try {
    told = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    throw new MisuseError(`${where}: not JSON. Expected an object as { "id": "record", "given": "first_name" }.`);
  }
  const parsed = COLUMNS.safeParse(told);
  if (parsed.success) {
    const { id: _, ...compared } = parsed.data;
    if (Object.keys(compared).length > 0) return parsed.data;
    throw new MisuseError(`${where}: names no column to compare. Give at least one of ${fields()}.`);
  }
  const [issue] = parsed.error.issues;
  if (issue?.code === "unrecognized_keys") {
    throw new MisuseError(
      `${where}: ${issue.keys.map((key) => `"${key}"`).join(", ")} is not known. Use id, ${fields()}.`,
    );
  }
  throw new MisuseError(
    `${where}: ${issue?.path.join(".") || "the map"} must be the name of a column, or a list of names.`,
  );
}

function fields(): string {
  return Object.keys(COLUMNS.shape)
    .filter((name) => name !== "id")
    .join(", ");
}

/** Every column that the map names. */
export function namedColumns(columns: Columns): readonly string[] {
  return Object.values(columns).flatMap((names) => names ?? []);
}
