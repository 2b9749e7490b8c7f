// SPDX-License-Identifier: Apache-2.0
// For the tests of this room: tokens of SoftHSM in a temporary folder, and devices that behave as no good one does.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Attribute, Cryptoki, Handle } from "./cryptoki.ts";
import { initializePkcs11Token } from "./initialize-token.ts";
import { loadModule } from "./module.ts";
import { findSoftHsm, makeSoftHsmFolder } from "./soft-hsm.ts";
import type { Pkcs11TokenOptions } from "./token.ts";

/** Calls that only tests make. */
export interface WholeCryptoki extends Cryptoki {
  C_CloseAllSessions(slot: Handle): void;
  C_DestroyObject(session: Handle, object: Handle): void;
  C_CreateObject(session: Handle, template: readonly Attribute[]): Handle;
  C_SetPIN(session: Handle, oldPin: string, newPin: string): void;
}

export interface TestToken extends Pkcs11TokenOptions {
  readonly token: string;
  readonly pin: string;
}

/** A folder that goes when the process does. SoftHSM takes one a process: all tokens of a test file are in it. */
export async function makeTestFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "natalis-pkcs11-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await makeSoftHsmFolder(folder);
  return folder;
}

export function makeTestToken(token: string): TestToken {
  const module = findSoftHsm();
  assert.ok(module !== undefined, "SoftHSM is not installed");
  const pin = "7301-pin-of-the-user";
  initializePkcs11Token({ module, token, securityOfficerPin: "12345678", pin });
  return { module, token, pin };
}

/** The module itself, past everything that is under test. */
export function rawCryptoki({ module }: TestToken): WholeCryptoki {
  return loadModule(module).cryptoki as WholeCryptoki;
}

/** The same device but for some calls. */
export function altered(cryptoki: Cryptoki, calls: Partial<Cryptoki>): Cryptoki {
  return new Proxy(cryptoki, {
    get(device, name) {
      const own = calls[name as keyof Cryptoki];
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(device, name);
      // The native object works under its own identity only.
      return typeof value === "function" ? value.bind(device) : value;
    },
  });
}
