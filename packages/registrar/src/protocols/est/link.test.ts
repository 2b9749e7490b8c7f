// SPDX-License-Identifier: Apache-2.0
// Which value is tls-unique, and what a request may say instead; test/e2e/est.test.ts shows it over real connections.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { generateKey } from "@natalis/node";
import {
  algorithms,
  assembleSigned,
  type CertificationRequest,
  contextTag,
  encodeIa5String,
  encodeInteger,
  encodeName,
  encodeNull,
  encodeOid,
  encodePrintableString,
  encodeSequence,
  encodeSetOf,
  encodeUtf8String,
  oids,
  parseCertificationRequest,
} from "natalis/formats";
import { toBase64 } from "natalis/kernel";
import { type LinkedConnection, requireLink } from "./link.ts";

const { signer } = generateKey(algorithms.ES256);
const [ours, peers] = [Buffer.alloc(12, 1), Buffer.alloc(12, 2)];

function requestWith(...passwords: readonly Uint8Array[]): CertificationRequest {
  const attribute = encodeSequence(encodeOid(oids.challengePassword), encodeSetOf(passwords));
  const attributes = encodeSetOf(passwords.length === 0 ? [] : [attribute], contextTag(0));
  const info = encodeSequence(encodeInteger(0), encodeName([]), signer.publicKey, attributes);
  return parseCertificationRequest(assembleSigned(info, signer.algorithm.signatureIdentifier, new Uint8Array(70)));
}

function connection(protocol: string, isReused = false): LinkedConnection {
  return {
    getProtocol: () => protocol,
    isSessionReused: () => isReused,
    getFinished: () => ours,
    getPeerFinished: () => peers,
  };
}

const text = (finished: Uint8Array) => encodePrintableString(toBase64(finished));

test("without a challengePassword there is nothing to check", () => {
  for (const protocol of ["TLSv1.2", "TLSv1.3"]) requireLink(requestWith(), connection(protocol));
});

test("the client's Finished in a full handshake, the server's in an abbreviated one", () => {
  requireLink(requestWith(text(peers)), connection("TLSv1.2"));
  requireLink(requestWith(text(ours)), connection("TLSv1.2", true));
});

test("in any of the string types that clients write", () => {
  for (const encode of [encodePrintableString, encodeUtf8String, encodeIa5String])
    requireLink(requestWith(encode(toBase64(peers))), connection("TLSv1.2"));
});

describe("refused", () => {
  for (const [what, request, where] of [
    ["another connection's value", requestWith(text(Buffer.alloc(12, 9))), connection("TLSv1.2")],
    ["the other side's value", requestWith(text(ours)), connection("TLSv1.2")],
    ["two values", requestWith(text(ours), text(peers)), connection("TLSv1.2")],
    ["what is no text", requestWith(encodeNull()), connection("TLSv1.2")],
    ["any value over TLS 1.3", requestWith(text(peers)), connection("TLSv1.3")],
  ] as const)
    test(what, () => assert.throws(() => requireLink(request, where), { code: "NAT_EST_LINK" }));
});
