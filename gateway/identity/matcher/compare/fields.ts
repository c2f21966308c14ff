/** The fields that are compared, and the words for their levels of agreement, best first. A level never holds a value. */
export const FIELDS = {
  given: [
    "same",
    "another spelling",
    "short or familiar form",
    "one is a part of the other",
    "a slip of a name",
    "similar spelling",
    "alike, yet both are names",
    "one part the same, another different",
    "swapped with the family name",
    "initial only",
    "a name of many alone, and with another",
    "different",
  ],
  family: ["same", "one is a part of the other", "close spelling", "similar spelling", "different"],
  "birth-date": ["same", "day and month swapped", "one slip", "two of day, month and year the same", "different"],
  postcode: ["same", "one slip", "same district", "same area", "different"],
  gender: ["same", "different"],
  "nhs-number": ["same", "different"],
  upn: ["same", "different"],
  identifier: ["same", "one slip", "different"],
  address: ["same", "mostly the same", "partly the same", "different"],
  city: ["same", "close spelling", "different"],
  district: ["same", "close spelling", "different"],
  telecom: ["same", "one slip", "different"],
  "birth-order": ["same", "different"],
} as const;

export type FieldName = keyof typeof FIELDS;

export const FIELD_NAMES: readonly FieldName[] = [
  "given",
  "family",
  "birth-date",
  "postcode",
  "gender",
  "nhs-number",
  "upn",
  "identifier",
  "address",
  "city",
  "district",
  "telecom",
  "birth-order",
];

/** Place of each field in a vector of levels. */
export const FIELD = {
  given: 0,
  family: 1,
  birthDate: 2,
  postcode: 3,
  gender: 4,
  nhsNumber: 5,
  upn: 6,
  identifier: 7,
  address: 8,
  city: 9,
  district: 10,
  telecom: 11,
  birthOrder: 12,
} as const;

export const GIVEN = {
  same: 0,
  spelling: 1,
  nickname: 2,
  part: 3,
  close: 4,
  similar: 5,
  alike: 6,
  partDiffers: 7,
  swapped: 8,
  initial: 9,
  ofMany: 10,
  different: 11,
} as const;

export const FAMILY = { same: 0, part: 1, close: 2, similar: 3, different: 4 } as const;
export const BIRTH_DATE = { same: 0, swapped: 1, slip: 2, twoParts: 3, different: 4 } as const;
export const POSTCODE = { same: 0, slip: 1, district: 2, area: 3, different: 4 } as const;
export const NUMBER = { same: 0, different: 1 } as const;
export const PLAIN_NUMBER = { same: 0, slip: 1, different: 2 } as const;
export const ADDRESS = { same: 0, mostly: 1, partly: 2, different: 3 } as const;
export const PLACE = { same: 0, close: 1, different: 2 } as const;

/** Level of a field that one side says nothing of. */
export const MISSING = -1;

/** Stands where one side says nothing of a field. */
export const MISSING_LEVEL_WORDS = "";
