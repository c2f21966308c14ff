import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";

const counts = { nearHits: 0, farHits: 0, misses: 0, purges: 0, voided: 2, entries: 0, roundTrip_s: 0.002 };
const overdueReviews = async () => 3;
const limitAlarms = () => 2;
const register = () => ({ version: 4, isRefused: true });

test("the open metrics tell how the gateway fares, and nothing that a single lookup moves", async () => {
  const metrics = createMetrics({
    identityCache: () => "down",
    identityCounts: () => counts,
    overdueReviews,
    register,
    limitAlarms,
  });
  metrics.answered("read", 404, 0.001);
  metrics.ingested("leeds-eyfsp", "committed", 3);
  const text = await metrics.render();
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  expect(names).toEqual([
    "gateway_requests_total",
    "gateway_request_duration_seconds",
    "gateway_source_records_total",
    "gateway_break_glass_total",
    "gateway_identity_cache_up",
    "gateway_oversight_reviews_overdue",
    "gateway_register_version",
    "gateway_client_children_limit_met_total",
    "gateway_register_refused",
    "gateway_resident_memory_bytes",
    "gateway_identity_cache_answers",
    "gateway_identity_cache_entries",
    "gateway_identity_cache_changes",
    "gateway_identity_cache_voided",
    "gateway_redis_round_trip_seconds",
  ]);
  expect(text).toContain('gateway_requests_total{interaction="read",status="404"} 1');
  expect(text).toContain('gateway_source_records_total{source="leeds-eyfsp",outcome="committed"} 3');
  expect(text).toContain("gateway_identity_cache_up 0");
  expect(text).toContain("gateway_register_version 4");
  expect(text).toContain("gateway_register_refused 1");
  expect(text).toContain("gateway_client_children_limit_met_total 2");
  expect(text).toContain("gateway_oversight_reviews_overdue 3");
  expect(text).toContain("gateway_identity_cache_voided 2");
});

test("what lookups move in the open metrics is told in steps of a thousand, at a place that nobody knows", async () => {
  let lookups = 0;
  const identityCounts = () => ({ ...counts, nearHits: lookups, misses: lookups, entries: lookups });
  const metrics = createMetrics({
    identityCache: () => "connected",
    identityCounts,
    overdueReviews,
    register,
    limitAlarms,
  });
  const told = new Set<string>();
  for (lookups = 0; lookups < 4_000; lookups += 125) {
    const text = await metrics.render();
    for (const [, count = ""] of text.matchAll(
      /^gateway_identity_cache_(?:answers\{from="process"\}|entries) (\d+)$/gm,
    )) {
      told.add(count);
    }
  }
  expect([...told]).toEqual(["0", "1000", "2000", "3000", "4000"].slice(0, told.size));
  expect(told.size).toBeGreaterThanOrEqual(4);
});

test("what is counted while the library is being loaded is counted", async () => {
  const metrics = createMetrics({
    identityCache: () => "connected",
    identityCounts: () => counts,
    overdueReviews,
    register,
    limitAlarms,
  });
  for (let n = 0; n < 3; n += 1) metrics.answered("read", 200, 0.001);
  metrics.glassBroken();
  const first = metrics.render();
  metrics.answered("read", 200, 0.001);
  expect(await first).toContain('gateway_requests_total{interaction="read",status="200"} 4');
  expect(await metrics.render()).toContain("gateway_break_glass_total 1");
});
