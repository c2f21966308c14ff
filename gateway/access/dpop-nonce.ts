import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import { LIMITS } from "../limits.ts";

/** Nonces for proofs of possession (RFC 9449 8), made from the time alone: every process knows those of the others. */
export interface DpopNonces {
  make(now_ms: number): string;
  isGood(nonce: string, now_ms: number): boolean;
}

export function createDpopNonces(key: KeyObject): DpopNonces {
  const sign = (time: string): Buffer => createHmac("sha256", key).update(time).digest().subarray(0, 16);
  return {
    make(now_ms) {
      const time = Math.floor(now_ms / 1_000).toString(36);
      return `${time}.${sign(time).toString("base64url")}`;
    },
    isGood(nonce, now_ms) {
      const [, time = "", told = ""] = /^([0-9a-z]{1,10})\.([A-Za-z0-9_-]{22})$/.exec(nonce) ?? [];
      const age_s = now_ms / 1_000 - Number.parseInt(time, 36);
      const right = sign(time);
      const sent = Buffer.from(told, "base64url");
      const isRight = sent.length === right.length && timingSafeEqual(sent, right);
      return isRight && age_s >= -LIMITS.clock_skew_s && age_s <= LIMITS.dpop_nonce_life_s;
    },
  };
}
