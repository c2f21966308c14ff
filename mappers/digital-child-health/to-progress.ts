import { canonical } from "#profiles/canonical.ts";
import { EARLY_YEARS_OBSERVATION } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import { toDevelopmentalCategory } from "../datatypes/developmental-category.ts";
import { toSourceRecordIdentifier } from "../datatypes/identifier.ts";
import { toPatientReference } from "../datatypes/reference.ts";
import type { Made, MapContext } from "../mapper.ts";
import type { ProgressCheck, Provider } from "./record.ts";
import { sectionOf } from "./sections.ts";
import { toPerformer } from "./to-organization.ts";

/** One Observation for each section that was answered; all of one review carry the same identifier. */
export function toProgressTexts(
  check: ProgressCheck,
  { record, organization }: { readonly record: string; readonly organization: Provider | undefined },
  context: MapContext,
): Made[] {
  const { security, start, status } = check;
  return check.sections.flatMap(({ linkId, text }) => {
    const section = sectionOf(linkId);
    if (section === undefined) return [];
    return [
      {
        slot: linkId,
        record,
        resource: {
          resourceType: "Observation",
          id: context.id(linkId),
          meta: {
            profile: [
              canonical("StructureDefinition", "early-years-progress"),
              "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation",
            ],
            ...(security.length === 0 ? {} : { security: [...security] }),
          },
          identifier: [toSourceRecordIdentifier(context.source, record)],
          status,
          category: toDevelopmentalCategory(section.domains),
          code: toCodeableConcept(EARLY_YEARS_OBSERVATION, section.code),
          subject: toPatientReference(context.patientId),
          effectiveDateTime: start,
          ...(organization === undefined ? {} : { performer: [toPerformer(organization, context)] }),
          valueString: text,
        },
      },
    ];
  });
}
