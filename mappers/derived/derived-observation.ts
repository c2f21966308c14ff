import type { Observation } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import type { Made, MapContext } from "../mapper.ts";

interface Derived
  extends Pick<
    Observation,
    "category" | "code" | "valueQuantity" | "valueCodeableConcept" | "method" | "referenceRange"
  > {
  readonly context: MapContext;
  /** Profile of ours, by its id. */
  readonly profile: string;
  /** Last part of the slot. */
  readonly item: string;
}

/**
 * What the gateway computes from one Observation that a source told: it shares the child, day and identifier of that one
 * and points to it. It has no performer: nobody of the provider said so.
 */
export function toDerivedObservation({ slot, record, resource: from }: Made, derived: Derived): Made {
  const { context, profile, item, category = [], code, method, ...said } = derived;
  const told: Partial<Observation> = from.resourceType === "Observation" ? from : {};
  const ownSlot = `${slot}/${item}`;
  return {
    slot: ownSlot,
    record,
    resource: {
      resourceType: "Observation",
      id: context.id(ownSlot),
      meta: {
        profile: [
          canonical("StructureDefinition", profile),
          "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation",
        ],
      },
      ...(told.identifier === undefined ? {} : { identifier: told.identifier }),
      status: "final",
      category,
      code,
      ...(told.subject === undefined ? {} : { subject: told.subject }),
      ...(told.effectiveDateTime === undefined ? {} : { effectiveDateTime: told.effectiveDateTime }),
      ...said,
      ...(method === undefined ? {} : { method }),
      derivedFrom: [{ reference: `Observation/${from.id}` }],
    },
  };
}
