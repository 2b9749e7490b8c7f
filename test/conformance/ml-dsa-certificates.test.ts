// SPDX-License-Identifier: Apache-2.0
// RFC 9881's example certificates, signed by themselves with ML-DSA-44, 65 and 87: read, of the very keys of the
// examples, and verified on both verifiers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeSignatureVerifier } from "@natalis/node";
import { algorithms, parseCertificate, parsePem, readKeyFacts, signatureSchemeFor } from "natalis/formats";
import { decodeUtf8, type SignatureScheme } from "natalis/kernel";
import { webSignatureVerifier } from "natalis/webcrypto";
import { absent, readVector } from "./vectors.ts";

const folder = "pqc/lamps-examples";
const skip = absent(folder);

function pemVector(file: string, label: string): Uint8Array {
  const [der] = parsePem(decodeUtf8(readVector(`${folder}/${file}`)), label);
  assert.ok(der !== undefined);
  return der;
}

for (const algorithm of [algorithms["ML-DSA-44"], algorithms["ML-DSA-65"], algorithms["ML-DSA-87"]]) {
  const { name } = algorithm;

  test(`${name}: the certificate is of the example's key and verifies under it`, { skip }, async () => {
    const { publicKey, signatureIdentifier, tbs, signature } = parseCertificate(
      pemVector(`${name}.crt`, "CERTIFICATE"),
    );
    assert.deepEqual(publicKey, pemVector(`${name}.pub`, "PUBLIC KEY"));
    assert.equal(readKeyFacts(publicKey).kind, name);
    const scheme = signatureSchemeFor(signatureIdentifier, publicKey) as SignatureScheme;
    assert.equal(scheme, algorithm);
    for (const verifier of [nodeSignatureVerifier, webSignatureVerifier]) {
      assert.equal(await verifier.verify(scheme, publicKey, tbs, signature), true);
      for (const at of [0, 20, tbs.length - 1])
        assert.equal(await verifier.verify(scheme, publicKey, tbs.with(at, (tbs[at] as number) ^ 1), signature), false);
      for (const at of [0, 31, 32, signature.length >> 1, signature.length - 1]) {
        const altered = signature.with(at, (signature[at] as number) ^ 1);
        assert.equal(await verifier.verify(scheme, publicKey, tbs, altered), false, `octet ${at}`);
      }
    }
  });

  test(`${name}: under the other keys it is of another algorithm`, { skip }, () => {
    const { signatureIdentifier } = parseCertificate(pemVector(`${name}.crt`, "CERTIFICATE"));
    for (const other of ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"].filter((one) => one !== name))
      assert.equal(signatureSchemeFor(signatureIdentifier, pemVector(`${other}.pub`, "PUBLIC KEY")), undefined);
  });
}
