// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { encodeUtf8, isNatalisError, portableHash, toBase64, toHex } from "../../kernel/index.ts";
import { algorithms, publicKeyInfo } from "../algorithms.ts";
import {
  cosignatureKey,
  encodeVerifierKey,
  isKeyName,
  noteKeyTypes,
  noteVerifierKey,
  parseVerifierKey,
  verifierKey,
} from "./note-key.ts";

const hash = portableHash;
const code = "NAT_TLOG_KEY";
const ed25519Key = publicKeyInfo(algorithms.EdDSA, hash.sha256(encodeUtf8("any 32 bytes")));

// C2SP signed-note, Go's checksum database, Sigstore's Rekor, Google's Pixel log, and a public witness.
const published = {
  c2sp: "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
  neumann: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  rekor:
    "rekor.sigstore.dev+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5AW5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=",
  pixel:
    "pixel6_transparency_log+91c16e30+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABN+4x0Jk1yTwvLFI9A4NDdGZcX0aiWVdWM5XJVy0M4VWD3AvyW5Q6Hs9A0mcDkpUoYgn+KKPNzFC0H3nN3q6JQ8=",
  remora: "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
};

test("published keys of all three types are read and written back", () => {
  for (const text of Object.values(published)) assert.equal(encodeVerifierKey(parseVerifierKey(text)), text);
  const key = parseVerifierKey(published.c2sp, hash);
  assert.equal(key.name, "example.com/foo");
  assert.equal(toHex(key.keyId), "530d903a");
  assert.equal(key.type, noteKeyTypes.ed25519);
  assert.equal(key.algorithm, algorithms.EdDSA);
  assert.equal(toHex(key.publicKey.subarray(-32)), "e932791ae6e7a840a46164c904786426d5e7821dd8b29a00d61cae72afdd4da4");
  assert.equal(parseVerifierKey(published.rekor).type, noteKeyTypes.ecdsa);
  assert.equal(parseVerifierKey(published.rekor).algorithm, algorithms.ES256);
  assert.equal(parseVerifierKey(published.remora).type, noteKeyTypes.cosignature);
});

test("a key's text is made from its name and SubjectPublicKeyInfo", () => {
  for (const text of [published.c2sp, published.rekor]) {
    const { name, publicKey } = parseVerifierKey(text);
    assert.equal(verifierKey(name, publicKey, hash), text);
  }
  const { name, publicKey } = parseVerifierKey(published.remora);
  assert.equal(encodeVerifierKey(cosignatureKey(name, publicKey, hash)), published.remora);
});

test("the name counts in the key id, but for ECDSA", () => {
  const named = (name: string, text: string) =>
    toHex(noteVerifierKey(name, parseVerifierKey(text).publicKey, hash).keyId);
  assert.notEqual(named("example.com/bar", published.c2sp), "530d903a");
  assert.equal(named("example.com/bar", published.rekor), "c0d23d6a");
});

test("refuses keys that are malformed, of another type, or not what their key id says", () => {
  const [name, keyId, material = ""] = published.c2sp.split("+", 3);
  const rekor = published.rekor.slice("rekor.sigstore.dev+c0d23d6a+".length);
  const refused = [
    "",
    "example.com/foo",
    "bananas.sigstore.dev+12344556",
    `+${keyId}+${material}`,
    `exa mple+${keyId}+${material}`,
    `${name}\n+${keyId}+${material}`,
    `${name}+530D903A+${material}`,
    `${name}+530d903+${material}`,
    `${name}+NOT_A_NUMBER+${material}`,
    `${name}+00000000+${material}`,
    `other+${keyId}+${material}`,
    `${name}+${keyId}+THIS_IS_NOT_BASE64!`,
    `${name}+${keyId}+`,
    `${name}+${keyId}+AQ==`,
    `${name}+${keyId}+${toBase64(new Uint8Array(33).fill(6))}`,
    `${name}+${keyId}+${toBase64(new Uint8Array(34).fill(1))}`,
    `rekor.sigstore.dev+12345678+AwEB`,
    `rekor.sigstore.dev+00000000+${rekor}`,
    `rekor.sigstore.dev+c0d23d6a+${toBase64(new Uint8Array([2, ...ed25519Key]))}`,
    `${"a".repeat(1100)}+c0d23d6a+${rekor}`,
  ];
  for (const text of refused) assert.throws(() => parseVerifierKey(text), { code }, text);
});

test("refuses keys that cannot sign notes, and names that no key has", () => {
  const p384 = publicKeyInfo(algorithms.ES384, new Uint8Array(97).fill(4));
  assert.throws(() => noteVerifierKey("log", p384, hash), { code });
  assert.throws(() => noteVerifierKey("log", new Uint8Array(3), hash), { code });
  assert.throws(() => cosignatureKey("witness", parseVerifierKey(published.rekor).publicKey, hash), { code });
  for (const name of ["", "a b", "a+b", "a\u00a0b", "a\u3000b", "a\u0085b", "a\nb", "a\x7fb", "a\ud800b"]) {
    assert.equal(isKeyName(name), false);
    assert.throws(() => noteVerifierKey(name, ed25519Key, hash), { code });
  }
  assert.ok(isKeyName("example.com/log-1"));
  assert.ok(isKeyName("größe.example"));
});

test("a key bent anywhere is refused", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(published)),
      fc.nat(250),
      fc.nat(2),
      fc.string({ unit: "binary", maxLength: 2 }),
      (text, at, cut, insert) => {
        const bent = text.slice(0, at) + insert + text.slice(at + cut);
        fc.pre(bent !== text);
        try {
          // Only an ECDSA key may be renamed: its key id leaves the name out.
          assert.equal(encodeVerifierKey(parseVerifierKey(bent)), bent);
          assert.equal(parseVerifierKey(bent).type, noteKeyTypes.ecdsa);
        } catch (error) {
          assert.ok(isNatalisError(error, code), String(error));
        }
      },
    ),
    { seed: 2 },
  );
});
