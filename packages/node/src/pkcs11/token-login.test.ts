// SPDX-License-Identifier: Apache-2.0
// A session without a PIN uses another's login: where there is none, or the module is being started, it is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Pkcs11Module } from "./module.ts";
import { softHsmEnvironment } from "./soft-hsm.ts";
import { makeTestFolder, makeTestToken, rawCryptoki } from "./test-token.ts";
import { TokenGate } from "./token-gate.ts";
import { TokenSession } from "./token-session.ts";

Object.assign(process.env, softHsmEnvironment(await makeTestFolder()));
const birth = makeTestToken("birth");
const module = new Pkcs11Module(birth.module, rawCryptoki(birth));
const away = (detail: RegExp) => ({ code: "NAT_PKCS11_AWAY", message: detail });

test("nobody's login lets nobody in, and somebody's does until it ends", () => {
  const borrow = () => new TokenSession(module, birth.token, undefined);
  assert.throws(borrow, away(/nobody is logged in/));
  const owner = new TokenSession(module, birth.token, birth.pin);
  const borrower = borrow();
  borrower.check();
  borrower.close();
  owner.close();
  assert.throws(borrow, away(/nobody is logged in/));
});

test("while the module is being started, nobody comes in", () => {
  const gate = new TokenGate();
  const session = new TokenSession(module, birth.token, birth.pin, gate);
  assert.ok(gate.close());
  assert.throws(() => session.check(), away(/being started/));
  assert.throws(() => new TokenSession(module, birth.token, birth.pin, gate), away(/being started/));
  gate.open();
  session.check();
  session.close();
});
