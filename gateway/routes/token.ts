import type { IncomingMessage } from "node:http";
import { CERTIFICATE_HEADER } from "../access/client-certificate.ts";
import type { createTokenEndpoint } from "../access/token.ts";
import type { AuditLog } from "../audit/audit.ts";
import { LIMITS } from "../limits.ts";
import { readText } from "./negotiate.ts";
import { type RequestIds, respondWithIssues } from "./respond.ts";

export interface TokenPorts {
  readonly endpoint: ReturnType<typeof createTokenEndpoint>;
  readonly audit: AuditLog;
  /** Where a request comes from; nothing where there is no connection. */
  addressOf(incoming: IncomingMessage | undefined): string | undefined;
  /** JSON texts of the two open documents, as they are now. */
  smartConfiguration(): string;
  jwks(): string;
}

const OPEN = { "Content-Type": "application/json", "Cache-Control": "public, max-age=60" } as const;
const KEYS = { ...OPEN, "Cache-Control": `public, max-age=${LIMITS.jwks_cache_s}` } as const;

export function createTokenRoutes({ endpoint, audit, addressOf, smartConfiguration, jwks }: TokenPorts) {
  return {
    smartConfiguration: (): Response => new Response(smartConfiguration(), { headers: OPEN }),
    keys: (): Response => new Response(jwks(), { headers: KEYS }),
    /** Answers as RFC 6749 says, once the record of it is durable. */
    async issue(request: Request, ids: RequestIds, incoming?: IncomingMessage): Promise<Response> {
      const text = await readText(request, LIMITS.token_request_bytes_max);
      const answer = await endpoint({
        contentType: request.headers.get("content-type") ?? undefined,
        contentEncoding: request.headers.get("content-encoding") ?? undefined,
        body: typeof text === "string" ? text : undefined,
        dpop: request.headers.get("dpop") ?? undefined,
        certificate: request.headers.get(CERTIFICATE_HEADER) ?? undefined,
        address: addressOf(incoming),
      });
      const correlation = ids.correlationId === undefined ? {} : { correlationId: ids.correlationId };
      try {
        if (answer.isQuiet !== true)
          await audit.append({ interaction: "token", requestId: ids.requestId, ...correlation, ...answer.record });
      } catch {
        return respondWithIssues([{ kind: "unavailable", what: "audit", retryAfter_s: 5 }], ids);
      }
      return new Response(answer.body, {
        status: answer.status,
        headers: {
          ...answer.headers,
          "X-Request-ID": ids.requestId,
          ...(ids.correlationId === undefined ? {} : { "X-Correlation-ID": ids.correlationId }),
        },
      });
    },
  };
}
