import { z } from "zod";

/** Fetches JSON from an address that the issuer chose; nothing for whatever went wrong. */
export type FetchJson = (url: string) => Promise<{ readonly json: unknown; readonly maxAge_s?: number } | undefined>;

const DISCOVERY = z.object({
  issuer: z.string(),
  jwks_uri: z.url(),
  authorization_endpoint: z.url().optional(),
  token_endpoint: z.url().optional(),
  /** RFC 9207: answers to a browser say whose they are. */
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});

export interface Discovered {
  readonly told: z.output<typeof DISCOVERY>;
  readonly maxAge_s?: number;
}

/**
 * What an issuer says of itself. One that calls itself by another name is another one.
 * https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 */
export async function discoverIssuer(issuer: string, fetchJson: FetchJson): Promise<Discovered | undefined> {
  const fetched = await fetchJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const parsed = DISCOVERY.safeParse(fetched?.json);
  if (!parsed.success || parsed.data.issuer !== issuer) return undefined;
  const { maxAge_s } = fetched ?? {};
  return { told: parsed.data, ...(maxAge_s === undefined ? {} : { maxAge_s }) };
}
