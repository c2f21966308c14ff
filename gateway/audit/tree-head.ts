import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { toNodeHash } from "./tree.ts";

/** How large a chain's tree was, and its root (base64url). */
export interface ChainTree {
  readonly chain: string;
  readonly root: string;
  readonly size: number;
}

/**
 * What a process says of the log at one time: its own tree, and of every other chain the newest that it saw. Each head so
 * vouches for all chains, and who holds one of them holds them all to it. Keys in the order of RFC 8785.
 */
export interface TreeHead {
  readonly chains: readonly ChainTree[];
  /** RFC 7638 thumbprint of the key that signed it. */
  readonly key: string;
  /** Hash of the head before; empty in the first. */
  readonly previous: string;
  readonly process: string;
  /** Among the heads of its process, from 1. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** An Ed25519 key as RFC 8037 writes it. */
export interface HeadJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
}

/** Signs heads with a key of its own (Ed25519). */
export interface HeadSigner {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly publicJwk: HeadJwk;
  sign(bytes: Buffer): Buffer;
}

export interface SignedHead {
  readonly head: TreeHead;
  readonly signature: string;
  /** What was signed. */
  readonly text: string;
  /** The chain's own tree. */
  readonly own: ChainTree;
}

/** Keeps a signature from ever being taken for one of something else. */
const SIGNED_AS = "audit tree head\n";
const SIGNATURE_BYTES = 64;

function bytesOf(text: string): Buffer {
  return Buffer.from(SIGNED_AS + text);
}

/** A line of a heads file, without its line feed. */
export function toHeadLine({ chains, previous, process, sequence, time }: Omit<TreeHead, "key">, signer: HeadSigner) {
  const trees = chains.map(({ chain, root, size }) => ({ chain, root, size }));
  const text = JSON.stringify({
    chains: trees,
    key: signer.kid,
    previous,
    process,
    sequence,
    time,
  } satisfies TreeHead);
  return `{"head":${text},"signature":"${signer.sign(bytesOf(text)).toString("base64url")}"}`;
}

export function hashOfHead(text: string): string {
  return hash("sha256", text, "base64url");
}

const HEAD_LINE = /^\{"head":(\{.*\}),"signature":"([\w-]{86})"\}$/s;

/** A line without its line feed; `undefined` when it is none of ours. Whether its signature is right is not looked at. */
export function parseHeadLine(line: string): SignedHead | undefined {
  const [, text = "", signature = ""] = HEAD_LINE.exec(line) ?? [];
  const head = text === "" ? undefined : toHead(text);
  const own = head?.chains.find(({ chain }) => chain === head.process);
  return head && own && { head, signature, text, own };
}

function toHead(text: string): TreeHead | undefined {
  try {
    const { chains, key, previous, process, sequence, time } = JSON.parse(text);
    const isHead =
      Array.isArray(chains) &&
      chains.every(isChainTree) &&
      [key, previous, process].every((one) => typeof one === "string") &&
      Number.isSafeInteger(sequence) &&
      Number.isSafeInteger(time);
    return isHead ? { chains, key, previous, process, sequence, time } : undefined;
  } catch {
    return undefined;
  }
}

function isChainTree(value: ChainTree | undefined): boolean {
  return (
    typeof value?.chain === "string" &&
    toNodeHash(value.root) !== undefined &&
    Number.isSafeInteger(value.size) &&
    value.size >= 0
  );
}

/** By thumbprint. */
export type HeadKeys = ReadonlyMap<string, KeyObject>;

export function isSignedBy(keys: HeadKeys, { head, text, signature }: SignedHead): boolean {
  const key = keys.get(head.key);
  const bytes = Buffer.from(signature, "base64url");
  // Written as encoders write it: two texts are never the same signature.
  const isPlain = bytes.length === SIGNATURE_BYTES && bytes.toString("base64url") === signature;
  return key !== undefined && isPlain && verify(null, bytesOf(text), key, bytes);
}

/** RFC 7638 thumbprint of an Ed25519 key (RFC 8037 section 2). */
export function thumbprintOf({ crv, kty, x }: HeadJwk): string {
  return hash("sha256", JSON.stringify({ crv, kty, x }), "base64url");
}

/** A public key as it is kept beside the log; `undefined` when it is none. */
export function toHeadKey(text: string): { readonly kid: string; readonly key: KeyObject } | undefined {
  try {
    const { kty, crv, x } = JSON.parse(text);
    const jwk = { kty, crv, x };
    // What a key says more than it needs to, or in another way, would be another file of the same key.
    if (kty !== "OKP" || crv !== "Ed25519" || toKeyText(jwk) !== text || toNodeHash(x) === undefined) return undefined;
    return { kid: thumbprintOf(jwk), key: createPublicKey({ key: jwk, format: "jwk" }) };
  } catch {
    return undefined;
  }
}

export function toKeyText({ kty, crv, x }: HeadJwk): string {
  return `${JSON.stringify({ crv, kty, x })}\n`;
}
