// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { test } from "node:test";
import { generateKey, nodeHash as hash, nodeSignatureVerifier as verifier } from "@natalis/node";
import { algorithms } from "../../formats/index.ts";
import { toBase64 } from "../../kernel/index.ts";
import { authorityExtensions, forgeCertificate } from "../../testing/certificate-forge.ts";
import { evidenceRoot, forgeManifestEntry } from "../../testing/evidence-forge.ts";
import { importManifest, secureElementManifestFormat } from "../index.ts";

const key = () => generateKey(algorithms.ES256).signer;
const signer = await forgeCertificate({ name: "manifest signer", signer: key() });
const authority = await forgeCertificate({ name: "maker", signer: key(), extensions: authorityExtensions() });
const device = await forgeCertificate({ name: "sn0123F1822C38DD7A01", issuer: authority, signer: key() });
const root = evidenceRoot(signer, [secureElementManifestFormat]);
const context = { roots: [root], hash, verifier };

const jwk = (publicKey: Uint8Array) =>
  createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" }).export({ format: "jwk" });
const bare = key();
const element = {
  version: 1,
  model: "ATECC608A",
  partNumber: "ATECC608A-TNGTLS",
  manufacturer: { organizationName: "Microchip Technology Inc", organizationalUnitName: "Secure Products Group" },
  uniqueId: "0123F1822C38DD7A01",
  provisioningTimestamp: "2019-06-01T12:00:00.000Z",
  publicKeySet: {
    keys: [
      {
        kid: "0",
        ...jwk(device.signer.publicKey),
        x5c: [device, authority].map(({ certificate }) => toBase64(certificate.der)),
      },
      { kid: "1", ...jwk(bare.publicKey) },
    ],
  },
};

const entry = (other: object = {}, options?: Parameters<typeof forgeManifestEntry>[2]) =>
  forgeManifestEntry(signer, { ...element, ...other }, options);
const textOf = (...entries: unknown[]) => JSON.stringify(entries);
const refuses = (code: string, text: string, more: Partial<typeof context> = {}) =>
  assert.rejects(importManifest(text, { ...context, ...more }), { name: "NatalisError", code });

test("signed entries become endorsements", async () => {
  const [endorsement] = await importManifest(
    textOf(await entry({}, { header: { uniqueId: "0123f1822c38dd7a01" } })),
    context,
  );
  assert.equal(endorsement?.uniqueId, "0123f1822c38dd7a01");
  assert.equal(endorsement?.root, root);
  assert.deepEqual(endorsement?.hardware, { manufacturer: "Microchip Technology Inc", model: "ATECC608A-TNGTLS" });
  assert.deepEqual(
    endorsement?.keys.map(({ slot, publicKey, certificates }) => [slot, publicKey, certificates.length]),
    [
      ["0", device.signer.publicKey, 2],
      ["1", bare.publicKey, 0],
    ],
  );
});

test("many entries, or none", async () => {
  assert.equal((await importManifest(textOf(await entry(), await entry({ uniqueId: "02" })), context)).length, 2);
  assert.deepEqual(await importManifest("[]", context), []);
  const [keyless] = await importManifest(textOf(await entry({ publicKeySet: undefined })), context);
  assert.deepEqual(keyless?.keys, []);
});

test("the model stands where there is no part number, and neither has to", async () => {
  const hardwareOf = async (other: object) => (await importManifest(textOf(await entry(other)), context))[0]?.hardware;
  assert.deepEqual(await hardwareOf({ partNumber: undefined }), {
    manufacturer: "Microchip Technology Inc",
    model: "ATECC608A",
  });
  assert.deepEqual(await hardwareOf({ partNumber: undefined, model: undefined }), {
    manufacturer: "Microchip Technology Inc",
  });
});

test("one entry that is not signed by a signer that is known refuses the whole", async () => {
  const stranger = await forgeCertificate({ name: "stranger", signer: key() });
  await refuses("NAT_EVIDENCE_ROOT", textOf(await entry(), await forgeManifestEntry(stranger, element)));
  await refuses("NAT_EVIDENCE_ROOT", textOf(await entry()), { roots: [evidenceRoot(signer, ["vendor-idevid"])] });
  const { payload: other } = await entry({ uniqueId: "02" });
  await refuses("NAT_EVIDENCE_SIGNATURE", textOf({ ...(await entry()), payload: other }));
  await refuses("NAT_EVIDENCE_SIGNATURE", textOf(await entry({}, { protectedHeader: { alg: "none" } })));
});

test("an id outside that is another is refused", async () => {
  for (const uniqueId of ["02", 7])
    await refuses("NAT_EVIDENCE_MALFORMED", textOf(await entry({}, { header: { uniqueId } })));
});

test("a key's certificate is of that key", async () => {
  const [first, second] = element.publicKeySet.keys;
  const keys = [{ ...second, x5c: (first as { x5c: string[] }).x5c }];
  await refuses("NAT_EVIDENCE_MALFORMED", textOf(await entry({ publicKeySet: { keys } })));
});

test("other shapes are refused", async () => {
  const keysOf = (...keys: unknown[]) => ({ publicKeySet: { keys } });
  const [, second] = element.publicKeySet.keys;
  const elements = [
    { version: 2 },
    { uniqueId: 7 },
    { manufacturer: "Microchip" },
    { publicKeySet: {} },
    keysOf({ ...second, kid: 1 }),
    keysOf({ ...second, x5c: ["!"] }),
    keysOf({ ...second, x5c: ["AAAA"] }),
    keysOf({ ...second, x5c: Array.from({ length: 5 }, () => "") }),
    keysOf(...Array.from({ length: 17 }, () => second)),
    keysOf({ kid: "1", kty: "EC" }),
  ];
  for (const other of elements) await refuses("NAT_EVIDENCE_MALFORMED", textOf(await entry(other)));
  for (const text of ["", "{}", "[1]", "[{}]", textOf({ ...(await entry()), protected: "e30" })])
    await refuses("NAT_EVIDENCE_MALFORMED", text);
});
