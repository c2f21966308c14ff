import type { HumanName } from "@medplum/fhirtypes";

/** A name from its parts; blank parts are left out. `undefined` when nothing is left. */
export function toHumanName(parts: {
  readonly use: NonNullable<HumanName["use"]>;
  readonly family?: string | undefined;
  readonly given?: readonly (string | undefined)[];
}): HumanName | undefined {
  const given = (parts.given ?? []).flatMap((name) => (name === undefined || name.trim() === "" ? [] : [name.trim()]));
  const family = parts.family?.trim() ?? "";
  if (given.length === 0 && family === "") return undefined;
  return {
    use: parts.use,
    ...(family === "" ? {} : { family }),
    ...(given.length === 0 ? {} : { given }),
  };
}
