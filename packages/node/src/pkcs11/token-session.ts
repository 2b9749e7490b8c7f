// SPDX-License-Identifier: Apache-2.0
// One logged-in session with one token (PKCS#11 2.40, 5.6). Sessions end without us: a token is pulled, a daemon
// restarts, someone closes all sessions. So whatever needs one is run through here, and run once more in a new session
// where the old one was lost. A PIN that was refused then is never tried again, or a service would lock its own token.

import { isNatalisError, type NatalisError } from "natalis/kernel";
import { type Cryptoki, type Handle, returnValues, sessionFlags, users } from "./cryptoki.ts";
import { pkcs11Error } from "./errors.ts";
import type { Pkcs11Module } from "./module.ts";
import { asPkcs11Error, describe, isLostSession, isRefusal, refusalIn } from "./refusal.ts";

/** A session as long as it lasts. Object handles belong to it: another one, other handles. */
export interface OpenSession {
  readonly cryptoki: Cryptoki;
  readonly slot: Handle;
  readonly session: Handle;
}

export class TokenSession {
  readonly #module: Pkcs11Module;
  readonly #label: string;
  readonly #pin: string;
  #opened: OpenSession | undefined;
  /** Why there will be no session any more. */
  #ended: NatalisError | undefined;

  /** Logs in. @throws NAT_PKCS11_MODULE, NAT_PKCS11_TOKEN, NAT_PKCS11_PIN, NAT_PKCS11_FAILED */
  constructor(module: Pkcs11Module, label: string, pin: string) {
    this.#module = module;
    this.#label = label;
    this.#pin = pin;
    module.acquire();
    try {
      this.#open();
    } catch (error) {
      this.close();
      throw asPkcs11Error(error);
    }
  }

  /**
   * Runs what needs the session, a second time in a new session where the first was lost: it must bear that.
   * @throws NAT_PKCS11_CLOSED, NAT_PKCS11_FAILED, what `act` and the constructor throw
   */
  run<T>(act: (opened: OpenSession) => T): T {
    try {
      try {
        return act(this.#opened ?? this.#open());
      } catch (error) {
        if (!isLostSession(error)) throw error;
        this.#leave();
        return act(this.#open());
      }
    } catch (error) {
      throw asPkcs11Error(error);
    }
  }

  /** As `run`, in a session that may write and ends with it. */
  runWriting<T>(act: (opened: OpenSession) => T): T {
    return this.run(({ cryptoki, slot }) => {
      const session = cryptoki.C_OpenSession(slot, sessionFlags.writing);
      try {
        return act({ cryptoki, slot, session });
      } finally {
        closeQuietly(cryptoki, session);
      }
    });
  }

  /** Ends the session; with the last one of this process, the login ends too. Twice is as good as once. */
  close(): void {
    if (this.#ended !== undefined) return;
    this.#end(pkcs11Error("NAT_PKCS11_CLOSED", this.#label));
  }

  #end(reason: NatalisError): void {
    this.#ended = reason;
    this.#leave();
    this.#module.release();
  }

  #open(): OpenSession {
    if (this.#ended !== undefined) throw this.#ended;
    const { cryptoki } = this.#module;
    const slot = this.#findSlot();
    const session = cryptoki.C_OpenSession(slot, sessionFlags.reading);
    try {
      this.#login(session);
    } catch (error) {
      closeQuietly(cryptoki, session);
      if (isNatalisError(error, "NAT_PKCS11_PIN")) this.#end(error);
      throw error;
    }
    this.#opened = { cryptoki, slot, session };
    return this.#opened;
  }

  #findSlot(): Handle {
    const { cryptoki } = this.#module;
    try {
      return findSlot(cryptoki, this.#label);
    } catch (error) {
      if (!isRefusal(error, returnValues.cryptokiNotInitialized)) throw error;
      this.#module.initialize();
      return findSlot(cryptoki, this.#label);
    }
  }

  #login(session: Handle): void {
    try {
      this.#module.cryptoki.C_Login(session, users.user, this.#pin);
    } catch (cause) {
      // The login is the process's: with a second session it is there already, and the token asks for no PIN.
      if (isRefusal(cause, returnValues.userAlreadyLoggedIn)) return;
      const refusal = refusalIn(cause);
      if (refusal === undefined || !pinRefusals.includes(refusal.value)) throw cause;
      throw pkcs11Error("NAT_PKCS11_PIN", `${this.#label}: ${describe(refusal)}`, cause);
    }
  }

  #leave(): void {
    if (this.#opened === undefined) return;
    closeQuietly(this.#opened.cryptoki, this.#opened.session);
    this.#opened = undefined;
  }
}

const pinRefusals: readonly number[] = [
  returnValues.pinIncorrect,
  returnValues.pinInvalid,
  returnValues.pinLengthRange,
  returnValues.pinExpired,
  returnValues.pinLocked,
  returnValues.userPinNotInitialized,
];

/** The slot that holds the token. @throws NAT_PKCS11_TOKEN */
export function findSlot(cryptoki: Cryptoki, label: string): Handle {
  const found = cryptoki.C_GetSlotList(true).filter((slot) => tokenLabel(cryptoki, slot) === label);
  const [slot, second] = found;
  if (slot === undefined || second !== undefined)
    throw pkcs11Error("NAT_PKCS11_TOKEN", `${found.length} tokens are labelled ${JSON.stringify(label)}`);
  return slot;
}

/** A token's text without the padding to its fixed length; some modules pad with zero octets. */
export function unpadded(text: string): string {
  return text.replace(/[ \0]+$/, "");
}

/** Undefined for what is in the slot but no token that the module knows. */
export function tokenLabel(cryptoki: Cryptoki, slot: Handle): string | undefined {
  try {
    return unpadded(cryptoki.C_GetTokenInfo(slot).label);
  } catch (error) {
    if (isRefusal(error, returnValues.tokenNotRecognized, returnValues.tokenNotPresent)) return undefined;
    throw error;
  }
}

/** A session that is gone already needs no closing, and what went wrong before matters more. */
function closeQuietly(cryptoki: Cryptoki, session: Handle): void {
  try {
    cryptoki.C_CloseSession(session);
  } catch (error) {
    if (refusalIn(error) === undefined) throw error;
  }
}
