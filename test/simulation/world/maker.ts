// SPDX-License-Identifier: Apache-2.0
// The maker whose devices are born in every simulation: its authority, product line, log key, and the requests of its
// devices. Made once a process; nothing of it depends on a seed.

import { nodeHash } from "@natalis/node";
import type { BirthRequest } from "natalis/birth";
import { buildCertificationRequest } from "natalis/device";
import { noteSigner, parseLogPolicy, verifierKey } from "natalis/formats";
import { type Authority, openAuthority } from "natalis/issue";
import { concatBytes, encodeUtf8, type MessageAuthenticator } from "natalis/kernel";
import { testArc, TestAuthority, testBaseUrl } from "natalis/testing";
import { mockSigner, mockVerifier } from "./mock-keys.ts";

export const origin = "simulation.example/births";
export const product = "test-product";

export const testAuthority = await TestAuthority.open({
  rootSigner: mockSigner("root"),
  issuingSigner: mockSigner("issuing"),
  verifier: mockVerifier,
});

const authorities = new Map<number, Authority>();

/**
 * The issuing authority, the same but for what is remembered with it: templates of certificates are kept a second, and
 * registrars whose clocks stand days apart would make them anew for each birth.
 */
export function authorityAt(at: Date): Authority {
  const second = Math.floor(at.getTime() / 1000);
  const known = authorities.get(second);
  if (known !== undefined) return known;
  const { certificate } = testAuthority.issuing;
  const authority = openAuthority({ certificate, baseUrl: testBaseUrl, arc: testArc, hash: nodeHash });
  authorities.set(second, authority);
  return authority;
}

const logSigner = mockSigner("log");

export const noteSigners = [noteSigner(origin, logSigner, nodeHash)];

/** What verifiers of checkpoints and receipts trust. */
export const logTrust = {
  policy: parseLogPolicy(`log ${verifierKey(origin, logSigner.publicKey, nodeHash)}\nquorum none\n`, nodeHash),
  verifier: mockVerifier,
  hash: nodeHash,
};

/** For unit tags; a secret that is none. */
export const authenticator: MessageAuthenticator = {
  authenticate: (data) => nodeHash.sha256(concatBytes(encodeUtf8("not secret"), data)),
};

const requests = new Map<string, Uint8Array>();

/** What a station sends to have this key born as this unit, each time the same. */
export async function requestFor(key: string, serial: string, facility: string): Promise<BirthRequest> {
  const name = `${key} ${serial}`;
  const certificationRequest =
    requests.get(name) ?? (await buildCertificationRequest({ serial, signer: mockSigner(key) }));
  requests.set(name, certificationRequest);
  return { certificationRequest, model: "TEST-1", serial, facility };
}
