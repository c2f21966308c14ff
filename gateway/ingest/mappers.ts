import type { AnyMapper, CsvShape, DataClass, SourceKind } from "#mappers/mapper.ts";

/** The mapper of a kind of source. */
export type MapperOf = (kind: SourceKind) => Promise<AnyMapper>;

/**
 * The mapper of every kind of source, loaded when a source of the kind first sends: a start waits for none of their code
 * lists, and a thread that drafts holds those of its own kind alone. A further kind is one more line here and below.
 */
const LOAD: Readonly<Record<SourceKind, () => Promise<AnyMapper>>> = {
  "eyfs-profile": async () => (await import("#mappers/eyfs-profile/mapper.ts")).eyfsProfile,
  "common-transfer-file": async () => (await import("#mappers/common-transfer-file/mapper.ts")).commonTransferFile,
  "community-services-data-set": async () =>
    (await import("#mappers/community-services-data-set/mapper.ts")).communityServicesDataSet,
  "digital-child-health": async () => (await import("#mappers/digital-child-health/mapper.ts")).digitalChildHealth,
  "sharing-register": async () => (await import("#mappers/sharing-register/mapper.ts")).sharingRegister,
  "early-years-census": async () => (await import("#mappers/early-years-census/mapper.ts")).earlyYearsCensus,
  "progress-check": async () => (await import("#mappers/progress-check/mapper.ts")).progressCheck,
  "family-hub": async () => (await import("#mappers/family-hub/mapper.ts")).familyHub,
  "itk-adt": async () => (await import("#mappers/itk-adt/mapper.ts")).itkAdt,
};

export const mapperOf: MapperOf = (kind) => LOAD[kind]();

/** The class of data that each kind of source tells, known without its mapper. */
export const DATA_CLASSES: Readonly<Record<SourceKind, DataClass>> = {
  "eyfs-profile": "education",
  "common-transfer-file": "education",
  "community-services-data-set": "health-visiting",
  "digital-child-health": "health-visiting",
  "sharing-register": "sharing",
  "early-years-census": "education",
  "progress-check": "education",
  "family-hub": "education",
  "itk-adt": "health-visiting",
};

/** The shapes in which a source comes as CSV; none where it does not. */
export function shapesOf(mapper: AnyMapper): readonly CsvShape[] {
  if (mapper.reader === "staged") return mapper.tables;
  if (mapper.reader === "csv") return [mapper.shape];
  return mapper.reader === "forms" ? [mapper.csv.shape] : [];
}
