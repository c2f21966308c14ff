import { z } from "zod";
import { CLIENT_KEY } from "./client-key.ts";
import { guardedUrl, name, words } from "./register-words.ts";

/** A client as it is written in REGISTER_FILE. */
export const CLIENT = z.strictObject({
  id: z.string().regex(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/, {
    error: "expected a letter, then at most 63 letters, digits, dots, underscores or hyphens",
  }),
  name: words,
  kind: z.enum([
    "gp-system",
    "health-visiting",
    "early-years-setting",
    "therapy",
    "family-hub",
    "ehr-vendor",
    "data-officer",
    "steward",
    "conformance",
  ]),
  /** Id of an organization. */
  organization: name,
  /** Id of an agreement. */
  agreement: name,
  jwks: z.strictObject({ keys: z.array(CLIENT_KEY).min(1, { error: "expected at least one public key" }) }).optional(),
  /** Where the client publishes its keys: beside jwks, or instead of it. */
  jwks_uri: guardedUrl.optional(),
  /** What its access tokens must be bound to: nothing, a key proved with each request, or its certificate. */
  senderConstraint: z.enum(["none", "dpop", "mtls"]).default("none"),
  /** How much it may ask; a member that is absent is the default of `limits.ts`. */
  limits: z
    .union(
      [
        z.literal("none"),
        z.strictObject({
          requestsPerSecond: z.int().min(1).optional(),
          concurrent: z.int().min(1).optional(),
          childrenPerHour: z.int().min(1).optional(),
        }),
      ],
      { error: "expected none, or whole numbers from 1 as requestsPerSecond, concurrent and childrenPerHour" },
    )
    .optional(),
  /** Who signs its users in; `required`: a token without a person is not issued. */
  users: z.strictObject({ issuer: name, required: z.boolean() }).optional(),
  scopes: z.array(z.string()).min(1),
  enabled: z.boolean(),
  /** Set on the clients of the demonstration; production refuses them. */
  demonstration: z.boolean().optional(),
});

export type ParsedClient = z.output<typeof CLIENT>;
