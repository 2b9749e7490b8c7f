// SPDX-License-Identifier: Apache-2.0
// Sessions that end without us, and how many are left when we end them: against SoftHSM, counted.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { algorithms } from "natalis/formats";
import { nodeSignatureVerifier } from "../signature-verifier.ts";
import { sessionFlags, users } from "./cryptoki.ts";
import { findKeyPair } from "./key-pair.ts";
import type { Pkcs11Key } from "./key.ts";
import { Pkcs11Module } from "./module.ts";
import { softHsmEnvironment } from "./soft-hsm.ts";
import { altered, makeTestFolder, makeTestToken, rawCryptoki } from "./test-token.ts";
import { Pkcs11Token } from "./token.ts";
import { findSlot, TokenSession } from "./token-session.ts";

const { ES256 } = algorithms;
Object.assign(process.env, softHsmEnvironment(await makeTestFolder()));
const birth = makeTestToken("birth");
const cryptoki = rawCryptoki(birth);

/** Calls that the token under test made. */
const calls = { opened: 0, closed: 0, logins: 0, finalised: 0 };
const counted = altered(cryptoki, {
  C_OpenSession(slot, flags) {
    const session = cryptoki.C_OpenSession(slot, flags);
    calls.opened++;
    return session;
  },
  C_CloseSession(session) {
    calls.closed++;
    cryptoki.C_CloseSession(session);
  },
  C_Login(session, user, pin) {
    calls.logins++;
    cryptoki.C_Login(session, user, pin);
  },
  C_Finalize() {
    calls.finalised++;
    cryptoki.C_Finalize();
  },
});

beforeEach(() => {
  Object.assign(calls, { opened: 0, closed: 0, logins: 0, finalised: 0 });
});

function open(pin = birth.pin): Pkcs11Token {
  return new Pkcs11Token(new TokenSession(new Pkcs11Module(birth.module, counted), birth.token, pin));
}

function assertSigns(key: Pkcs11Key): void {
  const data = new Uint8Array(10);
  assert.ok(nodeSignatureVerifier.verify(key.algorithm, key.publicKey, data, key.sign(data)));
}

/** What an administrator does to the token in a session of his own. */
function administer<T>(act: (session: Buffer) => T): T {
  const session = cryptoki.C_OpenSession(findSlot(cryptoki, birth.token), sessionFlags.writing);
  try {
    return act(session);
  } finally {
    cryptoki.C_CloseSession(session);
  }
}

function destroyKey(label: string): void {
  administer((session) => {
    const slot = findSlot(cryptoki, birth.token);
    cryptoki.C_DestroyObject(session, findKeyPair({ cryptoki, slot, session }, label).privateKey);
  });
}

const losses: [what: string, lose: () => void][] = [
  ["someone closes all sessions", () => cryptoki.C_CloseAllSessions(findSlot(cryptoki, birth.token))],
  ["someone finalises the module", () => cryptoki.C_Finalize()],
  [
    "someone finalises the module and starts it again",
    () => {
      cryptoki.C_Finalize();
      cryptoki.C_Initialize({ flags: 0 });
    },
  ],
];

for (const [what, lose] of losses)
  test(`a key signs on when ${what}`, () => {
    const token = open();
    const key = token.generateKey(what, ES256);
    for (let round = 0; round < 3; round++) {
      lose();
      assertSigns(key);
      assertSigns(key);
      assert.ok(key.declare().statement.length > 0);
    }
    token.close();
  });

test("an operation that failed and was left open does not block the key", () => {
  let fails = false;
  const device = altered(counted, {
    C_Sign(session, data, output) {
      if (fails) throw new Error("CKR_ARGUMENTS_BAD:7");
      return cryptoki.C_Sign(session, data, output);
    },
  });
  const token = new Pkcs11Token(new TokenSession(new Pkcs11Module(birth.module, device), birth.token, birth.pin));
  const key = token.generateKey("open operation", ES256);
  fails = true;
  assert.throws(() => key.sign(new Uint8Array(1)), { code: "NAT_PKCS11_FAILED", message: /CKR_ARGUMENTS_BAD/ });
  fails = false;
  assertSigns(key);
  token.close();
});

test("every session that was opened is closed, and the module finalised after its last user", () => {
  const module = new Pkcs11Module(birth.module, counted);
  const [one, two] = [1, 2].map(() => new TokenSession(module, birth.token, birth.pin));
  const key = new Pkcs11Token(one as TokenSession).generateKey("counted", ES256);
  assertSigns(key);
  assert.throws(() => new Pkcs11Token(two as TokenSession).openKey("absent"), { code: "NAT_PKCS11_KEY" });
  one?.close();
  one?.close();
  assert.deepEqual([calls.opened - calls.closed, calls.finalised], [1, 0]);
  two?.close();
  assert.deepEqual([calls.opened - calls.closed, calls.finalised], [0, 1]);
});

test("opening that fails leaves no session and no module", () => {
  assert.throws(() => open("1111-wrong"), { code: "NAT_PKCS11_PIN" });
  assert.deepEqual([calls.opened, calls.closed, calls.finalised], [1, 1, 1]);
  const absent = () => new TokenSession(new Pkcs11Module(birth.module, counted), "absent", birth.pin);
  assert.throws(absent, { code: "NAT_PKCS11_TOKEN" });
  assert.deepEqual([calls.opened, calls.closed, calls.finalised], [1, 1, 2]);
});

test("a closed token signs no more", () => {
  const token = open();
  const key = token.generateKey("closed", ES256);
  token.close();
  for (const use of [() => key.sign(new Uint8Array(1)), () => key.declare(), () => token.openKey("closed")])
    assert.throws(use, { code: "NAT_PKCS11_CLOSED" });
});

test("a key that was destroyed is missed, also by those who had found it", () => {
  const token = open();
  const key = token.generateKey("destroyed", ES256);
  destroyKey("destroyed");
  assert.throws(() => key.sign(new Uint8Array(1)), { code: "NAT_PKCS11_KEY" });
  token.close();
});

test("another key under the same label is not taken for the one that was there", () => {
  const token = open();
  const key = token.generateKey("replaced", ES256);
  administer((session) => {
    const opened = { cryptoki, slot: findSlot(cryptoki, birth.token), session };
    for (const type of [2, 3]) {
      cryptoki.C_FindObjectsInit(session, [
        { type: 0x000, value: type },
        { type: 0x003, value: "replaced" },
      ]);
      const [object] = cryptoki.C_FindObjects(session, 1);
      cryptoki.C_FindObjectsFinal(session);
      cryptoki.C_DestroyObject(opened.session, object as Buffer);
    }
  });
  token.generateKey("replaced", ES256);
  assert.throws(() => key.sign(new Uint8Array(1)), { code: "NAT_PKCS11_KEY" });
  token.close();
});

test("a PIN that is refused later is tried once, never again: the token would lock", () => {
  const token = open();
  const key = token.generateKey("changed PIN", ES256);
  const changed = "2468-changed";
  administer((session) => cryptoki.C_SetPIN(session, birth.pin, changed));
  cryptoki.C_CloseAllSessions(findSlot(cryptoki, birth.token));
  calls.logins = 0;
  for (let round = 0; round < 5; round++) assert.throws(() => key.sign(new Uint8Array(1)), { code: "NAT_PKCS11_PIN" });
  assert.equal(calls.logins, 1);
  token.close();
  assert.equal(calls.opened - calls.closed, 0);
  cryptoki.C_Initialize({ flags: 0 });
  administer((session) => {
    cryptoki.C_Login(session, users.user, changed);
    cryptoki.C_SetPIN(session, changed, birth.pin);
  });
  cryptoki.C_Finalize();
});

test("a token that was away is found again", () => {
  let isAway = false;
  const device = altered(counted, { C_GetSlotList: (present) => (isAway ? [] : cryptoki.C_GetSlotList(present)) });
  const token = new Pkcs11Token(new TokenSession(new Pkcs11Module(birth.module, device), birth.token, birth.pin));
  const key = token.generateKey("away", ES256);
  isAway = true;
  cryptoki.C_CloseAllSessions(findSlot(cryptoki, birth.token));
  assert.throws(() => key.sign(new Uint8Array(1)), { code: "NAT_PKCS11_TOKEN" });
  isAway = false;
  assertSigns(key);
  token.close();
});
