import type { ConformanceCase } from "../case.ts";
import { ERROR_CASES } from "./errors.ts";
import { EVERY_ANSWER_CASES } from "./every-answer.ts";
import { GENERAL_CASES } from "./general.ts";
import { HEADER_CASES } from "./headers.ts";
import { METADATA_CASES } from "./metadata.ts";
import { PAGING_CASES } from "./paging.ts";
import { READ_CASES } from "./read.ts";
import { SEARCH_CASES } from "./search.ts";
import { SEARCH_DATE_CASES } from "./search-dates.ts";
import { SEARCH_PARAMETER_CASES } from "./search-parameters.ts";

/** Every case, in the order in which it runs and is reported. */
export const CASES: readonly ConformanceCase[] = [
  ...METADATA_CASES,
  ...GENERAL_CASES,
  ...READ_CASES,
  ...HEADER_CASES,
  ...SEARCH_CASES,
  ...SEARCH_PARAMETER_CASES,
  ...SEARCH_DATE_CASES,
  ...PAGING_CASES,
  ...ERROR_CASES,
  ...EVERY_ANSWER_CASES,
];
