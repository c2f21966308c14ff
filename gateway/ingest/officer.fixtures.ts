import type { Requester } from "../access/requester.ts";
import { SHARED_ID_SPACE } from "../store/store.ts";

/** An officer who may ask about these sources. */
export function officerOf(...sources: readonly string[]): Requester {
  return {
    client: "officer-demo",
    organization: { system: "https://fhir.nhs.uk/Id/ods-organization-code", value: "Z9911", authority: "leeds" },
    agreement: {
      id: "officers",
      version: 1,
      dataClasses: [],
      purposes: ["HOPERAT"],
      legalBasis: { article6: "6(1)(e)", article9: "9(2)(h)", confidence: "statute" },
      relationship: "authority",
      authorities: ["leeds"],
      matchingScope: "own-authority",
      identifierSystems: [],
      statutoryGateways: {},
      audit: false,
      idSpace: SHARED_ID_SPACE,
      coverageNotice: false,
      until: "2030-01-01",
    },
    purpose: "HOPERAT",
    scopes: sources.map((source) => ({ context: "ingest" as const, source })),
    tokenId: "t1",
  };
}
