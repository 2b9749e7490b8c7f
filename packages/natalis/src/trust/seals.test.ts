// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import * as fc from "fast-check";
import { Sealer } from "../device/index.ts";
import {
  algorithms,
  type CborKey,
  type CborValue,
  decodeCbor,
  encodeCbor,
  encodeExtendedKeyUsage,
  encodeSign1Structure,
  encodeSubjectAltName,
  encodeX5t,
  type Extension,
  headerLabels,
  oids,
  oidsOf,
  parseSign1,
  rootOfLeaves,
  signatureToCose,
  signSign1,
  verifySign1,
} from "../formats/index.ts";
import { concatBytes, formatUuid, isNatalisError, type Signer, toHex } from "../kernel/index.ts";
import { extension, forgeCertificate } from "../testing/certificate-forge.ts";
import {
  certificatesOfSeals,
  type DataRecord,
  encodeSealPayload,
  isVerifiedSeal,
  leavesOfRecords,
  parseSealPayload,
  parseSealSequence,
  recordSchema,
  type Seal,
  type SealHistory,
  type SealingCertificate,
  sealingCertificate,
  sealType,
  splitLeaves,
  type VerifiedSeal,
  verifyLeaves,
  verifySeal,
  verifySeals,
} from "./index.ts";

const arc = "1.3.6.1.4.1.32473";
const deviceId = new Uint8Array(16).fill(3);
const { signer } = generateKey(algorithms.ES256);
const mayBeDevice = [
  extension(oids.subjectAltName, encodeSubjectAltName([{ kind: "uri", value: `urn:uuid:${formatUuid(deviceId)}` }])),
  extension(oids.extendedKeyUsage, encodeExtendedKeyUsage([oids.clientAuth, oidsOf(arc).seal])),
];
const certify = async (extensions: readonly Extension[], by: Signer = signer) =>
  (await forgeCertificate({ name: "device", signer: by, extensions })).certificate;
const certificate = await certify(mayBeDevice);
const sealedBy = sealingCertificate(certificate, arc, nodeHash);
const checkpoint = (size: number) => ({ size, root: new Uint8Array(32).fill(size) });
const recordsFrom = (first: number, count: number): DataRecord[] =>
  Array.from({ length: count }, (_, i) => ({ time: first + i, name: "load", unit: "/", value: first + i }));

const records = recordsFrom(0, 5);
const leaves = leavesOfRecords(records, nodeHash);
const statement: Seal = {
  deviceId,
  epoch: 0,
  first: 0,
  count: 5,
  earliest: 0,
  latest: 4,
  root: rootOfLeaves(splitLeaves(leaves), nodeHash),
  schema: recordSchema,
};
const header = new Map<CborKey, CborValue>([
  [headerLabels.type, sealType],
  [headerLabels.x5t, encodeX5t(certificate.der, nodeHash)],
]);
const craft = (changes: Partial<Seal> = {}, protectedHeader = header, by: Signer = signer) =>
  signSign1({ protectedHeader, payload: encodeSealPayload({ ...statement, ...changes }), signer: by });
const verify = (seal: Uint8Array, sealed?: Uint8Array) =>
  verifySeal({
    seal,
    sealedBy,
    verifier: nodeSignatureVerifier,
    hash: nodeHash,
    ...(sealed ? { leaves: sealed } : {}),
  });
const history = (seals: readonly Uint8Array[], after?: VerifiedSeal) =>
  verifySeals({ seals, sealedBy, verifier: nodeSignatureVerifier, hash: nodeHash, ...(after ? { after } : {}) });
const kinds = ({ findings }: SealHistory) => findings.map(({ kind }) => kind);
const seal = await craft();

test("the payload is one map of keys 1 to 10", () => {
  const bytes = encodeSealPayload({
    ...statement,
    first: 7,
    count: 1,
    previous: bytes32(9),
    checkpoint: checkpoint(2),
  });
  const map = decodeCbor(bytes) as ReadonlyMap<number, CborValue>;
  assert.deepEqual([...map.keys()], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(map.get(10), [2, bytes32(2)]);
  assert.equal(map.get(9), "natalis-record-1");
});

function bytes32(fill: number): Uint8Array {
  return new Uint8Array(32).fill(fill);
}

test("payloads round trip", () => {
  const thirtyTwo = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const seals = fc.record(
    {
      deviceId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      epoch: fc.nat(),
      first: fc.integer({ min: 1, max: 2 ** 40 }),
      count: fc.integer({ min: 1, max: 65_536 }),
      earliest: fc.integer({ max: 0 }),
      latest: fc.nat(),
      root: thirtyTwo,
      previous: thirtyTwo,
      schema: fc.string({ minLength: 1, maxLength: 64 }),
      checkpoint: fc.record({ size: fc.nat(), root: thirtyTwo }, { noNullPrototype: true }),
    },
    { noNullPrototype: true },
  );
  fc.assert(fc.property(seals, (value) => assert.deepEqual(parseSealPayload(encodeSealPayload(value)), value)));
});

const badSeals: readonly [title: string, changes: object][] = [
  ["a device id of 15 bytes", { deviceId: deviceId.subarray(1) }],
  ["no records", { count: 0 }],
  ["too many records", { count: 65_537 }],
  ["sequence numbers beyond 2^53", { first: Number.MAX_SAFE_INTEGER, previous: bytes32(0), checkpoint: checkpoint(1) }],
  ["times in the wrong order", { earliest: 5 }],
  ["a root of 31 bytes", { root: bytes32(1).subarray(1) }],
  ["a previous seal at the start of an epoch", { previous: bytes32(1) }],
  ["no previous seal inside an epoch", { first: 5, checkpoint: checkpoint(1) }],
  ["a previous hash of 31 bytes", { first: 5, previous: bytes32(1).subarray(1), checkpoint: checkpoint(1) }],
  ["no schema", { schema: "" }],
  ["an endless schema", { schema: "a".repeat(65) }],
  ["no checkpoint after the first seal", { first: 5, previous: bytes32(1) }],
  ["no checkpoint in a later epoch", { epoch: 1 }],
  ["an epoch below 0", { epoch: -1, checkpoint: checkpoint(1) }],
  ["an epoch between two", { epoch: 0.5, checkpoint: checkpoint(1) }],
  ["an epoch beyond 2^53", { epoch: 2 ** 53, checkpoint: checkpoint(1) }],
  ["a sequence number below 0", { first: -1, previous: bytes32(1), checkpoint: checkpoint(1) }],
  ["a sequence number that is none", { first: Number.NaN, previous: bytes32(1), checkpoint: checkpoint(1) }],
  ["a count between two", { count: 1.5 }],
  ["a time between two microseconds", { earliest: 0.5 }],
  ["a time beyond 2^53", { latest: 2 ** 53 }],
  ["a time that is none", { latest: Number.NaN }],
  ["a checkpoint of a size below 0", { checkpoint: checkpoint(-1) }],
  ["a checkpoint of a root of 31 bytes", { checkpoint: { size: 1, root: new Uint8Array(31) } }],
];
for (const [title, changes] of badSeals)
  test(`refused in a seal: ${title}`, () =>
    assert.throws(() => encodeSealPayload({ ...statement, ...changes }), { code: "NAT_SEAL_FORM" }));

test("refused in a seal: an unknown field, a missing field, another type", () => {
  const map = decodeCbor(encodeSealPayload(statement)) as ReadonlyMap<number, CborValue>;
  for (const bad of [new Map([...map, [11, 0]]), new Map([...map].slice(1)), new Map([...map, [4, "5"]]), []])
    assert.throws(() => parseSealPayload(encodeCbor(bad)), { code: "NAT_CBOR_SHAPE" });
});

test("a seal verifies, with its records and without", async () => {
  const verified = await verify(seal, leaves);
  assert.deepEqual(verified.seal, statement);
  assert.equal(verified.sealedBy.certificate, certificate);
  verifyLeaves(await verify(seal), leaves, nodeHash);
});

test("proofs are not to be had by imitation", async () => {
  const verified = await verify(seal);
  assert.ok(isVerifiedSeal(verified));
  for (const imitation of [Object.assign({}, verified), Object.create(verified), undefined, null, "seal"])
    assert.ok(!isVerifiedSeal(imitation));
  const { certificate: own, deviceId: id, fingerprint } = sealedBy;
  const imitation = { certificate: own, deviceId: id, fingerprint } as SealingCertificate;
  const input = { seal, sealedBy: imitation, verifier: nodeSignatureVerifier, hash: nodeHash };
  await assert.rejects(verifySeal(input), { code: "NAT_SEAL_CERTIFICATE" });
});

test("records that are not the sealed ones are refused", async () => {
  const other = leavesOfRecords([...records.slice(0, 4), { ...(records[4] as DataRecord), value: 9 }], nodeHash);
  await assert.rejects(verify(seal, other), { code: "NAT_SEAL_ROOT" });
  await assert.rejects(verify(seal, leaves.subarray(32)), { code: "NAT_SEAL_COUNT" });
  await assert.rejects(verify(seal, leaves.subarray(1)), { code: "NAT_LEAVES_FORM" });
  const swapped = concatBytes(leaves.subarray(32, 64), leaves.subarray(0, 32), leaves.subarray(64));
  await assert.rejects(verify(seal, swapped), { code: "NAT_SEAL_ROOT" });
});

const withHeader = (...entries: [CborKey, CborValue][]) => craft({}, new Map([...header, ...entries]));

/** Signed rightly, its algorithm where nobody vouches for it. */
async function unprotectedAlgorithm(): Promise<Uint8Array> {
  const protectedBytes = encodeCbor(header);
  const payload = encodeSealPayload(statement);
  const signature = signer.sign(encodeSign1Structure(protectedBytes, payload));
  const unprotected = new Map([[headerLabels.algorithm, -7]]);
  const message = encodeCbor([protectedBytes, unprotected, payload, signatureToCose(signer.algorithm, signature)]);
  await verifySign1(parseSign1(message), signer.publicKey, nodeSignatureVerifier);
  return message;
}

const notThisSeal: readonly [title: string, seal: Uint8Array, code: string][] = [
  ["another device's key", await craft({}, header, generateKey(algorithms.ES256).signer), "NAT_COSE_SIGNATURE"],
  ["another kind of key", await craft({}, header, generateKey(algorithms.EdDSA).signer), "NAT_COSE_ALGORITHM"],
  ["another device", await craft({ deviceId: new Uint8Array(16) }), "NAT_SEAL_DEVICE"],
  ["another certificate", await withHeader([headerLabels.x5t, [-16, bytes32(1)]]), "NAT_SEAL_CERTIFICATE"],
  ["x5t of another hash", await withHeader([headerLabels.x5t, [-15, bytes32(1)]]), "NAT_COSE_HEADER"],
  ["another type", await withHeader([headerLabels.type, "application/vnd.natalis.answer+cose"]), "NAT_SEAL_TYPE"],
  ["no type", await craft({}, new Map([...header].slice(1))), "NAT_SEAL_TYPE"],
  ["no x5t", await craft({}, new Map([...header].slice(0, 1))), "NAT_SEAL_FORM"],
  ["an algorithm that is not protected", await unprotectedAlgorithm(), "NAT_SEAL_FORM"],
  [
    "its certificates in the protected header",
    await withHeader([headerLabels.x5chain, certificate.der]),
    "NAT_SEAL_FORM",
  ],
  ["an unknown protected header", await withHeader([99, 0]), "NAT_SEAL_FORM"],
  [
    "a payload that is no seal",
    await signSign1({ protectedHeader: header, payload: encodeCbor(0), signer }),
    "NAT_CBOR_SHAPE",
  ],
];
for (const [title, bytes, code] of notThisSeal)
  test(`refused: a seal of ${title}`, () => assert.rejects(verify(bytes), { name: "NatalisError", code }));

test("damaged seals give a catalogue error or the same statement", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(seal.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      async (at, change, cut) => {
        const damaged = cut ? seal.subarray(0, at) : seal.map((byte, i) => (i === at ? byte ^ change : byte));
        try {
          assert.deepEqual((await verify(damaged)).seal, statement);
        } catch (error) {
          assert.ok(isNatalisError(error), String(error));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("certificates that may not seal are refused", async () => {
  const [names, purposes] = mayBeDevice as [Extension, Extension];
  const purposeOf = (oid: string) => extension(oids.extendedKeyUsage, encodeExtendedKeyUsage([oid]));
  const namesOf = (...values: string[]) =>
    extension(oids.subjectAltName, encodeSubjectAltName(values.map((value) => ({ kind: "uri", value }))));
  const [one, two] = [`urn:uuid:${formatUuid(deviceId)}`, `urn:uuid:${formatUuid(new Uint8Array(16))}`];
  const refused: readonly Extension[][] = [
    [names],
    [names, purposeOf(oidsOf(arc).answer)],
    [names, purposeOf(oids.anyExtendedKeyUsage)],
    [purposes],
    [purposes, namesOf("https://device.example")],
    [purposes, namesOf(one, two)],
    [purposes, namesOf("urn:uuid:0303")],
    [names, extension(oids.extendedKeyUsage, Uint8Array.of(1))],
  ];
  for (const extensions of refused) {
    const bad = await certify(extensions);
    assert.throws(() => sealingCertificate(bad, arc, nodeHash), { code: "NAT_SEAL_CERTIFICATE" });
  }
  assert.throws(() => sealingCertificate(certificate, "1.3.6.1.4.1.99999", nodeHash), { code: "NAT_SEAL_CERTIFICATE" });
});

function openSealer(newEpoch?: number): Promise<Sealer> {
  const store = { load: () => undefined, save: () => undefined };
  const epoch = newEpoch === undefined ? {} : { newEpoch };
  return Sealer.open({ signer, certificate: certificate.der, chain: [], arc, store, hash: nodeHash, ...epoch });
}

/** Seals of 4 records each, the first without a checkpoint where it may be. */
async function sealMany(sealer: Sealer, count: number, size = 1): Promise<Uint8Array[]> {
  const seals: Uint8Array[] = [];
  for (let i = 0; i < count; i++) seals.push((await sealer.seal(recordsFrom(4 * i, 4), checkpoint(size))).seal);
  return seals;
}

test("an unbroken history has no findings, in whatever order its seals are given", async () => {
  const seals = await sealMany(await openSealer(), 5);
  for (const given of [seals, seals.toReversed()]) {
    const { seals: verified, findings } = await history(given);
    assert.deepEqual(findings, []);
    assert.deepEqual(
      verified.map((one) => one.seal.first),
      [0, 4, 8, 12, 16],
    );
  }
});

test("seals in a file are a CBOR sequence, and the first carries the certificates", async () => {
  const seals = await sealMany(await openSealer(), 3);
  assert.deepEqual(parseSealSequence(concatBytes(...seals)), seals);
  assert.deepEqual(certificatesOfSeals(seals.toReversed()), [certificate.der]);
  assert.deepEqual(certificatesOfSeals(seals.slice(1)), []);
  assert.throws(() => parseSealSequence(concatBytes(...seals).subarray(0, -1)), { code: "NAT_CBOR_TRUNCATED" });
});

test("a missing seal is a gap of exactly its records", async () => {
  const seals = await sealMany(await openSealer(), 5);
  const { findings, seals: verified } = await history(seals.toSpliced(1, 2));
  assert.deepEqual(findings, [{ kind: "gap", epoch: 0, from: 4, to: 11 }]);
  assert.equal(verified.length, 3);
});

test("a history may start anywhere, but must follow what is known", async () => {
  const seals = await sealMany(await openSealer(), 5);
  assert.deepEqual((await history(seals.slice(2))).findings, []);
  const first = (await history(seals.slice(0, 2))).seals.at(-1) as VerifiedSeal;
  const rest = await history(seals.slice(2), first);
  assert.deepEqual([rest.findings, rest.seals.length], [[], 3]);
  assert.deepEqual(kinds(await history(seals.slice(3), first)), ["gap"]);
  assert.deepEqual(kinds(await history(seals.slice(1), first)), ["repeated"]);
});

test("a repeated seal is reported once, also where its signature differs", async () => {
  const seals = await sealMany(await openSealer(), 2);
  const [start, second] = seals as [Uint8Array, Uint8Array];
  const { protectedHeader, payload } = parseSign1(second);
  const again = await signSign1({ protectedHeader, payload, signer });
  assert.notEqual(toHex(again), toHex(second));
  const { findings, seals: verified } = await history([start, second, again, start]);
  assert.deepEqual(findings, [
    { kind: "repeated", index: 2 },
    { kind: "repeated", index: 3 },
  ]);
  assert.equal(verified.length, 2);
});

test("an altered seal is invalid, and what it spoke for is a gap", async () => {
  const seals = await sealMany(await openSealer(), 3);
  const damaged = (seals[1] as Uint8Array).slice();
  damaged[damaged.length - 1] = (damaged[damaged.length - 1] as number) ^ 1;
  const { findings } = await history(seals.with(1, damaged));
  assert.deepEqual(
    findings.map(({ kind }) => kind),
    ["invalid", "gap"],
  );
  assert.ok(
    findings[0]?.kind === "invalid" && findings[0].index === 1 && findings[0].error.code === "NAT_COSE_SIGNATURE",
  );
});

test("the same numbers sealed twice are a fork", async () => {
  const [shared, ...left] = await sealMany(await openSealer(), 3);
  const other = await craft({ first: 4, count: 8, previous: bytes32(1), checkpoint: checkpoint(1) });
  const { findings } = await history([shared as Uint8Array, ...left, other]);
  assert.ok(findings.some((one) => one.kind === "fork" && one.because === "overlap"));
});

test("behind a fork the longer branch counts: no gap that is none", async () => {
  const [shared, ...long] = await sealMany(await openSealer(), 4);
  const short = await craft({ first: 4, count: 1, previous: bytes32(1), checkpoint: checkpoint(1) });
  const { findings } = await history([shared as Uint8Array, ...long, short]);
  assert.deepEqual(findings, [{ kind: "fork", epoch: 0, first: 4, because: "overlap" }]);
});

test("a long seal over several short ones makes each of them a fork, and none of them a gap", async () => {
  const [shared, ...short] = await sealMany(await openSealer(), 4);
  const previous = (await verify(shared as Uint8Array)).digest;
  const long = await craft({ first: 4, count: 12, previous, checkpoint: checkpoint(1) });
  const { findings, seals: verified } = await history([shared as Uint8Array, long, ...short]);
  assert.deepEqual(
    findings,
    [4, 8, 12].map((first) => ({ kind: "fork", epoch: 0, first, because: "overlap" })),
  );
  assert.equal(verified.length, 5);
  const after = await craft({ first: 16, previous: (await verify(long)).digest, checkpoint: checkpoint(1) });
  assert.equal((await history([shared as Uint8Array, long, ...short, after])).findings.length, 3);
  const stray = await craft({ first: 16, previous, checkpoint: checkpoint(1) });
  assert.deepEqual((await history([shared as Uint8Array, long, ...short, stray])).findings.at(-1), {
    kind: "fork",
    epoch: 0,
    first: 16,
    because: "previous",
  });
});

test("what is to be followed must be a verified seal of the same device", async () => {
  const [start, ...rest] = await sealMany(await openSealer(), 3);
  const known = await verify(start as Uint8Array);
  const refused = { code: "NAT_SEAL_DEVICE" };
  await assert.rejects(history(rest, Object.assign(Object.create(null), known) as VerifiedSeal), refused);
  const otherId = new Uint8Array(16).fill(4);
  const otherUri = encodeSubjectAltName([{ kind: "uri", value: `urn:uuid:${formatUuid(otherId)}` }]);
  const renamed = await certify([extension(oids.subjectAltName, otherUri), mayBeDevice[1] as Extension]);
  const otherDevice = sealingCertificate(renamed, arc, nodeHash);
  const input = { seals: rest, sealedBy: otherDevice, verifier: nodeSignatureVerifier, hash: nodeHash };
  await assert.rejects(verifySeals({ ...input, after: known }), refused);
});

test("a history goes on under a renewed certificate of the device", async () => {
  const [start] = await sealMany(await openSealer(), 1);
  const known = await verify(start as Uint8Array);
  const renewed = await certify(mayBeDevice, generateKey(algorithms.ES256).signer);
  const renewedBy = sealingCertificate(renewed, arc, nodeHash);
  assert.notEqual(toHex(renewedBy.fingerprint), toHex(sealedBy.fingerprint));
  const input = { seals: [], sealedBy: renewedBy, verifier: nodeSignatureVerifier, hash: nodeHash };
  assert.deepEqual(await verifySeals({ ...input, after: known }), { seals: [], findings: [] });
});

test("an error of the verifier is no finding: it passes through", async () => {
  const broken = {
    verify() {
      throw new Error("the hardware is gone");
    },
  };
  const input = { seals: [seal], sealedBy, verifier: broken, hash: nodeHash };
  await assert.rejects(verifySeals(input), /the hardware is gone/);
});

test("whatever is taken from a history, doubled or reordered, is told exactly", async () => {
  const seals = await sealMany(await openSealer(), 8);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(7), { minLength: 1, maxLength: 16 }), async (chosen) => {
      const { findings, seals: verified } = await history(chosen.map((index) => seals[index] as Uint8Array));
      const kept = [...new Set(chosen)].toSorted((a, b) => a - b);
      assert.deepEqual(
        verified.map((one) => one.seal.first / 4),
        kept,
      );
      assert.equal(findings.filter(({ kind }) => kind === "repeated").length, chosen.length - kept.length);
      const gaps = kept.slice(1).flatMap((next, i) => {
        const before = kept[i] as number;
        return next === before + 1 ? [] : [{ kind: "gap", epoch: 0, from: 4 * before + 4, to: 4 * next - 1 }];
      });
      assert.deepEqual(
        findings.filter(({ kind }) => kind !== "repeated"),
        gaps,
      );
    }),
    { numRuns: 60 },
  );
});

test("a file of more seals than any device makes is refused before it fills the memory", () => {
  assert.throws(() => parseSealSequence(new Uint8Array((1 << 19) + 1)), { code: "NAT_CBOR_SIZE" });
  assert.throws(() => parseSealSequence(new Uint8Array((64 << 20) + 1)), { code: "NAT_CBOR_SIZE" });
});

test("a seal that follows another one than the one before it is a fork", async () => {
  const [shared] = await sealMany(await openSealer(), 1);
  const other = await craft({ first: 4, previous: bytes32(1), checkpoint: checkpoint(1) });
  assert.deepEqual((await history([shared as Uint8Array, other])).findings, [
    { kind: "fork", epoch: 0, first: 4, because: "previous" },
  ]);
});

test("a new epoch starts at 0 and is the last plus one", async () => {
  const old = await sealMany(await openSealer(), 2, 5);
  const next = await sealMany(await openSealer(1), 2, 6);
  assert.deepEqual((await history([...old, ...next])).findings, []);
  assert.deepEqual((await history([...old, ...next.slice(1)])).findings, [{ kind: "gap", epoch: 1, from: 0, to: 3 }]);
  const later = await sealMany(await openSealer(4), 1, 7);
  assert.deepEqual((await history([...old, ...later])).findings, [{ kind: "missing-epochs", from: 1, to: 3 }]);
});

test("an epoch that begins twice is a fork, and every earlier epoch is held against the earlier beginning", async () => {
  const old = await sealMany(await openSealer(), 1, 6);
  const first = await sealMany(await openSealer(1), 1, 7);
  const second = await craft({ epoch: 1, checkpoint: checkpoint(5) });
  const { findings } = await history([...old, ...first, second]);
  assert.deepEqual(findings, [
    { kind: "fork", epoch: 1, first: 0, because: "overlap" },
    { kind: "fork", epoch: 0, first: 0, because: "checkpoint" },
  ]);
});

test("an epoch is over for all before it, however many came between", async () => {
  const start = await sealMany(await openSealer(), 1, 9);
  const middle = await sealMany(await openSealer(1), 1, 4);
  const last = await sealMany(await openSealer(2), 1, 8);
  const because = "checkpoint" as const;
  assert.deepEqual((await history([...start, ...middle, ...last])).findings, [
    { kind: "fork", epoch: 0, first: 0, because },
  ]);
  assert.deepEqual((await history([...start, ...last])).findings, [
    { kind: "missing-epochs", from: 1, to: 1 },
    { kind: "fork", epoch: 0, first: 0, because },
  ]);
});

test("the same checkpoint on both sides of a new epoch is no fork, and one without its start proves none", async () => {
  const old = await sealMany(await openSealer(), 2, 5);
  const next = await sealMany(await openSealer(1), 2, 5);
  assert.deepEqual((await history([...old, ...next])).findings, []);
  const later = await sealMany(await openSealer(1), 2, 3);
  assert.deepEqual(kinds(await history([...old, ...later.slice(1)])), ["gap"]);
});

test("a seal of an old epoch that knows more than the new epoch's start is a fork", async () => {
  const clone = await openSealer();
  const [before] = await sealMany(clone, 1, 5);
  const next = await sealMany(await openSealer(1), 1, 6);
  const [after] = await sealMany(clone, 1, 7);
  assert.deepEqual((await history([before, after, ...next] as Uint8Array[])).findings, [
    { kind: "fork", epoch: 0, first: 4, because: "checkpoint" },
  ]);
});
