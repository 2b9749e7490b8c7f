// SPDX-License-Identifier: Apache-2.0
// A token of SoftHSM in the keeper's thread, and other threads' sessions under its login: what is signed, what becomes
// of a token that is taken away and put back, and that nobody else needs the PIN.

import assert from "node:assert/strict";
import { readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { inspect } from "node:util";
import { algorithms } from "natalis/formats";
import type { Signer } from "natalis/kernel";
import { signerContract } from "natalis/testing";
import { nodeSignatureVerifier } from "../signature-verifier.ts";
import { softHsmEnvironment } from "./soft-hsm.ts";
import { makeTestFolder, makeTestToken } from "./test-token.ts";
import { openPkcs11Token } from "./token.ts";
import { TokenKeeper } from "./token-keeper.ts";
import { signerInToken } from "./token-key.ts";

const folder = await makeTestFolder();
Object.assign(process.env, softHsmEnvironment(folder));
const [token, spare] = [makeTestToken("authority"), makeTestToken("spare")];
const kinds = [algorithms.ES256, algorithms.ES384, algorithms.EdDSA];
const keys = kinds.map(({ name }) => `key ${name}`);
const opened = await openPkcs11Token(token);
for (const algorithm of kinds) opened.generateKey(`key ${algorithm.name}`, algorithm);
opened.close();

const interval = 20;
/** What the keeper told. */
const changes: (string | undefined)[] = [];
let keeper: TokenKeeper;

before(async () => {
  const changed = (cause: Error | undefined) => changes.push(cause?.message);
  keeper = await TokenKeeper.open({ ...token, keys, interval, changed });
});
after(() => keeper.close());

async function assertSigns(signer: Signer): Promise<void> {
  const data = Uint8Array.of(1, 2, 3);
  assert.ok(nodeSignatureVerifier.verify(signer.algorithm, signer.publicKey, data, await signer.sign(data)));
}

for (const [index, algorithm] of kinds.entries())
  suite(`a key that the keeper has, ${algorithm.title}`, () => {
    for (const promise of signerContract)
      test(promise.name, () => promise.run({ signer: keeper.signer(index), verifier: nodeSignatureVerifier }));
  });

suite("a keeper", () => {
  test("is asked by many at once, and each gets its own", async () => {
    await Promise.all(Array.from({ length: 60 }, (_, number) => assertSigns(keeper.signer(number % kinds.length))));
  });

  test("lets other sessions use its login, without the PIN", async () => {
    const place = keeper.place(0);
    assert.ok(!inspect(place, { depth: 5 }).includes(token.pin));
    await assertSigns(signerInToken(place));
  });

  test("shows its PIN to nobody", () => {
    assert.ok(!inspect(keeper, { depth: 10, showHidden: true }).includes(token.pin));
    assert.ok(!JSON.stringify(keeper).includes(token.pin));
  });

  test("and a session under its login refuse another key than the one that was there", async () => {
    const signer = signerInToken({ ...keeper.place(0), publicKey: keeper.signer(1).publicKey });
    assert.throws(() => signer.sign(new Uint8Array(1)), { code: "NAT_PKCS11_KEY" });
  });
});

suite("a token that is taken away", () => {
  const tokens = join(folder, "tokens");
  const hidden = join(folder, "hidden");

  function takeAway(): void {
    renameSync(tokens, hidden);
  }

  async function putBack(): Promise<void> {
    renameSync(hidden, tokens);
    for (let waited = 0; keeper.cause !== undefined && waited < 30_000; waited += interval) await wait(interval);
    assert.equal(keeper.cause, undefined);
  }

  test("refuses, is told of, and signs again when it is back, for every session", async () => {
    const signers = [
      keeper.signer(0),
      keeper.signer(2),
      signerInToken(keeper.place(0)),
      signerInToken(keeper.place(1)),
    ];
    for (const signer of signers) await assertSigns(signer);
    for (let round = 0; round < 3; round++) {
      changes.length = 0;
      takeAway();
      const ask = async (signer: Signer) => signer.sign(new Uint8Array(1));
      for (const signer of signers) await assert.rejects(ask(signer), { code: /^NAT_PKCS11_/ });
      await putBack();
      for (const signer of signers) await assertSigns(signer);
      assert.match(changes[0] ?? "", /NAT_PKCS11_/);
      assert.equal(changes.at(-1), undefined);
    }
  });

  test("is missed also when nobody signs", async () => {
    takeAway();
    for (let waited = 0; keeper.cause === undefined && waited < 30_000; waited += interval) await wait(interval);
    assert.match(keeper.cause?.message ?? "", /NAT_PKCS11_/);
    await putBack();
    assert.ok(readdirSync(tokens).length > 0);
    await assertSigns(keeper.signer(0));
  });
});

suite("what a keeper refuses", () => {
  const refusals: readonly (readonly [what: string, options: object, code: string])[] = [
    ["a wrong PIN", { token: spare.token, pin: "0000-wrong" }, "NAT_PKCS11_PIN"],
    ["an absent token", { token: "no such" }, "NAT_PKCS11_TOKEN"],
    ["an absent module", { module: join(folder, "no-such.so") }, "NAT_PKCS11_MODULE"],
    ["an absent key", { keys: ["no such"] }, "NAT_PKCS11_KEY"],
  ];
  for (const [what, options, code] of refusals)
    test(what, async () => {
      await assert.rejects(TokenKeeper.open({ ...token, keys, ...options }), { code });
    });

  test("to sign once it is closed; closing twice is as good as once", async () => {
    const other = await TokenKeeper.open({ ...spare, keys: [] });
    await other.close();
    await other.close();
    const brief = await TokenKeeper.open({ ...token, keys });
    const signer = brief.signer(0);
    await brief.close();
    await assert.rejects(async () => signer.sign(new Uint8Array(1)), { code: "NAT_PKCS11_CLOSED" });
  });
});
