// SPDX-License-Identifier: Apache-2.0
// Keys in a TPM (swtpm): made, used, kept, stated; and what is refused.

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { algorithms, parseCertificate } from "natalis/formats";
import { equalBytes, isNatalisError } from "natalis/kernel";
import {
  encodePublicArea,
  type EvidenceContext,
  makeCredential,
  objectName,
  parseCertifyStatement,
  parsePublicArea,
  startActivation,
} from "natalis/protect";
import { signerContract } from "natalis/testing";
import { nodeEntropy } from "../entropy.ts";
import { nodeHash } from "../hash.ts";
import { nodeSignatureVerifier } from "../signature-verifier.ts";
import { nodeCredentialCryptography } from "./credential-cryptography.ts";
import { makeTestTpm, type TestTpm } from "./test-tpm.ts";
import { openTpm, type Tpm, type TpmOptions } from "./tpm.ts";

const { ES256, ES384, EdDSA } = algorithms;
const ports = { entropy: nodeEntropy, cryptography: nodeCredentialCryptography };
const isCode = (code: `NAT_${string}`) => (error: unknown) => isNatalisError(error, code);

const lastChanged = (bytes: Uint8Array) => bytes.with(bytes.length - 1, (bytes.at(-1) as number) ^ 1);

let place: TestTpm;
let tpm: Tpm;

before(async () => {
  place = await makeTestTpm();
  tpm = await open();
});
after(async () => {
  await tpm.close();
  await place.remove();
});

const open = (more: Partial<TpmOptions> = {}) => openTpm({ place: place.running.place, ...more });

/** swtpm serves one connection at a time. */
async function withAnother<T>(options: Partial<TpmOptions>, act: (other: Tpm) => Promise<T>): Promise<T> {
  await tpm.close();
  const other = await open(options);
  try {
    return await act(other);
  } finally {
    await other.close();
    tpm = await open();
  }
}

function context(): EvidenceContext {
  const certificate = parseCertificate(place.authority[1]);
  const root = { name: "swtpm", certificate, formats: ["tpm2-certify"], cap: 1 } as const;
  return { at: new Date(), roots: [root], hash: nodeHash, verifier: nodeSignatureVerifier };
}

suite("keys", () => {
  for (const algorithm of [ES256, ES384])
    test(`of ${algorithm.title} keep the contract of signers`, async () => {
      const signer = await tpm.createKey(algorithm);
      assert.equal(signer.algorithm, algorithm);
      for (const { run } of signerContract) await run({ signer, verifier: nodeSignatureVerifier });
    });

  test("outlive the connection in their wrapped form, and a wrapped key is the same key", async () => {
    const { wrapped, publicKey } = await tpm.createKey(ES256);
    await withAnother({}, async (other) => {
      const again = await other.openKey(wrapped as Uint8Array);
      assert.deepEqual(again.publicKey, publicKey);
      assert.deepEqual(again.wrapped, wrapped);
      const data = new Uint8Array(3);
      assert.ok(nodeSignatureVerifier.verify(ES256, publicKey, data, await again.sign(data)));
    });
  });

  test("take turns, however many there are", async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, () => tpm.createKey(ES256)));
    const data = new Uint8Array(9);
    const signatures = await Promise.all([...keys, ...keys].map((key) => key.sign(data)));
    for (const [i, signature] of signatures.entries())
      assert.ok(nodeSignatureVerifier.verify(ES256, keys[i % 5]?.publicKey as Uint8Array, data, signature));
  });

  test("may be kept by the TPM itself", async () => {
    const key = await tpm.createKey(ES384);
    const handle = 0x8100_0010;
    const kept = await tpm.persistKey(key, handle);
    assert.equal(kept.wrapped, undefined);
    await withAnother({}, async (other) => {
      const found = await other.openPersistentKey(handle);
      assert.deepEqual(found.publicKey, key.publicKey);
      const data = new Uint8Array(3);
      assert.ok(nodeSignatureVerifier.verify(ES384, key.publicKey, data, await found.sign(data)));
    });
    await assert.rejects(tpm.persistKey(key, handle), isCode("NAT_TPM_REFUSED"));
    await assert.rejects(tpm.openPersistentKey(handle + 1), isCode("NAT_TPM_ABSENT"));
    await assert.rejects(tpm.openPersistentKey(0x8101_0001), isCode("NAT_TPM_KEY"));
    assert.throws(() => tpm.persistKey(key, 0x8000_0000), isCode("NAT_TPM_KEY"));
  });

  test("are not of algorithms that TPMs lack, altered, or of another TPM", async () => {
    assert.throws(() => tpm.createKey(EdDSA), isCode("NAT_TPM_KEY"));
    const wrapped = (await tpm.createKey(ES256)).wrapped as Uint8Array;
    const altered = lastChanged(wrapped);
    await assert.rejects(tpm.openKey(altered), isCode("NAT_TPM_INTEGRITY"));
    await assert.rejects(tpm.openKey(wrapped.subarray(1)), isCode("NAT_TPM_KEY"));
    const stranger = await makeTestTpm();
    const other = await openTpm({ place: stranger.running.place });
    await assert.rejects(other.openKey(wrapped), isCode("NAT_TPM_INTEGRITY"));
    await other.close();
    await stranger.remove();
  });
});

suite("randomness", () => {
  test("of any length", async () => {
    for (const length of [0, 1, 32, 33, 200]) assert.equal((await tpm.getRandom(length)).length, length);
    assert.notDeepEqual(await tpm.getRandom(32), await tpm.getRandom(32));
  });
});

suite("endorsement", () => {
  test("the strongest by default, each by its name, and none that is not there", async () => {
    assert.equal((await tpm.endorsement()).certificate.template.name, "H-3");
    for (const name of ["H-3", "L-1"] as const) {
      const { certificate, endorsementKey, attestationKey } = await tpm.endorsement(name);
      assert.equal(certificate.template.name, name);
      assert.equal(certificate.certificates.length, 1);
      assert.ok(parsePublicArea(endorsementKey).attributes.has("decrypt"));
      assert.ok(parsePublicArea(attestationKey).attributes.has("restricted"));
    }
    await assert.rejects(tpm.endorsement("L-2"), isCode("NAT_TPM_ENDORSEMENT"));
  });

  test("the attestation key is the same each time", async () => {
    const [first, second] = [await tpm.endorsement("L-1"), await tpm.endorsement("L-1")];
    assert.deepEqual(first.attestationKey, second.attestationKey);
  });

  for (const name of ["H-3", "L-1"] as const)
    test(`${name}: opens what was made for its attestation key, and nothing else`, async () => {
      const endorsement = await tpm.endorsement(name);
      const endorsementCertificates = [...endorsement.endorsementCertificates, place.authority[0]];
      const { credential, activation } = await startActivation(
        { ...endorsement, endorsementCertificates },
        context(),
        ports,
      );
      assert.deepEqual(await tpm.activate(endorsement, credential), activation.secret);

      const { publicArea } = await tpm.createKey(ES256);
      const area = parsePublicArea(endorsement.endorsementKey);
      const foreign = await makeCredential(area, objectName(publicArea), new Uint8Array(32), ports);
      await assert.rejects(tpm.activate(endorsement, foreign), isCode("NAT_TPM_INTEGRITY"));
      const blob = credential.credentialBlob;
      const altered = { ...credential, credentialBlob: lastChanged(blob) };
      await assert.rejects(tpm.activate(endorsement, altered), isCode("NAT_TPM_INTEGRITY"));
      const empty = { credentialBlob: new Uint8Array(0), encryptedSecret: new Uint8Array(0) };
      await assert.rejects(tpm.activate(endorsement, empty), isNatalisError);
      assert.deepEqual(await tpm.activate(endorsement, credential), activation.secret);
    });

  test("states that a key is in it, with what it was given", async () => {
    const endorsement = await tpm.endorsement();
    const key = await tpm.createKey(ES256);
    const { format, statement } = await tpm.attest(key, endorsement, new Uint8Array(32).fill(9));
    assert.equal(format, "tpm2-certify");
    const parsed = parseCertifyStatement(statement);
    assert.deepEqual(parsed.key, key.publicArea);
    assert.deepEqual(parsed.attestationKey, endorsement.attestationKey);
    assert.ok(parsed.attest.length > 100);
  });
});

suite("authorizations", () => {
  test("of a hierarchy that has another", async () => {
    const authorizations = { endorsement: Uint8Array.of(1), owner: Uint8Array.of(1) };
    await withAnother({ authorizations }, async (other) => {
      await assert.rejects(other.endorsement(), isCode("NAT_TPM_AUTHORIZATION"));
      await assert.rejects(other.createKey(ES256), isCode("NAT_TPM_AUTHORIZATION"));
    });
  });
});

suite("the connection", () => {
  test("leaves nothing loaded in the TPM", async () => {
    for (let round = 0; round < 6; round++)
      await withAnother({}, async (other) => {
        const key = await other.createKey(ES256);
        await other.attest(key, await other.endorsement(), new Uint8Array(32));
      });
  });

  test("closed, is closed", async () => {
    await tpm.close();
    await assert.rejects(tpm.getRandom(1), isCode("NAT_TPM_CLOSED"));
    tpm = await open();
  });

  test("a key made again from its template is the one that was certified", async () => {
    const { endorsementKey, certificate } = await tpm.endorsement("L-1");
    const { area } = certificate.template;
    const made = parsePublicArea(endorsementKey);
    assert.ok(area.type === "RSA" && made.type === "RSA");
    assert.ok(equalBytes(encodePublicArea({ ...made, modulus: area.modulus }), encodePublicArea(area)));
  });
});
