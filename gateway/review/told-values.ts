import { parseDate } from "#mappers/datatypes/date.ts";
import { normaliseNhsNumber } from "#mappers/datatypes/nhs-number.ts";
import { normalisePostcode } from "#mappers/datatypes/postcode.ts";
import { normaliseUpn } from "#mappers/datatypes/upn.ts";
import { NHS_NUMBER, UPN } from "#profiles/systems.ts";
import type { AlikeChild } from "../store/store.ts";
import type { ReviewedChild } from "./child.ts";
import { FIELDS, type Field, type Standing, type ToldValue } from "./shapes.ts";
import type { Sight } from "./sight.ts";

type Identity = AlikeChild["identity"];

const VALUES: Readonly<Record<Field, (identity: Identity) => string | undefined>> = {
  given: ({ given }) => given,
  family: ({ family }) => family,
  "birth-date": ({ birthDate }) => birthDate,
  postcode: ({ postcode }) => postcode,
  gender: ({ gender }) => gender,
  "nhs-number": ({ nhsNumber }) => nhsNumber,
  upn: ({ upn }) => upn,
};

/** NHS NUMBER STATUS INDICATOR CODE `01`: present and verified. */
const VERIFIED = "01";

const SYSTEMS: Partial<Readonly<Record<Field, string>>> = { "nhs-number": NHS_NUMBER, upn: UPN };

/** Every value that the sources tell of a field, each once, with who tells it. */
export function toToldValues(
  { told, isRestricted, record }: Pick<ReviewedChild, "told" | "isRestricted" | "record">,
  sight: Sight,
): Readonly<Record<Field, readonly ToldValue[]>> {
  const visible = told.filter(({ source }) => sight.shows(source));
  return byField((field) => {
    const values = new Map<string, ToldValue>();
    for (const { source, identity } of visible) {
      const value = VALUES[field](identity)?.trim();
      if (value === undefined || value === "") continue;
      const known = values.get(value);
      const sources = [...new Set([...(known?.sources ?? []), source])];
      const isVerified = known?.isVerified === true || identity.nhsNumberStatus === VERIFIED;
      values.set(value, {
        ...toShown(field, value, { isRestricted, sight }),
        ...(field === "nhs-number" && { isVerified }),
        ...(isHeldBack(field, value, record) && { isWithheld: true as const }),
        sources,
      });
    }
    return [...values.values()];
  });
}

/** Whether any source's word of a number is kept from being served or searched here. */
function isHeldBack(field: Field, value: string, { contributions }: ReviewedChild["record"]): boolean {
  const system = SYSTEMS[field];
  return system !== undefined && contributions.some(({ withheld = [] }) => withheld.includes(`${system}|${value}`));
}

function toShown(
  field: Field,
  value: string,
  { isRestricted, sight }: { readonly isRestricted: boolean; readonly sight: Sight },
): Pick<ToldValue, "value" | "notShown"> {
  if (field === "postcode" && isRestricted) return { notShown: "restricted" };
  const system = SYSTEMS[field];
  return system === undefined || sight.showsSystem(system) ? { value } : { notShown: "agreement" };
}

/** How all that is told of one child stands to all that is told of the other: by equality once values are normalised. */
export function toStandings(
  child: Pick<ReviewedChild, "told">,
  subject: Pick<ReviewedChild, "told">,
  sight: Sight,
): Readonly<Record<Field, Standing>> {
  return byField((field) => {
    const left = normalised(field, child, sight);
    const right = normalised(field, subject, sight);
    if (left.size === 0 || right.size === 0) return "not-known";
    const common = left.intersection(right).size;
    if (common === 0) return "different";
    return common === left.size && common === right.size ? "same" : "partly";
  });
}

const NORMALISED: Partial<Readonly<Record<Field, (value: string) => string | undefined>>> = {
  "birth-date": parseDate,
  postcode: normalisePostcode,
  "nhs-number": normaliseNhsNumber,
  upn: normaliseUpn,
};

function normalised(field: Field, { told }: Pick<ReviewedChild, "told">, sight: Sight): Set<string> {
  const normalise = NORMALISED[field] ?? foldText;
  return new Set(
    told.flatMap(({ source, identity }) => {
      const value = sight.shows(source) ? VALUES[field](identity)?.trim() : undefined;
      return value === undefined || value === "" ? [] : [normalise(value) ?? value];
    }),
  );
}

function foldText(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

function byField<T>(of: (field: Field) => T): Readonly<Record<Field, T>> {
  const [given, family, birthDate, postcode, gender, nhsNumber, upn] = FIELDS;
  return {
    given: of(given),
    family: of(family),
    "birth-date": of(birthDate),
    postcode: of(postcode),
    gender: of(gender),
    "nhs-number": of(nhsNumber),
    upn: of(upn),
  };
}
