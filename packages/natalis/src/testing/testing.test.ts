// SPDX-License-Identifier: Apache-2.0
// A contract that nothing can break proves nothing: each suite is shown adapters that break it.

import assert from "node:assert/strict";
import test from "node:test";
import { nodeSignatureVerifier } from "@natalis/node";
import type { SealStateStore } from "../device/index.ts";
import {
  type Entropy,
  type Hash,
  isNatalisError,
  type KeyKind,
  NatalisError,
  portableHash,
  type SignatureVerifier,
} from "../kernel/index.ts";
import type { CheckpointMirror } from "../registry/index.ts";
import {
  type ContractSuite,
  checkpointMirrorContract,
  entropyContract,
  expectBytes,
  expectRefusal,
  expectSame,
  expectThat,
  fixedClock,
  hashContract,
  InsecureSeededEntropy,
  messageAuthenticatorContract,
  sealStateStoreContract,
  signatureVerifierContract,
  steppingClock,
  testingErrors,
} from "./index.ts";
import { testingError } from "./errors.ts";

const broken = { code: "NAT_TESTING_CONTRACT" };

/** Names of the promises that the adapter breaks. */
async function brokenPromises<Adapter>(contract: ContractSuite<Adapter>, adapter: () => Adapter): Promise<string[]> {
  const names: string[] = [];
  for (const promise of contract) {
    try {
      await promise.run(adapter());
    } catch (error) {
      assert.ok(isNatalisError(error, "NAT_TESTING_CONTRACT"), String(error));
      names.push(promise.name);
    }
  }
  return names;
}

test("a hash with one wrong bit, and one that reuses its answer, are found", async () => {
  const flipping: Hash = {
    sha256: (data) => portableHash.sha256(data).map((octet, i) => (i === 31 ? octet ^ 1 : octet)),
  };
  assert.equal((await brokenPromises(hashContract, () => flipping)).length, 2);
  const shared = new Uint8Array(32);
  const sharing: Hash = {
    sha256(data) {
      shared.set(portableHash.sha256(data));
      return shared;
    },
  };
  assert.deepEqual(await brokenPromises(hashContract, () => sharing), ["a digest is the caller's own"]);
});

test("entropy that repeats, or leaves zeros, is found", async () => {
  const constant: Entropy = { bytes: (length) => new Uint8Array(length).fill(7) };
  assert.deepEqual(await brokenPromises(entropyContract, () => constant), ["nothing is handed out twice"]);
  const zeros: Entropy = { bytes: (length) => new Uint8Array(length) };
  assert.equal((await brokenPromises(entropyContract, () => zeros)).length, 2);
});

test("an authenticator that ignores its key is found", async () => {
  const ignoring = () => ({ authenticate: (data: Uint8Array) => portableHash.sha256(data) });
  assert.equal((await brokenPromises(messageAuthenticatorContract, () => ignoring)).length, 2);
});

test("verifiers that say yes or no to everything are found", async () => {
  const yes: SignatureVerifier = { verify: () => true };
  const no: SignatureVerifier = { verify: () => false };
  const found = await brokenPromises(signatureVerifierContract, () => yes);
  assert.equal(found.length, signatureVerifierContract.length - 2);
  assert.equal((await brokenPromises(signatureVerifierContract, () => no)).length, 3);
});

test("a verifier may say that it lacks a scheme, but not one that every runtime has, and never by saying no", async () => {
  const lacking = (key: KeyKind, answer: () => boolean): SignatureVerifier => ({
    verify: (scheme, ...given) => (scheme.key === key ? answer() : nodeSignatureVerifier.verify(scheme, ...given)),
  });
  const saying = () => {
    throw new NatalisError("NAT_WEBCRYPTO_UNSUPPORTED", "It is not offered.", "here");
  };
  const foundOf = (verifier: SignatureVerifier) => brokenPromises(signatureVerifierContract, () => verifier);
  for (const key of ["Ed448", "RSA", "P-521"] as const) {
    assert.deepEqual(await foundOf(lacking(key, saying)), []);
    assert.ok((await foundOf(lacking(key, () => false))).length > 0);
  }
  for (const key of ["P-256", "P-384", "Ed25519"] as const) assert.ok((await foundOf(lacking(key, saying))).length > 0);
});

test("a verifier that looks at its caller's buffers later is found", async () => {
  const late: SignatureVerifier = {
    async verify(...given) {
      await Promise.resolve();
      return nodeSignatureVerifier.verify(...given);
    },
  };
  assert.deepEqual(await brokenPromises(signatureVerifierContract, () => late), [
    "what is verified is what was given at the time of the call",
  ]);
});

test("a mirror that forgets, and one that trims, are found", async () => {
  const forgetful = (): CheckpointMirror => ({ read: () => undefined, write: () => undefined });
  assert.equal((await brokenPromises(checkpointMirrorContract, () => ({ open: forgetful }))).length, 3);
  let kept: string | undefined;
  const trimming: CheckpointMirror = {
    read: () => kept,
    write(note) {
      kept = note.trim();
    },
  };
  const found = await brokenPromises(checkpointMirrorContract, () => {
    kept = undefined;
    return { open: () => trimming };
  });
  assert.equal(found.length, 3);
});

test("a seal state that shares memory with its caller is found", async () => {
  let kept: Uint8Array | undefined;
  const sharing: SealStateStore = {
    load: () => kept,
    save(state) {
      kept = state;
    },
  };
  const found = await brokenPromises(sealStateStoreContract, () => {
    kept = undefined;
    return { open: () => sharing };
  });
  assert.deepEqual(found, ["the caller may reuse its buffers"]);
});

test("expectations refuse what they should", async () => {
  assert.throws(() => expectThat(false, "x"), broken);
  assert.throws(() => expectSame(1, 2, "x"), broken);
  assert.throws(() => expectBytes(undefined, new Uint8Array(1), "x"), broken);
  assert.throws(() => expectBytes(new Uint8Array(2), new Uint8Array(1), "x"), broken);
  await assert.rejects(
    expectRefusal("NAT_BYTES_HEX", () => undefined),
    broken,
  );
  await assert.rejects(
    expectRefusal("NAT_BYTES_HEX", () => Promise.reject(new TypeError("other"))),
    broken,
  );
  await expectRefusal("NAT_TESTING_CONTRACT", () => {
    throw testingError("NAT_TESTING_CONTRACT", Object.keys(testingErrors).join());
  });
});

test("the clocks stand and step", () => {
  const start = new Date("2026-01-02T03:04:05Z");
  const fixed = fixedClock(start);
  fixed.now().setFullYear(1999);
  assert.deepEqual(fixed.now(), start);
  const stepping = steppingClock(start, 500);
  assert.deepEqual(
    [stepping.now(), stepping.now(), stepping.now()].map((at) => at.getTime() - start.getTime()),
    [0, 500, 1000],
  );
});

test("seeded entropy repeats by seed, whatever the sizes asked for", () => {
  const whole = new InsecureSeededEntropy("a").bytes(100);
  const parts = new InsecureSeededEntropy("a");
  assert.deepEqual(Uint8Array.of(...parts.bytes(1), ...parts.bytes(40), ...parts.bytes(0), ...parts.bytes(59)), whole);
  assert.notDeepEqual(new InsecureSeededEntropy("b").bytes(100), whole);
});
