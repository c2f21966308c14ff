import type { Mutant } from "./breakage.ts";
import { EXCHANGE_MUTANTS } from "./exchange-mutants.ts";
import { PARAMETER_MUTANTS } from "./parameter-mutants.ts";
import { SEARCH_MUTANTS } from "./search-mutants.ts";

/** One broken rule each. */
export const MUTANTS: readonly Mutant[] = [...EXCHANGE_MUTANTS, ...SEARCH_MUTANTS, ...PARAMETER_MUTANTS];
