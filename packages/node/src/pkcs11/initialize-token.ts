// SPDX-License-Identifier: Apache-2.0
// A blank token made ready (PKCS#11 2.40, 5.5: C_InitToken, then C_InitPIN by the security officer). For software
// tokens of demos and tests; whoever buys hardware sets it up with the maker's own tool.

import { type Cryptoki, type Handle, sessionFlags, tokenInitialized, users } from "./cryptoki.ts";
import { pkcs11Error } from "./errors.ts";
import { loadModule } from "./module.ts";
import { asPkcs11Error } from "./refusal.ts";
import { findSlot, tokenLabel } from "./token-session.ts";

export interface NewTokenOptions {
  readonly module: string;
  /** At most 32 octets in UTF-8. */
  readonly token: string;
  readonly securityOfficerPin: string;
  readonly pin: string;
}

/** Labels are fields of a fixed length. */
const labelLength = 32;

/**
 * Initialises the first blank token of a module; one that is initialised is never touched.
 * @throws NAT_PKCS11_UNAVAILABLE, NAT_PKCS11_MODULE, NAT_PKCS11_LABEL, NAT_PKCS11_TOKEN where none is blank,
 * NAT_PKCS11_FAILED
 */
export function initializePkcs11Token(options: NewTokenOptions): void {
  if (Buffer.byteLength(options.token) > labelLength)
    throw pkcs11Error("NAT_PKCS11_LABEL", `a token's label has at most ${labelLength} octets`);
  const module = loadModule(options.module);
  module.acquire();
  try {
    initialize(module.cryptoki, options);
  } catch (error) {
    throw asPkcs11Error(error);
  } finally {
    module.release();
  }
}

function initialize(cryptoki: Cryptoki, { token, securityOfficerPin, pin }: NewTokenOptions): void {
  const slots = cryptoki.C_GetSlotList(true);
  if (slots.some((slot) => tokenLabel(cryptoki, slot) === token))
    throw pkcs11Error("NAT_PKCS11_LABEL", `${JSON.stringify(token)} names a token already`);
  const blank = slots.find((slot) => isBlank(cryptoki, slot));
  if (blank === undefined) throw pkcs11Error("NAT_PKCS11_TOKEN", "no token is blank");
  const padding = " ".repeat(labelLength - Buffer.byteLength(token));
  cryptoki.C_InitToken(blank, securityOfficerPin, token + padding);
  // Initialising may move the token to another slot.
  const session = cryptoki.C_OpenSession(findSlot(cryptoki, token), sessionFlags.writing);
  try {
    cryptoki.C_Login(session, users.securityOfficer, securityOfficerPin);
    cryptoki.C_InitPIN(session, pin);
  } finally {
    cryptoki.C_CloseSession(session);
  }
}

function isBlank(cryptoki: Cryptoki, slot: Handle): boolean {
  return (cryptoki.C_GetTokenInfo(slot).flags & tokenInitialized) === 0;
}
