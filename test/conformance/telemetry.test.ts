// SPDX-License-Identifier: Apache-2.0
// Real sensor data (Numenta NAB, a machine's temperature until it failed): sealed, verified, and after three changes
// exactly those are told, by row with the leaf hashes and by batch without.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { Sealer } from "natalis/device";
import {
  algorithms,
  assembleSigned,
  encodeExtendedKeyUsage,
  encodeName,
  encodeSubjectAltName,
  encodeTbsCertificate,
  oids,
  oidsOf,
  parseCertificate,
} from "natalis/formats";
import { concatBytes, decodeUtf8, encodeUtf8, type Signer } from "natalis/kernel";
import {
  compareBatches,
  compareRows,
  type DataRecord,
  isIntact,
  leavesOfRecords,
  parseReadings,
  parseSealSequence,
  sealingCertificate,
  verifySeals,
} from "natalis/trust";
import { absent, readVector } from "./vectors.ts";

const folder = "telemetry/nab";
const skip = absent(folder);
const arc = "1.3.6.1.4.1.32473";
const batchSize = 64;

function recordsOf(text: string): DataRecord[] {
  return [...parseReadings(encodeUtf8(text))].map(({ time, value }) => ({ time, name: "machine", unit: "Cel", value }));
}

/** Says that the key may seal for one device; who vouches for it is of no matter here. */
async function certify(signer: Signer) {
  const name = encodeName([{ oid: oids.commonName, value: "machine" }]);
  const device = encodeSubjectAltName([{ kind: "uri", value: "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057" }]);
  const { signatureIdentifier } = signer.algorithm;
  const tbs = encodeTbsCertificate({
    serialNumber: Uint8Array.of(1),
    signatureIdentifier,
    issuer: name,
    notBefore: new Date("2026-01-01T00:00:00Z"),
    notAfter: new Date("9999-12-31T23:59:59Z"),
    subject: name,
    publicKey: signer.publicKey,
    extensions: [
      { oid: oids.subjectAltName, critical: false, value: device },
      { oid: oids.extendedKeyUsage, critical: false, value: encodeExtendedKeyUsage([oidsOf(arc).seal]) },
    ],
  });
  return parseCertificate(assembleSigned(tbs, signatureIdentifier, await signer.sign(tbs)));
}

async function sealFile(text: string) {
  const { signer } = generateKey(algorithms.ES256);
  const certificate = await certify(signer);
  const store = { load: () => undefined, save: () => undefined };
  const options = { signer, certificate: certificate.der, chain: [], arc, store, hash: nodeHash };
  const sealer = await Sealer.open(options);
  const records = recordsOf(text);
  const sealed = [];
  for (let start = 0; start < records.length; start += batchSize)
    sealed.push(await sealer.seal(records.slice(start, start + batchSize), { size: 2, root: new Uint8Array(32) }));
  return {
    seals: concatBytes(...sealed.map(({ seal }) => seal)),
    leaves: concatBytes(...sealed.map(({ leaves }) => leaves)),
    sealedBy: sealingCertificate(certificate, arc, nodeHash),
  };
}

test("machine temperature: 22,695 rows", { skip }, async (context) => {
  const text = decodeUtf8(readVector(`${folder}/machine_temperature_system_failure.csv`));
  const { seals: file, leaves: sealedLeaves, sealedBy } = await sealFile(text);
  const verified = await verifySeals({
    seals: parseSealSequence(file),
    sealedBy,
    verifier: nodeSignatureVerifier,
    hash: nodeHash,
  });
  const { seals } = verified;
  const compare = (lines: readonly string[]) => {
    const rowLeaves = leavesOfRecords(recordsOf(lines.join("\n")), nodeHash);
    const rows = compareRows({ seals, sealedLeaves, rowLeaves, hash: nodeHash });
    return { rows, batches: compareBatches({ seals, rowLeaves, hash: nodeHash }) };
  };
  // Line 0 is the header, so row n stands in line n + 1.
  const lines = text.trimEnd().split(/\r?\n/);

  await context.test("sealed and unchanged: all authentic", () => {
    assert.deepEqual(verified.findings, []);
    const { rows, batches } = compare(lines);
    assert.equal(rows.rows, 22_695);
    assert.ok(isIntact(rows));
    assert.ok(batches.batches.every(({ kind }) => kind === "authentic"));
    assert.deepEqual(batches.unsealed, []);
  });

  await context.test("one value changed, one row dropped, one moved: exactly those", () => {
    const [changed, dropped, moved, target] = [1_000, 9_000, 15_000, 21_000];
    const line = lines[changed + 1] as string;
    const edited = lines.with(
      changed + 1,
      line.replace(/(\d)$/, (digit) => String((Number(digit) + 1) % 10)),
    );
    assert.notEqual(edited[changed + 1], line);
    const [row] = edited.splice(moved + 1, 1);
    edited.splice(target + 1, 0, row as string);
    edited.splice(dropped + 1, 1);

    const { rows, batches } = compare(edited);
    const at = (sequence: number) => ({ epoch: 0, sequence, seal: Math.floor(sequence / batchSize) });
    assert.deepEqual(rows.altered, [{ row: changed, sealed: at(changed) }]);
    assert.deepEqual(rows.missing, [{ sealed: at(dropped), place: dropped }]);
    assert.deepEqual(rows.moved, [{ row: target - 1, sealed: at(moved), place: moved - 1 }]);
    assert.deepEqual(rows.added, []);
    assert.equal(rows.authentic, 22_692);

    const touched = [changed, dropped, moved, target].map((position) => Math.floor(position / batchSize));
    assert.deepEqual(
      batches.batches.filter(({ kind }) => kind !== "authentic").map(({ kind, seal }) => [kind, seal]),
      touched.map((seal) => ["altered", seal]),
    );
  });

  await context.test("doubled and backward timestamps of the file do not matter", () => {
    const times = recordsOf(text).map(({ time }) => time);
    assert.ok(new Set(times).size < times.length || times.some((time, i) => i > 0 && time <= (times[i - 1] as number)));
  });
});
