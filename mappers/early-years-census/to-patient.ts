import type { Patient } from "@medplum/fhirtypes";
import { CENSUS_ETHNICITY, CENSUS_ETHNICITY_EXTENSION } from "#profiles/systems.ts";
import { toAddress } from "../datatypes/address.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import { toHumanName } from "../datatypes/human-name.ts";
import { toUpnIdentifier } from "../datatypes/identifier.ts";
import { toSettingReference } from "../foundation-stage/setting.ts";
import type { MapContext } from "../mapper.ts";
import type { EarlyYearsCensusRecord } from "./record.ts";

/**
 * What the census says of the person. What the setting calls the child is not among it: it names the setting, which of a
 * restricted child nobody may learn.
 */
export function toPatient(record: EarlyYearsCensusRecord, context: MapContext): Patient {
  const { ethnicity, gender } = record;
  const name = toHumanName({
    use: "official",
    family: record.family,
    given: [record.given, ...(record.middleNames ?? "").split(/\s+/)],
  });
  const address = toAddress({ line: record.addressLines, postalCode: record.postcode });
  return {
    resourceType: "Patient",
    ...(ethnicity === undefined
      ? {}
      : {
          extension: [
            { url: CENSUS_ETHNICITY_EXTENSION, valueCodeableConcept: toCodeableConcept(CENSUS_ETHNICITY, ethnicity) },
          ],
        }),
    ...(record.upn === undefined ? {} : { identifier: [toUpnIdentifier(record.upn)] }),
    active: true,
    ...(name === undefined ? {} : { name: [name] }),
    ...(gender === undefined ? {} : { gender }),
    birthDate: record.birthDate,
    ...(address === undefined ? {} : { address: [address] }),
    managingOrganization: toSettingReference(record.setting, context),
  };
}
