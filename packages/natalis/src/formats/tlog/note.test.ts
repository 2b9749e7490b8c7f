// SPDX-License-Identifier: Apache-2.0
// Signed notes: the published ones open, and nothing bent out of them does.

import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  concatBytes,
  encodeUtf8,
  fromHex,
  isNatalisError,
  portableHash,
  type SignatureVerifier,
  type Signer,
  toBase64,
} from "../../kernel/index.ts";
import { algorithms } from "../algorithms.ts";
import { cosignedMessage, parseCosignature } from "./cosignature.ts";
import { noteSigner, openNote, parseNote, signNote } from "./note.ts";
import { cosignatureKey, noteVerifierKey, parseVerifierKey } from "./note-key.ts";

const hash = portableHash;
const verifier: SignatureVerifier = {
  verify({ digest }, publicKey, data, signature) {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
    return verify(digest === undefined ? null : "sha256", data, key, signature);
  },
};

const spki = (key: KeyObject) => new Uint8Array(createPublicKey(key).export({ format: "der", type: "spki" }));
const ed25519 = createPrivateKey({
  key: Buffer.concat([fromHex("302e020100300506032b657004220420"), new Uint8Array(32).fill(7)]),
  format: "der",
  type: "pkcs8",
});
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const ed25519Signer: Signer = {
  algorithm: algorithms.EdDSA,
  publicKey: spki(ed25519),
  sign: (data) => sign(null, data, ed25519),
};
const p256Signer: Signer = {
  algorithm: algorithms.ES256,
  publicKey: spki(p256),
  sign: async (data) => sign("sha256", data, p256),
};
const logKeys = [ed25519Signer, p256Signer].map(({ publicKey }) => noteVerifierKey("log.example", publicKey, hash));
const logSigners = [ed25519Signer, p256Signer].map((signer) => noteSigner("log.example", signer, hash));
const witnessKey = cosignatureKey("witness.example", spki(ed25519), hash);

function cosign(text: string, timestamp: bigint): string {
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, timestamp);
  const signature = sign(null, cosignedMessage(timestamp, encodeUtf8(text)), ed25519);
  return `— witness.example ${toBase64(concatBytes(witnessKey.keyId, time, signature))}\n`;
}

const published = [
  {
    title: "C2SP signed-note: Ed25519",
    keys: ["example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"],
    note: `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`,
  },
  {
    title: "Sigstore's Rekor: ECDSA",
    keys: [
      "rekor.sigstore.dev+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5AW5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=",
    ],
    note: `Rekor
798034
f+7CoKgXKE/tNys9TTXcr/ad6U/K3xvznmzew9y6SP0=

— rekor.sigstore.dev wNI9ajBEAiARInWIWyCdyG27CO6LPnPekyw20qO0YJfoaPaowGp/XgIgc+qEHS3+GKVClgqq20uDLet7MCoTURUCRdxwWBHHufk=
`,
  },
  {
    title: "Google's Pixel log: ECDSA",
    keys: [
      "pixel6_transparency_log+91c16e30+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABN+4x0Jk1yTwvLFI9A4NDdGZcX0aiWVdWM5XJVy0M4VWD3AvyW5Q6Hs9A0mcDkpUoYgn+KKPNzFC0H3nN3q6JQ8=",
    ],
    note: `DEFAULT
10
bsWRucJU5xJPHb5eBdOm6+DM+VelCZBuvtI3sHERJ9Y=

— pixel6_transparency_log kcFuMDBFAiEAhqMAP8P6qf6QxtUJhzMhbN+MbZ9dwfUHzGQJmffJHtoCIGD0cNe47dHWBoPwYdgBCepB06/+g5O1FmYjXl06owL4
`,
  },
  {
    title: "a public log and one of its witnesses: Ed25519 and a cosignature, among lines of unknown keys",
    keys: [
      "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f",
      "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    ],
    note: `arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
`,
  },
];

for (const { title, keys: texts, note } of published) {
  const keys = texts.map((text) => parseVerifierKey(text));

  test(`${title}: opens, and not with another text`, async () => {
    const opened = await openNote(note, keys, verifier);
    assert.equal(opened.text, note.slice(0, note.lastIndexOf("\n\n") + 1));
    assert.deepEqual(opened.keys, keys);
    assert.deepEqual(
      opened.signedBy,
      keys.map(({ name }) => name),
    );
    await assert.rejects(openNote(`x${note}`, keys, verifier), { code: "NAT_TLOG_SIGNATURE" });
  });
}

test("a note signed by both keys of a log opens under both, and under each", async () => {
  const note = await signNote("log.example\n5\n", logSigners);
  const opened = await openNote(note, logKeys, verifier);
  assert.deepEqual(opened, { text: "log.example\n5\n", keys: logKeys, signedBy: ["log.example"] });
  for (const key of logKeys) assert.deepEqual((await openNote(note, [key], verifier)).keys, [key]);
});

test("a text may hold empty lines and any letters", async () => {
  for (const text of ["\n", "\n\n", "a\n\n— b c\n", "grüße 😀\n\n\n", " \n"]) {
    const note = await signNote(text, logSigners);
    assert.equal((await openNote(note, logKeys, verifier)).text, text);
    assert.equal(parseNote(note).signatures.length, 2);
  }
});

test("a false signature of a known key rejects the note, whoever else signed it", async () => {
  const [first, second] = logSigners;
  assert.ok(first && second);
  const note = await signNote("text\n", [first, { ...second, sign: () => new Uint8Array(70) }]);
  await assert.rejects(openNote(note, logKeys, verifier), { code: "NAT_TLOG_SIGNATURE" });
  assert.deepEqual((await openNote(note, logKeys.slice(0, 1), verifier)).keys, logKeys.slice(0, 1));
  const twice = await signNote("text\n", [first, { ...first, sign: () => new Uint8Array(64) }]);
  await assert.rejects(openNote(twice, logKeys, verifier), { code: "NAT_TLOG_SIGNATURE" });
});

test("lines of unknown keys are passed over, also where name or key id is a known one's", async () => {
  const [first, second] = logSigners;
  assert.ok(first && second);
  const strangers = [
    { ...first, name: "other.example" },
    { ...first, keyId: fromHex("00000000") },
  ];
  await assert.rejects(openNote(await signNote("text\n", strangers), logKeys, verifier), { code: "NAT_TLOG_UNSIGNED" });
  assert.deepEqual((await openNote(await signNote("text\n", [...strangers, second]), logKeys, verifier)).keys, [
    logKeys[1],
  ]);
  await assert.rejects(openNote(await signNote("text\n", [first]), [], verifier), { code: "NAT_TLOG_UNSIGNED" });
});

test("a key that signs twice counts once", async () => {
  const [first] = logSigners;
  assert.ok(first);
  assert.deepEqual((await openNote(await signNote("text\n", [first, first]), logKeys, verifier)).keys, [logKeys[0]]);
});

test("a cosignature covers the time and the text", async () => {
  const text = "log.example\n5\n";
  assert.equal(
    new TextDecoder().decode(cosignedMessage(1_679_315_147n, encodeUtf8(text))),
    `cosignature/v1\ntime 1679315147\n${text}`,
  );
  for (const time of [0n, 1_679_315_147n, 2n ** 63n - 1n])
    assert.deepEqual((await openNote(`${text}\n${cosign(text, time)}`, [witnessKey], verifier)).keys, [witnessKey]);
  const refused = [
    cosign("log.example\n6\n", 1_679_315_147n),
    cosign(text, 2n ** 63n),
    // The plain Ed25519 signature of the same key is no cosignature.
    `— witness.example ${toBase64(concatBytes(witnessKey.keyId, sign(null, encodeUtf8(text), ed25519)))}\n`,
  ];
  for (const line of refused)
    await assert.rejects(openNote(`${text}\n${line}`, [witnessKey], verifier), { code: "NAT_TLOG_SIGNATURE" });
  assert.equal(parseCosignature(new Uint8Array(71)), undefined);
  assert.equal(parseCosignature(new Uint8Array(73)), undefined);
});

test("refuses what is no note", async () => {
  const note = await signNote("text\n", logSigners.slice(0, 1));
  const line = note.slice("text\n\n".length);
  const refused: [string, string][] = [
    ["nothing", ""],
    ["no signature", "text\n\n"],
    ["no empty line", `text\n${line}`],
    ["one character in place of text and empty line", `x${line}`],
    ["signature lines alone", line],
    ["no last newline", note.slice(0, -1)],
    ["an empty line at the end", `${note}\n`],
    ["a line that is no signature", `${note}text\n`],
    ["a hyphen for the dash", note.replace("—", "-")],
    ["a name with a plus", note.replace("log.example", "log+example")],
    ["a name with a space", note.replace("log.example", "log example")],
    ["no name", note.replace("log.example ", "")],
    ["an empty name", note.replace("log.example", "")],
    ["a tab for the space", note.replace("log.example ", "log.example\t")],
    ["a second space", note.replace("log.example ", "log.example  ")],
    ["a word after it", note.replace(/\n$/, " x\n")],
    ["base64 with a wrong letter", note.replace(/.\n$/, "!\n")],
    ["a key id without signature", `text\n\n— log.example ${toBase64(new Uint8Array(4))}\n`],
    ["no key id", `text\n\n— log.example ${toBase64(new Uint8Array(3))}\n`],
    ["a carriage return", note.replace("text\n", "text\r\n")],
    ["a tab in the text", note.replace("text", "te\txt")],
    ["half a surrogate pair", note.replace("text", "te\ud83dxt")],
    ["65 signatures", `text\n\n${line.repeat(65)}`],
    ["too many bytes", `${"x".repeat(0x10000)}\n\n${line}`],
    ["too many bytes in UTF-8", `${"é".repeat(0x8000)}\n\n${line}`],
  ];
  for (const [what, bent] of refused) {
    assert.throws(() => parseNote(bent), { code: "NAT_TLOG_NOTE" }, what);
    await assert.rejects(openNote(bent, logKeys, verifier), { code: "NAT_TLOG_NOTE" }, what);
  }
  assert.equal(parseNote(`text\n\n${line.repeat(64)}`).signatures.length, 64);
  const room = 0x10000 - encodeUtf8(`\n\n${line}`).length;
  assert.equal(parseNote(`${"x".repeat(room)}\n\n${line}`).text.length, room + 1);
  assert.throws(() => parseNote(`${"x".repeat(room + 1)}\n\n${line}`), { code: "NAT_TLOG_NOTE" });
});

test("signs no text that no note has", async () => {
  const code = "NAT_TLOG_NOTE";
  for (const text of ["", "text", "text\n\n— log.example AAAAAAAA", "te\rxt\n", "te\ud800xt\n", "x".repeat(0x10000)])
    await assert.rejects(signNote(text, logSigners), { code });
  await assert.rejects(signNote("text\n", []), { code });
  assert.throws(() => noteSigner("a name", ed25519Signer, hash), { code: "NAT_TLOG_KEY" });
});

test("a note bent anywhere is refused in the catalogue's words, or says the same", async () => {
  const whole = await signNote("log.example\n5\n", logSigners);
  const codes = ["NAT_TLOG_NOTE", "NAT_TLOG_SIGNATURE", "NAT_TLOG_UNSIGNED"];
  await fc.assert(
    fc.asyncProperty(
      fc.nat(whole.length),
      fc.nat(4),
      fc.string({ unit: "binary", maxLength: 3 }),
      async (at, cut, insert) => {
        try {
          const opened = await openNote(whole.slice(0, at) + insert + whole.slice(at + cut), logKeys, verifier);
          assert.equal(opened.text, "log.example\n5\n");
        } catch (error) {
          assert.ok(isNatalisError(error) && codes.includes(error.code), String(error));
        }
      },
    ),
    { seed: 1 },
  );
});
