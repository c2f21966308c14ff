import { withFamily } from "./family.ts";
import type { Model } from "./model.ts";

/** How records of children agree, as far as it can be said beforehand: what learning starts from. */
export const HAND_SET: Model = {
  version: "hand-set-1",
  origin: "set by hand",
  // One record in about 300,000 is of the same child.
  prior_bits: -18,
  twinsPrior_bits: -23,
  siblingsPrior_bits: -20,
  namesakesPrior_bits: -18,
  fields: {
    given: withFamily(
      "given",
      [0.87, 0.012, 0.008, 0.03, 0.035, 0.01, 0.002, 0.004, 0.004, 0.004, 0.001, 0.02],
      [0.006, 0.0004, 0.0016, 0.002, 0.0007, 0.006, 0.012, 0.002, 0.00001, 0.003, 0.0001, 0.96619],
    ),
    family: withFamily("family", [0.92, 0.02, 0.025, 0.008, 0.027], [0.003, 0.001, 0.001, 0.008, 0.987]),
    "birth-date": withFamily("birth-date", [0.965, 0.008, 0.012, 0.008, 0.007], [0.0006, 0.0004, 0.006, 0.025, 0.968]),
    postcode: withFamily("postcode", [0.8, 0.02, 0.06, 0.07, 0.05], [0.00006, 0.0002, 0.01, 0.15, 0.83974]),
    gender: withFamily("gender", [0.995, 0.005], [0.5, 0.5]),
    "nhs-number": withFamily("nhs-number", [0.9995, 0.0005], [1e-8, 1 - 1e-8]),
    upn: withFamily("upn", [0.97, 0.03], [1e-7, 1 - 1e-7]),
    identifier: withFamily("identifier", [0.9, 0.03, 0.07], [1e-7, 1e-5, 1 - 1.01e-5]),
    address: withFamily("address", [0.55, 0.2, 0.1, 0.15], [0.0001, 0.002, 0.05, 0.9479]),
    city: withFamily("city", [0.85, 0.03, 0.12], [0.1, 0.01, 0.89]),
    district: withFamily("district", [0.85, 0.03, 0.12], [0.1, 0.01, 0.89]),
    telecom: withFamily("telecom", [0.7, 0.03, 0.27], [1e-5, 1e-5, 1 - 2e-5]),
    "birth-order": withFamily("birth-order", [0.99, 0.01], [0.5, 0.5]),
  },
  frequencies: {
    given: { values: {}, unlisted: 0.0005, average_bits: 7.5 },
    family: {
      values: { smith: 0.012, jones: 0.01, khan: 0.005, patel: 0.004, taylor: 0.006, brown: 0.006 },
      unlisted: 0.0003,
      average_bits: 8.5,
    },
    birthDate: { values: {}, unlisted: 0.0006, average_bits: 10.7 },
    postcode: { values: {}, unlisted: 0.00003, average_bits: 14 },
  },
  knownGivenShare: 0.0001,
};
