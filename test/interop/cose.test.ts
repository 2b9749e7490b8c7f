// SPDX-License-Identifier: Apache-2.0
// @auth0/cose and cbor2 on what devices sign that were really born: answers (DESIGN 4) and seals (DESIGN 6) read and
// verified by them, and theirs accepted by us. COSE_Sign1 of RFC 9052, certificate headers of RFC 9360, deterministic
// CBOR of RFC 8949 section 4.2.1.

import assert from "node:assert/strict";
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { after, before, suite, test } from "node:test";
import type { Headers as Label, Sign1 as Message } from "@auth0/cose";
import { nodeEntropy, nodeHash as hash, nodeSignatureVerifier as verifier } from "@natalis/node";
import * as cbor2 from "cbor2";
import { answerType, type Challenge, challenge, MemoryChallengeStore, verifyAnswer } from "natalis/authenticate";
import { answerChallenge, Sealer } from "natalis/device";
import { algorithms, parseCertificate } from "natalis/formats";
import { fromBase64, parseUuid } from "natalis/kernel";
import { type DataRecord, leavesOfRecords, sealingCertificate, sealType, verifySeal } from "natalis/trust";
import { openRegistrar, type RunningRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { errors, Headers, Sign1 } from "./auth0-cose.ts";
import { type BornDevice, bornDevice, certificatesPem, listOf } from "./papers.ts";

const scope = scopeOf({ after });
const audience = "verifier.example";
const typeLabel = 16;
/** The algorithms that both know, as RFC 9053 numbers them. */
const shared = { ES256: -7, ES384: -35, EdDSA: -8 } as const;
const names = Object.keys(shared) as (keyof typeof shared)[];
const records: readonly DataRecord[] = [
  { time: 1_795_000_000_000_000, name: "temperature", unit: "Cel", value: 20 },
  { time: 1_795_000_001_000_000, name: "temperature", unit: "Cel", value: 21.5 },
  { time: 1_795_000_000_500_000, name: "state", unit: "/", value: "idle" },
  { time: 1_795_000_002_000_000, name: "door", unit: "/", value: true },
];
const checkpoint = { size: 9, root: new Uint8Array(32).fill(7) };
const devices = new Map<string, BornDevice>();
let registrar: RunningRegistrar;

before(async () => {
  registrar = await openRegistrar(scope);
  for (const name of [...names, "ML-DSA-44"] as const)
    devices.set(name, await bornDevice(registrar.admin, `COSE-${name}`, algorithms[name]));
});

for (const name of names) {
  suite(`answers with ${name}`, () => {
    test("@auth0/cose verifies ours, by the key and by the path to the root", async () => {
      const device = deviceOf(name);
      const issued = newChallenge();
      const message = Sign1.decode(await answer(device, issued));
      assert.deepEqual(plain(new Map(message.protectedHeaders)), headersOf(device, answerType));
      assert.deepEqual(message.x5chain?.map(plain), [device.certificate, ...device.chain]);
      await message.verify(publicKeyOf(device));
      await message.verifyX509([rootPem(device)]);
      const payload = decode(message.payload);
      assert.deepEqual([...payload.keys()], [1, 2, 3]);
      assert.deepEqual([payload.get(1), payload.get(2)], [issued.nonce, audience]);
    });

    test("@auth0/cose refuses ours where what is signed differs, or the key", async () => {
      const { protectedHeaders, unprotectedHeaders, payload, signature } = Sign1.decode(
        await answer(deviceOf(name), newChallenge()),
      );
      const device = deviceOf(name);
      const otherType = new Map(headersOf(device, sealType));
      const forged = [
        new Sign1(otherType, unprotectedHeaders, payload, signature),
        new Sign1(protectedHeaders, unprotectedHeaders, withFlippedBit(payload), signature),
        new Sign1(protectedHeaders, unprotectedHeaders, payload, withFlippedBit(signature)),
      ];
      for (const message of forged) await assert.rejects(message.verify(publicKeyOf(device)), isBadSignature);
      const other = await bornDevice(registrar.admin, `COSE-${name}-OTHER`, algorithms[name]);
      const message = new Sign1(protectedHeaders, unprotectedHeaders, payload, signature);
      await assert.rejects(message.verify(publicKeyOf(other)), isBadSignature);
    });

    test("we accept theirs, once", async () => {
      const device = deviceOf(name);
      const issued = newChallenge();
      const theirs = await foreignAnswer(device, issued);
      const identity = await authenticate(device, issued, theirs);
      assert.deepEqual([identity.deviceId, identity.state], [parseUuid(device.id), "active"]);
    });

    test("we refuse theirs: another audience, another type, another key, another message's signature", async () => {
      const device = deviceOf(name);
      const refused = async (code: string, forge: (issued: Challenge) => Promise<Uint8Array>) => {
        const issued = newChallenge();
        await assert.rejects(authenticate(device, issued, await forge(issued)), { code });
      };
      await refused("NAT_AUTHENTICATE_AUDIENCE", (issued) =>
        foreignAnswer(device, { ...issued, audience: "elsewhere" }),
      );
      await refused("NAT_AUTHENTICATE_ANSWER", (issued) => foreignAnswer(device, issued, sealType));
      const stranger = await bornDevice(registrar.admin, `COSE-${name}-STRANGER`, algorithms[name]);
      await refused("NAT_COSE_SIGNATURE", (issued) => foreignAnswer({ ...device, key: stranger.key }, issued));
      await refused("NAT_COSE_SIGNATURE", async (issued) => {
        const other = Sign1.decode(await foreignAnswer(device, newChallenge()));
        const { protectedHeaders, unprotectedHeaders, payload } = Sign1.decode(await foreignAnswer(device, issued));
        return encodeMessage(new Sign1(protectedHeaders, unprotectedHeaders, payload, other.signature));
      });
    });
  });

  suite(`seals with ${name}`, () => {
    test("@auth0/cose verifies ours, and what they commit to is what cbor2 and SHA-256 make of the records", async () => {
      const device = deviceOf(name);
      const sealer = await openSealer(device);
      const first = Sign1.decode((await sealer.seal(records)).seal);
      const second = Sign1.decode((await sealer.seal(records.slice(1), checkpoint)).seal);
      await first.verifyX509([rootPem(device)]);
      await second.verify(publicKeyOf(device));
      for (const { protectedHeaders } of [first, second])
        assert.deepEqual(plain(new Map(protectedHeaders)), headersOf(device, sealType));
      assert.deepEqual(decode(first.payload), sealOf(device, 0, records));
      const chained = new Map(sealOf(device, records.length, records.slice(1)))
        .set(8, sha256(signedBytes(first)))
        .set(10, [checkpoint.size, checkpoint.root]);
      assert.deepEqual(decode(second.payload), plain(chained));
    });

    test("we accept theirs, and refuse it for other records", async () => {
      const device = deviceOf(name);
      const seal = await foreignMessage(device, sealType, encode(sealOf(device, 0, records)));
      const sealedBy = sealingCertificate(parseCertificate(device.certificate), registrar.trust.arc, hash);
      const verify = (rows: readonly DataRecord[]) =>
        verifySeal({ seal, sealedBy, verifier, hash, leaves: leavesOfRecords(rows, hash) });
      assert.deepEqual((await verify(records)).seal.root, rootOf(records));
      const [first, ...others] = records as [DataRecord, ...DataRecord[]];
      await assert.rejects(verify([{ ...first, value: 20.5 }, ...others]), { code: "NAT_SEAL_ROOT" });
      await assert.rejects(verify(others), { code: "NAT_SEAL_COUNT" });
    });
  });
}

test("an answer with ML-DSA-44 (RFC 9964): cbor2 reads it, @auth0/cose 1.0.2 does not know the algorithm", async () => {
  const device = deviceOf("ML-DSA-44");
  const issued = newChallenge();
  const message = Sign1.decode(await answer(device, issued));
  assert.deepEqual([message.alg, message.algName], [-48, undefined]);
  assert.deepEqual(decode(message.payload).get(1), issued.nonce);
  await assert.rejects(message.verify(publicKeyOf(device)), /Unsupported algorithm -48/);
});

test("cbor2 writes our bytes again: answers, seals, birth records, log entries, state proofs", async () => {
  for (const device of devices.values()) {
    const { payload } = Sign1.decode(await answer(device, newChallenge()));
    const seal = Sign1.decode((await (await openSealer(device)).seal(records)).seal);
    const proof = await registrar.admin.bytes(`/devices/${device.id}/state-proof`);
    const { record, entry } = device.answer;
    for (const bytes of [payload, seal.payload, fromBase64(record), fromBase64(entry), proof])
      assert.deepEqual(encode(cbor2.decode(bytes, { preferMap: true })), plain(bytes));
  }
});

test("a birth record as cbor2 reads it is that of its certificate", () => {
  for (const { answer, id, serial, certificate } of devices.values()) {
    const record = decode(fromBase64(answer.record));
    const { publicKey, notBefore } = parseCertificate(certificate);
    assert.deepEqual([record.get(1), record.get(2), record.get(5)], [1, parseUuid(id), serial]);
    assert.deepEqual([record.get(8), record.get(11)], [notBefore.getTime() / 1000, sha256(publicKey)]);
    assert.equal((record.get(16) as Uint8Array).length, 16);
  }
});

function deviceOf(name: string): BornDevice {
  return devices.get(name) as BornDevice;
}

function newChallenge(): Challenge {
  return challenge({ audience, at: new Date(), entropy: nodeEntropy });
}

function answer(device: BornDevice, issued: Challenge): Promise<Uint8Array> {
  return answerChallenge({ ...device, challenge: issued, expectedAudience: issued.audience, at: new Date() });
}

async function foreignAnswer(device: BornDevice, issued: Challenge, type = answerType): Promise<Uint8Array> {
  const payload = new Map<number, unknown>([
    [1, issued.nonce],
    [2, issued.audience],
    [3, Date.now()],
  ]);
  return foreignMessage(device, type, encode(payload));
}

/** Made and signed by @auth0/cose alone. */
async function foreignMessage(device: BornDevice, type: string, payload: Uint8Array): Promise<Uint8Array> {
  const chain = [device.certificate, ...device.chain];
  // Their types know neither label 16 (RFC 9596, newer than they) nor the array that is x5t.
  const headers = [...headersOf(device, type)] as unknown as [Label.Algorithm, number][];
  const key = createPrivateKey(device.key);
  return encodeMessage(await Sign1.sign(headers, [[Headers.X5Chain, chain]], payload, key));
}

async function authenticate(device: BornDevice, issued: Challenge, bytes: Uint8Array) {
  const challenges = new MemoryChallengeStore();
  challenges.put(issued);
  const crls = [await listOf(registrar, device.certificate)];
  const policy = { unknownStatus: "refuse", maxStateAge: 60 } as const;
  const { trust } = registrar;
  const request = {
    answer: bytes,
    challenges,
    audience,
    trust,
    evidence: { crls },
    policy,
    at: new Date(),
    verifier,
    hash,
  };
  const identity = await verifyAnswer(request);
  await assert.rejects(verifyAnswer(request), { code: "NAT_AUTHENTICATE_CHALLENGE_UNKNOWN" });
  return identity;
}

function openSealer(device: BornDevice): Promise<Sealer> {
  let state: Uint8Array | undefined;
  const store = {
    load: () => state,
    save: (bytes: Uint8Array) => {
      state = bytes;
    },
  };
  return Sealer.open({ ...device, arc: registrar.trust.arc, store, hash });
}

/** Protected headers of answers and seals: alg, typ, x5t. */
function headersOf({ signer, certificate }: BornDevice, type: string): Map<number, unknown> {
  const name = signer.algorithm.name as keyof typeof shared;
  return new Map<number, unknown>([
    [Headers.Algorithm, shared[name]],
    [typeLabel, type],
    [Headers.X5T, [-16, sha256(certificate)]],
  ]);
}

/** The fields of an epoch's seal over these records, without those that point back. */
function sealOf({ id }: BornDevice, first: number, rows: readonly DataRecord[]): Map<number, unknown> {
  const times = rows.map(({ time }) => time);
  return new Map<number, unknown>([
    [1, parseUuid(id)],
    [2, 0],
    [3, first],
    [4, rows.length],
    [5, Math.min(...times)],
    [6, Math.max(...times)],
    [7, rootOf(rows)],
    [9, "natalis-record-1"],
  ]);
}

/** RFC 9162 section 2.1.1, word by word. */
function rootOf(rows: readonly DataRecord[]): Uint8Array {
  const [only] = rows;
  if (only !== undefined && rows.length === 1) return sha256(Uint8Array.of(0), encodeRow(only));
  let half = 1;
  while (half * 2 < rows.length) half *= 2;
  return sha256(Uint8Array.of(1), rootOf(rows.slice(0, half)), rootOf(rows.slice(half)));
}

function encodeRow({ time, name, unit, value }: DataRecord): Uint8Array {
  const number = typeof value === "number" ? cbor2.encodedNumber(value, "f64") : value;
  return cbor2.encode([time, name, unit, number], { ...cbor2.cdeEncodeOptions, ignoreOriginalEncoding: false });
}

/** The Sig_structure of RFC 9052 section 4.4. */
function signedBytes({ protectedHeaders, payload }: Message): Uint8Array {
  return encode(["Signature1", encode(protectedHeaders), new Uint8Array(0), payload]);
}

function encode(value: unknown): Uint8Array {
  return plain(cbor2.encode(value, cbor2.cdeEncodeOptions));
}

function decode(bytes: Uint8Array): Map<number, unknown> {
  return plain(cbor2.decode<Map<number, unknown>>(bytes, { preferMap: true }));
}

/** Byte strings without a Buffer among them, and maps in the order of their labels: what is the same is equal then. */
function plain<Value>(value: Value): Value;
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return new Map([...value].toSorted(([a], [b]) => Number(a) - Number(b)).map(plain) as [unknown, unknown][]);
}

function encodeMessage(message: Message): Uint8Array {
  return plain(message.encode());
}

function publicKeyOf({ signer }: BornDevice) {
  return createPublicKey({ key: Buffer.from(signer.publicKey), format: "der", type: "spki" });
}

function rootPem({ chain }: BornDevice): string {
  return certificatesPem(chain[1] as Uint8Array);
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  return new Uint8Array(digest.digest());
}

function withFlippedBit(bytes: Uint8Array): Uint8Array {
  return bytes.with(9, (bytes[9] as number) ^ 1);
}

function isBadSignature(error: unknown): boolean {
  return error instanceof errors.COSESignatureVerificationFailed;
}
