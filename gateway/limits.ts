/** Every number the gateway is bounded by, in one place, with its unit last in the name. */
export const LIMITS = {
  /** A page of a searchset when `_count` is absent: the size GP systems show on one screen. */
  page_entries_default: 20,
  page_entries_max: 100,
  /** Beyond this a query says more about its author than about a child. */
  query_parameters_max: 20,
  or_values_max: 50,
  /** More keys than that order nothing that the first ones left open. */
  sort_keys_max: 5,
  /** More names than any type has elements at its root. */
  elements_max: 100,
  /** More codes than these, as of a large value set, are sooner found in the resource than among its keys. */
  keyed_forms_max: 200,
  /** Screens and polling clients ask in the same words again and again; what is long is seldom asked twice. */
  query_cache_entries_max: 500,
  query_cache_characters_max: 2_000,
  url_bytes_max: 4_096,
  token_request_bytes_max: 16_384,
  /** The form of a POST _search: what a URL may hold, and room for long lists of codes. */
  form_bytes_max: 65_536,
  /** Resources of which is remembered in which record they are. */
  resource_places_max: 20_000,
  /** Kinds of resources that are alike of which is remembered what was decided: records have a few hundred between them. */
  remembered_likenesses_max: 5_000,
  /** A body, sent with all its pauses; of a delivery five times this counts, and only silence. */
  body_deadline_ms: 60_000,
  json_depth_max: 32,
  /** A resource; a Bundle of them may be larger. */
  resource_bytes_max: 1_048_576,
  bundle_bytes_max: 5_242_880,
  bundle_entries_max: 500,
  patch_operations_max: 500,
  /** Of a path of FHIRPath Patch. */
  patch_path_characters_max: 1_000,
  /** More than a resource of the greatest size can have: a patch that copies copies doubles with each step. */
  patched_nodes_max: 524_288,
  /** Children of whom is remembered that a writer sees them. */
  seen_children_max: 50_000,
  /** Links of a chain, and of `_has`, in one parameter. */
  chain_links_max: 3,
  /** Resources that the inner search of a chain or of `_has` may find. */
  chained_resources_max: 5_000,
  /** Resources that _include and _revinclude may add to a page. */
  included_entries_max: 1_000,
  /** Values of one element of the Patient that `$match` is asked for, and characters of a part of one. */
  matched_values_max: 20,
  matched_characters_max: 250,
  /** Of what `$match` was asked for, in the record of it. */
  audited_match_characters_max: 2_000,
  /** Children that share a key with whom `$match` is asked for. */
  match_candidates_max: 1_000,
  /** SMART Backend Services: access tokens live five minutes at most. */
  access_token_life_s: 300,
  /** An assertion may expire five minutes ahead; clocks may differ by ten seconds. */
  assertion_life_s_max: 300,
  clock_skew_s: 10,
  /** How long a verified token is taken at its word before its signature is checked again. */
  token_cache_s: 60,
  token_cache_entries_max: 10_000,
  token_cache_characters_max: 33_554_432,
  jti_characters_max: 128,
  /** What a client may ask when the register does not say: a practice's day at its busiest, and a caseload in an hour. */
  client_requests_per_second: 100,
  client_concurrent_requests: 32,
  client_children_per_hour: 2_000,
  /** How soon one that asks too much may ask again: more a second, more at a time. */
  client_throttled_retry_s: 1,
  /** How often what clients ask is told to the other processes, and how long one of them may be silent. */
  client_limits_share_ms: 100,
  client_limits_silence_ms: 3_000,
  /** Processes that are thought to share a limit while Redis is away and nobody says how many there are. */
  client_limits_processes_assumed: 4,
  /** Clients and hours of whom is remembered what they asked. */
  client_limits_windows_max: 1_000,
  /** How often the files of the register are looked at. */
  register_watch_ms: 2_000,
  /** Thousands of clients, each with its keys. */
  register_bytes_max: 33_554_432,
  /** A chain of organisations above one another is not longer. */
  ods_passes_max: 12,
  /** An identity token is taken so long after it was issued at most, and so often: once for each access token of an hour. */
  subject_token_life_s_max: 3_600,
  subject_token_uses_max: 12,
  subject_token_bytes_max: 8_192,
  /** Of one scope: a category and a few conditions more. Two of them, asked for and registered, still make one query. */
  scope_parameters_max: 10,
  scope_parameters_characters_max: 1_000,
  /** Ours hold little more than their scopes. */
  access_token_characters_max: 65_536,
  /** How long the gateway signs with one key (90 days), and how long the next is published before it is used. */
  signing_key_life_ms: 7_776_000_000,
  key_published_before_ms: 3_600_000,
  /** How often a process reads which keys the others made; for a key that it does not know, once a second. */
  key_refresh_ms: 30_000,
  key_look_up_ms_min: 1_000,
  /** Of the gateway's own public keys, in whoever's cache: much less than a key is published before it is used. */
  jwks_cache_s: 300,
  /** How old a proof of possession may be (RFC 9449), and how long a nonce for it is taken: longer than a token lives. */
  dpop_proof_life_s: 60,
  dpop_nonce_life_s: 600,
  dpop_proof_characters_max: 4_096,
  /** A certificate as a proxy hands it on. */
  client_certificate_characters_max: 16_384,
  /** From an address that somebody else chose: keys of a client, what an issuer says of itself. */
  fetch_deadline_ms: 3_000,
  fetched_bytes_max: 65_536,
  fetched_headers_bytes_max: 16_384,
  fetched_keys_max: 100,
  /** How long it is kept: as its Cache-Control says, at most so long; the default where nothing is said. */
  fetched_life_s_default: 300,
  fetched_life_s_max: 86_400,
  /** Tries of one network in one name (of so many places for names) that fail before it has to wait, and how it goes on. */
  token_failures_max: 60,
  token_failure_regained_ms: 1_000,
  token_failures_places_each: 32,
  token_failures_places_max: 20_000,
  /** Of those who have to wait one a minute is recorded. */
  token_failures_told_ms: 60_000,
  /** Refusals without a good token that are recorded one by one, how they are regained, and how often the rest is told of. */
  strangers_recorded_max: 600,
  strangers_regained_ms: 1_000,
  strangers_told_ms: 60_000,
  /** A client's address is asked once a minute at most, however many assertions name a key that is not known. */
  jwks_refetch_ms_min: 60_000,
  /** While it answers, keys that have ended are asked for anew after so long. */
  jwks_renew_ms_min: 1_000,
  issuer_keys_life_s_min: 60,
  jwks_places_max: 1_000,
  /** Scopes in one token request. */
  scopes_max: 100,
  /** Of what an unknown caller claims to be, in the record of its refusal. */
  audited_claim_characters_max: 200,
  /** Emergency access to one child, for one person. */
  break_glass_life_ms: 900_000,
  oversight_page_default: 20,
  oversight_listing_max: 100,
  /** Looked through for one page of a listing; whoever sees next to nothing among very many gets a page that goes on. */
  oversight_scanned_max: 1_000,
  /** A page token outlives a clinician's pause, not a working day. */
  page_token_life_s: 3_600,
  /** A line of a CSV file or an element of XML longer than this is refused, never buffered. */
  source_record_bytes_max: 1_048_576,
  /** What a source calls a record, a row or a child; longer, and not every index that it stands in takes it. */
  source_name_characters_max: 500,
  /** A whole JSON message. */
  source_message_bytes_max: 5_242_880,
  /** Records committed together: long enough to share an fsync, short enough for queries to run in between. */
  ingest_batch_records: 64,
  /** How long source records are kept for replay: a term of corrections, 90 days. */
  raw_retention_ms: 7_776_000_000,
  /** How long a record is held back at most for somebody to correct it: until the next year's returns are in. */
  held_retention_ms: 31_536_000_000,
  /** Records of one delivery that are known again when they come twice in it; beyond, they count as new ones. */
  seen_records_max: 1_500_000,
  /** Issues spelled out in a receipt; the rest is counted, and stands in quarantine. */
  receipt_issues_max: 200,
  receipts_listing_max: 100,
  quarantine_listing_max: 500,
  record_states_listing_max: 1_000,
  /** A corrected record, or names of records to withdraw. */
  ingest_request_bytes_max: 1_048_576,
  /** A watched file that has not changed for so long is whole. */
  inbox_settle_ms: 2_000,
  /** Kept records that have had their time are forgotten so often, so many at a time. */
  sweep_interval_ms: 600_000,
  sweep_records: 1_000,
  identity_cache_entries_max: 50_000,
  /** More records than one identifier is ever told of. */
  identifier_carriers_max: 1_000,
  /** Sources' children that share one blocking key; where there are more, nobody is certain. */
  alike_children_max: 200,
  /** Sources' children whose details are compared with those of one record; all who resemble it closely are far fewer. */
  alike_compared_max: 24,
  /** Sources' children that are kept ready to be compared, at about 2 KB each. */
  comparables_max: 4_096,
  /** A resolved identity is trusted from Redis this long; every use is checked against the record itself. */
  identity_cache_life_s: 86_400,
  /** That nobody holds a number, or that a register does not know a person, is soon no longer so. */
  identity_none_life_s: 900,
  /** What a national register answered: found, more than one, and a person of whom as little as possible is kept. */
  trace_found_life_s: 21_600,
  trace_many_life_s: 3_600,
  trace_restricted_life_s: 300,
  /** Commands sent to Redis together, so that they are answered within the deadline together. */
  redis_batch_commands: 200,
  /** Children, those last changed first, whose identifiers are asked for at start, before anybody else does. */
  warm_up_records: 5_000,
  /** Results of shared work that a process remembers by itself. */
  coordination_entries_max: 10_000,
  /** Redis slower than this counts as down for that request. */
  redis_deadline_ms: 50,
  /** How long a connection to Redis may take to be made, greetings included. */
  redis_open_ms: 1_000,
  /** Longer, where giving up costs more than waiting: all that Redis holds becomes void, or work is done twice. */
  redis_patience_ms: 500,
  /** How long a search through many children works before it lets others run: a fifth of what one child's may take. */
  walk_slice_ms: 2,
  /** How many records are looked at together when a query names no child. */
  scan_batch_records: 64,
  /** An MLLP address serves one source, which has few senders. */
  mllp_connections_max: 64,
  /** A message that takes longer to arrive is held back by a slow or hostile sender. */
  mllp_frame_s_max: 60,
  /** A sender that keeps its connection says something now and then. */
  mllp_idle_s_max: 3_600,
  /** Bytes outside any frame: more come from something that does not speak MLLP. */
  mllp_stray_bytes_max: 4_096,
  /** Of what a sender calls its message and itself, repeated in the acknowledgement. */
  mllp_echo_characters_max: 250,
  /** Errors spelled out in one acknowledgement; the receipt has them all. */
  mllp_errors_max: 20,
  /** What PDS grants an application, counted over all processes. */
  pds_calls_per_second_max: 5,
  /** A turn older than this is not used: calls that leave late would arrive together with those of the next second. */
  pds_turn_slack_ms: 100,
  /** PDS answers in well under a second; its own time-out comes after some. */
  pds_call_timeout_ms: 5_000,
  /** All questions about one person, waiting for turns included: somebody may be waiting for the answer. */
  pds_trace_deadline_ms: 10_000,
  /** Of one question. */
  pds_attempts_max: 3,
  /** The first pause before a repetition, at most; each further one may be twice as long. */
  pds_backoff_ms: 500,
  /** How long nobody calls after "too many requests" without a word of when to come back. */
  pds_hold_ms: 1_000,
  /** However long PDS says to wait, after an hour one call asks again. */
  pds_hold_ms_max: 3_600_000,
  /** One patient is a few kilobytes. */
  pds_response_bytes_max: 262_144,
  /** Failures without a success between them after which PDS is left alone, for how long at first, and at most. */
  pds_breaker_failures_max: 5,
  pds_breaker_open_ms: 30_000,
  pds_breaker_open_ms_max: 300_000,
  /** The platform takes assertions that end within five minutes; clocks differ. */
  pds_assertion_life_s: 240,
  /** How long before its end a token is left. */
  pds_token_margin_ms: 30_000,
  /** Children without a number that are read together, and asked for at a time: as many as keep the rate busy. */
  pds_traces_page: 100,
  pds_traces_at_once: 5,
  /** How long after a pass through all of them the next one begins. */
  pds_pass_interval_ms: 60_000,
  /** When a child is asked for again that PDS did not know (30 days), or that a person must look at (90). */
  pds_retrace_none_ms: 2_592_000_000,
  pds_retrace_other_ms: 7_776_000_000,
  /** Items of a steward's list on one page when nobody says how many, and at most. */
  review_page_default: 25,
  review_listing_max: 100,
  /** Items that are counted for a list; of more it is said that there are more. */
  review_counted_max: 500,
  /** Earlier decisions that are shown of one child, and of a listing of them. */
  review_decisions_max: 100,
  review_reason_characters_max: 1_000,
  review_request_bytes_max: 65_536,
  /** Releases on one page of what was served under a link. */
  review_releases_max: 200,
  /** Of the cookie that holds a session: browsers keep 4,096 characters with its name and attributes (RFC 6265 6.1). */
  review_cookie_characters_max: 3_800,
  /** A person who signed in stays so while they ask, and as long as one identity token is exchanged at most. */
  review_idle_ms: 300_000,
  review_signed_in_ms_max: 3_600_000,
  /** How long somebody may take at the issuer; and, where that does not answer, how often it is asked for its addresses. */
  sign_in_pending_ms: 600_000,
  sign_in_discovery_ms_min: 1_000,
  /** Of the cookie that comes back from there. */
  sign_in_cookie_characters_max: 2_048,
  /** Of an assertion by which the gateway authenticates at the issuer. */
  own_assertion_life_s: 60,
  /** Of a value shown on a page; the rest is counted. */
  review_value_characters_max: 200,
  /** A worker that is followed by another leaves when its last connection ends, and at the latest so long after it was told. */
  worker_drain_ms_max: 60_000,
  /** A worker that has lived so long died of something else than its start. */
  worker_settled_ms: 10_000,
  /** Pauses before a worker that died young is started again: the first one, each twice as long as the last, at most. */
  worker_restart_ms_min: 100,
  worker_restart_ms_max: 30_000,
  /** So many workers of one place that died young, one after another, while no other is ready, and the gateway ends. */
  worker_failures_max: 5,
  /** A worker that is busy for longer is left out of a scrape, its last known counts apart. */
  worker_metrics_ms: 1_000,
  /** How often a machine says that it is there, and after how long it counts as gone: three times unheard, and some. */
  machine_heard_ms: 5_000,
  machine_silence_ms: 20_000,
  /** How often a machine sends on what it has written to the audit log; in every so many turns it fetches the others', and sweeps. */
  audit_copy_ms: 1_000,
  audit_fetch_turns: 10,
  audit_sweep_turns: 600,
  /** After this long a search says that of a machine something may be missing. */
  audit_copy_late_ms: 30_000,
  /** What is on its way is kept so long for machines that are away; what is older they are sent again. */
  audit_part_life_ms: 86_400_000,
  /** Requests under way get this long at a stop; container runtimes kill after ten seconds. */
  shutdown_grace_ms: 3_000,
} as const;

/**
 * Bounds an `LRUCache` by its entries, and lets it grow to them: told a `max`, it takes the room of all of them at once, a
 * megabyte for 50,000, in a process that may never see as many.
 */
export function upToEntries(entries_max: number) {
  return { maxSize: entries_max, sizeCalculation: () => 1 };
}
