import { commonTransferFile } from "#mappers/common-transfer-file/mapper.ts";
import { communityServicesDataSet } from "#mappers/community-services-data-set/mapper.ts";
import { digitalChildHealth } from "#mappers/digital-child-health/mapper.ts";
import { earlyYearsCensus } from "#mappers/early-years-census/mapper.ts";
import { eyfsProfile } from "#mappers/eyfs-profile/mapper.ts";
import { familyHub } from "#mappers/family-hub/mapper.ts";
import { itkAdt } from "#mappers/itk-adt/mapper.ts";
import type { AnyMapper, CsvShape, SourceKind } from "#mappers/mapper.ts";
import { progressCheck } from "#mappers/progress-check/mapper.ts";
import { sharingRegister } from "#mappers/sharing-register/mapper.ts";

/** The mapper of every kind of source; a further kind is one more line here. */
export const MAPPERS: Readonly<Record<SourceKind, AnyMapper>> = {
  "eyfs-profile": eyfsProfile,
  "common-transfer-file": commonTransferFile,
  "community-services-data-set": communityServicesDataSet,
  "digital-child-health": digitalChildHealth,
  "sharing-register": sharingRegister,
  "early-years-census": earlyYearsCensus,
  "progress-check": progressCheck,
  "family-hub": familyHub,
  "itk-adt": itkAdt,
};

/** The shapes in which a source comes as CSV; none where it does not. */
export function shapesOf(mapper: AnyMapper): readonly CsvShape[] {
  if (mapper.reader === "staged") return mapper.tables;
  if (mapper.reader === "csv") return [mapper.shape];
  return mapper.reader === "forms" ? [mapper.csv.shape] : [];
}
