// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { generateKey } from "@natalis/node";
import { isNatalisError, toHex } from "../../kernel/index.ts";
import { forgeCertificate } from "../../testing/certificate-forge.ts";
import { algorithms } from "../algorithms.ts";
import { DerReader } from "../der/index.ts";
import { readCertificateId } from "./certificate-id.ts";
import { certificateId, encodeOcspRequest } from "./index.ts";

const key = () => generateKey(algorithms.ES256).signer;
const root = await forgeCertificate({ name: "root", signer: key() });
const leaf = await forgeCertificate({ name: "leaf", issuer: root, signer: key() });
const one = { certificate: leaf.certificate, issuer: root.certificate };
const nonce = new Uint8Array(32).fill(7);

test("one certificate, no nonce: a list of one identifier and nothing else", () => {
  const request = new DerReader(encodeOcspRequest({ certificates: [one], digest: "SHA-256" })).enter();
  const tbs = request.enter();
  const requests = tbs.enter();
  const single = requests.enter();
  assert.deepEqual(readCertificateId(single), certificateId(one.certificate, one.issuer, "SHA-256"));
  for (const reader of [single, requests, tbs, request]) reader.end();
});

test("a nonce stands as an OCTET STRING in the value of its extension, not critical (RFC 9654 2.1)", () => {
  const der = encodeOcspRequest({ certificates: [one, one], digest: "SHA-1", nonce });
  const tail = `a2333031302f06092b060105050730010204220420${"07".repeat(32)}`;
  assert.ok(toHex(der).endsWith(tail), toHex(der));
});

describe("not written", () => {
  for (const [what, changed, code] of [
    ["a request about nothing", { certificates: [] }, "NAT_OCSP_LIMIT"],
    ["a request about 257", { certificates: Array.from({ length: 257 }, () => one) }, "NAT_OCSP_LIMIT"],
    ["a nonce of 31 octets", { nonce: nonce.subarray(1) }, "NAT_OCSP_FORM"],
    ["a nonce of 129 octets", { nonce: new Uint8Array(129) }, "NAT_OCSP_FORM"],
  ] as const)
    test(what, () =>
      assert.throws(
        () => encodeOcspRequest({ certificates: [one], digest: "SHA-1", ...changed }),
        (error) => isNatalisError(error, code),
      ),
    );
});

test("the longest nonce, and as many certificates as are read from one response", () => {
  encodeOcspRequest({ certificates: [one], digest: "SHA-1", nonce: new Uint8Array(128) });
  encodeOcspRequest({ certificates: Array.from({ length: 256 }, () => one), digest: "SHA-1" });
});
