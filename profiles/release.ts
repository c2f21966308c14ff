/** Version and day of this release, as CapabilityStatement, artefacts and package tell them. */
export const RELEASE = { version: "0.1.0", date: "2026-11-22" } as const;

/** The FHIR package of this release. https://hl7.org/fhir/R5/packages.html */
export const PACKAGE_ID = "early-years-gateway.fhir.r4";

/**
 * Packages that ours builds on: FHIR R4 itself, and the build of UK Core that publishes the profiles ours derive from in
 * the versions that are checked here. Its vital signs are younger than the releases before.
 */
export const PACKAGE_DEPENDENCIES = [
  { packageId: "hl7.fhir.r4.core", version: "4.0.1", uri: "http://hl7.org/fhir" },
  {
    packageId: "fhir.r4.ukcore.stu3.currentbuild",
    version: "0.22.0-pre-release",
    uri: "https://fhir.hl7.org.uk/ImplementationGuide/fhir.r4.ukcore.stu3.currentbuild",
  },
] as const;
