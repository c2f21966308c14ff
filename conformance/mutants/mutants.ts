import type { Mutant } from "./breakage.ts";
import { BUNDLE_MUTANTS } from "./bundle-mutants.ts";
import { CHANGE_MUTANTS } from "./change-mutants.ts";
import { ERROR_MUTANTS } from "./error-mutants.ts";
import { EXCHANGE_MUTANTS } from "./exchange-mutants.ts";
import { HEADER_MUTANTS } from "./header-mutants.ts";
import { LINK_MUTANTS } from "./link-mutants.ts";
import { PARAMETER_MUTANTS } from "./parameter-mutants.ts";
import { PERSON_MUTANTS } from "./person-mutants.ts";
import { SEARCH_MUTANTS } from "./search-mutants.ts";
import { VALUE_MUTANTS } from "./value-mutants.ts";
import { WRITE_MUTANTS } from "./write-mutants.ts";

/** One broken rule each. */
export const MUTANTS: readonly Mutant[] = [
  ...EXCHANGE_MUTANTS,
  ...HEADER_MUTANTS,
  ...SEARCH_MUTANTS,
  ...ERROR_MUTANTS,
  ...PARAMETER_MUTANTS,
  ...WRITE_MUTANTS,
  ...CHANGE_MUTANTS,
  ...BUNDLE_MUTANTS,
  ...LINK_MUTANTS,
  ...VALUE_MUTANTS,
  ...PERSON_MUTANTS,
];
