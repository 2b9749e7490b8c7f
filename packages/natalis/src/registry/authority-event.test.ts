// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { algorithms, keyIdentifier } from "../formats/index.ts";
import { portableHash, toHex } from "../kernel/index.ts";
import { forgeCertificate } from "../testing/certificate-forge.ts";
import { openUnsafeTestLog } from "../testing/index.ts";
import { generateKeyPair, signerFromKeyPair } from "../webcrypto/index.ts";
import { authorityEvent } from "./authority-event.ts";
import { parseAuthorityBody } from "./body.ts";
import { parsePublicEntry } from "./entry.ts";

const hash = portableHash;
const cause = { actor: "init" };

async function certificateNamed(name: string): Promise<Uint8Array> {
  const signer = await signerFromKeyPair(await generateKeyPair(algorithms.ES256));
  return (await forgeCertificate({ name, signer })).certificate.der;
}

test("key hash and key identifier follow from the certificate", async () => {
  const signer = await signerFromKeyPair(await generateKeyPair(algorithms.ES256));
  const { certificate } = await forgeCertificate({ name: "Root", signer });
  const event = authorityEvent("root", certificate.der, cause, hash);
  assert.deepEqual(event.keyHash, hash.sha256(signer.publicKey));
  assert.equal(event.keyId, toHex(keyIdentifier(signer.publicKey, hash)));
});

test("an authority's certificate is public by its key, private by its body, and found as the newest", async () => {
  const log = await openUnsafeTestLog();
  const [root, older, newer] = [await certificateNamed("R"), await certificateNamed("A"), await certificateNamed("B")];
  const entered = await log.enter(authorityEvent("root", root, cause, hash));
  await log.commit(authorityEvent("issuing", older, cause, hash), authorityEvent("issuing", newer, cause, hash));
  assert.deepEqual(parsePublicEntry(entered.entry).keyHash, authorityEvent("root", root, cause, hash).keyHash);
  const body = parseAuthorityBody(log.registry.tables.entries[entered.index]?.body as Uint8Array);
  assert.deepEqual(body.certificate, root);
  assert.deepEqual(log.registry.latestAuthority("issuing")?.certificate, newer);
});

test("the same certificate is entered once", async () => {
  const log = await openUnsafeTestLog();
  const event = authorityEvent("issuing", await certificateNamed("A"), cause, hash);
  const outcomes = [...(await log.commit(event, event)), ...(await log.commit(event))];
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.kind === "refused" ? outcome.error.detail : "entered")),
    ["entered", "authority", "authority"],
  );
});

test("what is no certificate is refused", () => {
  assert.throws(() => authorityEvent("root", Uint8Array.of(0x30, 0x00), cause, hash), /NAT_(DER|X509)_/);
});
