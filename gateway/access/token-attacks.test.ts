import { createHmac, createSign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import { createClientKeys } from "./client-keys.ts";
import { createKeyPair } from "./register-fixtures.ts";
import {
  askOf,
  type Case,
  createEndpoint,
  forge,
  GOOD_CLAIMS,
  NOW_ms,
  PAIR,
  RSA,
  registerOf,
  STRANGER,
  sign,
  useGround,
} from "./token.fixtures.ts";

const ground = useGround(createSqliteStore);
const ask = (given?: Case) => askOf(ground, given);

/** Signed by the client itself: what is refused is the text, not the signature. */
function signText(header: string, claims: string): string {
  const encode = (text: string): string => Buffer.from(text).toString("base64url");
  const input = `${encode(header)}.${encode(claims)}`;
  const signature = createSign("sha384").update(input).sign({ key: PAIR.privateKey, dsaEncoding: "ieee-p1363" });
  return `${input}.${signature.toString("base64url")}`;
}

const HEADER = '{"alg":"ES384","typ":"JWT","kid":"first"}';
const claimsOf = (more = ""): string => `${JSON.stringify({ ...GOOD_CLAIMS, jti: ground.jti }).slice(0, -1)}${more}}`;

describe("a public key used as a secret", () => {
  const exported = RSA.publicKey.export({ format: "jwk" });
  test.each([
    { name: "PEM", secret: RSA.publicKey.export({ format: "pem", type: "spki" }) },
    { name: "PEM of PKCS#1", secret: RSA.publicKey.export({ format: "pem", type: "pkcs1" }) },
    { name: "DER", secret: RSA.publicKey.export({ format: "der", type: "spki" }) },
    { name: "modulus", secret: Buffer.from(exported.n ?? "", "base64url") },
    { name: "JWK", secret: JSON.stringify(exported) },
    { name: "nothing", secret: "" },
  ])("$name signs nothing", async ({ secret }) => {
    for (const alg of ["HS256", "HS384", "HS512"]) {
      const [header, claims] = forge({ alg, typ: "JWT", kid: "rsa" }, GOOD_CLAIMS).split(".");
      const hash = alg.replace("HS", "sha");
      const signature = createHmac(hash, secret).update(`${header}.${claims}`).digest("base64url");
      const answer = await ask({ assertion: `${header}.${claims}.${signature}` });
      expect(answer).toMatchObject({ status: 401, record: { outcome: "refused", detail: "header-alg" } });
    }
  });
});

describe("an algorithm that is none of ours", () => {
  test.each([
    "none",
    "NONE",
    "nOnE",
    "",
    "HS384",
    "RS256",
    "ES256",
    "ES512",
    "PS256",
    "EdDSA",
    "es384",
    "ES384 ",
    ["ES384"],
    null,
    384,
  ])("%j", async (alg) => {
    for (const signature of [undefined, Buffer.alloc(96).toString("base64url")]) {
      const answer = await ask({ assertion: forge({ alg, typ: "JWT", kid: "first" }, GOOD_CLAIMS, signature) });
      expect(answer).toMatchObject({ status: 401, record: { detail: "header-alg" } });
    }
  });
});

describe("a kid that is none", () => {
  test.each([
    "../../../../dev/null",
    "first' OR '1'='1",
    "FIRST",
    "first ",
    " first",
    "first\u0000",
    "__proto__",
    "constructor",
    "0",
    "*",
  ])("%j names no key", async (kid) => {
    const answer = await ask({ header: { kid } });
    expect(answer).toMatchObject({ status: 401, record: { detail: "unknown-key" } });
  });

  test.each([7, null, ["first"], { first: 1 }, "", "k".repeat(129)])("%j is not looked for", async (kid) => {
    const answer = await ask({ assertion: forge({ alg: "ES384", typ: "JWT", kid }, GOOD_CLAIMS) });
    expect(answer).toMatchObject({ status: 401, record: { detail: "header-kid" } });
  });
});

describe("a text that two readers read differently, though the client signed it", () => {
  test("as it should be it is taken", async () => {
    expect((await ask({ assertion: signText(HEADER, claimsOf()) })).status).toBe(200);
  });

  test.each<{ readonly name: string; readonly header?: string; readonly more?: string }>([
    { name: "alg twice", header: '{"alg":"ES384","typ":"JWT","kid":"first","alg":"ES384"}' },
    { name: "kid twice, once in escapes", header: '{"alg":"ES384","typ":"JWT","kid":"first","k\\u0069d":"other"}' },
    { name: "aud twice", more: ',"aud":"https://gateway.example/oauth2/token"' },
    { name: "exp twice", more: ',"exp":1' },
    { name: "jti twice", more: ',"jti":"another"' },
    { name: "a member twice further down", more: ',"x":{"a":1,"a":2}' },
    { name: "more behind the header", header: `${HEADER}{}` },
    { name: "a header with a byte order mark", header: `\ufeff${HEADER}` },
    { name: "a header with a comment", header: `${HEADER.slice(0, -1)}/* */}` },
    { name: "a header that is no object", header: '"ES384"' },
  ])("$name", async ({ header = HEADER, more }) => {
    const answer = await ask({ assertion: signText(header, claimsOf(more)) });
    expect(answer).toMatchObject({ status: 401, record: { detail: "assertion-malformed" } });
  });
});

describe("a token written otherwise than encoders write it", () => {
  test.each<{ readonly name: string; readonly change: (parts: readonly string[]) => string }>([
    { name: "with padding", change: ([header, claims, signature]) => `${header}=.${claims}.${signature}` },
    { name: "with a line end", change: ([header, claims, signature]) => `${header}\n.${claims}.${signature}` },
    { name: "with a blank", change: ([header, claims, signature]) => ` ${header}.${claims}.${signature}` },
    { name: "with a fourth part", change: (parts) => `${parts.join(".")}.AA` },
    { name: "with a dot at its end", change: (parts) => `${parts.join(".")}.` },
    { name: "with a padded signature", change: ([header, claims, signature]) => `${header}.${claims}.${signature}==` },
    {
      name: "as JSON",
      change: ([header, payload, signature]) => JSON.stringify({ protected: header, payload, signature }),
    },
    { name: "with a signature for another text", change: ([header, , signature]) => `${header}.e30.${signature}` },
  ])("$name", async ({ change }) => {
    const parts = (await sign({}, ground.jti)).split(".");
    expect((await ask({ assertion: change(parts) })).status).toBe(401);
  });

  test("with a claim as long as the form may be, and a form that is longer", async () => {
    expect((await ask({ claims: { x: "x".repeat(8_000) } })).status).toBe(200);
    expect(await ask({ claims: { x: "x".repeat(20_000) } })).toMatchObject({
      status: 400,
      record: { detail: "too-large" },
    });
  });

  test("with claims nested without end", async () => {
    const assertion = `${Buffer.from(HEADER).toString("base64url")}.${Buffer.from("[".repeat(9_000)).toString("base64url")}.AA`;
    expect((await ask({ assertion })).status).toBe(401);
  });
});

describe("numbers that are none", () => {
  test.each(["1e400", "-1", "1764000000.5", "1e3", "true", "null", '"1764000000"', "[1764000000]"])(
    "exp %s",
    async (exp) => {
      const { exp: _, ...others } = GOOD_CLAIMS;
      const claims = `${JSON.stringify({ ...others, jti: ground.jti }).slice(0, -1)},"exp":${exp}}`;
      const answer = await ask({ assertion: signText(HEADER, claims) });
      expect(answer).toMatchObject({ status: 401, record: { detail: "expiry" } });
    },
  );
});

describe("an address of keys in the assertion", () => {
  const URL = "https://keys.example/jwks";
  const PUBLISHED = createKeyPair("published");
  const register = registerOf({ jwks_uri: URL });

  function setUp() {
    const asked: string[] = [];
    const findKey = createClientKeys({
      clock: () => NOW_ms,
      async fetch(url) {
        asked.push(url);
        return { ok: true, text: JSON.stringify({ keys: [PUBLISHED.jwk] }), maxAge_s: 600 };
      },
    });
    return { asked, ask: (given: Case) => askOf(ground, { register, ...given }, { findKey }) };
  }

  test.each([{ jku: undefined }, { jku: URL }])(
    "that is the registered one or none is fetched: $jku",
    async ({ jku }) => {
      const { asked, ask } = setUp();
      const header = { kid: "published", ...(jku === undefined ? {} : { jku }) };
      expect((await ask({ header, key: PUBLISHED.privateKey })).status).toBe(200);
      expect(asked).toEqual([URL]);
    },
  );

  test.each([
    `${URL}/`,
    `${URL}?`,
    `${URL}#a`,
    "https://keys.example:443/jwks",
    "https://KEYS.example/jwks",
    "https://attacker.example/jwks",
    "http://keys.example/jwks",
    "http://169.254.169.254/latest",
    "file:///etc/passwd",
    "",
    7,
    null,
    [URL],
  ])("that is another one is never fetched, and told like a wrong key: %j", async (jku) => {
    const { asked, ask } = setUp();
    const answer = await ask({ header: { kid: "published", jku }, key: PUBLISHED.privateKey });
    expect(answer).toMatchObject({ status: 401, record: { outcome: "refused", detail: "jku" } });
    expect(asked).toEqual([]);
    const stranger = await ask({ claims: { iss: "nobody", sub: "nobody" }, key: STRANGER.privateKey });
    expect(answer.body).toBe(stranger.body);
  });

  test("is asked once for a flood of unknown keys, at one time and after one another", async () => {
    const { asked, ask } = setUp();
    const flood = Array.from({ length: 100 }, (_, nth) => ask({ header: { kid: `unknown-${nth}` } }));
    expect(new Set((await Promise.all(flood)).map(({ status }) => status))).toEqual(new Set([401]));
    for (let nth = 0; nth < 20; nth += 1) await ask({ header: { kid: `later-${nth}` } });
    expect(asked).toEqual([URL]);
  });

  test("is never asked for strangers and disabled clients", async () => {
    const { asked, ask } = setUp();
    await ask({ claims: { iss: "nobody", sub: "nobody" } });
    await ask({ header: { kid: "published" }, register: registerOf({ jwks_uri: URL, enabled: false }) });
    expect(asked).toEqual([]);
  });
});

test("whatever comes, the answer is one of the endpoint's and is recorded", async () => {
  const endpoint = createEndpoint(ground);
  const bodies = [
    "",
    "&&&",
    "=",
    "%",
    "%00",
    "grant_type",
    "grant_type=client_credentials",
    "\u0000",
    "a".repeat(16_384),
    "💥",
  ];
  for (const body of [...bodies, undefined]) {
    const answer = await endpoint({ contentType: "application/x-www-form-urlencoded", body });
    expect([400, 401]).toContain(answer.status);
    expect(answer.record).toMatchObject({ outcome: "refused", client: "unknown" });
  }
});
