import { setTimeout as pause } from "node:timers/promises";
import type { Coordination } from "../../identity/coordination.ts";
import { LIMITS } from "../../limits.ts";
import { type AccessTokens, type Credentials, createAccessTokens } from "./access-token.ts";
import type { Exchanged } from "./bounded-exchange.ts";
import { type BreakerState, createBreaker, type Pass } from "./breaker.ts";
import { exchangePatient, type PatientRequest } from "./patient-exchange.ts";
import { type FailureReason, type PdsAnswer, readPatientAnswer, readSearchAnswer } from "./read-answer.ts";
import { createTurns, type Turns } from "./turns.ts";

/** How a call ended, for the metrics: nothing of whom it was about. */
export type CallOutcome = "answered" | FailureReason;

export interface PdsClientOptions {
  /** Of the FHIR API, path included. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** ODS code of the organisation that asks, for a gateway that serves several. */
  readonly endUserOds?: string | undefined;
  readonly coordination: Pick<Coordination, "takeTurn">;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Random UUIDs. */
  readonly ids: () => string;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly onCall?: ((outcome: CallOutcome) => void) | undefined;
  readonly limits?: Partial<PdsLimits> | undefined;
}

export interface PdsLimits {
  readonly call_timeout_ms: number;
  readonly attempts_max: number;
  readonly backoff_ms: number;
  readonly response_bytes_max: number;
  readonly breaker_failures_max: number;
  readonly breaker_open_ms: number;
}

/** One question to the register, asked until it is answered, refused or out of time. */
export interface PdsClient {
  /** Never rejects: what went wrong is `failed`. */
  ask(request: PatientRequest, within: Within): Promise<PdsAnswer>;
  state(): BreakerState;
}

export interface Within {
  /** One for all questions about a person. */
  readonly correlationId: string;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
}

type Failed = Extract<PdsAnswer, { kind: "failed" }>;

/** What one attempt came to, and whether another may come to more. */
interface Attempt {
  readonly answer: PdsAnswer;
  readonly mayTryAgain: boolean;
  /** What it says of how well the register is. */
  readonly health: Parameters<Pass["settle"]>[0];
}

interface Ports extends PdsClientOptions {
  readonly bounds: PdsLimits;
  readonly tokens: AccessTokens;
  readonly turns: Turns;
}

interface Asked extends Within {
  readonly request: PatientRequest;
  readonly headers: Readonly<Record<string, string>>;
}

export function createPdsClient(options: PdsClientOptions): PdsClient {
  const bounds = { ...DEFAULTS, ...options.limits };
  const { breaker_failures_max: failures_max, breaker_open_ms: open_ms } = bounds;
  const breaker = createBreaker({ now, failures_max, open_ms });
  const tokens = createAccessTokens({
    ...options.credentials,
    ids: options.ids,
    bounds: toExchangeBounds(options, bounds),
  });
  const ports: Ports = { ...options, bounds, tokens, turns: createTurns(options.coordination) };

  async function attempt(asked: Asked): Promise<Attempt> {
    const pass = breaker.enter();
    if ("retryAfter_ms" in pass) return stop(failed("circuit-open", pass.retryAfter_ms));
    try {
      const attempted = await callOnce(ports, asked);
      pass.settle(attempted.health);
      return attempted;
    } catch {
      // Those whom this process shares the turns with cannot be asked: that is no fault of the register.
      pass.settle("neither");
      return stop(failed("no-turn"));
    }
  }

  return {
    async ask(request, within) {
      const asked = { ...within, request, headers: toHeaders(options, within) };
      let last: PdsAnswer = failed("deadline");
      for (let attempts = 0; attempts < bounds.attempts_max && now() < within.deadline; attempts++) {
        const { answer, mayTryAgain } = await attempt(asked);
        last = answer;
        if (answer.kind !== "failed" || !mayTryAgain) break;
        const wait_ms = answer.retryAfter_ms ?? options.random() * bounds.backoff_ms * 2 ** attempts;
        if (now() + wait_ms >= within.deadline) break;
        if (attempts < bounds.attempts_max - 1) await pause(wait_ms);
      }
      return last;
    },
    state: () => breaker.state(),
  };
}

async function callOnce(ports: Ports, asked: Asked, hasRenewed = false): Promise<Attempt> {
  const token = await ports.tokens.get();
  if (!token.ok) {
    const answer = failed(token.reason, token.retryAfter_ms);
    ports.onCall?.(token.reason);
    return token.reason === "token-refused" ? stop(answer) : { answer, mayTryAgain: true, health: "failure" };
  }
  const wait_ms = await ports.turns.take(asked.deadline);
  if (wait_ms > 0) return stop(failed("no-turn", wait_ms));
  const exchanged = await exchangePatient(ports.baseUrl, asked.request, {
    ...toExchangeBounds(ports, ports.bounds),
    timeout_ms: Math.max(1, Math.min(ports.bounds.call_timeout_ms, asked.deadline - now())),
    headers: { ...asked.headers, authorization: `Bearer ${token.token}` },
  });
  const attempt = judge(exchanged, asked.request);
  ports.onCall?.(attempt.answer.kind === "failed" ? attempt.answer.reason : "answered");
  if (attempt.answer.kind !== "failed") return attempt;
  if (attempt.answer.reason === "too-many-requests") {
    ports.turns.hold(attempt.answer.retryAfter_ms ?? LIMITS.pds_hold_ms);
  }
  if (attempt.answer.reason === "unauthorised" && !hasRenewed) {
    ports.tokens.spend(token.token);
    return callOnce(ports, asked, true);
  }
  return attempt;
}

function judge(exchanged: Exchanged, { kind }: PatientRequest): Attempt {
  if (exchanged.kind === "broken") {
    const isPassing = exchanged.reason !== "redirect" && exchanged.reason !== "too-large";
    return { answer: failed(exchanged.reason), mayTryAgain: isPassing, health: "failure" };
  }
  const { status, body, retryAfter_ms } = exchanged;
  if (status === 401) return stop(failed("unauthorised"));
  if (status === 429) {
    return { answer: failed("too-many-requests", retryAfter_ms), mayTryAgain: true, health: "neither" };
  }
  if (status === 408 || status >= 500) {
    return { answer: failed("unavailable", retryAfter_ms), mayTryAgain: true, health: "failure" };
  }
  const answer = kind === "search" ? readSearchAnswer(status, body) : readPatientAnswer(status, body);
  const isUnreadable = answer.kind === "failed" && answer.reason === "unreadable";
  return { answer, mayTryAgain: isUnreadable, health: isUnreadable ? "failure" : "success" };
}

function failed(reason: FailureReason, retryAfter_ms?: number): Failed {
  return {
    kind: "failed",
    reason,
    ...(retryAfter_ms === undefined ? {} : { retryAfter_ms: Math.ceil(retryAfter_ms) }),
  };
}

function stop(answer: Failed): Attempt {
  return { answer, mayTryAgain: false, health: "neither" };
}

/** One X-Request-ID for a request and all its repetitions, by which the register knows them for one. */
function toHeaders({ ids, endUserOds }: PdsClientOptions, { correlationId }: Within): Record<string, string> {
  return {
    accept: "application/fhir+json",
    "x-request-id": ids(),
    "x-correlation-id": correlationId,
    ...(endUserOds === undefined ? {} : { "nhsd-end-user-organisation-ods": endUserOds }),
  };
}

function toExchangeBounds({ clock }: PdsClientOptions, { call_timeout_ms, response_bytes_max }: PdsLimits) {
  return { timeout_ms: call_timeout_ms, response_bytes_max, clock };
}

function now(): number {
  return performance.now();
}

const DEFAULTS: PdsLimits = {
  call_timeout_ms: LIMITS.pds_call_timeout_ms,
  attempts_max: LIMITS.pds_attempts_max,
  backoff_ms: LIMITS.pds_backoff_ms,
  response_bytes_max: LIMITS.pds_response_bytes_max,
  breaker_failures_max: LIMITS.pds_breaker_failures_max,
  breaker_open_ms: LIMITS.pds_breaker_open_ms,
};
