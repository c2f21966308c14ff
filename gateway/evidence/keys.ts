import { readKeyFiles, signingAt } from "../access/key-files.ts";
import type { KeyShelf } from "../access/key-shelf.ts";
import type { Register } from "../access/register.ts";
import { readKeptKeys } from "../audit/head-files.ts";
import type { Config } from "../config.ts";
import { LIMITS } from "../limits.ts";
import { type EvidenceSection, type EvidenceTable, listOf } from "./section.ts";

export interface KeyOptions {
  readonly config: Config;
  readonly register: Register;
  readonly auditDirectory: string;
  /** Where the gateway's own keys lie that several machines share. */
  readonly shelf?: KeyShelf | undefined;
  /** Milliseconds since 1970. */
  readonly now_ms: number;
}

/** Which keys there are: names and dates, never what a key holds. */
export async function keySection(options: KeyOptions): Promise<EvidenceSection> {
  return {
    id: "keys",
    title: "Key inventory",
    text: [
      "Keys are named by their RFC 7638 thumbprints, or as their owner names them. No part of a private key, and no secret, was written down here.",
      "Not known here: when clients made their keys, and when secrets that come from the environment were last replaced.",
    ],
    tables: [await ownKeys(options), clientKeys(options.register)],
  };
}

const toInstant = (time_ms: number) => new Date(time_ms).toISOString();

async function ownKeys({ config, auditDirectory, shelf, now_ms }: KeyOptions): Promise<EvidenceTable> {
  const files = await readKeyFiles({ ...config, ...(shelf === undefined ? {} : { shelf }) });
  const signing = signingAt(files, now_ms);
  const newest = files.at(-1);
  const tokens = files.map((file) => {
    const { kid, publicJwk, from_ms } = file.key;
    const state = file === signing ? "signing" : from_ms > now_ms ? "next" : "former";
    const next = file === newest ? toInstant(from_ms + LIMITS.signing_key_life_ms) : "";
    return ["access tokens", kid, publicJwk.alg ?? "", toInstant(from_ms), next, state];
  });
  const { keys } = await readKeptKeys(auditDirectory).catch(() => ({ keys: new Map<string, unknown>() }));
  const heads = [...keys.keys()].map((kid) => ["audit tree heads", kid, "Ed25519", "", "by hand", "kept"]);
  const secret = (use: string, isSet: boolean) => [
    use,
    "",
    "HMAC-SHA-256",
    "",
    "by hand",
    isSet ? "from the environment" : "made in DATA_DIR",
  ];
  const pds = config.pds && ["assertions to PDS", config.pds.keyId, "RS512", "", "by hand", "from a file"];
  return {
    id: "keys",
    title: "Keys of the gateway",
    head: ["Use", "Thumbprint or name", "Algorithm", "Used since", "Next rotation", "State"],
    rows: [
      ...tokens,
      ...heads,
      secret("identifiers, page tokens", config.identityKey !== undefined),
      ...(config.otherIdentityKey === undefined ? [] : [secret("identifiers, while keys are replaced", true)]),
      ...(pds === undefined ? [] : [pds]),
    ],
  };
}

function clientKeys({ clients, issuers }: Register): EvidenceTable {
  const ofClients = clients.flatMap(({ id, keys, jwksUri, enabled }) => {
    const state = enabled ? "enabled" : "disabled";
    const held = keys.map(({ kid, thumbprint, algorithms, demonstration }) => [
      id,
      kid,
      thumbprint,
      listOf(algorithms),
      "register",
      demonstration ? `${state}, of the demonstration` : state,
    ]);
    const published = jwksUri === undefined ? [] : [[id, "", "", "as published", jwksUri, state]];
    return [...held, ...published];
  });
  const ofIssuers = issuers.map(({ id, issuer, algorithms }) => [
    id,
    "",
    "",
    listOf(algorithms),
    issuer,
    "signs people in",
  ]);
  return {
    id: "client-keys",
    title: "Keys of clients and issuers",
    head: ["Client", "Kid", "Thumbprint", "Algorithms", "Where they stand", "State"],
    rows: [...ofClients, ...ofIssuers],
  };
}
