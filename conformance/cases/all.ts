import type { ConformanceCase } from "../case.ts";
import { BATCH_CASES } from "./batch.ts";
import { CONDITIONAL_CREATE_CASES } from "./conditional-create.ts";
import { CONDITIONAL_UPDATE_CASES } from "./conditional-update.ts";
import { CREATE_CASES } from "./create.ts";
import { BODY_CASES } from "./create-bodies.ts";
import { CREATE_HEADER_CASES } from "./create-headers.ts";
import { DELETE_CASES } from "./delete.ts";
import { DEMOGRAPHICS_CASES } from "./demographics.ts";
import { CONSENT_CASES, INGEST_CASES, PAIR_CASES } from "./disclosure.ts";
import { ERROR_CASES } from "./errors.ts";
import { EVERY_ANSWER_CASES } from "./every-answer.ts";
import { GENERAL_CASES } from "./general.ts";
import { HEADER_CASES } from "./headers.ts";
import { HISTORY_CASES } from "./history.ts";
import { IHE_PIX_CASES } from "./ihe-pix.ts";
import { INCLUDE_CASES } from "./includes.ts";
import { LOCK_CASES } from "./locks.ts";
import { MATCH_CASES } from "./match.ts";
import { METADATA_CASES } from "./metadata.ts";
import { SINGLE_RULE_CASES } from "./of-their-own.ts";
import { PAGING_CASES } from "./paging.ts";
import { PATCH_CASES } from "./patch.ts";
import { PROFILE_CASES } from "./profiles.ts";
import { READ_CASES } from "./read.ts";
import { SEARCH_CASES } from "./search.ts";
import { SEARCH_DATE_CASES } from "./search-dates.ts";
import { SEARCH_INCLUDE_CASES } from "./search-includes.ts";
import { REFERENCE_SEARCH_CASES, SYSTEM_SEARCH_CASES } from "./search-links.ts";
import { SEARCH_MODIFIER_CASES } from "./search-modifiers.ts";
import { SEARCH_PARAMETER_CASES } from "./search-parameters.ts";
import { SEARCH_RANGE_CASES } from "./search-ranges.ts";
import { SEARCH_TEXT_CASES } from "./search-values.ts";
import { SMART_CASES } from "./smart.ts";
import { SMART_ASSERTION_CASES } from "./smart-assertions.ts";
import { SMART_TOKEN_CASES } from "./smart-tokens.ts";
import { TRANSACTION_CASES } from "./transaction.ts";
import { REFERENCE_CASES } from "./transaction-references.ts";
import { UPDATE_CASES } from "./update.ts";
import { VERSION_CASES } from "./versions.ts";

/** Every case, in the order in which it runs and is reported. */
export const CASES: readonly ConformanceCase[] = [
  ...METADATA_CASES,
  ...GENERAL_CASES,
  ...READ_CASES,
  ...HEADER_CASES,
  ...SEARCH_CASES,
  ...SEARCH_INCLUDE_CASES,
  ...SEARCH_PARAMETER_CASES,
  ...SEARCH_MODIFIER_CASES,
  ...SEARCH_DATE_CASES,
  ...PAGING_CASES,
  ...ERROR_CASES,
  ...CREATE_CASES,
  ...CREATE_HEADER_CASES,
  ...BODY_CASES,
  ...CONDITIONAL_CREATE_CASES,
  ...UPDATE_CASES,
  ...LOCK_CASES,
  ...CONDITIONAL_UPDATE_CASES,
  ...PATCH_CASES,
  ...DELETE_CASES,
  ...HISTORY_CASES,
  ...VERSION_CASES,
  ...BATCH_CASES,
  ...TRANSACTION_CASES,
  ...REFERENCE_CASES,
  ...SEARCH_TEXT_CASES,
  ...SEARCH_RANGE_CASES,
  ...REFERENCE_SEARCH_CASES,
  ...INCLUDE_CASES,
  ...SYSTEM_SEARCH_CASES,
  ...MATCH_CASES,
  ...DEMOGRAPHICS_CASES,
  ...IHE_PIX_CASES,
  ...SINGLE_RULE_CASES,
  ...PROFILE_CASES,
  ...SMART_CASES,
  ...SMART_ASSERTION_CASES,
  ...SMART_TOKEN_CASES,
  ...PAIR_CASES,
  ...CONSENT_CASES,
  ...INGEST_CASES,
  ...EVERY_ANSWER_CASES,
];
