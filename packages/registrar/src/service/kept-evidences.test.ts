// SPDX-License-Identifier: Apache-2.0
// Evidence from birth to recheck, of a TPM made of software keys: a root that went, a certificate that was revoked, a cap
// that is not lifted any more, and rows that are not what the record names.

import assert from "node:assert/strict";
import { beforeEach, suite, test } from "node:test";
import { generateKey, nodeEntropy, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { algorithms } from "natalis/formats";
import {
  certifyQualifyingData,
  encodeCertifyStatement,
  encodePublicArea,
  objectName,
  tpm2CertifyFormat,
} from "natalis/protect";
import {
  beginAttestation,
  bornFactsReader,
  encodeKeptEvidence,
  keptEvidenceDigests,
  parseKeptEvidence,
} from "natalis/birth";
import { auditLog } from "natalis/registry";
import {
  authorityExtensions,
  type Forged,
  forgeArea,
  forgeCertificate,
  forgeCertificateList,
  forgeCertify,
  forgeTpm,
  VolatileInsecureRegistry,
} from "natalis/testing";
import { evidenceVerifiers, noEvidence, type SharedEvidence } from "../pipeline/evidence.ts";
import { testProfile } from "../pipeline/unsafe-test-nursery.ts";
import { KeptEvidences } from "./kept-evidences.ts";
import {
  birthInput,
  birthsOf,
  openUnsafeTestRegistry,
  testStation,
  type UnsafeTestRegistry,
} from "./unsafe-test-registry.ts";

const key = () => generateKey(algorithms.ES256).signer;
const maker = await forgeCertificate({ name: "maker", signer: key(), extensions: authorityExtensions() });
const tpm = await forgeTpm({ issuer: maker, endorsement: key(), attestation: key() });
const usual = sharedOf(maker);

function sharedOf({ certificate }: Forged, more: Partial<SharedEvidence["roots"][number]> = {}): SharedEvidence {
  const root = { name: "maker", format: tpm2CertifyFormat, certificate: certificate.der, cap: 3, capLifted: false };
  return { roots: [{ ...root, ...more } as SharedEvidence["roots"][number]], lists: [] };
}

let registry: VolatileInsecureRegistry;
let made: UnsafeTestRegistry;
let known: SharedEvidence;
let evidences: KeptEvidences;
let deviceId: Uint8Array;
let bare: Uint8Array;

/** A birth of which all is proven, and one that brings nothing. */
async function bearBoth(shared: SharedEvidence): Promise<void> {
  registry = new VolatileInsecureRegistry();
  made = await openUnsafeTestRegistry(registry.stores);
  const births = birthsOf(made, testProfile, evidenceVerifiers(shared));
  const signer = key();
  const input = await birthInput("A-1", signer);
  const parts = { principal: testStation, profile: testProfile, entropy: nodeEntropy, hash: nodeHash };
  const request = { ...input, publicKey: signer.publicKey };
  const begun = await beginAttestation(request, { ...parts, at: new Date() });
  const activation = {
    secret: nodeEntropy.bytes(32),
    attestationKeyName: objectName(tpm.claim.attestationKey),
    endorsementKeyHash: nodeHash.sha256(tpm.certificate.certificate.publicKey),
  };
  await made.attestations.put({ ...begun, activation });
  const area = forgeArea(signer, ["sign"]);
  const bound = { nonce: begun.nonce, secret: activation.secret, factsHash: begun.factsHash };
  const said = await forgeCertify(tpm.attestationSigner, area, certifyQualifyingData(bound, nodeHash));
  const statement = encodeCertifyStatement({ ...tpm.claim, key: encodePublicArea(area), ...said });
  const evidence = [{ format: tpm2CertifyFormat, statement }];
  ({ deviceId } = await births.bear(testStation, { ...input, evidence, attestation: begun.id }));
  ({ deviceId: bare } = await births.bear(testStation, await birthInput("A-2")));
  const { proofs } = made;
  const clock = { now: () => new Date() };
  evidences = new KeptEvidences({ stores: registry.stores, proofs, known: async () => known, clock });
}

beforeEach(async () => {
  known = usual;
  await bearBoth(usual);
});

test("what was proven is shown, with the root that it ended in", async () => {
  const { device, statements, isFresh } = await evidences.show(deviceId);
  assert.deepEqual([device.custody, isFresh, statements.length], [3, true, 1]);
  const [{ root, custody, format } = {}] = statements;
  assert.deepEqual([format, custody, root?.name, root?.capLifted], [tpm2CertifyFormat, 3, "maker", false]);
  assert.deepEqual(root?.hash, nodeHash.sha256(maker.certificate.der));
});

test("a birth without evidence has none, nor has a device that is not there", async () => {
  for (const id of [bare, new Uint8Array(16)]) {
    await assert.rejects(evidences.show(id), { code: "NAT_SERVICE_NOT_FOUND" });
    await assert.rejects(evidences.recheck(id), { code: "NAT_SERVICE_NOT_FOUND" });
  }
});

suite("verified again", () => {
  test("proves the same where nothing changed", async () => {
    const { custodyNow, statements } = await evidences.recheck(deviceId);
    assert.equal(custodyNow, 3);
    assert.deepEqual(statements[0]?.changes, []);
    assert.equal(statements[0]?.finding?.hardware?.model, "NPCT75x");
  });

  test("is refused where its root went, and where another has its name", async () => {
    known = noEvidence;
    const { custodyNow, statements } = await evidences.recheck(deviceId);
    assert.equal(custodyNow, 0);
    assert.equal(statements[0]?.refusal?.code, "NAT_EVIDENCE_ROOT");
    assert.deepEqual(statements[0]?.changes, ["it proved custody 3 and is refused now: NAT_EVIDENCE_ROOT"]);
    const impostor = await forgeCertificate({ name: "maker", signer: key(), extensions: authorityExtensions() });
    known = sharedOf(impostor);
    assert.equal((await evidences.recheck(deviceId)).statements[0]?.refusal?.code, "NAT_EVIDENCE_CHAIN");
  });

  test("is refused where the endorsement certificate was revoked since", async () => {
    const day = 86_400_000;
    const [thisUpdate, nextUpdate] = [-1, 1].map((days) => new Date(Math.floor(Date.now() / 1000) * 1000 + days * day));
    const times = { thisUpdate: thisUpdate as Date, nextUpdate: nextUpdate as Date };
    const revoked = [{ serialNumber: tpm.certificate.certificate.serialNumber, revocationDate: times.thisUpdate }];
    const empty = await forgeCertificateList({ issuer: maker, ...times });
    known = { ...usual, lists: [empty.der] };
    assert.equal((await evidences.recheck(deviceId)).custodyNow, 3);
    const list = await forgeCertificateList({ issuer: maker, ...times, revoked });
    known = { ...usual, lists: [list.der] };
    assert.equal((await evidences.recheck(deviceId)).statements[0]?.refusal?.code, "NAT_EVIDENCE_REVOKED");
  });

  test("proves less where the root's cap is lower, and ends in a root of another name", async () => {
    known = sharedOf(maker, { cap: 1, name: "simulator" });
    const { custodyNow, statements } = await evidences.recheck(deviceId);
    assert.equal(custodyNow, 1);
    assert.deepEqual(statements[0]?.changes, [
      "it proved custody 3 and proves 1 now",
      "it ended in the root maker and ends in simulator now",
    ]);
  });

  test("tells of a cap that is not lifted any more", async () => {
    known = sharedOf(maker, { capLifted: true });
    await bearBoth(known);
    assert.equal((await evidences.show(deviceId)).statements[0]?.root?.capLifted, true);
    known = usual;
    const { statements } = await evidences.recheck(deviceId);
    assert.deepEqual(statements[0]?.changes, ["the root's cap was lifted and is not lifted"]);
  });
});

test("an audit finds the rows that are not what the record names", async () => {
  const { keptEvidence } = registry.tables.admission;
  const body = keptEvidence.get(0) as Uint8Array;
  const kept = parseKeptEvidence(body);
  const damages: readonly (readonly [what: string, to: Uint8Array, finding: RegExp])[] = [
    ["the row of a birth", body, /^$/],
    [
      "another statement",
      encodeKeptEvidence({ ...kept, statements: [{ ...kept.statements[0], statement: Uint8Array.of(1) } as never] }),
      /not those that the record names/,
    ],
    ["no statement", encodeKeptEvidence({ ...kept, statements: [] }), /not those that the record names/],
    ["no evidence", Uint8Array.of(1), /NAT_BIRTH_KEPT_EVIDENCE/],
  ];
  for (const [what, to, finding] of damages) {
    keptEvidence.set(0, to);
    const { problems } = await auditLog({
      stores: registry.stores,
      origin: "test.example/births",
      policy: made.trust.log,
      readFacts: bornFactsReader({ oids: made.issuing.oids, hash: nodeHash }),
      readKeptEvidence: (bytes) => keptEvidenceDigests(bytes, nodeHash),
      verifier: nodeSignatureVerifier,
      hash: nodeHash,
    });
    assert.match(problems.map(({ finding: found }) => found).join(), finding, what);
  }
});

test("rows that are not what the record names are not believed", async () => {
  const { keptEvidence } = registry.tables.admission;
  const ordinal = 0;
  const body = keptEvidence.get(ordinal) as Uint8Array;
  const altered = body.slice();
  const at = altered.length - 200;
  altered[at] = (altered[at] as number) ^ 1;
  keptEvidence.set(ordinal, altered);
  await assert.rejects(evidences.show(deviceId), (error: { code?: string }) =>
    ["NAT_SERVICE_DATA", "NAT_BIRTH_KEPT_EVIDENCE"].includes(error.code ?? ""),
  );
  keptEvidence.set(ordinal, body);
  keptEvidence.set(1, body);
  await assert.rejects(evidences.recheck(bare), { code: "NAT_SERVICE_DATA" });
});

test("what is not kept any more, and what was said to have proven another custody, is damage and told as such", async () => {
  const { keptEvidence } = registry.tables.admission;
  const kept = parseKeptEvidence(keptEvidence.get(0) as Uint8Array);
  const [statement] = kept.statements as [(typeof kept.statements)[number]];
  const root = { ...(statement.root as NonNullable<typeof statement.root>), capLifted: true };
  const changes: readonly Partial<typeof statement>[] = [{ custody: 1 }, { custody: 4 }, { root }, { format: "eat" }];
  for (const changed of changes) {
    keptEvidence.set(0, encodeKeptEvidence({ ...kept, statements: [{ ...statement, ...changed }] }));
    await assert.rejects(evidences.recheck(deviceId), { code: "NAT_SERVICE_DATA" });
  }
  keptEvidence.delete(0);
  await assert.rejects(evidences.show(deviceId), { code: "NAT_SERVICE_DATA" });
  await assert.rejects(evidences.recheck(deviceId), { code: "NAT_SERVICE_DATA" });
});
