// SPDX-License-Identifier: Apache-2.0
// Step 1 against forged worlds: every refusal of path, identity and status, and what is reported where nothing is
// refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import {
  algorithms,
  crlReasons,
  encodeBasicConstraints,
  encodeBirthExtension,
  encodeCertificatePolicies,
  encodeExtendedKeyUsage,
  encodeIssuingDistributionPoint,
  encodeKeyUsage,
  encodeName,
  encodeSequence,
  encodeSubjectAltName,
  type Extension,
  type GeneralName,
  hardwareModuleGeneralName,
  noteSigner,
  oids,
  oidsOf,
  parseLogPolicy,
  type RevokedCertificateFields,
  verifierKey,
} from "../formats/index.ts";
import { encodeUtf8, formatUuid, type Signer } from "../kernel/index.ts";
import type { DeviceState, TrustFile } from "../registry/index.ts";
import {
  authorityExtensions,
  extension,
  forgeCertificate,
  forgeCertificateList,
} from "../testing/certificate-forge.ts";
import {
  deviceName,
  type ForgedDeviceFields,
  type ForgedStateFields,
  forgeBirthCertificate,
  forgedBirthRecord,
  forgeStateProof,
} from "../testing/identity-forge.ts";
import {
  type Evidence,
  type IdentityRequest,
  identifyDevice,
  isAuthenticatedIdentity,
  isVerifiedIdentity,
  verifyIdentity,
} from "./index.ts";

const arc = "1.3.6.1.4.1.32473";
const own = oidsOf(arc);
const at = new Date("2026-11-24T12:00:00Z");
const before = (seconds: number) => new Date(at.getTime() - seconds * 1000);
const key = (): Signer => generateKey(algorithms.ES256).signer;
const shard = "http://ca.example/crl/aa/40.crl";
const deviceId = Uint8Array.from({ length: 16 }, (_, i) => i);
const uuid = formatUuid(deviceId);

const root = await forgeCertificate({ name: "root", signer: key(), extensions: authorityExtensions() });
const issuing = await forgeCertificate({
  name: "issuing",
  issuer: root,
  signer: key(),
  extensions: authorityExtensions(1),
});
const foreignRoot = await forgeCertificate({ name: "foreign root", signer: key(), extensions: authorityExtensions() });
const foreignIssuing = await forgeCertificate({
  name: "issuing",
  issuer: foreignRoot,
  signer: key(),
  extensions: authorityExtensions(),
});

const logSigner = generateKey(algorithms.EdDSA).signer;
const log = noteSigner("registrar.example/births", logSigner, nodeHash);
const foreignLog = noteSigner("registrar.example/births", generateKey(algorithms.EdDSA).signer, nodeHash);
const trust: TrustFile = {
  arc,
  roots: [root.certificate],
  log: parseLogPolicy(`log ${verifierKey(log.name, logSigner.publicKey, nodeHash)}\nquorum none\n`),
};

const bear = (fields: Partial<ForgedDeviceFields> = {}) =>
  forgeBirthCertificate({ arc, issuer: issuing, signer: key(), deviceId, crlUrl: shard, ...fields });
const device = await bear();
const twin = await bear();
const sibling = await bear({ deviceId: new Uint8Array(16) });

const prove = (state: DeviceState, fields: Partial<ForgedStateFields> = {}) =>
  forgeStateProof({ device, deviceId, state, since: before(1000), time: before(10), log, ...fields });

const entry = (fields: Partial<RevokedCertificateFields> = {}): RevokedCertificateFields => ({
  serialNumber: device.certificate.serialNumber,
  revocationDate: before(500),
  ...fields,
});

async function list(
  revoked: readonly RevokedCertificateFields[],
  fields: Partial<Parameters<typeof forgeCertificateList>[0]> = {},
) {
  const point = extension(oids.issuingDistributionPoint, encodeIssuingDistributionPoint({ uris: [shard] }), true);
  const times = { thisUpdate: before(3600), nextUpdate: before(-3600) };
  return (await forgeCertificateList({ issuer: issuing, ...times, revoked, extensions: [point], ...fields })).der;
}

function request(evidence: Evidence, fields: Partial<IdentityRequest> = {}): IdentityRequest {
  return {
    certificate: device.certificate.der,
    evidence: { chain: [issuing.certificate.der], ...evidence },
    trust,
    policy: { unknownStatus: "refuse", maxStateAge: 600 },
    at,
    verifier: nodeSignatureVerifier,
    hash: nodeHash,
    ...fields,
  };
}

test("an active device: who it is, what was checked, how fresh", async () => {
  const identity = await verifyIdentity(request({ stateProof: await prove("active"), crls: [await list([])] }));
  assert.deepEqual(identity.deviceId, deviceId);
  assert.deepEqual([identity.maker, identity.model, identity.serial], ["Forged Devices", "F-1", "SN-0001"]);
  assert.equal(identity.custody, 0);
  assert.deepEqual(identity.birthRecord, forgedBirthRecord);
  assert.equal(identity.state, "active");
  assert.deepEqual(identity.statusSources, [
    { kind: "state-proof", asOf: before(10) },
    { kind: "crl", asOf: before(3600) },
  ]);
  assert.equal(identity.path.certificates.length, 3);
  assert.equal(identity.path.purpose, own.answer);
  assert.deepEqual(identity.certificate.der, device.certificate.der);
  assert.equal(identity.at, at);
});

test("each source alone is enough", async () => {
  assert.equal((await verifyIdentity(request({ stateProof: await prove("active") }))).state, "active");
  assert.equal((await verifyIdentity(request({ crls: [await list([])] }))).state, "active");
});

test("unknown status is refused unless the policy accepts it, and then the result says so", async () => {
  const none = request({});
  await assert.rejects(verifyIdentity(none), { code: "NAT_AUTHENTICATE_STATUS_UNKNOWN" });
  const identity = await verifyIdentity({ ...none, policy: { unknownStatus: "accept", maxStateAge: 600 } });
  assert.equal(identity.state, "unknown");
  assert.deepEqual(identity.statusSources, []);
});

test("accepting what is unknown accepts nothing that is known", async () => {
  const policy = { unknownStatus: "accept", maxStateAge: 600 } as const;
  for (const state of ["suspended", "revoked", "retired"] as const)
    await assert.rejects(verifyIdentity(request({ stateProof: await prove(state) }, { policy })), {
      code: `NAT_AUTHENTICATE_${state.toUpperCase()}`,
    });
});

const hold = entry({ reason: crlReasons.certificateHold });
const lost = entry({ reason: crlReasons.keyCompromise });
const authorityEntry = entry({ serialNumber: issuing.certificate.serialNumber });
const ofRoot = { issuer: root, extensions: [] };
const over = { thisUpdate: before(7200), nextUpdate: before(3600) };

const statuses: readonly { name: string; evidence: () => Promise<Evidence>; code?: string }[] = [
  {
    name: "suspended by proof",
    evidence: async () => ({ stateProof: await prove("suspended") }),
    code: "NAT_AUTHENTICATE_SUSPENDED",
  },
  {
    name: "revoked by proof",
    evidence: async () => ({ stateProof: await prove("revoked") }),
    code: "NAT_AUTHENTICATE_REVOKED",
  },
  {
    name: "retired by proof",
    evidence: async () => ({ stateProof: await prove("retired") }),
    code: "NAT_AUTHENTICATE_RETIRED",
  },
  {
    name: "on hold by list",
    evidence: async () => ({ crls: [await list([hold])] }),
    code: "NAT_AUTHENTICATE_SUSPENDED",
  },
  { name: "revoked by list", evidence: async () => ({ crls: [await list([lost])] }), code: "NAT_AUTHENTICATE_REVOKED" },
  {
    name: "revoked by list, active by proof",
    evidence: async () => ({ stateProof: await prove("active"), crls: [await list([lost])] }),
    code: "NAT_AUTHENTICATE_REVOKED",
  },
  {
    name: "revoked by an old proof, active by list",
    evidence: async () => ({ stateProof: await prove("revoked", { time: before(999_999) }), crls: [await list([])] }),
    code: "NAT_AUTHENTICATE_REVOKED",
  },
  {
    name: "revoked by an old list, active by proof",
    evidence: async () => ({ stateProof: await prove("active"), crls: [await list([lost], over)] }),
    code: "NAT_AUTHENTICATE_REVOKED",
  },
  {
    name: "on hold by an old list says nothing",
    evidence: async () => ({ stateProof: await prove("active"), crls: [await list([hold], over)] }),
  },
  {
    name: "on hold by list, no newer event",
    evidence: async () => ({ stateProof: await prove("active"), crls: [await list([hold])] }),
    code: "NAT_AUTHENTICATE_SUSPENDED",
  },
  {
    name: "on hold by list, resumed since",
    evidence: async () => ({ stateProof: await prove("active", { since: before(400) }), crls: [await list([hold])] }),
  },
  {
    name: "the issuing authority revoked",
    evidence: async () => ({ stateProof: await prove("active"), crls: [await list([authorityEntry], ofRoot)] }),
    code: "NAT_AUTHENTICATE_REVOKED",
  },
  {
    name: "the issuing authority good says nothing of the device",
    evidence: async () => ({ crls: [await list([], ofRoot)] }),
    code: "NAT_AUTHENTICATE_STATUS_UNKNOWN",
  },
  {
    name: "a list of another authority says nothing",
    evidence: async () => ({ crls: [await list([lost], { issuer: foreignRoot })] }),
    code: "NAT_AUTHENTICATE_STATUS_UNKNOWN",
  },
  {
    name: "a proof at its greatest age",
    evidence: async () => ({ stateProof: await prove("active", { time: before(600) }) }),
  },
  {
    name: "a proof beyond its greatest age",
    evidence: async () => ({ stateProof: await prove("active", { time: before(600.001) }) }),
    code: "NAT_AUTHENTICATE_STATUS_UNKNOWN",
  },
  {
    name: "a proof of a clock a minute ahead",
    evidence: async () => ({ stateProof: await prove("active", { time: before(-60) }) }),
  },
  {
    name: "a proof from the future",
    evidence: async () => ({ stateProof: await prove("active", { time: before(-61) }) }),
    code: "NAT_AUTHENTICATE_STATUS_UNKNOWN",
  },

  {
    name: "the proof of another device",
    evidence: async () => ({ stateProof: await prove("active", { device: sibling, deviceId: new Uint8Array(16) }) }),
    code: "NAT_AUTHENTICATE_STATE_FOREIGN",
  },
  {
    name: "the proof of another key of this device",
    evidence: async () => ({ stateProof: await prove("active", { device: twin }) }),
    code: "NAT_AUTHENTICATE_STATE_FOREIGN",
  },
  {
    name: "the proof of another certificate of this key",
    evidence: async () => ({
      stateProof: await prove("active", { device: await bear({ signer: device.signer, crlUrl: undefined }) }),
    }),
    code: "NAT_AUTHENTICATE_STATE_FOREIGN",
  },
  {
    name: "a proof by another log",
    evidence: async () => ({ stateProof: await prove("active", { log: foreignLog }) }),
    code: "NAT_REGISTRY_STATE_PROOF",
  },
  {
    name: "a proof that is no proof",
    evidence: async () => ({ stateProof: Uint8Array.of(1, 2, 3) }),
    code: "NAT_REGISTRY_STATE_PROOF",
  },
  {
    name: "a list that is not authentic",
    evidence: async () => ({ crls: [await list([], { issuer: { ...issuing, signer: key() } })] }),
    code: "NAT_CRL_ISSUER",
  },
  { name: "a list that is no list", evidence: async () => ({ crls: [Uint8Array.of(1, 2, 3)] }), code: "NAT_DER_TAG" },
  {
    name: "more certificates than allowed",
    evidence: async () => ({ chain: Array.from({ length: 17 }, () => issuing.certificate.der) }),
    code: "NAT_AUTHENTICATE_EVIDENCE",
  },
  {
    name: "certificates of more bytes than allowed",
    evidence: async () => ({ chain: [issuing.certificate.der, new Uint8Array(1 << 18)] }),
    code: "NAT_AUTHENTICATE_EVIDENCE",
  },
  {
    name: "lists of more bytes than allowed",
    evidence: async () => ({ crls: [await list([]), new Uint8Array(1 << 24)] }),
    code: "NAT_AUTHENTICATE_EVIDENCE",
  },
  {
    name: "as many lists as allowed",
    evidence: async () => ({ crls: new Array<Uint8Array>(16).fill(await list([])) }),
  },
  {
    name: "more lists than allowed",
    evidence: async () => ({ crls: Array.from({ length: 17 }, () => Uint8Array.of(0)) }),
    code: "NAT_AUTHENTICATE_EVIDENCE",
  },
];

for (const { name, evidence, code } of statuses)
  test(`status: ${name}${code === undefined ? "" : ` is refused (${code})`}`, async () => {
    const verified = verifyIdentity(request(await evidence()));
    if (code === undefined) assert.equal((await verified).state, "active");
    else await assert.rejects(verified, { code });
  });

test("refused: any evidence at a Date without an instant", async () => {
  const evidence = { stateProof: await prove("active"), crls: [await list([])] };
  const policy = { unknownStatus: "accept", maxStateAge: Number.POSITIVE_INFINITY } as const;
  await assert.rejects(verifyIdentity(request(evidence, { at: new Date(Number.NaN), policy })), {
    code: "NAT_PATH_NOT_YET_VALID",
  });
});

test("refused: no age is fresh under a policy that names none", async () => {
  const policy = { unknownStatus: "refuse", maxStateAge: Number.NaN } as const;
  await assert.rejects(verifyIdentity(request({ stateProof: await prove("active") }, { policy })), {
    code: "NAT_AUTHENTICATE_STATUS_UNKNOWN",
  });
});

test("what was checked is what is used: buffers that change while the verifier works change nothing", async () => {
  const evidence = { stateProof: await prove("active"), crls: [await list([lost])] };
  const given = request(evidence, { certificate: Buffer.from(device.certificate.der) });
  const others = [issuing.certificate.der, ...evidence.crls, evidence.stateProof].map((bytes) => Buffer.from(bytes));
  const [chain, crls, stateProof] = [[others[0]], [others[1]], others[2]] as [Buffer[], Buffer[], Buffer];
  const wiping = {
    async verify(...told: Parameters<typeof nodeSignatureVerifier.verify>) {
      const verdict = nodeSignatureVerifier.verify(...told);
      await Promise.resolve();
      for (const buffer of [given.certificate, ...others]) buffer.fill(0);
      return verdict;
    },
  };
  const { identity, path, status } = await identifyDevice({
    ...given,
    evidence: { chain, crls, stateProof },
    verifier: wiping,
  });
  assert.deepEqual(identity.deviceId, deviceId);
  assert.deepEqual(path.certificates[0].der, device.certificate.der);
  assert.equal(status.state, "revoked");
});

test("a state proof must agree in device, key and certificate, each by itself", async () => {
  const renamed = await prove("active", { deviceId: new Uint8Array(16) });
  await assert.rejects(verifyIdentity(request({ stateProof: renamed })), { detail: "it is of another device" });
  const otherKey = { ...device, certificate: { ...device.certificate, publicKey: twin.certificate.publicKey } };
  const rekeyed = await prove("active", { device: otherKey });
  await assert.rejects(verifyIdentity(request({ stateProof: rekeyed })), { detail: "it is of another key" });
  const otherBytes = { ...device, certificate: { ...device.certificate, der: twin.certificate.der } };
  const reissued = await prove("active", { device: otherBytes });
  await assert.rejects(verifyIdentity(request({ stateProof: reissued })), { detail: "it is of another certificate" });
});

test("a refusal says about whom, since when, why, and by what", async () => {
  const evidence = { stateProof: await prove("active"), crls: [await list([lost])] };
  await assert.rejects(verifyIdentity(request(evidence)), {
    detail: `device since ${before(500).toISOString()}, reason 1, by crl of ${before(3600).toISOString()}`,
  });
});

test("identifyDevice tells the status without judging it", async () => {
  const invalidityDate = before(900);
  const { status, identity } = await identifyDevice(
    request({ crls: [await list([entry({ reason: 1, invalidityDate })])] }),
  );
  assert.deepEqual(identity.deviceId, deviceId);
  assert.equal(status.state, "revoked");
  assert.deepEqual(status.decidedBy?.since, before(500));
  assert.deepEqual(status.decidedBy?.invalidityDate, invalidityDate);
  assert.equal((await identifyDevice(request({}))).status.state, "unknown");
});

const names = (...given: GeneralName[]) => extension(oids.subjectAltName, encodeSubjectAltName(given));
const urn = (text: string): GeneralName => ({ kind: "uri", value: `urn:uuid:${text}` });
const hardware = (serial: string) =>
  hardwareModuleGeneralName({ type: own.product(1), serialNumber: encodeUtf8(serial) });
const other = "00000000-0000-7000-8000-000000000000";
const birthOf = (custody: number) =>
  extension(own.birthExtension, encodeBirthExtension({ custody, birthRecord: forgedBirthRecord }));
const policy = (...given: string[]) => extension(oids.certificatePolicies, encodeCertificatePolicies(given));
const broken: Extension = extension(own.birthExtension, Uint8Array.of(0x30, 0x00));
const twoNames = encodeName([
  { oid: oids.commonName, value: uuid },
  { oid: oids.commonName, value: other },
]);
const onlyName = encodeName([{ oid: oids.commonName, value: uuid }]);
const upper = "ABCDEF01-0203-7000-8000-0A0B0C0D0E0F";
const purposes = (...given: string[]) => extension(oids.extendedKeyUsage, encodeExtendedKeyUsage(given));
const agreementOnly = extension(oids.keyUsage, encodeKeyUsage(["keyAgreement"]), true);
const asAuthority = [extension(oids.basicConstraints, encodeBasicConstraints({ isAuthority: true }), true)];

const refusals: readonly { name: string; fields: Partial<ForgedDeviceFields>; code?: string }[] = [
  { name: "certificate of another authority", fields: { issuer: foreignIssuing }, code: "NAT_PATH_SIGNATURE" },
  { name: "certificate of another root", fields: { issuer: foreignRoot }, code: "NAT_PATH_ISSUER_UNKNOWN" },
  { name: "not for answering", fields: { extensions: [purposes(own.seal)] }, code: "NAT_PATH_PURPOSE" },
  { name: "two common names", fields: { subject: twoNames } },
  { name: "no maker", fields: { subject: onlyName } },
  { name: "a name that is no UUID", fields: { subject: deviceName("device 1"), extensions: [names(urn("device 1"))] } },
  { name: "an upper-case UUID", fields: { subject: deviceName(upper), extensions: [names(urn(upper))] } },
  { name: "another device in the alternative name", fields: { extensions: [names(urn(other))] } },
  { name: "two devices in the alternative name", fields: { extensions: [names(urn(uuid), urn(other))] } },
  { name: "no device in the alternative name", fields: { extensions: [names({ kind: "dns", value: "a.example" })] } },
  {
    name: "the hardware module name of another unit",
    fields: { extensions: [names(urn(uuid), hardware("SN-0002"))] },
  },
  {
    name: "two hardware module names, one of another unit",
    fields: { extensions: [names(hardware("SN-0001"), urn(uuid), hardware("SN-0002"))] },
  },
  {
    name: "a malformed hardware module name",
    fields: {
      extensions: [names(urn(uuid), { kind: "otherName", oid: oids.hardwareModuleName, value: encodeSequence() })],
    },
  },
  { name: "a malformed birth extension", fields: { extensions: [broken] } },
  { name: "custody above what is certified", fields: { extensions: [birthOf(4)] } },
  { name: "custody below what is certified", fields: { custody: 3, extensions: [birthOf(0)] } },
  { name: "custody not certified", fields: { extensions: [policy(own.custody(1))] } },
  { name: "an authority's certificate", fields: { extensions: asAuthority } },
  { name: "no digital signature", fields: { extensions: [agreementOnly] } },
];

for (const { name, fields, code = "NAT_AUTHENTICATE_IDENTITY" } of refusals)
  test(`identity: ${name} is refused (${code})`, async () => {
    const forged = await bear(fields);
    const evidence = { stateProof: await prove("active", { device: forged }) };
    await assert.rejects(verifyIdentity(request(evidence, { certificate: forged.certificate.der })), { code });
  });

test("identity: a certificate that says it is no authority is a device's", async () => {
  const constraints = encodeBasicConstraints({ isAuthority: false });
  const forged = await bear({ extensions: [extension(oids.basicConstraints, constraints, true)] });
  const evidence = { stateProof: await prove("active", { device: forged }) };
  assert.equal((await verifyIdentity(request(evidence, { certificate: forged.certificate.der }))).state, "active");
});

const missing: readonly [title: string, oid: string][] = [
  ["key usage", oids.keyUsage],
  ["alternative name", oids.subjectAltName],
  ["policies", oids.certificatePolicies],
  ["birth extension", own.birthExtension],
];
for (const [title, oid] of missing)
  test(`identity: a certificate without ${title} is refused (NAT_AUTHENTICATE_IDENTITY)`, async () => {
    const { certificate, signer } = device;
    const extensions = certificate.extensions.filter((one) => one.oid !== oid);
    const forged = await forgeCertificate({
      name: "",
      subject: certificate.subject.der,
      issuer: issuing,
      signer,
      extensions,
    });
    const given = request({ crls: [await list([])] }, { certificate: forged.certificate.der });
    await assert.rejects(verifyIdentity(given), { code: "NAT_AUTHENTICATE_IDENTITY" });
  });

test("identity: the hardware module name of this unit, and foreign other names, are welcome", async () => {
  const foreign: GeneralName = { kind: "otherName", oid: "1.2.3", value: encodeSequence() };
  const forged = await bear({ extensions: [names(hardware("SN-0001"), urn(uuid), foreign)] });
  const evidence = { stateProof: await prove("active", { device: forged }) };
  assert.equal((await verifyIdentity(request(evidence, { certificate: forged.certificate.der }))).serial, "SN-0001");
});

test("identity: custody is the level that every authority of the path certifies", async () => {
  const forged = await bear({ custody: 3 });
  const evidence = { stateProof: await prove("active", { device: forged }) };
  assert.equal((await verifyIdentity(request(evidence, { certificate: forged.certificate.der }))).custody, 3);
});

test("identity: an authority that may not certify a custody level cannot", async () => {
  const narrow = [
    ...authorityExtensions().filter(({ oid }) => oid !== oids.certificatePolicies),
    policy(own.custody(0)),
  ];
  const limited = await forgeCertificate({ name: "limited", issuer: root, signer: key(), extensions: narrow });
  const verify = async (custody: number) => {
    const forged = await bear({ issuer: limited, custody });
    const evidence = { chain: [limited.certificate.der], stateProof: await prove("active", { device: forged }) };
    return verifyIdentity(request(evidence, { certificate: forged.certificate.der }));
  };
  assert.equal((await verify(0)).custody, 0);
  await assert.rejects(verify(3), { code: "NAT_AUTHENTICATE_IDENTITY" });
});

test("a birth certificate of another arc names no device here", async () => {
  const foreign = { ...trust, arc: "1.3.6.1.4.1.32473.7" };
  const given = request({ stateProof: await prove("active") }, { trust: foreign, purpose: own.answer });
  await assert.rejects(verifyIdentity(given), { code: "NAT_AUTHENTICATE_IDENTITY" });
});

test("the purpose is the caller's: a seal needs another one", async () => {
  const onlySeal = await bear({ extensions: [extension(oids.extendedKeyUsage, encodeExtendedKeyUsage([own.seal]))] });
  const evidence = { stateProof: await prove("active", { device: onlySeal }) };
  const given = request(evidence, { certificate: onlySeal.certificate.der, purpose: own.seal });
  assert.equal((await verifyIdentity(given)).path.purpose, own.seal);
});

test("only verifyIdentity makes a VerifiedIdentity, and it is not an authenticated one", async () => {
  const identity = await verifyIdentity(request({ stateProof: await prove("active") }));
  assert.ok(isVerifiedIdentity(identity));
  assert.ok(!isAuthenticatedIdentity(identity));
  for (const lookAlike of [Object.assign({}, identity), Object.create(identity), undefined, null, "identity"])
    assert.ok(!isVerifiedIdentity(lookAlike));
});
