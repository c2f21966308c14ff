import { at, list } from "../json.ts";
import { refuse } from "./refusal.ts";
import type { Resource } from "./store.ts";

/** Elements of each type's summary, and those without which it is not valid. R4 resource pages. */
const SUMMARY: Readonly<Record<string, string>> = {
  Patient:
    "identifier active name telecom gender birthDate deceasedBoolean deceasedDateTime address managingOrganization link",
  Observation:
    "identifier basedOn partOf status code subject focus encounter effectiveDateTime effectivePeriod effectiveTiming effectiveInstant issued performer valueQuantity valueCodeableConcept valueString component hasMember derivedFrom",
  Consent:
    "identifier status scope category patient dateTime performer organization sourceReference sourceAttachment policyRule provision",
  Organization: "identifier active type name",
  Practitioner: "identifier active name telecom address gender",
  PractitionerRole: "identifier active period practitioner organization code specialty location telecom",
  Provenance: "target recorded",
};
const MANDATORY: Readonly<Record<string, string>> = {
  Observation: "status code",
  Consent: "status scope category policyRule policy",
  Provenance: "target recorded agent",
};
const ALWAYS = ["resourceType", "id", "meta", "implicitRules"];
const SUBSETTED = {
  system: "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
  code: "SUBSETTED",
  display: "subsetted",
};

function words(text: string | undefined): readonly string[] {
  return text?.split(" ") ?? [];
}

/** What _summary and _elements leave of a resource. */
export function shaped(resource: Resource, parameters: URLSearchParams): Resource {
  const [summary, elements] = [parameters.get("_summary"), parameters.get("_elements")];
  if (summary !== null && !["true", "false", "text", "data", "count"].includes(summary))
    refuse(400, "value", "_summary: true, false, text, data or count was expected");
  const type = resource.resourceType;
  const keep = (names: readonly string[]) => subset(resource, (name) => names.includes(name));
  const mandatory = words(MANDATORY[type]);
  if (elements !== null) return keep([...ALWAYS, ...elements.split(","), ...mandatory]);
  if (summary === "true") return keep([...ALWAYS, ...words(SUMMARY[type]), ...mandatory]);
  if (summary === "text") return keep([...ALWAYS, "text", ...mandatory]);
  if (summary === "data") return subset(resource, (name) => name !== "text");
  return resource;
}

function subset(resource: Resource, keeps: (name: string) => boolean): Resource {
  const meta = { ...Object(at(resource, "meta")), tag: [...list(resource, "meta", "tag"), SUBSETTED] };
  const kept = Object.fromEntries(Object.entries(resource).filter(([name]) => keeps(name)));
  return { ...kept, resourceType: resource.resourceType, id: resource.id, meta };
}
