// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { nodeSignatureVerifier } from "@natalis/node";
import { type CertificateList, parseCertificateList } from "natalis/formats";
import { shardOf } from "natalis/issue";
import { type Signer, toHex } from "natalis/kernel";
import { type DeviceRow, registryError } from "natalis/registry";
import { VolatileInsecureRegistry } from "natalis/testing";
import { RevocationLists, renewRootCrl } from "./revocation-lists.ts";
import {
  birthInput,
  birthsOf,
  openUnsafeTestRegistry,
  testStation,
  type UnsafeTestRegistry,
} from "./unsafe-test-registry.ts";

const hour = 3_600_000;
const day = 24 * hour;

let made: UnsafeTestRegistry;
let device: DeviceRow;
let shard: number;
let signer: CountingSigner;
let lists: RevocationLists;

/** Counts signatures, and makes them wait while it is held. */
class CountingSigner implements Signer {
  readonly #signer: Signer;
  readonly algorithm;
  readonly publicKey;
  count = 0;
  held: Promise<void> = Promise.resolve();

  constructor(inner: Signer) {
    this.#signer = inner;
    this.algorithm = inner.algorithm;
    this.publicKey = inner.publicKey;
  }

  async sign(data: Uint8Array): Promise<Uint8Array> {
    this.count += 1;
    await this.held;
    return this.#signer.sign(data);
  }
}

beforeEach(async () => {
  made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
  const { deviceId } = await birthsOf(made).bear(testStation, await birthInput("CRL-1"));
  device = await made.proofs.device(deviceId);
  shard = shardOf(device.certificateSerial);
  signer = new CountingSigner(made.issuingKey);
  lists = new RevocationLists(made.stores, made.issuing, signer, made.clock);
});

async function list(): Promise<CertificateList> {
  return parseCertificateList(await lists.current(made.issuing.keyId, shard));
}

function change(type: "suspended" | "resumed" | "revoked"): Promise<unknown> {
  return made.queue.submit({ type, deviceId: device.id, actor: "admin" });
}

async function serials(): Promise<string[]> {
  return (await list()).revoked.map(({ serialNumber }) => toHex(serialNumber));
}

function hold(): () => void {
  let release = (): void => undefined;
  signer.held = new Promise((resolve) => {
    release = resolve;
  });
  return release;
}

test("a list is signed by the authority when it is asked for, and then answered as it is stored", async () => {
  const first = await list();
  assert.deepEqual(first.revoked, []);
  const { algorithm, publicKey } = made.issuingKey;
  assert.ok(nodeSignatureVerifier.verify(algorithm, publicKey, first.tbs, first.signature));
  assert.deepEqual((await list()).der, first.der);
  assert.equal(signer.count, 1);
});

test("a suspended device is on the next list, and off it when it is resumed; numbers rise", async () => {
  const numbers = [(await list()).number];
  for (const [type, expected] of [
    ["suspended", 1],
    ["resumed", 0],
    ["revoked", 1],
  ] as const) {
    await change(type);
    assert.equal((await serials()).length, expected, type);
    numbers.push((await list()).number);
  }
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => Number(a) - Number(b)),
  );
  assert.equal(new Set(numbers).size, numbers.length);
});

test("many who ask at once cause one signature", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, list));
  assert.equal(signer.count, 1);
  assert.equal(new Set(answers.map(({ number }) => number)).size, 1);
});

test("who asks after a revocation gets a list with it, though an older one is still being signed", async () => {
  const release = hold();
  const early = list();
  await new Promise(setImmediate);
  await change("revoked");
  const late = serials();
  release();
  await early;
  assert.deepEqual(await late, [toHex(device.certificateSerial)]);
});

test("a list is renewed when half its time is over", async () => {
  const first = await list();
  made.clock.at += 11 * hour;
  assert.deepEqual((await list()).der, first.der);
  made.clock.at += 2 * hour;
  const second = await list();
  assert.ok((second.number ?? 0n) > (first.number ?? 0n));
  assert.ok((second.nextUpdate?.getTime() ?? 0) > made.clock.at + 23 * hour);
});

test("a clock that was set back neither hides a revocation nor leaves a list of the future in force", async () => {
  made.clock.at += 10 * day;
  await list();
  await change("revoked");
  await list();
  made.clock.at -= 10 * day;
  const back = await list();
  assert.equal(back.revoked.length, 1);
  assert.ok(back.thisUpdate.getTime() <= made.clock.at);
  assert.ok((back.revoked[0]?.revocationDate as Date) <= back.thisUpdate);
});

test("a list that another process signed meanwhile stands", async () => {
  const { crls } = made.stores;
  const theirs = { number: 0 };
  const stores = {
    ...made.stores,
    crls: {
      ...crls,
      crl: (issuer: string, of: number) => crls.crl(issuer, of),
      async saveCrl(crl: Parameters<typeof crls.saveCrl>[0]) {
        theirs.number = crl.number + 1;
        await crls.saveCrl({ ...crl, number: theirs.number });
        throw registryError("NAT_REGISTRY_CRL_NUMBER", "the other was faster");
      },
    },
  };
  const ours = new RevocationLists(stores, made.issuing, signer, made.clock);
  await ours.current(made.issuing.keyId, shard);
  assert.equal((await crls.crl(made.issuing.keyId, shard))?.number, theirs.number);
});

test("a list of another authority is only what is stored of it", async () => {
  await assert.rejects(lists.current(made.root.keyId, 7), { code: "NAT_SERVICE_NOT_FOUND" });
  await assert.rejects(lists.current("0".repeat(40), 7), { code: "NAT_SERVICE_NOT_FOUND" });
});

test("the signer's failure is told, and the next one who asks is served", async () => {
  signer.held = Promise.reject(new Error("token pulled out"));
  await assert.rejects(list(), { message: "token pulled out" });
  signer.held = Promise.resolve();
  assert.deepEqual((await list()).revoked, []);
});

test("the root's list is signed once, and again in the last month before its end", async () => {
  let opened = 0;
  const renew = () =>
    renewRootCrl(
      made.stores,
      made,
      () => {
        opened += 1;
        return made.rootKey;
      },
      made.clock,
    );
  assert.equal(await renew(), true);
  made.clock.at += 334 * day;
  assert.equal(await renew(), false);
  assert.equal(opened, 1);
  made.clock.at += 2 * day;
  assert.equal(await renew(), true);
  assert.equal(opened, 2);
  const stored = await made.stores.crls.crl(made.root.keyId, shardOf(made.issuing.certificate.serialNumber));
  assert.ok((stored?.nextUpdate ?? 0) > made.clock.at + 365 * day);
});
