import { validateBase } from "#profiles/generated/validators.ts";
import type { InvalidResource } from "./check-resource.ts";

const NO_WHOLE_NUMBER = 0.5;
const WRITTEN_OTHERWISE = /[.eE]|^-0$/;

/**
 * Issues of whole numbers that are written as decimals (`1.0`, `1e2`), which R4 does not allow and `JSON.parse` does
 * not tell: they are put in the way of the validators as numbers that are none. Any other issue is of the stand-ins.
 */
export function checkWholeNumbers(text: string): readonly InvalidResource[] {
  const changed: unknown = JSON.parse(text, (_, value, { source = "" }) =>
    typeof value === "number" && WRITTEN_OTHERWISE.test(source) ? NO_WHOLE_NUMBER : value,
  );
  return validateBase(changed)
    .filter(({ message }) => message.startsWith("Expected a whole number"))
    .map((flaw) => ({ kind: "invalid-resource", against: "base", flaw }));
}
