// SPDX-License-Identifier: Apache-2.0
// Verdicts: what a third party may rely on, and every way in which one is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import * as fc from "fast-check";
import {
  algorithms,
  asMap,
  type CborKey,
  type CborValue,
  decodeCbor,
  encodeCbor,
  encodeExtendedKeyUsage,
  encodeX5chain,
  encodeX5t,
  headerLabels,
  noteSigner,
  oids,
  oidsOf,
  parseLogPolicy,
  signSign1,
  verifierKey,
} from "../formats/index.ts";
import { isNatalisError, type Signer } from "../kernel/index.ts";
import type { TrustFile } from "../registry/index.ts";
import { authorityExtensions, extension, type Forged, forgeCertificate } from "../testing/certificate-forge.ts";
import { forgeBirthCertificate, forgeStateProof } from "../testing/identity-forge.ts";
import {
  type AuthenticatedIdentity,
  answerType,
  challenge,
  encodeAnswerPayload,
  encodeVerdict,
  issueVerdict,
  MemoryChallengeStore,
  parseVerdict,
  type Verdict,
  type VerdictRequest,
  verdictType,
  verifyAnswer,
  verifyVerdict,
} from "./index.ts";

const arc = "1.3.6.1.4.1.32473";
const audience = "relying.example";
const at = new Date("2026-11-24T12:00:00Z");
const later = (seconds: number) => new Date(at.getTime() + seconds * 1000);
const key = (): Signer => generateKey(algorithms.ES256).signer;
const deviceId = Uint8Array.from({ length: 16 }, (_, i) => i);

const root = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const authority = { issuer: root, signer: key(), extensions: authorityExtensions() };
const issuing = await forgeCertificate({ name: "issuing", ...authority });
const foreignRoot = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const device = await forgeBirthCertificate({ arc, issuer: issuing, signer: key(), deviceId });
const service = await serviceUnder(issuing, oidsOf(arc).verdict);
const logSigner = generateKey(algorithms.EdDSA).signer;
const log = noteSigner("relying.example/births", logSigner, nodeHash);
const trust: TrustFile = {
  arc,
  roots: [root.certificate],
  log: parseLogPolicy(`log ${verifierKey(log.name, logSigner.publicKey, nodeHash)}\nquorum none\n`),
};

function serviceUnder(issuer: Forged, purpose: string): Promise<Forged> {
  const extensions = [extension(oids.extendedKeyUsage, encodeExtendedKeyUsage([purpose]))];
  return forgeCertificate({ name: "service", issuer, signer: key(), extensions });
}

async function authenticated(): Promise<AuthenticatedIdentity> {
  const challenges = new MemoryChallengeStore();
  const issued = challenge({ audience, at, entropy: { bytes: (length) => new Uint8Array(length).fill(7) } });
  challenges.put(issued);
  const answer = await signSign1({
    protectedHeader: new Map<CborKey, CborValue>([
      [headerLabels.type, answerType],
      [headerLabels.x5t, encodeX5t(device.certificate.der, nodeHash)],
    ]),
    unprotectedHeader: new Map([
      [headerLabels.x5chain, encodeX5chain([device.certificate.der, issuing.certificate.der])],
    ]),
    payload: encodeAnswerPayload({ nonce: issued.nonce, audience, deviceTime: at }),
    signer: device.signer,
  });
  const stateProof = await forgeStateProof({ device, deviceId, state: "active", since: at, time: at, log });
  const policy = { unknownStatus: "refuse", maxStateAge: 600 } as const;
  const ports = { verifier: nodeSignatureVerifier, hash: nodeHash };
  return verifyAnswer({ answer, challenges, audience, trust, evidence: { stateProof }, policy, at, ...ports });
}

const identity = await authenticated();

async function issue(by: Forged = service, lifetime = 300): Promise<Uint8Array> {
  const chain = [issuing.certificate.der, root.certificate.der];
  return issueVerdict({
    identity,
    lifetime,
    signer: by.signer,
    certificate: by.certificate.der,
    chain,
    hash: nodeHash,
  });
}

function verify(verdict: Uint8Array, fields: Partial<VerdictRequest> = {}) {
  const ports = { verifier: nodeSignatureVerifier, hash: nodeHash };
  return verifyVerdict({ verdict, audience, trust, at: later(10), ...ports, ...fields });
}

/** A verdict as `service` would sign it, with another payload or other headers. */
function signed(payload: Uint8Array, header: [CborKey, CborValue][] = [], by: Forged = service): Promise<Uint8Array> {
  const usual: [CborKey, CborValue][] = [
    [headerLabels.type, verdictType],
    [headerLabels.x5t, encodeX5t(by.certificate.der, nodeHash)],
  ];
  const chain = encodeX5chain([by.certificate.der, issuing.certificate.der]);
  const unprotectedHeader = new Map([[headerLabels.x5chain, chain]]);
  return signSign1({ protectedHeader: new Map([...usual, ...header]), unprotectedHeader, payload, signer: by.signer });
}

const verdict: Verdict = {
  deviceId,
  certificateHash: nodeHash.sha256(device.certificate.der),
  custody: 0,
  state: "active",
  audience,
  nonce: new Uint8Array(32).fill(7),
  authenticatedAt: at,
  validUntil: later(300),
  statusSources: [{ kind: "state-proof", asOf: at }],
  channelBound: false,
};

test("a verdict says what was authenticated, for whom, how fresh and for how long", async () => {
  const verified = await verify(await issue(), { nonce: verdict.nonce });
  assert.deepEqual({ ...verified }, verdict);
});

test("the payload round trips", () => {
  const sources: Verdict["statusSources"] = [
    { kind: "crl", asOf: later(-5) },
    { kind: "state-proof", asOf: at },
  ];
  const other: Verdict = { ...verdict, state: "unknown", custody: 3, statusSources: sources, channelBound: true };
  for (const one of [verdict, other]) assert.deepEqual(parseVerdict(encodeVerdict(one)), one);
});

test("only an authenticated identity gets a verdict", async () => {
  const claimed = Object.assign({}, identity);
  const { certificate, signer } = service;
  const input = { identity: claimed, lifetime: 300, signer, certificate: certificate.der, chain: [], hash: nodeHash };
  await assert.rejects(issueVerdict(input), { code: "NAT_AUTHENTICATE_VERDICT" });
});

for (const lifetime of [0, -1, 901, Number.NaN])
  test(`no verdict for ${lifetime} seconds`, async () => {
    await assert.rejects(issue(service, lifetime), { code: "NAT_AUTHENTICATE_VERDICT" });
  });

test("a message beyond 64 KiB is not even parsed, one of 64 KiB is", async () => {
  await assert.rejects(verify(new Uint8Array(65_537)), { code: "NAT_AUTHENTICATE_VERDICT" });
  await assert.rejects(verify(new Uint8Array(65_536)), { code: "NAT_CBOR_TRAILING" });
});

test("refused: for another audience", async () => {
  await assert.rejects(verify(await issue(), { audience: "other.example" }), { code: "NAT_AUTHENTICATE_AUDIENCE" });
});

test("refused: on another challenge", async () => {
  await assert.rejects(verify(await issue(), { nonce: new Uint8Array(32) }), { code: "NAT_AUTHENTICATE_VERDICT" });
});

test("refused: too late, and from the future", async () => {
  const late = { at: later(300) };
  await assert.rejects(verify(await issue(), late), { code: "NAT_AUTHENTICATE_VERDICT_EXPIRED" });
  await assert.rejects(verify(await issue(), { at: later(-61) }), { code: "NAT_AUTHENTICATE_VERDICT" });
  await verify(await issue(), { at: later(-60) });
  await verify(await issue(), { at: new Date(later(300).getTime() - 1) });
});

test("refused: by a certificate without the purpose, a device's among them", async () => {
  for (const by of [device, await serviceUnder(issuing, oids.serverAuth)])
    await assert.rejects(verify(await issue(by)), { code: "NAT_PATH_PURPOSE" });
});

test("refused: by a service of another authority", async () => {
  const foreign = await serviceUnder(foreignRoot, oidsOf(arc).verdict);
  await assert.rejects(
    verify(await issue(foreign)),
    (error) => isNatalisError(error) && error.code.startsWith("NAT_PATH_"),
  );
});

test("refused: at a Date without an instant", async () => {
  await assert.rejects(verify(await issue(), { at: new Date(Number.NaN) }), (error) => isNatalisError(error));
});

test("refused: a protected header too many", async () => {
  await assert.rejects(verify(await signed(encodeVerdict(verdict), [[99, 0]])), { code: "NAT_AUTHENTICATE_VERDICT" });
});

const source = { kind: "crl", asOf: at } as const;
const outOfForm: readonly [title: string, changes: Partial<Verdict>][] = [
  ["no audience", { audience: "" }],
  ["an endless audience", { audience: "a".repeat(256) }],
  ["custody below 0", { custody: -1 }],
  ["custody above 4", { custody: 5 }],
  ["custody between two levels", { custody: 1.5 }],
  ["17 sources", { statusSources: Array.from({ length: 17 }, () => source) }],
  ["no lifetime", { validUntil: at }],
  ["a lifetime of more than 15 minutes", { validUntil: new Date(at.getTime() + 900_001) }],
  ["an end that is no instant", { validUntil: new Date(Number.NaN) }],
];
for (const [title, changes] of outOfForm)
  test(`refused in a verdict: ${title}`, () =>
    assert.throws(() => encodeVerdict({ ...verdict, ...changes }), { code: "NAT_AUTHENTICATE_VERDICT" }));

test("the shortest of everything is allowed", () => {
  const shortest: Verdict = {
    ...verdict,
    audience: "a",
    custody: 0,
    validUntil: new Date(at.getTime() + 1),
    statusSources: [],
  };
  assert.deepEqual(parseVerdict(encodeVerdict(shortest)), shortest);
});

test("the longest of everything is allowed", () => {
  const statusSources = Array.from({ length: 16 }, () => source);
  const longest: Verdict = {
    ...verdict,
    audience: "a".repeat(255),
    custody: 4,
    validUntil: later(900),
    statusSources,
  };
  assert.deepEqual(parseVerdict(encodeVerdict(longest)), longest);
});

const outOfShape: readonly [title: string, field: number, value: CborValue, code: string][] = [
  ["a device id of 15 bytes", 1, new Uint8Array(15), "NAT_CBOR_SHAPE"],
  ["a certificate hash of 31 bytes", 2, new Uint8Array(31), "NAT_CBOR_SHAPE"],
  ["custody 5", 3, 5, "NAT_AUTHENTICATE_VERDICT"],
  ["state 2", 4, 2, "NAT_AUTHENTICATE_VERDICT"],
  ["a state that is no number", 4, "active", "NAT_CBOR_SHAPE"],
  ["a nonce of 33 bytes", 6, new Uint8Array(33), "NAT_CBOR_SHAPE"],
  ["a beginning beyond all dates", 7, 8.64e15 + 1, "NAT_AUTHENTICATE_VERDICT"],
  ["source 0", 9, [[0, 1]], "NAT_AUTHENTICATE_VERDICT"],
  ["source 4", 9, [[4, 1]], "NAT_AUTHENTICATE_VERDICT"],
  ["a source of three parts", 9, [[1, 1, 1]], "NAT_CBOR_SHAPE"],
  ["no word on the channel", 10, 1, "NAT_AUTHENTICATE_VERDICT"],
  ["an unknown field", 11, 0, "NAT_CBOR_SHAPE"],
];
for (const [title, field, value, code] of outOfShape)
  test(`refused in the bytes of a verdict: ${title}`, () => {
    const map = new Map(asMap(decodeCbor(encodeVerdict(verdict)))).set(field, value);
    assert.throws(() => parseVerdict(encodeCbor(map)), { name: "NatalisError", code });
  });

test("refused in the bytes of a verdict: any field missing", () => {
  const map = asMap(decodeCbor(encodeVerdict(verdict)));
  assert.equal(map.size, 10);
  for (const field of map.keys())
    assert.throws(
      () => parseVerdict(encodeCbor(new Map([...map].filter(([label]) => label !== field)))),
      (error) => isNatalisError(error),
      `field ${field}`,
    );
});

test("refused: a source of a time that does not exist", () => {
  const late: Verdict["statusSources"] = [{ kind: "crl", asOf: new Date(8.64e15) }];
  assert.deepEqual(parseVerdict(encodeVerdict({ ...verdict, statusSources: late })).statusSources, late);
  const map = new Map(asMap(decodeCbor(encodeVerdict(verdict))));
  const later = encodeCbor(map.set(9, [[2, 8.64e15 + 1]]));
  assert.throws(() => parseVerdict(later), { code: "NAT_AUTHENTICATE_VERDICT" });
});

test("refused: a seal or an answer in a verdict's place", async () => {
  const answer = await signed(encodeVerdict(verdict), [[headerLabels.type, answerType]]);
  await assert.rejects(verify(answer), { code: "NAT_AUTHENTICATE_VERDICT" });
});

test("refused: signed by another key than that of the certificate it names", async () => {
  const impostor = { certificate: service.certificate, signer: key() };
  await assert.rejects(verify(await signed(encodeVerdict(verdict), [], impostor)), { code: "NAT_COSE_SIGNATURE" });
});

test("refused: a certificate that does not travel with it", async () => {
  const named = encodeX5t(device.certificate.der, nodeHash);
  await assert.rejects(verify(await signed(encodeVerdict(verdict), [[headerLabels.x5t, named]])), {
    code: "NAT_AUTHENTICATE_VERDICT",
  });
});

test("any flipped bit is refused with a catalogue error", async () => {
  const good = await issue();
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.nat(7), async (position, bit) => {
      const bad = Uint8Array.from(good);
      bad[position] = (bad[position] as number) ^ (1 << bit);
      try {
        assert.deepEqual({ ...(await verify(bad)) }, verdict);
      } catch (error) {
        assert.ok(isNatalisError(error), String(error));
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});
