import { z } from "zod";

/** The bodies that the API takes. `*_FORM` says of each in words what is expected. */
export const OBJECTION = z.strictObject({ state: z.enum(["upheld", "refused"]), reason: z.string() });
export const OBJECTION_FORM = '{ "state": "upheld" or "refused", "reason": text }';
export type ObjectionAsked = z.infer<typeof OBJECTION>;

export const DUTY = z.strictObject({
  child: z.string(),
  recipient: z.strictObject({ system: z.string(), value: z.string() }),
  duty: z.string(),
  dataClasses: z.array(z.enum(["health-visiting", "education"])).min(1),
  isDetrimental: z.boolean(),
  family: z.enum(["told", "deferred", "unsafe"]),
  reason: z.string(),
  until: z.iso.datetime({ offset: true }).optional(),
});
export const DUTY_FORM =
  '{ "child": id of a Patient, "recipient": { "system", "value" }, "duty": as "CA2004-16LA", "dataClasses": of "health-visiting" and "education", "isDetrimental": true or false, "family": "told", "deferred" or "unsafe", "reason": text, "until": instant, if any }';
export type DutyAsked = z.infer<typeof DUTY>;

export const REVIEW = z.strictObject({ isUpheld: z.boolean(), reason: z.string() });
export const REVIEW_FORM = '{ "isUpheld": true or false, "reason": text }';
export type ReviewAsked = z.infer<typeof REVIEW>;

export const ENDING = z.strictObject({ reason: z.string() });
export const ENDING_FORM = '{ "reason": text }';
export type EndingAsked = z.infer<typeof ENDING>;

export const BREAKING = z.strictObject({
  identifier: z.strictObject({ system: z.string(), value: z.string() }),
  reason: z.string(),
});
export const BREAKING_FORM = '{ "identifier": { "system", "value" }, "reason": text }';
export type BreakingAsked = z.infer<typeof BREAKING>;
