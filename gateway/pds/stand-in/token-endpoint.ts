import { createHash, type KeyObject, randomUUID } from "node:crypto";
import { jwtVerify } from "jose";

/** An application that may ask. */
export interface StandInClient {
  readonly apiKey: string;
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

export interface TokenEndpoint {
  /** Form in, status and JSON out. */
  grant(form: URLSearchParams): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Whether an access token holds. */
  isGranted(token: string): boolean;
  /** Takes every token back. */
  revoke(): void;
}

const ASSERTION_LIFE_S_MAX = 300;
const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/**
 * `client_credentials` with a signed JWT, really verified: RS512, the key that `kid` names, issuer and subject the API
 * key, audience this address, at most five minutes to live, each `jti` once.
 */
export function createTokenEndpoint(options: {
  readonly clients: readonly StandInClient[];
  readonly tokenUrl: () => string;
  readonly tokenLife_s: number;
  readonly clock: () => number;
}): TokenEndpoint {
  const used = new Set<string>();
  const granted = new Map<string, number>();

  async function isRight(assertion: string): Promise<boolean> {
    const { payload } = await jwtVerify(
      assertion,
      ({ kid }) => {
        const client = options.clients.find(({ keyId }) => keyId === kid);
        if (client === undefined) throw new Error("No such key.");
        return client.publicKey;
      },
      {
        algorithms: ["RS512"],
        audience: options.tokenUrl(),
        currentDate: new Date(options.clock()),
        requiredClaims: ["iss", "sub", "aud", "exp", "jti"],
      },
    );
    const client = options.clients.find(({ apiKey }) => apiKey === payload.iss);
    const isBrief = (payload.exp ?? 0) <= options.clock() / 1_000 + ASSERTION_LIFE_S_MAX;
    const jti = payload.jti ?? "";
    if (client === undefined || payload.sub !== payload.iss || !isBrief || used.has(jti)) return false;
    used.add(jti);
    return true;
  }

  return {
    async grant(form) {
      if (form.get("grant_type") !== "client_credentials" || form.get("client_assertion_type") !== JWT_BEARER) {
        return { status: 400, body: { error: "unsupported_grant_type" } };
      }
      const isAccepted = await isRight(form.get("client_assertion") ?? "").catch(() => false);
      if (!isAccepted)
        return { status: 400, body: { error: "invalid_request", error_description: "invalid assertion" } };
      const token = createHash("sha256").update(randomUUID()).digest("base64url");
      granted.set(token, options.clock() + options.tokenLife_s * 1_000);
      return {
        status: 200,
        body: { access_token: token, expires_in: String(options.tokenLife_s), token_type: "Bearer" },
      };
    },
    isGranted: (token) => (granted.get(token) ?? 0) > options.clock(),
    revoke: () => granted.clear(),
  };
}
