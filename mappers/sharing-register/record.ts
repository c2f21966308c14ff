import { z } from "zod";
import { displayOf } from "#profiles/generated/codes.ts";
import { ACT_REASON, LAESTAB, ODS_ORGANIZATION } from "#profiles/systems.ts";
import { parseDate } from "../datatypes/date.ts";
import { toFieldIssues, toFieldWarning } from "../datatypes/field-issue.ts";
import { isPersonalNumber, toLocalId } from "../datatypes/local-id.ts";
import { isNhsNumber, normaliseNhsNumber } from "../datatypes/nhs-number.ts";
import { normalisePostcode } from "../datatypes/postcode.ts";
import { isUpn, normaliseUpn } from "../datatypes/upn.ts";
import { notCarriedOf } from "../field-table.ts";
import type { CsvRow, DataClass, FieldIssue, Parsed } from "../mapper.ts";
import { FIELDS } from "./fields.ts";

/** Who decided for the child. An authority is not among them: that would say that the child is looked after. */
const RESPONSIBLE_PERSONS = ["mother", "father", "parent", "guardian", "carer", "young-person"] as const;

/** A recipient by its identifier. */
export interface Recipient {
  readonly system: string;
  readonly value: string;
}

interface Entry {
  readonly recordId: string;
  readonly localId: string;
  readonly nhsNumber?: string | undefined;
  readonly upn?: string | undefined;
  readonly given?: string | undefined;
  readonly family?: string | undefined;
  readonly birthDate: string;
  readonly postcode?: string | undefined;
  readonly dataClasses: readonly DataClass[];
  /** Empty: everyone. */
  readonly recipients: readonly Recipient[];
  /** Codes of v3-ActReason. Empty: every purpose. */
  readonly purposes: readonly string[];
  readonly validFrom: string;
  readonly validUntil?: string | undefined;
  readonly recordedBy: string;
  readonly recordedOn: string;
  readonly responsiblePerson: (typeof RESPONSIBLE_PERSONS)[number];
  readonly notCarried: readonly string[];
}

/** One entry of the register, checked. */
export type SharingRegisterRecord =
  | (Entry & { readonly decision: "agreement" })
  | (Entry & { readonly decision: "objection"; readonly state: "received" })
  | (Entry & {
      readonly decision: "objection";
      readonly state: "upheld" | "refused";
      readonly decidedBy: string;
      readonly decidedOn: string;
    });

const date = z.string().transform((text, check) => {
  const day = parseDate(text);
  if (day !== undefined) return day;
  check.addIssue({ code: "custom", message: "not a day of the calendar; expected YYYY-MM-DD" });
  return z.NEVER;
});

function required<Out>(schema: z.ZodType<Out, string>, expectation: string) {
  return z.string({ error: `missing; expected ${expectation}` }).pipe(schema);
}

/** Values separated by `;`, each checked and read by `read`; `undefined` from it is an error. */
function list<Item>(read: (text: string) => Item | undefined, expectation: string) {
  return z.string().transform((text, check): Item[] => {
    const items = text
      .split(";")
      .map((item) => item.trim())
      .filter((item) => item !== "")
      .map(read);
    const known = items.filter((item) => item !== undefined);
    if (known.length < items.length) check.addIssue({ code: "custom", message: expectation });
    return known;
  });
}

const CLASSES_EXPECTED = "expected health-visiting, education or both separated by ;";

const shape = z.object({
  record_id: required(
    z.string().refine((text) => !isPersonalNumber(text), {
      error: "a number of the child; expected a name of the entry, because it is shown with it",
    }),
    "a name of the entry that no other entry has",
  ),
  child_id: z.string().optional(),
  nhs_number: z
    .string()
    .refine(isNhsNumber, {
      error:
        "not an NHS number: expected 10 digits, the last the modulus 11 check digit (NHS Data Dictionary); correct it",
    })
    .transform(normaliseNhsNumber)
    .optional(),
  upn: z
    .string()
    .transform(normaliseUpn)
    .refine(isUpn, {
      error: "not a unique pupil number: expected 13 characters with a right check letter (CBDS N00001); correct it",
    })
    .optional(),
  given_name: z.string().optional(),
  family_name: z.string().optional(),
  birth_date: required(date, "a birth date; a number alone may be another child's"),
  postcode: z.string().optional(),
  decision: z.enum(["objection", "agreement"], { error: "expected objection or agreement" }),
  data_classes: required(
    list((text) => (text === "health-visiting" || text === "education" ? text : undefined), CLASSES_EXPECTED).refine(
      (classes) => classes.length > 0,
      { error: `names none; ${CLASSES_EXPECTED}` },
    ),
    "health-visiting, education or both separated by ;",
  ),
  recipients: list(toRecipient, "expected ODS codes, or schools as 383/3999, separated by ;").optional(),
  purposes: list(
    (text) => (displayOf(ACT_REASON, text) === undefined ? undefined : text),
    "expected codes of v3-ActReason such as TREAT, CAREMGT or PUBHLTH, separated by ;",
  ).optional(),
  state: z.enum(["received", "upheld", "refused"], { error: "expected received, upheld or refused" }).optional(),
  decided_by: z.string().optional(),
  decided_on: date.optional(),
  valid_from: required(date, "the first day on which it holds, as YYYY-MM-DD"),
  valid_until: date.optional(),
  recorded_by: z.string({ error: "missing; expected the team or role that recorded it" }),
  recorded_on: required(date, "the day on which it was recorded, as YYYY-MM-DD"),
  responsible_person: z.enum(RESPONSIBLE_PERSONS, { error: `expected one of ${RESPONSIBLE_PERSONS.join(", ")}` }),
});
type Shape = z.output<typeof shape>;

/** Only digits could be either, so they are neither: a school's number has a stroke. */
function toRecipient(text: string): Recipient | undefined {
  if (/^[0-9]{3}\/[0-9]{4}$/.test(text)) return { system: LAESTAB, value: text };
  const code = text.toUpperCase();
  return /^(?=.*[A-Z])[A-Z0-9]{3,10}$/.test(code) ? { system: ODS_ORGANIZATION, value: code } : undefined;
}

/** One row of the register. Errors name the column and what to do; see the messages above and `contradictionsOf`. */
export function parseRecord(row: CsvRow): Parsed<SharingRegisterRecord> {
  const checked = shape.safeParse(row);
  if (!checked.success) return { ok: false, issues: toFieldIssues(checked.error, "row") };
  const data = checked.data;
  const contradictions = contradictionsOf(data);
  const entry = toEntry(data, notCarriedOf(FIELDS, Object.keys(row)));
  const record = toRecord(data, entry);
  if (contradictions.length > 0) return { ok: false, issues: contradictions };
  if ("severity" in record) return { ok: false, issues: [record] };
  const hasOddPostcode = data.postcode !== undefined && entry.postcode === undefined;
  return {
    ok: true,
    record,
    warnings: hasOddPostcode
      ? [toFieldWarning("postcode", "not the shape of a postcode; not used to find the child")]
      : [],
  };
}

function toEntry(data: Shape, notCarried: readonly string[]): Entry {
  const { child_id: childId } = data;
  return {
    recordId: data.record_id,
    localId:
      childId !== undefined && !isPersonalNumber(childId)
        ? childId
        : toLocalId([data.nhs_number ?? data.upn ?? `${data.given_name} ${data.family_name}`, data.birth_date]),
    nhsNumber: data.nhs_number,
    upn: data.upn,
    given: data.given_name,
    family: data.family_name,
    birthDate: data.birth_date,
    postcode: data.postcode === undefined ? undefined : normalisePostcode(data.postcode),
    dataClasses: [...new Set(data.data_classes)],
    recipients: data.recipients ?? [],
    purposes: [...new Set(data.purposes ?? [])],
    validFrom: data.valid_from,
    validUntil: data.valid_until,
    recordedBy: data.recorded_by,
    recordedOn: data.recorded_on,
    responsiblePerson: data.responsible_person,
    notCarried,
  };
}

function toRecord(data: Shape, entry: Entry): SharingRegisterRecord | FieldIssue {
  const { decision, state, decided_by: decidedBy, decided_on: decidedOn } = data;
  if (decision === "agreement") return { ...entry, decision };
  if (state === undefined) return error("state", "missing; an objection is received, upheld or refused");
  if (state === "received") return { ...entry, decision, state };
  if (decidedBy === undefined) return error("decided_by", `missing; say which team or role ${state} the objection`);
  if (decidedOn === undefined)
    return error("decided_on", `missing; say when the objection was ${state}, as YYYY-MM-DD`);
  return { ...entry, decision, state, decidedBy, decidedOn };
}

function contradictionsOf(data: Shape): FieldIssue[] {
  const issues: FieldIssue[] = [];
  if (data.valid_until !== undefined && data.valid_until < data.valid_from) {
    issues.push(error("valid_until", "lies before valid_from; correct one of them"));
  }
  if (data.decision === "agreement" && data.state !== undefined) {
    issues.push(error("state", "of an objection alone; leave it empty, or make the decision an objection"));
  }
  const isDecided = data.state === "upheld" || data.state === "refused";
  for (const field of ["decided_by", "decided_on"] as const) {
    if (data[field] !== undefined && !isDecided) {
      issues.push(error(field, "of an objection that was upheld or refused; leave it empty, or correct state"));
    }
  }
  const hasDetails = data.given_name !== undefined && data.family_name !== undefined && data.postcode !== undefined;
  if (data.nhs_number === undefined && data.upn === undefined && !hasDetails) {
    issues.push(
      error(
        "nhs_number",
        "the child cannot be found; give nhs_number or upn, or all of given_name, family_name, postcode",
      ),
    );
  }
  return issues;
}

function error(field: string, message: string): FieldIssue {
  return { severity: "error", field, message };
}
