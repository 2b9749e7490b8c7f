// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { oidsOf, parseCertificate } from "natalis/formats";
import { validatePath } from "natalis/path";
import { entryTypes, parsePublicEntry } from "natalis/registry";
import { VolatileInsecureRegistry } from "natalis/testing";
import { openUnsafeTestRegistry, type UnsafeTestRegistry } from "./unsafe-test-registry.ts";
import { certifyVerdictKey, type VerdictKey } from "./verdict-key.ts";

const day = 86_400_000;
let made: UnsafeTestRegistry;
let key: VerdictKey;

beforeEach(async () => {
  made = await openUnsafeTestRegistry(new VolatileInsecureRegistry().stores);
  key = await certify();
});

function certify(): Promise<VerdictKey> {
  return certifyVerdictKey({ authority: made.issuing, issuing: made.issuingKey, queue: made.queue }, made.clock);
}

function validate(purpose: string, at: Date = made.clock.now()) {
  const certificate = parseCertificate(key.certificate);
  const intermediates = [made.issuing.certificate];
  const anchors = [made.root.certificate];
  return validatePath({ certificate, intermediates, anchors, at, purpose, verifier: nodeSignatureVerifier });
}

test("the certificate is of the key, and for verdicts under the registry's own root", async () => {
  assert.deepEqual(parseCertificate(key.certificate).publicKey, key.signer.publicKey);
  await validate(oidsOf(made.trust.arc).verdict);
});

test("refused: the certificate for any other purpose, and after a month", async () => {
  const { answer, seal, verdict } = oidsOf(made.trust.arc);
  for (const purpose of [answer, seal]) await assert.rejects(validate(purpose), { code: /^NAT_PATH_/ });
  await validate(verdict, new Date(made.clock.at + 29 * day));
  await assert.rejects(validate(verdict, new Date(made.clock.at + 31 * day)), { code: /^NAT_PATH_/ });
});

test("each is another key, and the log knows it", async () => {
  const before = key;
  await assertLogged();
  key = await certify();
  assert.notDeepEqual(key.signer.publicKey, before.signer.publicKey);
  await assertLogged();
});

async function assertLogged(): Promise<void> {
  const row = await made.stores.authorities.latestAuthority("verdict");
  assert.deepEqual(row?.certificate, key.certificate);
  const [entry = new Uint8Array(0)] = await made.stores.log.readEntries(row?.entry ?? 0, 1);
  const { type, keyHash } = parsePublicEntry(entry);
  assert.deepEqual([type, keyHash], [entryTypes.authority, nodeHash.sha256(key.signer.publicKey)]);
}
