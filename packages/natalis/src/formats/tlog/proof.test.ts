// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  encodeUtf8,
  fromHex,
  isNatalisError,
  portableHash,
  type SignatureVerifier,
  toBase64,
} from "../../kernel/index.ts";
import { algorithms } from "../algorithms.ts";
import { encodeCheckpoint } from "./checkpoint.ts";
import { inclusionProofOfLeaves, leafHash, rootOfLeaves } from "./merkle.ts";
import { noteSigner, signNote } from "./note.ts";
import { verifierKey } from "./note-key.ts";
import { parseLogPolicy } from "./policy.ts";
import { encodeLogProof, encodeLogProofs, type LogProof, parseLogProof, verifyLogProof } from "./proof.ts";

const hash = portableHash;
const code = "NAT_TLOG_PROOF";
const verifier: SignatureVerifier = {
  verify(_algorithm, publicKey, data, signature) {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
    return verify(null, data, key, signature);
  },
};
const privateKey = createPrivateKey({
  key: Buffer.concat([fromHex("302e020100300506032b657004220420"), new Uint8Array(32).fill(5)]),
  format: "der",
  type: "pkcs8",
});
const publicKey = new Uint8Array(createPublicKey(privateKey).export({ format: "der", type: "spki" }));
const origin = "log.example/births";
const signer = noteSigner(
  origin,
  { algorithm: algorithms.EdDSA, publicKey, sign: (data) => sign(null, data, privateKey) },
  hash,
);
const policy = parseLogPolicy(`log ${verifierKey(origin, publicKey, hash)}\nquorum none\n`);

const leaves = Array.from({ length: 11 }, (_, i) => leafHash(encodeUtf8(`entry ${i}`), hash));
const leaf = leaves[6] as Uint8Array;
const checkpoint = await signNote(encodeCheckpoint({ origin, size: leaves.length, root: rootOfLeaves(leaves, hash) }), [
  signer,
]);
const proof: LogProof = { index: 6, proof: inclusionProofOfLeaves(leaves, 6, hash), checkpoint };

test("a proof is its lines, an empty line and the checkpoint verbatim", () => {
  const hashes = proof.proof.map((node) => `${toBase64(node)}\n`).join("");
  assert.equal(encodeLogProof(proof), `c2sp.org/tlog-proof@v1\nindex 6\n${hashes}\n${checkpoint}`);
  const extra = encodeUtf8("extra");
  assert.equal(
    encodeLogProof({ ...proof, extra }),
    `c2sp.org/tlog-proof@v1\nextra ZXh0cmE=\nindex 6\n${hashes}\n${checkpoint}`,
  );
  assert.equal(encodeLogProof({ index: 0, proof: [], checkpoint }), `c2sp.org/tlog-proof@v1\nindex 0\n\n${checkpoint}`);
});

test("proofs are read back", () => {
  const nodes = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 53 });
  const extras = fc.option(fc.uint8Array(), { nil: undefined });
  fc.assert(
    fc.property(fc.maxSafeInteger().map(Math.abs), nodes, extras, (index, hashes, extra) => {
      const whole: LogProof = { index, proof: hashes, checkpoint, ...(extra === undefined ? {} : { extra }) };
      assert.deepEqual(parseLogProof(encodeLogProof(whole)), whole);
    }),
  );
});

test("a proof verifies for its leaf under the policy, after a journey as text", async () => {
  const verified = await verifyLogProof(parseLogProof(encodeLogProof(proof)), leaf, policy, { verifier, hash });
  assert.deepEqual(verified, { origin, size: 11, root: rootOfLeaves(leaves, hash) });
});

test("a proof does not verify for another leaf, place, path, checkpoint or policy", async () => {
  const verification = { verifier, hash };
  const check = (change: Partial<LogProof>, of = leaf) =>
    verifyLogProof({ ...proof, ...change }, of, policy, verification);
  await assert.rejects(check({}, leaves[7]), { code: "NAT_TLOG_INCLUSION" });
  await assert.rejects(check({ index: 7 }), { code: "NAT_TLOG_INCLUSION" });
  await assert.rejects(check({ index: 11 }), { code: "NAT_TLOG_RANGE" });
  await assert.rejects(check({ proof: proof.proof.slice(1) }), { code: "NAT_TLOG_INCLUSION" });
  await assert.rejects(check({ checkpoint: checkpoint.replace("\n11\n", "\n12\n") }), { code: "NAT_TLOG_SIGNATURE" });
  await assert.rejects(check({ checkpoint: "" }), { code: "NAT_TLOG_NOTE" });
  const stranger = parseLogPolicy("quorum none");
  await assert.rejects(verifyLogProof(proof, leaf, stranger, verification), { code: "NAT_TLOG_UNSIGNED" });
});

test("refuses every other form", () => {
  const text = encodeLogProof(proof);
  const refused: [string, string][] = [
    ["nothing", ""],
    ["the header alone", "c2sp.org/tlog-proof@v1\n"],
    ["no empty line", "c2sp.org/tlog-proof@v1\nindex 6\n"],
    ["another version", text.replace("@v1", "@v2")],
    ["a carriage return", text.replace("@v1\n", "@v1\r\n")],
    ["no index", text.replace("index 6\n", "")],
    ["an index with a leading zero", text.replace("index 6", "index 06")],
    ["a negative index", text.replace("index 6", "index -6")],
    ["an index too large", text.replace("index 6", "index 9007199254740992")],
    ["two spaces", text.replace("index 6", "index  6")],
    ["no space", text.replace("index 6", "index6")],
    ["extra data after the index", text.replace("index 6\n", "index 6\nextra AAAA\n")],
    ["extra data twice", text.replace("index 6\n", "extra AAAA\nextra AAAA\nindex 6\n")],
    ["extra data that is not base64", text.replace("index 6\n", "extra A\nindex 6\n")],
    ["a hash that is not base64", text.replace("index 6\n", "index 6\n!\n")],
    ["a hash of 31 bytes", text.replace("index 6\n", `index 6\n${toBase64(new Uint8Array(31))}\n`)],
    ["54 hashes", text.replace("index 6\n", `index 6\n${`${toBase64(leaf)}\n`.repeat(54)}`)],
    ["too many characters", text + "x".repeat(0x20000)],
  ];
  for (const [what, bent] of refused) assert.throws(() => parseLogProof(bent), { code }, what);
});

test("writes no proof that it would not read", () => {
  assert.throws(() => encodeLogProof({ ...proof, index: -1 }), { code });
  assert.throws(() => encodeLogProof({ ...proof, index: 0.5 }), { code });
  assert.throws(() => encodeLogProof({ ...proof, proof: [new Uint8Array(31)] }), { code: "NAT_TLOG_HASH" });
  assert.throws(() => encodeLogProof({ ...proof, extra: new Uint8Array(0x20000) }), { code });
  const long = Array.from({ length: 54 }, () => new Uint8Array(32));
  assert.throws(() => encodeLogProof({ ...proof, proof: long }), { code });
});

test("many proofs are written as each by itself, and refused as each by itself", () => {
  const other = { ...proof, index: proof.index + 1, proof: [...proof.proof, new Uint8Array(32)] };
  assert.deepEqual(encodeLogProofs([proof, other, proof]), [proof, other, proof].map(encodeLogProof));
  assert.throws(() => encodeLogProofs([proof, { ...proof, index: -1 }]), { code });
});

test("a proof bent anywhere is refused in the catalogue's words, or is what it is written as", () => {
  const text = encodeLogProof({ ...proof, extra: encodeUtf8("extra") });
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(4), fc.string({ unit: "binary", maxLength: 3 }), (at, cut, insert) => {
      const bent = text.slice(0, at) + insert + text.slice(at + cut);
      try {
        assert.equal(encodeLogProof(parseLogProof(bent)), bent);
      } catch (error) {
        assert.ok(isNatalisError(error, code), String(error));
      }
    }),
    { seed: 4 },
  );
});
