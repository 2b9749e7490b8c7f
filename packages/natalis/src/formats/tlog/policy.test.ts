// SPDX-License-Identifier: Apache-2.0
// Policies: the syntax rule by rule, and which checkpoints they let pass.

import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  concatBytes,
  encodeUtf8,
  fromHex,
  isNatalisError,
  portableHash,
  type SignatureVerifier,
} from "../../kernel/index.ts";
import { algorithms } from "../algorithms.ts";
import { encodeCheckpoint } from "./checkpoint.ts";
import { cosignedMessage } from "./cosignature.ts";
import { type NoteSigner, noteSigner, signNote } from "./note.ts";
import { cosignatureKey, encodeVerifierKey, noteVerifierKey } from "./note-key.ts";
import { encodeLogPolicy, parseLogPolicy, verifyCheckpoint } from "./policy.ts";

const hash = portableHash;
const verifier: SignatureVerifier = {
  verify(_algorithm, publicKey, data, signature) {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
    return verify(null, data, key, signature);
  },
};

const keyOf = (seed: number) =>
  createPrivateKey({
    key: Buffer.concat([fromHex("302e020100300506032b657004220420"), new Uint8Array(32).fill(seed)]),
    format: "der",
    type: "pkcs8",
  });
const spki = (key: KeyObject) => new Uint8Array(createPublicKey(key).export({ format: "der", type: "spki" }));

function log(origin: string, seed: number) {
  const key = keyOf(seed);
  const publicKey = spki(key);
  const signer = { algorithm: algorithms.EdDSA, publicKey, sign: (data: Uint8Array) => sign(null, data, key) };
  return {
    signer: noteSigner(origin, signer, hash),
    vkey: encodeVerifierKey(noteVerifierKey(origin, publicKey, hash)),
  };
}

function witness(name: string, seed: number) {
  const key = keyOf(seed);
  const noteKey = cosignatureKey(name, spki(key), hash);
  const time = fromHex("0000000064181834");
  const signer: NoteSigner = {
    name,
    keyId: noteKey.keyId,
    sign: (text) => concatBytes(time, sign(null, cosignedMessage(0x64181834n, text), key)),
  };
  return { signer, vkey: encodeVerifierKey(noteKey) };
}

const births = log("log.example/births", 1);
const rotated = log("log.example/births", 2);
const seals = log("log.example/seals", 3);
const witnesses = ["x1", "x2", "x3", "y1", "y2", "y3"].map((name, i) => witness(`${name}.example`, 10 + i));
const [x1, x2, x3, y1, y2, y3] = witnesses as [Witness, Witness, Witness, Witness, Witness, Witness];
type Witness = ReturnType<typeof witness>;

// The example of C2SP tlog-policy with keys filled in.
const example = `log ${births.vkey}

witness X1 ${x1.vkey}
witness X2 ${x2.vkey}
witness X3 ${x3.vkey}
group X-witnesses 2 X1 X2 X3

witness Y1 ${y1.vkey}
witness Y2 ${y2.vkey}
witness Y3 ${y3.vkey}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;

const body = encodeCheckpoint({ origin: "log.example/births", size: 5, root: new Uint8Array(32).fill(9) });
const verified = async (policy: string, ...signers: { signer: NoteSigner }[]) =>
  verifyCheckpoint(
    await signNote(
      body,
      signers.map(({ signer }) => signer),
    ),
    parseLogPolicy(policy),
    { verifier, hash },
  );

test("the example of C2SP tlog-policy", () => {
  const policy = parseLogPolicy(example, hash);
  assert.deepEqual(
    policy.logs.map(({ key }) => key.name),
    ["log.example/births"],
  );
  assert.deepEqual(
    policy.witnesses.map(({ name, key }) => `${name} ${key.name}`),
    ["X1 x1.example", "X2 x2.example", "X3 x3.example", "Y1 y1.example", "Y2 y2.example", "Y3 y3.example"],
  );
  assert.deepEqual(policy.groups, [
    { name: "X-witnesses", threshold: 2, members: ["X1", "X2", "X3"] },
    { name: "Y-witnesses", threshold: 1, members: ["Y1", "Y2", "Y3"] },
    { name: "X-and-Y", threshold: 2, members: ["X-witnesses", "Y-witnesses"] },
  ]);
  assert.equal(policy.quorum, "X-and-Y");
  assert.deepEqual(parseLogPolicy(encodeLogPolicy(policy)), policy);
});

test("white space, comments, addresses, and names that look like keywords", () => {
  const text = [
    "\n# comment\n\t # another",
    `\tlog \t ${births.vkey}   https://log.example/births  `,
    `witness all ${x1.vkey} https://x1.example/`,
    `witness größe ${x2.vkey}`,
    "group group any all größe",
    "  quorum\tgroup",
  ].join("\n");
  const policy = parseLogPolicy(text);
  assert.equal(policy.logs[0]?.url, "https://log.example/births");
  assert.deepEqual(
    policy.witnesses.map(({ name, url }) => [name, url]),
    [
      ["all", "https://x1.example/"],
      ["größe", undefined],
    ],
  );
  assert.equal(
    encodeLogPolicy(policy),
    `log ${births.vkey} https://log.example/births\nwitness all ${x1.vkey} https://x1.example/\n` +
      `witness größe ${x2.vkey}\ngroup group 1 all größe\nquorum group\n`,
  );
  assert.deepEqual(parseLogPolicy("quorum none"), { logs: [], witnesses: [], groups: [], quorum: "none" });
});

test("a policy of 64 KiB is the longest", () => {
  const text = `#${"x".repeat(0x10000 - 13)}\nquorum none`;
  assert.equal(text.length, 0x10000);
  assert.equal(parseLogPolicy(text).quorum, "none");
});

test("refuses each breach of the syntax", () => {
  const w1 = `witness w1 ${x1.vkey}\n`;
  const w2 = `witness w2 ${x2.vkey}\n`;
  const sameKey = encodeVerifierKey(cosignatureKey("impostor.example", spki(keyOf(10)), hash));
  const refused: [string, string][] = [
    ["no quorum", ""],
    ["a control character", "quorum none\n\x01"],
    ["a control character in a comment", "quorum none\n# a\x01b"],
    ["a carriage return", "quorum none\r\n"],
    ["a carriage return in a comment", "# a policy\r\nquorum none\n"],
    ["more than 64 KiB", `#${"x".repeat(0x10000 - 12)}\nquorum none`],
    ["a delete character", "quorum none\n#\x7f"],
    ["half a surrogate pair", "quorum none\n#\ud800"],
    ["an unknown keyword", "quibble w1\nquorum none\n"],
    ["a keyword in capitals", "Quorum none\n"],
    ["a comment at the end of a line", `witness w1 ${x1.vkey} https://w1.example/ # comment\nquorum w1\n`],
    ["a log without key", "log\nquorum none\n"],
    ["a log line too long", `log ${births.vkey} a b\nquorum none\n`],
    ["the same log twice", `log ${births.vkey}\nlog ${births.vkey}\nquorum none\n`],
    ["the same log under another name", `log ${births.vkey}\nlog ${log("other", 1).vkey}\nquorum none\n`],
    ["a witness key for a log", `log ${x1.vkey}\nquorum none\n`],
    ["a witness without key", "witness w1\nquorum none\n"],
    ["a log key for a witness", `witness w1 ${births.vkey}\nquorum none\n`],
    ["a witness called none", `witness none ${x1.vkey}\nquorum none\n`],
    ["one name for two witnesses", `${w1}witness w1 ${x2.vkey}\nquorum w1\n`],
    ["one key for two witnesses", `${w1}witness w2 ${sameKey}\nquorum w1\n`],
    ["a group called like a witness", `${w1}group w1 any w1\nquorum w1\n`],
    ["a group called none", `${w1}group none any w1\nquorum none\n`],
    ["a group without members", `${w1}group g 1\nquorum w1\n`],
    ["a threshold of 0", `${w1}group g 0 w1\nquorum g\n`],
    ["a threshold below 0", `${w1}group g -1 w1\nquorum g\n`],
    ["a threshold with a leading zero", `${w1}group g 01 w1\nquorum g\n`],
    ["a threshold above the members", `${w1}group g 2 w1\nquorum g\n`],
    ["a threshold that is a word", `${w1}group g most w1\nquorum g\n`],
    ["an unknown member", `${w1}group g any w2\nquorum g\n`],
    ["a member defined later", `group g any w1\n${w1}quorum g\n`],
    ["a group in itself", `${w1}group g any g\nquorum g\n`],
    ["none as a member", `${w1}group g any none w1\nquorum g\n`],
    ["a member twice in a group", `${w1}group g all w1 w1\nquorum g\n`],
    ["a member of two groups", `${w1}${w2}group g any w1 w2\ngroup h any w1\nquorum g\n`],
    ["two quorum lines", `${w1}quorum w1\nquorum w1\n`],
    ["a quorum that is not defined", "quorum w1\n"],
    ["a quorum defined later", `quorum w1\n${w1}`],
    ["a quorum without name", "quorum\n"],
    ["a quorum of two names", `${w1}${w2}quorum w1 w2\n`],
    ["a text too long", `quorum none\n#${"x".repeat(0x10000)}`],
  ];
  for (const [what, text] of refused) assert.throws(() => parseLogPolicy(text), { code: "NAT_TLOG_POLICY" }, what);
  assert.throws(() => parseLogPolicy("log garbage\nquorum none\n"), { code: "NAT_TLOG_KEY" });
});

test("bounds how many of a kind there are", () => {
  const many = (count: number, line: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => line(i)).join("");
  const logs = (count: number) => many(count, (i) => `log ${log(`log${i}`, 100 + i).vkey}\n`);
  const cosigners = (count: number) => many(count, (i) => `witness w${i} ${witness(`w${i}`, 100 + i).vkey}\n`);
  const groups = (count: number) => many(count, (i) => `group g${i} any w${i}\n`);
  const policy = parseLogPolicy(`${logs(64)}${cosigners(64)}${groups(64)}quorum g63\n`);
  assert.deepEqual([policy.logs.length, policy.witnesses.length, policy.groups.length], [64, 64, 64]);
  const code = "NAT_TLOG_POLICY";
  assert.throws(() => parseLogPolicy(`${logs(65)}quorum none\n`), { code });
  assert.throws(() => parseLogPolicy(`${cosigners(65)}quorum none\n`), { code });
  assert.throws(() => parseLogPolicy(`${cosigners(64)}${groups(64)}group g all g0\nquorum none\n`), { code });
});

test("writes no policy that it would not read", () => {
  const policy = parseLogPolicy(example);
  assert.throws(() => encodeLogPolicy({ ...policy, quorum: "nobody" }), { code: "NAT_TLOG_POLICY" });
  assert.throws(() => encodeLogPolicy({ ...policy, quorum: "X1\nlog" }), { code: "NAT_TLOG_POLICY" });
});

test("a checkpoint passes with the log's signature and the quorum's cosignatures", async () => {
  for (const signers of [
    [x1, x2, y1],
    [x1, x3, y3],
    [x1, x2, x3, y1, y2, y3],
  ]) {
    const checkpoint = await verified(example, births, ...signers);
    assert.deepEqual(checkpoint, { origin: "log.example/births", size: 5, root: new Uint8Array(32).fill(9) });
  }
});

test("a checkpoint is refused without the quorum", async () => {
  for (const signers of [[], [x1, y1], [x1, x1, y1], [x1, x2, x3], [y1, y2, y3], [x1, y1, y2, y3]])
    await assert.rejects(verified(example, births, ...signers), { code: "NAT_TLOG_QUORUM" });
});

test("one witness may be the quorum, or none", async () => {
  const one = `log ${births.vkey}\nwitness w ${x1.vkey}\nquorum w\n`;
  await verified(one, births, x1);
  await assert.rejects(verified(one, births, x2), { code: "NAT_TLOG_QUORUM" });
  await verified(`log ${births.vkey}\nquorum none\n`, births);
});

test("any listed key of the origin's log will do, and no other log's", async () => {
  const policy = `log ${births.vkey}\nlog ${rotated.vkey}\nlog ${seals.vkey}\nwitness w ${x1.vkey}\nquorum none\n`;
  await verified(policy, births);
  await verified(policy, rotated);
  await verified(policy, births, rotated, seals);
  await assert.rejects(verified(policy, seals), { code: "NAT_TLOG_ORIGIN" });
  await assert.rejects(verified(policy, x1), { code: "NAT_TLOG_ORIGIN" });
  await assert.rejects(verified(policy, x2), { code: "NAT_TLOG_UNSIGNED" });
  await assert.rejects(verified("quorum none", births), { code: "NAT_TLOG_UNSIGNED" });
});

test("a false signature of any listed key refuses the checkpoint", async () => {
  const liar = { signer: { ...x3.signer, sign: () => new Uint8Array(72) } };
  await assert.rejects(verified(example, births, x1, x2, y1, liar), { code: "NAT_TLOG_SIGNATURE" });
  const forged = { signer: { ...births.signer, sign: () => new Uint8Array(64) } };
  await assert.rejects(verified(example, forged, x1, x2, y1), { code: "NAT_TLOG_SIGNATURE" });
});

test("a signed text that is no checkpoint, and a note that is none, are refused", async () => {
  const policy = parseLogPolicy(`log ${births.vkey}\nquorum none\n`);
  const extended = await signNote(`${body}extension\n`, [births.signer]);
  await assert.rejects(verifyCheckpoint(extended, policy, { verifier, hash }), { code: "NAT_TLOG_CHECKPOINT" });
  await assert.rejects(verifyCheckpoint(body, policy, { verifier, hash }), { code: "NAT_TLOG_NOTE" });
});

test("a policy bent anywhere is refused in the catalogue's words, or read as what it is written as", () => {
  fc.assert(
    fc.property(fc.nat(example.length), fc.nat(6), fc.string({ unit: "binary", maxLength: 3 }), (at, cut, insert) => {
      try {
        const policy = parseLogPolicy(example.slice(0, at) + insert + example.slice(at + cut));
        assert.deepEqual(parseLogPolicy(encodeLogPolicy(policy)), policy);
      } catch (error) {
        assert.ok(isNatalisError(error) && ["NAT_TLOG_POLICY", "NAT_TLOG_KEY"].includes(error.code), String(error));
      }
    }),
    { seed: 3 },
  );
  assert.notDeepEqual(encodeUtf8(example), encodeUtf8(encodeLogPolicy(parseLogPolicy(example))));
});
