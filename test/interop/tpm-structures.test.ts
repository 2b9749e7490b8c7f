// SPDX-License-Identifier: Apache-2.0
// Other TPM software on the same bytes: Microsoft's tss.js and tpm2-tools read our structures as we do, tpm2-tools opens
// the credentials that we make and makes those that we open, and OpenSSL verifies what the TPM signs.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import {
  nodeCredentialCryptography,
  nodeEntropy,
  openTpm,
  type SoftwareTpm,
  type TpmEndorsement,
  type TpmKey,
} from "@natalis/node";
import { algorithms, encodePem } from "natalis/formats";
import { concatBytes, toHex } from "natalis/kernel";
import {
  attributesValue,
  type CertifyStatement,
  encodeCredentialFile,
  endorsementTemplates,
  encodePublicArea,
  makeCredential,
  objectName,
  parseCertifyAttest,
  parseCertifyStatement,
  parseCredentialFile,
  parsePublicArea,
  parseTpmSignature,
  publicKeyOf,
  sized,
  x509Signature,
} from "natalis/protect";
import { TPMS_ATTEST, TPMS_CERTIFY_INFO, TPMT_PUBLIC, TPMT_SIGNATURE, TpmBuffer } from "tss.js";
import { runProgram } from "../support/command.ts";
import { scopeOf } from "../support/scope.ts";
import { TpmMaker } from "../support/software-tpm.ts";
import { accepts, Desk } from "./peer.ts";

const { ES256, ES384 } = algorithms;
const scope = scopeOf({ after });
const maker = new TpmMaker(scope);
const desk = new Desk(scope);
const ports = { entropy: nodeEntropy, cryptography: nodeCredentialCryptography };

interface Seen {
  readonly endorsement: TpmEndorsement;
  readonly key: Pick<TpmKey, "publicArea" | "publicKey" | "algorithm">;
  readonly statement: CertifyStatement;
}

let running: SoftwareTpm;
let seen: readonly Seen[];

/** swtpm serves one connection at a time: ours is closed when tpm2-tools come. */
before(async () => {
  running = await maker.make();
  const tpm = await openTpm({ place: running.place });
  const kinds = [
    ["L-1", ES256],
    ["H-3", ES384],
  ] as const;
  const all: Seen[] = [];
  for (const [name, algorithm] of kinds) {
    const endorsement = await tpm.endorsement(name);
    const key = await tpm.createKey(algorithm);
    const { statement } = await tpm.attest(key, endorsement, nodeEntropy.bytes(32));
    all.push({ endorsement, key, statement: parseCertifyStatement(statement) });
  }
  await tpm.close();
  seen = all;
});

const plain = (buffer: Buffer) => new Uint8Array(buffer);

suite("tss.js", () => {
  test("reads public areas to the same names, attributes and bytes", () => {
    const areas = [
      ...seen.flatMap(({ endorsement, key }) => [
        endorsement.endorsementKey,
        endorsement.attestationKey,
        key.publicArea,
      ]),
      ...endorsementTemplates.map(({ area }) => encodePublicArea(area)),
    ];
    for (const bytes of areas) {
      const theirs = TPMT_PUBLIC.fromTpm(new TpmBuffer(Buffer.from(bytes)));
      const ours = parsePublicArea(bytes);
      assert.equal(theirs.objectAttributes, attributesValue(ours.attributes));
      assert.deepEqual(plain(theirs.authPolicy), ours.policy);
      assert.deepEqual(plain(theirs.toBytes()), bytes);
      assert.deepEqual(plain(theirs.getName()), objectName(bytes));
    }
  });

  test("reads attestations to the same fields and bytes", () => {
    for (const { statement } of seen) {
      const theirs = TPMS_ATTEST.fromTpm(new TpmBuffer(Buffer.from(statement.attest)));
      const ours = parseCertifyAttest(statement.attest);
      assert.deepEqual(plain(theirs.extraData), ours.extraData);
      assert.deepEqual(plain(theirs.qualifiedSigner), ours.qualifiedSigner);
      assert.ok(theirs.attested instanceof TPMS_CERTIFY_INFO);
      assert.deepEqual(plain(theirs.attested.name), ours.name);
      assert.equal(theirs.clockInfo.resetCount, ours.resetCount);
      assert.equal(theirs.clockInfo.restartCount, ours.restartCount);
      assert.deepEqual(plain(theirs.attested.qualifiedName), ours.qualifiedName);
      // Not the whole of it back: tss.js writes the lower half of 64-bit integers twice (clock, firmware version).
      assert.equal(theirs.toBytes().length, statement.attest.length);
    }
  });

  test("reads signatures to the same bytes", () => {
    for (const { statement } of seen) {
      const theirs = TPMT_SIGNATURE.fromTpm(new TpmBuffer(Buffer.from(statement.signature)));
      assert.deepEqual(plain(theirs.toBytes()), statement.signature);
    }
  });
});

suite("openssl", () => {
  test("verifies what the attestation key signed", async () => {
    for (const { statement, endorsement } of seen) {
      const key = publicKeyOf(parsePublicArea(endorsement.attestationKey));
      const signature = parseTpmSignature(statement.signature);
      const pem = desk.put("ak.pem", encodePem("PUBLIC KEY", key));
      const words = ["-verify", pem, "-signature", desk.put("signature", x509Signature(signature))];
      const digest = `-${signature.digest.replace("-", "").toLowerCase()}`;
      assert.match(
        await accepts("openssl", "dgst", digest, ...words, desk.put("attest", statement.attest)),
        /Verified OK/,
      );
    }
  });
});

/** tpm2-tools at the TPM, without a resource manager between: what they load, a test flushes. */
async function tools(command: string, ...words: string[]): Promise<string> {
  const { port } = running.place;
  return accepts("env", `TPM2TOOLS_TCTI=swtpm:host=127.0.0.1,port=${port}`, command, ...words);
}

async function flushAll(): Promise<void> {
  for (const kind of ["-t", "-s", "-l"]) await tools("tpm2_flushcontext", kind);
}

suite("tpm2-tools", () => {
  test("prints public areas and attestations as we read them", async () => {
    for (const { endorsement, key, statement } of seen) {
      for (const bytes of [endorsement.endorsementKey, endorsement.attestationKey, key.publicArea]) {
        const printed = await accepts("tpm2_print", "-t", "TPM2B_PUBLIC", desk.put("public", sized(bytes)));
        assert.ok(printed.includes(`raw: 0x${attributesValue(parsePublicArea(bytes).attributes).toString(16)}`));
      }
      // Of attestations by TPM2_Certify it prints the head, and then that it does not know the rest.
      const attest = parseCertifyAttest(statement.attest);
      const { stdout } = await runProgram("tpm2_print", "-t", "TPMS_ATTEST", desk.put("attest", statement.attest));
      for (const line of [
        `qualifiedSigner: ${toHex(attest.qualifiedSigner)}`,
        `extraData: ${toHex(attest.extraData)}`,
        `clock: ${attest.clock}`,
        `resetCount: ${attest.resetCount}`,
      ])
        assert.ok(stdout.includes(line), stdout);
    }
  });

  test("finds the same endorsement keys in the TPM", async () => {
    for (const [index, handle] of ["0x81010001", "0x81010016"].entries()) {
      await tools("tpm2_readpublic", "-c", handle, "-f", "tss", "-o", desk.path("ek"));
      const bytes = plain(readFileSync(desk.path("ek")));
      assert.deepEqual(bytes, sized(seen[index]?.endorsement.endorsementKey as Uint8Array));
    }
  });

  test("makes credentials that our TPM client opens", async () => {
    for (const { endorsement } of seen) {
      const secret = nodeEntropy.bytes(32);
      const area = parsePublicArea(endorsement.endorsementKey);
      const words = ["-u", desk.put("ek.pub", sized(endorsement.endorsementKey)), "-s", desk.put("secret", secret)];
      const name = toHex(objectName(endorsement.attestationKey));
      const kind = area.type === "RSA" ? "rsa" : "ecc";
      const made = await runProgram(
        "tpm2_makecredential",
        "-T",
        "none",
        "-G",
        kind,
        ...words,
        "-n",
        name,
        "-o",
        desk.path("made"),
      );
      // Without a TPM, this version makes them for RSA keys only; with one, for all.
      if (made.code !== 0) await tools("tpm2_makecredential", ...words, "-n", name, "-o", desk.path("made"));
      const credential = parseCredentialFile(plain(readFileSync(desk.path("made"))));
      const tpm = await openTpm({ place: running.place });
      assert.deepEqual(await tpm.activate(endorsement, credential), secret);
      await tpm.close();
    }
  });

  test("opens credentials that we make", async () => {
    for (const [index, { endorsement }] of seen.entries()) {
      const secret = nodeEntropy.bytes(32);
      const area = parsePublicArea(endorsement.endorsementKey);
      const credential = await makeCredential(area, objectName(endorsement.attestationKey), secret, ports);
      await loadAttestationKey(endorsement);
      const [session, opened] = [desk.path("session"), desk.path("opened")];
      const digest = area.nameDigest === "SHA-384" ? "sha384" : "sha256";
      await tools("tpm2_startauthsession", "--policy-session", "-g", digest, "-S", session);
      await tools("tpm2_policysecret", "-S", session, "-c", "e");
      // The high range takes the key's own empty authorization, which the tools use by themselves.
      const authorization = area.attributes.has("userWithAuth") ? [] : ["-P", `session:${session}`];
      const handle = ["0x81010001", "0x81010016"][index] as string;
      const words = [
        "-c",
        desk.path("ak.ctx"),
        "-C",
        handle,
        "-i",
        desk.put("blob", encodeCredentialFile(credential)),
        "-o",
        opened,
      ];
      await tools("tpm2_activatecredential", ...words, ...authorization);
      assert.deepEqual(plain(readFileSync(opened)), secret);
      await flushAll();
    }
  });

  test("has the TPM itself verify its attestation's signature", async () => {
    for (const { endorsement, statement } of seen) {
      const key = parsePublicArea(endorsement.attestationKey);
      const digest = key.nameDigest === "SHA-384" ? "sha384" : "sha256";
      await loadAttestationKey(endorsement);
      const files = ["-m", desk.put("attest", statement.attest), "-s", desk.put("signature", statement.signature)];
      await tools("tpm2_verifysignature", "-c", desk.path("ak.ctx"), "-g", digest, ...files);
      await flushAll();
    }
  });
});

/** By its template, the tools make the same primary key. */
async function loadAttestationKey({ attestationKey }: TpmEndorsement): Promise<void> {
  const { nameDigest } = parsePublicArea(attestationKey);
  const [digest, kind] =
    nameDigest === "SHA-384" ? ["sha384", "ecc384:ecdsa-sha384:null"] : ["sha256", "ecc256:ecdsa-sha256:null"];
  const attributes = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|sign";
  const context = desk.path("ak.ctx");
  await tools("tpm2_createprimary", "-C", "e", "-g", digest, "-G", kind, "-a", attributes, "-c", context);
  await tools("tpm2_flushcontext", "-t");
  await tools("tpm2_readpublic", "-c", context, "-f", "tss", "-o", desk.path("ak"));
  await tools("tpm2_flushcontext", "-t");
  assert.deepEqual(plain(readFileSync(desk.path("ak"))), sized(attestationKey));
}

test("names are digests that anyone can take", () => {
  for (const { key } of seen) {
    const digest = parsePublicArea(key.publicArea).nameDigest === "SHA-384" ? "sha384" : "sha256";
    const identifier = Uint8Array.of(0, digest === "sha384" ? 0x0c : 0x0b);
    const hash = plain(createHash(digest).update(key.publicArea).digest());
    assert.deepEqual(objectName(key.publicArea), concatBytes(identifier, hash));
  }
});
