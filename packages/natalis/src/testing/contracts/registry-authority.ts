// SPDX-License-Identifier: Apache-2.0
// What every AuthorityStore, RevocationStore and CrlStore must do: keep the authority's certificates, tell what a CRL
// must list, and never let a CRL number fall.

import type { AuthorityKind, RevocationChange, RevokedRow, StoredCrl } from "../../registry/index.ts";
import { type ContractSuite, expectBytes, expectRefusal, expectSame, expectThat } from "../contract.ts";
import { commitSome, type RegistryUnderTest, someBytes, someIssuer, someTime } from "./registry-rows.ts";

const otherIssuer = "b2".repeat(20);

export const authorityStoreContract: ContractSuite<RegistryUnderTest> = [
  {
    name: "the newest certificate of a kind and of a key is answered, and all are listed",
    async run({ open }) {
      const stores = await open();
      expectSame(await stores.authorities.latestAuthority("root"), undefined, "a root before there is one");
      await commitSome(stores, { authorities: [authority("root", "aa", 0), authority("issuing", "bb", 1)] });
      await commitSome(stores, { authorities: [authority("issuing", "cc", 4), authority("issuing", "bb", 5)] });
      await commitSome(stores, { authorities: [authority("station", "ee", 7)] });
      const { latestAuthority, authorityByKeyId, listAuthorities } = bound((await open()).authorities);
      expectSame((await latestAuthority("issuing"))?.entry, 5, "newest issuing CA");
      expectSame((await latestAuthority("root"))?.keyId, "aa", "newest root");
      expectSame(await latestAuthority("server"), undefined, "a server certificate");
      expectSame((await authorityByKeyId("bb"))?.entry, 5, "newest certificate of a key");
      expectBytes((await authorityByKeyId("cc"))?.certificate, someBytes(700, "c", 4), "certificate of a key");
      expectSame((await authorityByKeyId("ee"))?.kind, "station", "a station's");
      expectSame(await authorityByKeyId("dd"), undefined, "certificate of an unknown key");
      expectSame((await listAuthorities(-1, 500)).map(({ entry }) => entry).join(), "0,1,4,5,7", "all");
      expectSame((await listAuthorities(0, 2)).map(({ entry }) => entry).join(), "1,4", "a page");
    },
  },
];

export const revocationStoreContract: ContractSuite<RegistryUnderTest> = [
  {
    name: "a shard lists its own rows by serial, in pages, with every field",
    async run({ open }) {
      const stores = await open();
      const full = revoked(3, { reason: 1, invalidityDate: someTime - 5000 });
      await commitSome(stores, {
        revocations: [change(full), change(revoked(1)), change(revoked(2))],
      });
      await commitSome(stores, {
        revocations: [change(revoked(4, { shard: 5 })), change(revoked(5, { issuer: otherIssuer }))],
      });
      const { revokedIn } = bound(stores.revocations);
      const rows = await revokedIn(someIssuer, 4, undefined, 500);
      expectSame(rows.length, 3, "rows of the shard");
      expectRow(rows[2], full);
      expectRow(rows[0], revoked(1));
      const page = await revokedIn(someIssuer, 4, revoked(1).serial, 1);
      expectSame(page.length, 1, "rows of a page");
      expectRow(page[0], revoked(2));
      expectSame((await revokedIn(someIssuer, 5, undefined, 500)).length, 1, "rows of another shard");
      expectSame((await revokedIn(otherIssuer, 4, undefined, 500)).length, 1, "rows of another issuer");
      expectSame((await revokedIn(someIssuer, 6, undefined, 500)).length, 0, "rows of an empty shard");
    },
  },
  {
    name: "a second revocation replaces the row, and lifting removes it; both change the shard",
    async run({ open }) {
      const stores = await open();
      expectSame(await stores.revocations.shardChangedBy(someIssuer, 4), undefined, "change of an untouched shard");
      await commitSome(stores, { revocations: [change(revoked(1, { reason: 6, entry: 0 }))] });
      await commitSome(stores, { revocations: [change(revoked(1, { reason: 1, entry: 2 }))] });
      const rows = await stores.revocations.revokedIn(someIssuer, 4, undefined, 500);
      expectSame(rows.map(({ reason }) => reason).join(), "1", "reasons");
      expectSame(await stores.revocations.shardChangedBy(someIssuer, 4), 2, "newest change");
      const { issuer, shard, serial } = revoked(1);
      await commitSome(stores, { revocations: [{ kind: "lifted", issuer, shard, serial, entry: 9 }] });
      expectSame((await stores.revocations.revokedIn(someIssuer, 4, undefined, 500)).length, 0, "rows after lifting");
      expectSame(await stores.revocations.shardChangedBy(someIssuer, 4), 9, "change by lifting");
      expectSame(await stores.revocations.shardChangedBy(someIssuer, 5), undefined, "change of another shard");
    },
  },
];

export const crlStoreContract: ContractSuite<RegistryUnderTest> = [
  {
    name: "the CRL saved last is answered, for its issuer and shard",
    async run({ open }) {
      const stores = await open();
      expectSame(await stores.crls.crl(someIssuer, 4), undefined, "before the first");
      for (const number of [1, 2, 7]) await stores.crls.saveCrl(crl({ number }));
      const stored = await (await open()).crls.crl(someIssuer, 4);
      expectThat(stored !== undefined, "there is a CRL");
      expectBytes(stored.der, crl({ number: 7 }).der, "its bytes");
      const { number, thisUpdate, nextUpdate, logSize } = stored;
      const expected = crl({ number: 7 });
      expectSame(
        [number, thisUpdate, nextUpdate, logSize].join(),
        [7, expected.thisUpdate, expected.nextUpdate, expected.logSize].join(),
        "its numbers",
      );
      expectSame(await stores.crls.crl(someIssuer, 5), undefined, "of another shard");
      expectSame(await stores.crls.crl(otherIssuer, 4), undefined, "of another issuer");
    },
  },
  {
    name: "a number never repeats or falls, and a CRL never reflects a smaller log than the one before",
    async run({ open }) {
      const stores = await open();
      await stores.crls.saveCrl(crl({ number: 5, logSize: 10 }));
      for (const worse of [
        crl({ number: 5, logSize: 10 }),
        crl({ number: 4, logSize: 11 }),
        crl({ number: 6, logSize: 9 }),
      ])
        await expectRefusal("NAT_REGISTRY_CRL_NUMBER", () => stores.crls.saveCrl(worse));
      expectSame((await stores.crls.crl(someIssuer, 4))?.number, 5, "number after the refusals");
      await stores.crls.saveCrl(crl({ number: 1, shard: 5 }));
      await stores.crls.saveCrl(crl({ number: 6, logSize: 10 }));
    },
  },
  {
    name: "stale are shards that changed after their CRL, or without one, and those whose CRL is due",
    async run({ open }) {
      const stores = await open();
      const stale = async (dueBefore: number, limit = 500) =>
        (await stores.crls.staleCrls(dueBefore, limit)).map(({ shard }) => shard).sort((a, b) => a - b);
      expectSame((await stale(0)).join(), "", "at first");
      await commitSome(stores, {
        of: [null, null],
        revocations: [change(revoked(1)), change(revoked(2, { shard: 5 }))],
      });
      expectSame((await stale(0)).join(), "4,5", "without a CRL");
      expectSame((await stale(0, 1)).length, 1, "at most the limit");
      await stores.crls.saveCrl(crl({ shard: 4, number: 1, logSize: 3 }));
      await stores.crls.saveCrl(crl({ shard: 5, number: 1, logSize: 3 }));
      await stores.crls.saveCrl(crl({ shard: 6, number: 1, logSize: 3, nextUpdate: someTime + 1000 }));
      expectSame((await stale(someTime)).join(), "", "with fresh CRLs");
      expectSame((await stale(someTime + 999)).join(), "", "just before one is due");
      expectSame((await stale(someTime + 1000)).join(), "6", "when one is due");
      const { issuer, shard, serial } = revoked(1);
      await commitSome(stores, { of: [null], revocations: [{ kind: "lifted", issuer, shard, serial, entry: 3 }] });
      expectSame((await stale(0)).join(), "4", "after a change");
      await stores.crls.saveCrl(crl({ shard: 4, number: 2, logSize: 5 }));
      expectSame((await stale(0)).join(), "", "after the next CRL");
    },
  },
];

function authority(kind: AuthorityKind, keyId: string, entry: number) {
  const certificate = someBytes(700, "c", entry);
  return { kind, keyId, certificate, certificateHash: someBytes(32, "h", entry), entry };
}

function revoked(number: number, changes: Partial<RevokedRow> = {}): RevokedRow {
  const serial = someBytes(16, "@", number * 256 + 4);
  return { issuer: someIssuer, shard: 4, serial, reason: 5, revokedAt: someTime + number, entry: 0, ...changes };
}

function change(row: RevokedRow): RevocationChange {
  return { kind: "revoked", row };
}

function crl(changes: Partial<StoredCrl>): StoredCrl {
  const number = changes.number ?? 1;
  const [thisUpdate, nextUpdate] = [someTime, someTime + 86_400_000];
  const der = someBytes(400, "L", number);
  return { issuer: someIssuer, shard: 4, number, thisUpdate, nextUpdate, logSize: 1, der, ...changes };
}

function expectRow(actual: RevokedRow | undefined, expected: RevokedRow): void {
  expectThat(actual !== undefined, "the row is there");
  expectSame(Object.keys(actual).sort().join(), Object.keys(expected).sort().join(), "fields of the row");
  expectBytes(actual.serial, expected.serial, "serial");
  const numbers = (row: RevokedRow) => [row.shard, row.reason, row.revokedAt, row.invalidityDate, row.entry].join();
  expectSame(numbers(actual), numbers(expected), "numbers of the row");
}

/** Methods that may be taken off their object. */
function bound<T extends object>(port: T): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
