// SPDX-License-Identifier: Apache-2.0
// Every endorsement key of the profile that swtpm can make, certified by a maker of the test's own in the TPM's NV
// memory; and what is found there that is no endorsement.

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { algorithms, parseCertificate } from "natalis/formats";
import { concatBytes, isNatalisError } from "natalis/kernel";
import {
  type EndorsementTemplate,
  type EndorsementTemplateName,
  type EvidenceContext,
  endorsementTemplates,
  parsePublicArea,
  publicKeyOf,
  sized,
  startActivation,
  uint16,
  uint32,
} from "natalis/protect";
import { authorityExtensions, endorsementExtensions, type Forged, forgeCertificate, forgeTpm } from "natalis/testing";
import { nodeEntropy } from "../entropy.ts";
import { nodeHash } from "../hash.ts";
import { generateKey } from "../keys.ts";
import { nodeSignatureVerifier } from "../signature-verifier.ts";
import { CommandChannel, passwordAuthorization } from "./command.ts";
import { createPrimary, flushContext, hierarchies } from "./commands.ts";
import { nodeCredentialCryptography } from "./credential-cryptography.ts";
import { findPersistentKey, isKeyOf, readEndorsementCertificates } from "./endorsement-store.ts";
import { makeTestTpm, type TestTpm } from "./test-tpm.ts";
import { openTpm } from "./tpm.ts";
import { openTransport } from "./transport.ts";

const long = 120_000;
const newKey = () => generateKey(algorithms.ES256).signer;
const ports = { entropy: nodeEntropy, cryptography: nodeCredentialCryptography };
const templateOf = (name: EndorsementTemplateName) =>
  endorsementTemplates.find((one) => one.name === name) as EndorsementTemplate;

let place: TestTpm;
let maker: Forged;

before(async () => {
  place = await makeTestTpm();
  maker = await forgeCertificate({ name: "maker", signer: newKey(), extensions: authorityExtensions() });
});
after(() => place.remove());

/** swtpm serves one connection at a time. */
async function withChannel<T>(use: (channel: CommandChannel) => Promise<T>): Promise<T> {
  const channel = new CommandChannel(await openTransport(place.running.place, long), long);
  try {
    return await use(channel);
  } finally {
    await channel.close();
  }
}

/** TPM2_NV_DefineSpace and TPM2_NV_Write, which a maker does and a device never. */
async function writeIndex(channel: CommandChannel, index: number, bytes: Uint8Array): Promise<void> {
  const [sha256, attributes, part] = [0x000b, 0x0206_0006, 512];
  const description = concatBytes(uint32(index), uint16(sha256), uint32(attributes), uint16(0), uint16(bytes.length));
  const handles = [hierarchies.owner];
  const authorizations = [passwordAuthorization()];
  const parameters = concatBytes(uint16(0), sized(description));
  await channel.run({ name: "TPM2_NV_DefineSpace", code: 0x12a, handles, authorizations, parameters }, () => undefined);
  for (let at = 0; at < bytes.length; at += part)
    await channel.run(
      {
        name: "TPM2_NV_Write",
        code: 0x137,
        handles: [hierarchies.owner, index],
        authorizations,
        parameters: concatBytes(sized(bytes.subarray(at, at + part)), uint16(at)),
      },
      () => undefined,
    );
}

/** The key that the template gives here, certified by the test's maker, and as its maker would keep that. */
async function certify(channel: CommandChannel, { area, certificateIndex }: EndorsementTemplate, padding = 0) {
  const made = await createPrimary(channel, hierarchies.endorsement, area, new Uint8Array(0));
  await flushContext(channel, made.handle);
  const endorsementArea = parsePublicArea(made.publicArea);
  const endorsement = { ...newKey(), publicKey: publicKeyOf(endorsementArea) };
  const extensions = endorsementExtensions(area.type === "RSA" ? "keyEncipherment" : "keyAgreement");
  const { certificate } = await forgeTpm({
    issuer: maker,
    endorsement,
    attestation: newKey(),
    endorsementArea,
    extensions,
  });
  const padded = concatBytes(certificate.certificate.der, new Uint8Array(padding).fill(0xff));
  await writeIndex(channel, certificateIndex, padded);
}

function context(): EvidenceContext {
  const root = { name: "maker", certificate: maker.certificate, formats: ["tpm2-certify"], cap: 3 } as const;
  return { at: new Date(), roots: [root], hash: nodeHash, verifier: nodeSignatureVerifier };
}

suite("each template of the profile", () => {
  for (const name of ["L-2", "H-2", "H-1", "H-6"] as const)
    test(`${templateOf(name).title}: is made again as it was certified, and opens credentials`, async () => {
      await withChannel((channel) => certify(channel, templateOf(name), 40));
      const tpm = await openTpm({ place: place.running.place });
      const endorsement = await tpm.endorsement(name);
      assert.equal(endorsement.certificate.template.name, name);
      const { credential, activation } = await startActivation(endorsement, context(), ports);
      assert.deepEqual(await tpm.activate(endorsement, credential), activation.secret);
      await tpm.close();
    });

  test("all of them are found, the stronger first", async () => {
    const found = await withChannel((channel) => readEndorsementCertificates(channel));
    assert.deepEqual(
      found.map(({ template }) => template.name),
      ["H-3", "H-6", "H-2", "H-1", "L-2", "L-1"],
    );
  });

  test("those that the maker keeps in the TPM are found at their handles, others are not", async () => {
    await withChannel(async (channel) => {
      for (const one of await readEndorsementCertificates(channel)) {
        const persistent = await findPersistentKey(channel, one);
        assert.equal(persistent !== undefined, ["H-3", "L-1"].includes(one.template.name));
        if (persistent !== undefined) assert.ok(isKeyOf(persistent.publicArea, one.template, one.publicKey));
      }
    });
  });
});

suite("what stands in NV memory", () => {
  test("certificates of authorities go along, one behind another and over two indices", async () => {
    const authorities = concatBytes(...place.authority, maker.certificate.der, new Uint8Array(20));
    await withChannel(async (channel) => {
      await writeIndex(channel, 0x01c0_0100, authorities.subarray(0, 1000));
      await writeIndex(channel, 0x01c0_0101, authorities.subarray(1000));
      const [found] = await readEndorsementCertificates(channel, "H-3");
      const [, ...above] = found?.certificates ?? [];
      assert.deepEqual(above, [...place.authority, maker.certificate.der]);
    });
  });

  test("a certificate of another key, and what is no certificate", async () => {
    const stranger = await makeTestTpm();
    const other = place;
    place = stranger;
    try {
      const { certificate } = await forgeTpm({ issuer: maker, endorsement: newKey(), attestation: newKey() });
      await withChannel(async (channel) => {
        await writeIndex(channel, templateOf("L-2").certificateIndex, certificate.certificate.der);
        await writeIndex(channel, templateOf("H-1").certificateIndex, new Uint8Array(100));
      });
      const tpm = await openTpm({ place: place.running.place });
      const isEndorsement = (error: unknown) => isNatalisError(error, "NAT_TPM_ENDORSEMENT");
      await assert.rejects(tpm.endorsement("L-2"), isEndorsement);
      await assert.rejects(tpm.endorsement("H-1"), isEndorsement);
      assert.equal((await tpm.getRandom(4)).length, 4);
      await tpm.close();
    } finally {
      place = other;
      await stranger.remove();
    }
  });

  test("a public area of another template or key, or of a kind that we do not know", async () => {
    const [found] = await withChannel((channel) => readEndorsementCertificates(channel, "H-3"));
    assert.ok(found !== undefined);
    const persistent = await withChannel((channel) => findPersistentKey(channel, found));
    const publicArea = persistent?.publicArea ?? new Uint8Array(0);
    assert.ok(isKeyOf(publicArea, found.template, found.publicKey));
    assert.ok(!isKeyOf(publicArea, templateOf("L-2"), found.publicKey));
    assert.ok(!isKeyOf(publicArea, found.template, parseCertificate(place.authority[0]).publicKey));
    assert.ok(!isKeyOf(Uint8Array.of(0, 8, 0, 0x0b), found.template, found.publicKey));
  });
});
