// SPDX-License-Identifier: Apache-2.0
// COSE_Sign1 (RFC 9052) by public examples, the certificate headers (RFC 9360), and keys that are private.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeHash } from "@natalis/node";
import {
  asArray,
  asMap,
  type CborValue,
  decodeCbor,
  headerLabels,
  parseCertificate,
  parseCoseKey,
  parseX5chain,
  parseX5t,
  Tagged,
} from "natalis/formats";
import { testSuite } from "./suite-runner.ts";
import { cose } from "./suites/cose.ts";
import { bytesOf } from "./suites/vector-text.ts";
import { absent, readJsonVector, readVector, vectorFiles } from "./vectors.ts";

testSuite(cose);

const workingGroup = "cose/cose-wg";

interface CertificateExample {
  readonly output: { readonly cbor: string };
}

/** The unprotected headers of the one signer of a COSE_Sign (tag 98), which carry the certificates there. */
function signerHeaders(message: Uint8Array): ReadonlyMap<unknown, CborValue> {
  const item = decodeCbor(message, { tags: [98], anyKeyOrder: true });
  assert.ok(item instanceof Tagged);
  const [signer] = asArray(asArray(item.value, 4)[3], 1);
  return asMap(asArray(signer, 3)[1]);
}

test("COSE working group: certificate headers", { skip: absent(workingGroup) }, () => {
  const [single, several, hashed] = ["03", "04", "05"].map((number) =>
    signerHeaders(
      bytesOf(
        (readJsonVector(`${workingGroup}/x509-examples/signed-${number}.json`) as CertificateExample).output.cbor,
      ),
    ),
  );
  const [alice] = parseX5chain(single?.get(headerLabels.x5chain));
  assert.ok(alice);
  const chain = parseX5chain(several?.get(headerLabels.x5chain));
  assert.equal(chain.length, 2);
  assert.deepEqual(chain[0], alice);
  for (const certificate of chain) assert.deepEqual(parseCertificate(certificate).der, certificate);
  assert.deepEqual(parseX5t(hashed?.get(headerLabels.x5t)), nodeHash.sha256(alice));
});

const postQuantum = "pqc/jose-cose/pqc-jose-cose-noble-ref";

test("private COSE keys are refused", { skip: absent(postQuantum) }, () => {
  const files = vectorFiles(postQuantum, /_cose_key_priv\.cbor$/);
  assert.equal(files.length, 3);
  for (const file of files) assert.throws(() => parseCoseKey(readVector(file)), { code: "NAT_COSE_KEY" });
});
