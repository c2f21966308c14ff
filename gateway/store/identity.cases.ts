import { expect, test } from "vitest";
import type { IdentityClaim, Link } from "./identity-verbs.ts";
import type { RecordKey } from "./record.ts";
import type { ReviewItem } from "./review-verbs.ts";
import type { Child } from "./store.fixtures.ts";
import type { Store } from "./store.ts";

export function identityCases(store: () => Store, child: Child): void {
  test("an identity key is held by those whose claims hold, first come first", async () => {
    const [first, second, third] = [await child("p-1"), await child("p-2"), await child("p-3")];
    const key = "upn|Z395000190001";
    const claim = (localId: string, record: RecordKey, isWithheld = false): IdentityClaim => ({
      key,
      source: "s",
      localId,
      record,
      isWithheld,
    });
    await store().write(async (transaction) => {
      await transaction.claimIdentityKey(claim("B", second));
      await transaction.claimIdentityKey(claim("A", first, true));
      await transaction.claimIdentityKey(claim("C", third));
      await transaction.claimIdentityKey(claim("B2", second));
    });
    expect(await store().identityKeyHolders(key)).toEqual([second, third]);
    expect(await store().identityKeyHolders("upn|free")).toEqual([]);
    await store().write(async (transaction) => {
      await transaction.claimIdentityKey(claim("A", first));
      await transaction.claimIdentityKey(claim("C", third, true));
      await transaction.releaseIdentityKey(key, "s", "B2");
      expect(await transaction.identityClaims(key)).toEqual([
        claim("B", second),
        claim("A", first),
        claim("C", third, true),
      ]);
      expect(await transaction.identityClaimsOf("s", "A")).toEqual([claim("A", first)]);
      expect(await transaction.identityClaimsOf("s", "nobody")).toEqual([]);
    });
    expect(await store().identityKeyHolders(key)).toEqual([second, first]);
  });

  test("the latest link holds, and identities follow it", async () => {
    const [first, second] = [await child("p-1"), await child("p-2")];
    const link = (localId: string, record: RecordKey, decidedAt: number): Link => ({
      source: "s",
      localId,
      record,
      author: "rule/1",
      evidence: ["birth date equal"],
      decidedAt,
    });
    await store().write(async (transaction) => {
      for (const localId of ["A", "B"]) {
        await transaction.appendLink(link(localId, first, 2));
        await transaction.putSourceIdentity("s", localId, { localId, given: "Old" }, [7]);
        await transaction.putSourceIdentity("s", localId, { localId, given: "New" }, [8]);
      }
      await transaction.appendLink(link("A", second, 1));
      expect(await transaction.linkOf("s", "A")).toEqual(link("A", second, 1));
      expect(await transaction.linkOf("other", "A")).toBeUndefined();
      const identitiesOf = async (record: RecordKey) =>
        (await transaction.sourceChildrenOf(record)).map(({ identity }) => identity);
      expect(await identitiesOf(first)).toEqual([{ localId: "B", given: "New" }]);
      expect(await identitiesOf(second)).toEqual([{ localId: "A", given: "New" }]);
      await transaction.appendLink(link("A", first, 3));
      expect(await identitiesOf(second)).toEqual([]);
      expect(await identitiesOf(first)).toHaveLength(2);
    });
  });

  test("a review item is open once a kind, oldest first, until its child's review is closed", async () => {
    const item = (localId: string, change: Partial<ReviewItem> = {}): ReviewItem => ({
      kind: "ambiguous",
      source: "s",
      localId,
      record: 1,
      candidates: [2, 3],
      evidence: ["family name equal"],
      createdAt: 5,
      ...change,
    });
    await store().write(async (transaction) => {
      await transaction.openReview(item("A"));
      await transaction.openReview(item("B"));
      await transaction.openReview(item("A", { candidates: [4] }));
      await transaction.openReview(item("A", { kind: "unlinked" }));
    });
    expect(await store().reviewItems(10)).toMatchObject([
      item("A", { candidates: [4] }),
      item("B"),
      item("A", { kind: "unlinked" }),
    ]);
    expect(await store().reviewItems(1)).toHaveLength(1);
    await store().write((transaction) => transaction.closeReview("s", "A", ["ambiguous"]));
    expect(await store().reviewItems(10)).toMatchObject([item("A", { candidates: [4] }), item("B")]);
    await store().write((transaction) => transaction.closeReview("s", "A"));
    expect(await store().reviewItems(10)).toMatchObject([item("B")]);
    await store().write((transaction) => transaction.openReview(item("A")));
    expect(await store().reviewItems(10)).toMatchObject([item("B"), item("A")]);
  });

  test("a single use counts once until it expires", async () => {
    const use = (key: string, expiresAt: number) => store().write((t) => t.useOnce(key, expiresAt));
    const future = Date.now() + 3_600_000;
    expect(await Promise.all([use("jti-1", future), use("jti-1", future), use("jti-2", future)])).toEqual([
      true,
      false,
      true,
    ]);
    expect(await use("jti-3", Date.now() - 1)).toBe(true);
    expect(await use("jti-3", future)).toBe(true);
    expect(await use("jti-3", future)).toBe(false);
  });
}
