/** The clients of the demonstration; their ids, keys and file names are made from this list. */
export const DEMONSTRATION_CLIENTS = [
  "gp-demo",
  "gp-health-demo",
  "hv-demo",
  "practitioner-demo",
  "salt-demo",
  "hub-demo",
  "vendor-demo",
  "conformance-demo",
  "officer-demo",
  "steward-demo",
] as const;

export type DemonstrationClient = (typeof DEMONSTRATION_CLIENTS)[number];
