import { parseJson, text } from "./json.ts";
import { type SmartClient, signAssertion, tokenForm } from "./smart-client.ts";

const TIMEOUT_MS = 10_000;

/** No token could be had; the message says why and holds no secret. */
export class NoToken extends Error {
  override readonly name = "NoToken";
}

/** A token by SMART Backend Services, from the endpoint that the base's discovery names, or the client's own. */
export async function requestAccessToken(base: string, client: SmartClient): Promise<string> {
  const tokenUrl = client.tokenUrl ?? (await discoverTokenUrl(base));
  const assertion = await signAssertion(client, tokenUrl);
  const body = new URLSearchParams(tokenForm(assertion, client.scope));
  const answer = await ask(tokenUrl, { method: "POST", body });
  const token = text(answer.json, "access_token");
  if (token !== undefined) return token;
  const told = [text(answer.json, "error"), text(answer.json, "error_description")].filter(Boolean).join(": ");
  throw new NoToken(`the token endpoint answered ${answer.status} ${told}`);
}

async function discoverTokenUrl(base: string): Promise<string> {
  const { json } = await ask(`${base}/.well-known/smart-configuration`, { headers: { accept: "application/json" } });
  const found = text(json, "token_endpoint");
  if (found === undefined || !URL.canParse(found)) throw new NoToken("smart-configuration names no token endpoint");
  return found;
}

async function ask(url: string, options: RequestInit): Promise<{ status: number; json: unknown }> {
  try {
    const answer = await fetch(url, { ...options, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { status: answer.status, json: parseJson(await answer.text()) };
  } catch {
    throw new NoToken(`${new URL(url).origin} cannot be reached for a token`);
  }
}
