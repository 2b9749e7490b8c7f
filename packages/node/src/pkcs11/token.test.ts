// SPDX-License-Identifier: Apache-2.0
// Keys in a token of SoftHSM: made, found, used, declared; and what is refused.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { inspect } from "node:util";
import { declaredCustody, parsePkcs11Declaration, pkcs11DeclaredVerifier } from "natalis/birth";
import { algorithms, encodePem } from "natalis/formats";
import { isNatalisError } from "natalis/kernel";
import { signerContract } from "natalis/testing";
import { nodeHash } from "../hash.ts";
import { generateKey } from "../keys.ts";
import { nodeSignatureVerifier } from "../signature-verifier.ts";
import { sessionFlags } from "./cryptoki.ts";
import { findKeyPair } from "./key-pair.ts";
import type { Pkcs11Key } from "./key.ts";
import { initializePkcs11Token } from "./initialize-token.ts";
import { softHsmEnvironment } from "./soft-hsm.ts";
import { makeTestFolder, makeTestToken, rawCryptoki, type TestToken } from "./test-token.ts";
import { openPkcs11Token, type Pkcs11Token } from "./token.ts";
import { findSlot } from "./token-session.ts";

const { ES256, ES384, EdDSA } = algorithms;
const now = new Date("2026-11-24T12:00:00Z");

const folder = await makeTestFolder();
Object.assign(process.env, softHsmEnvironment(folder));
const birth = makeTestToken("birth");
/** Nobody is logged in to it: it asks for the PIN. */
const locked = makeTestToken("locked");

function withToken<T>(token: TestToken, act: (opened: Pkcs11Token) => T): Promise<T> {
  return openPkcs11Token(token).then((opened) => {
    try {
      return act(opened);
    } finally {
      opened.close();
    }
  });
}

/** A foreign tool on the same token. */
function tool(program: "pkcs11-tool" | "softhsm2-util", ...words: string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: "utf8" });
  assert.equal(status, 0, `${program} ${words.join(" ")}: ${stderr}`);
}

function pkcs11Tool({ module, token, pin }: TestToken, ...words: string[]): void {
  tool("pkcs11-tool", "--module", module, "--token-label", token, "--login", "--pin", pin, ...words);
}

for (const algorithm of [ES256, ES384, EdDSA])
  suite(`signer in a token, ${algorithm.title}`, () => {
    let token: Pkcs11Token;
    let key: Pkcs11Key;
    before(async () => {
      token = await openPkcs11Token(birth);
      key = token.generateKey(`contract ${algorithm.name}`, algorithm);
    });
    after(() => token.close());
    for (const promise of signerContract)
      test(promise.name, () => promise.run({ signer: key, verifier: nodeSignatureVerifier }));
  });

suite("keys of a token", () => {
  test("a key is there after the token was closed, and is the same", async () => {
    const made = await withToken(birth, (token) => token.generateKey("lasting", ES256).publicKey);
    const found = await withToken(birth, (token) => token.openKey("lasting"));
    assert.deepEqual(found.publicKey, made);
    assert.equal(found.algorithm, ES256);
    assert.equal(found.name, "lasting");
  });

  test("a key cannot be read, nor can the token be searched for it without the PIN", async () => {
    await withToken(birth, (token) => token.generateKey("secret", ES256));
    const cryptoki = rawCryptoki(birth);
    await withToken(birth, () => {
      const slot = findSlot(cryptoki, birth.token);
      const opened = { cryptoki, slot, session: cryptoki.C_OpenSession(slot, sessionFlags.reading) };
      const { privateKey } = findKeyPair(opened, "secret");
      const value = { type: 0x011 };
      assert.throws(() => cryptoki.C_GetAttributeValue(opened.session, privateKey, [value]), /CKR_ATTRIBUTE_SENSITIVE/);
      cryptoki.C_CloseSession(opened.session);
    });
    const listed = spawnSync("pkcs11-tool", ["--module", birth.module, "--token-label", birth.token, "--list-objects"]);
    assert.match(String(listed.stdout), /Public Key Object/);
    assert.doesNotMatch(String(listed.stdout), /Private Key Object/);
  });

  test("a key that another program made is found by its label", async () => {
    pkcs11Tool(birth, "--keypairgen", "--key-type", "EC:prime256v1", "--label", "foreign", "--id", "0f01");
    await withToken(birth, (token) => assert.equal(token.openKey("foreign").algorithm, ES256));
  });

  test("a key that is absent is refused", async () => {
    await withToken(birth, (token) => assert.throws(() => token.openKey("no such"), { code: "NAT_PKCS11_KEY" }));
  });

  test("two keys with one label are refused, since neither is the one", async () => {
    for (const id of ["0f02", "0f03"])
      pkcs11Tool(birth, "--keypairgen", "--key-type", "EC:prime256v1", "--label", "double", "--id", id);
    await withToken(birth, (token) => assert.throws(() => token.openKey("double"), { code: "NAT_PKCS11_KEY" }));
  });

  test("a private key without its public half is refused", async () => {
    pkcs11Tool(birth, "--keypairgen", "--key-type", "EC:prime256v1", "--label", "half", "--id", "0f04");
    pkcs11Tool(birth, "--delete-object", "--type", "pubkey", "--id", "0f04");
    await withToken(birth, (token) => assert.throws(() => token.openKey("half"), { code: "NAT_PKCS11_KEY" }));
  });

  test("a key of another kind is refused", async () => {
    pkcs11Tool(birth, "--keypairgen", "--key-type", "rsa:2048", "--label", "rsa", "--id", "0f05");
    pkcs11Tool(birth, "--keypairgen", "--key-type", "EC:secp521r1", "--label", "p521", "--id", "0f06");
    await withToken(birth, (token) => {
      for (const label of ["rsa", "p521"]) assert.throws(() => token.openKey(label), { code: "NAT_PKCS11_ALGORITHM" });
    });
  });

  test("a label that is taken, empty or too long makes no key", async () => {
    await withToken(birth, (token) => {
      const made = token.generateKey("taken", ES256);
      for (const label of ["taken", "", "x".repeat(65)])
        assert.throws(() => token.generateKey(label, ES256), { code: "NAT_PKCS11_LABEL" });
      assert.deepEqual(token.openKey("taken").publicKey, made.publicKey);
      assert.deepEqual([token.holdsKey("taken"), token.holdsKey("free")], [true, false]);
    });
  });

  test("an algorithm that PKCS#11 has no mechanism for is refused", async () => {
    await withToken(birth, (token) =>
      assert.throws(() => token.generateKey("ml", algorithms["ML-DSA-44"]), { code: "NAT_PKCS11_ALGORITHM" }),
    );
  });
});

suite("what a token declares of a key", () => {
  test("a key made inside is declared, and counts as custody 1 of this key", async () => {
    const { key, statement } = await withToken(birth, (token) => {
      const key = token.generateKey("declared", ES256);
      return { key, statement: key.declare() };
    });
    const { keyHash, alwaysSensitive, neverExtractable, local, manufacturer } = parsePkcs11Declaration(
      statement.statement,
    );
    assert.deepEqual(keyHash, nodeHash.sha256(key.publicKey));
    assert.equal(statement.format, "pkcs11-declared");
    assert.ok(alwaysSensitive && neverExtractable && local);
    assert.equal(manufacturer, "SoftHSM project");
    const binding = { publicKey: key.publicKey, factsHash: new Uint8Array(32) };
    const { custody } = await pkcs11DeclaredVerifier(nodeHash).verify(statement.statement, binding, now);
    assert.equal(custody, declaredCustody);
  });

  test("an imported key signs, and is not declared", async () => {
    const { pkcs8, signer } = generateKey(ES256);
    const file = join(folder, "imported.pem");
    writeFileSync(file, encodePem("PRIVATE KEY", pkcs8), { mode: 0o600 });
    tool(
      "softhsm2-util",
      "--import",
      file,
      "--token",
      "birth",
      "--label",
      "imported",
      "--id",
      "0e01",
      "--pin",
      birth.pin,
    );
    await withToken(birth, (token) => {
      const key = token.openKey("imported");
      assert.deepEqual(key.publicKey, signer.publicKey);
      assert.throws(() => key.declare(), { code: "NAT_PKCS11_UNDECLARED" });
    });
  });

  test("a key that may leave the token is not declared", async () => {
    pkcs11Tool(birth, "--keypairgen", "--key-type", "EC:prime256v1", "--label", "loose", "--extractable");
    await withToken(birth, (token) =>
      assert.throws(() => token.openKey("loose").declare(), { code: "NAT_PKCS11_UNDECLARED" }),
    );
  });
});

suite("opening a token", () => {
  test("a wrong PIN is refused, and stands in no error", async () => {
    const pin = "9999-not-the-pin";
    const error: unknown = await openPkcs11Token({ ...locked, pin }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(isNatalisError(error, "NAT_PKCS11_PIN"), inspect(error));
    assert.ok(!inspect(error, { depth: 10, showHidden: true }).includes(pin));
  });

  test("the PIN is not to be seen in an open token", async () => {
    await withToken(birth, (token) => {
      const shown = inspect([token, token.openKey("declared")], { depth: 10, showHidden: true });
      assert.ok(!shown.includes(birth.pin));
      assert.ok(!JSON.stringify(token).includes(birth.pin));
    });
  });

  test("a PIN file is read up to its line break, and a file for all to read is told of", async () => {
    const file = join(folder, "pin");
    writeFileSync(file, `${birth.pin}\n`, { mode: 0o600 });
    const quiet = await openPkcs11Token({ ...birth, pin: { file } });
    assert.equal(quiet.warning, undefined);
    quiet.close();
    chmodSync(file, 0o644);
    const loud = await openPkcs11Token({ ...birth, pin: { file } });
    assert.match(loud.warning ?? "", /644/);
    loud.close();
  });

  test("a token that is absent is refused", async () => {
    await assert.rejects(openPkcs11Token({ ...birth, token: "no such" }), { code: "NAT_PKCS11_TOKEN" });
  });

  test("a module that is absent, or is none, is refused", async () => {
    const text = join(folder, "module.so");
    writeFileSync(text, "no library");
    for (const module of [join(folder, "no-such.so"), text, process.execPath])
      await assert.rejects(openPkcs11Token({ ...birth, module }), { code: "NAT_PKCS11_MODULE" });
  });

  test("a token is made under a label of at most 32 octets that no other has", () => {
    for (const token of ["ü".repeat(17), birth.token]) {
      const options = { module: birth.module, token, securityOfficerPin: "12345678", pin: "1234" };
      assert.throws(() => initializePkcs11Token(options), { code: "NAT_PKCS11_LABEL" });
    }
  });

  test("the PIN is the user's, not the security officer's", async () => {
    await assert.rejects(openPkcs11Token({ ...locked, pin: "12345678" }), { code: "NAT_PKCS11_PIN" });
  });
});
