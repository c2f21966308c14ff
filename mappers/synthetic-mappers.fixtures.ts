import { commonTransferFile } from "./common-transfer-file/mapper.ts";
import { communityServicesDataSet } from "./community-services-data-set/mapper.ts";
import { digitalChildHealth } from "./digital-child-health/mapper.ts";
import { earlyYearsCensus } from "./early-years-census/mapper.ts";
import { eyfsProfile } from "./eyfs-profile/mapper.ts";
import { familyHub } from "./family-hub/mapper.ts";
import { itkAdt } from "./itk-adt/mapper.ts";
import { progressCheck } from "./progress-check/mapper.ts";
import { sharingRegister } from "./sharing-register/mapper.ts";
import type { MappersBySource } from "./synthetic-mapped.fixtures.ts";

/** The mapper of each synthetic source. */
export const SYNTHETIC_MAPPERS: MappersBySource = {
  eyfsp: eyfsProfile,
  ctf: commonTransferFile,
  csds: communityServicesDataSet,
  dch: digitalChildHealth,
  eyc: earlyYearsCensus,
  progress: progressCheck,
  hub: familyHub,
  adt: itkAdt,
  sharing: sharingRegister,
};
