import type { ConsentProvision, Extension } from "@medplum/fhirtypes";
import { OBJECTION_STATE, OBJECTION_STATE_EXTENSION } from "#profiles/systems.ts";
import { toCoding } from "../datatypes/coding.ts";
import type { Made } from "../mapper.ts";

/**
 * What parents decided on sharing a review, about the resources of this review alone: agreed, they are permitted; not
 * agreed, they are denied within what the law permits. `made` must not be empty: a denial that names nothing would deny
 * everything.
 */
export function toReviewProvision(isAgreed: boolean, made: readonly [Made, ...Made[]]): ConsentProvision {
  const data = made.map(({ resource }) => ({
    meaning: "instance" as const,
    reference: { reference: `${resource.resourceType}/${resource.id}` },
  }));
  return isAgreed ? { type: "permit", data } : { type: "permit", provision: [{ type: "deny", data }] };
}

/** A refusal is an objection that nobody has decided on: it holds from the start. */
export function toReceivedObjection(): Extension {
  return { url: OBJECTION_STATE_EXTENSION, valueCoding: toCoding(OBJECTION_STATE, "received") };
}
