// SPDX-License-Identifier: Apache-2.0
// One logged-in session with one token (PKCS#11 2.40, 5.6). Sessions end without us: a token is pulled, a daemon
// restarts, someone closes all sessions. So whatever needs one is run through here, and run once more in a new session
// where the old one was lost. A PIN that was refused then is never tried again, or a service would lock its own token.

import { isNatalisError, type NatalisError } from "natalis/kernel";
import { type Cryptoki, type Handle, returnValues, sessionFlags, users, userStates } from "./cryptoki.ts";
import { pkcs11Error } from "./errors.ts";
import type { Pkcs11Module } from "./module.ts";
import { asPkcs11Error, describe, isLostSession, isRefusal, refusalIn } from "./refusal.ts";
import { TokenGate } from "./token-gate.ts";
import { describeToken, type TokenDescription, type TokenName } from "./uri.ts";

/** A session as long as it lasts. Object handles belong to it: another one, other handles. */
export interface OpenSession {
  readonly cryptoki: Cryptoki;
  readonly slot: Handle;
  readonly session: Handle;
}

export class TokenSession {
  readonly #module: Pkcs11Module;
  readonly #token: TokenName;
  readonly #pin: string | undefined;
  readonly #gate: TokenGate;
  #opened: OpenSession | undefined;
  /** The gate's, when the session was opened. */
  #generation = 0;
  /** Why there will be no session any more. */
  #ended: NatalisError | undefined;

  /**
   * Logs in; without a PIN, uses the login of another thread of this process, whose gate it shares.
   * @throws NAT_PKCS11_MODULE, NAT_PKCS11_TOKEN, NAT_PKCS11_PIN, NAT_PKCS11_AWAY, NAT_PKCS11_FAILED
   */
  constructor(module: Pkcs11Module, token: TokenName, pin: string | undefined, gate = new TokenGate()) {
    this.#module = module;
    this.#token = token;
    this.#pin = pin;
    this.#gate = gate;
    this.#enter();
    try {
      module.acquire();
      this.#openFirst();
    } finally {
      gate.leave();
    }
  }

  /**
   * Runs what needs the session, a second time in a new session where the first was lost: it must bear that.
   * @throws NAT_PKCS11_CLOSED, NAT_PKCS11_FAILED, what `act` and the constructor throw
   */
  run<T>(act: (opened: OpenSession) => T): T {
    this.#enter();
    try {
      try {
        return act(this.#current());
      } catch (error) {
        if (!isLostSession(error)) throw error;
        this.#leave();
        this.#gate.lose(this.#generation);
        return act(this.#open());
      }
    } catch (error) {
      throw asPkcs11Error(error);
    } finally {
      this.#gate.leave();
    }
  }

  /** Whether the token is there and logged in to, mended where it can be without a restart. @throws as `run` */
  check(): void {
    this.run(({ cryptoki, slot, session }) => {
      cryptoki.C_GetTokenInfo(slot);
      this.#requireLogin(session);
    });
  }

  /**
   * Starts the module anew for all threads and logs in: what is left when the token was away and `run` finds no way
   * back. Answers false where another thread is inside; ask again then. @throws as the constructor
   */
  restart(): boolean {
    if (this.#ended !== undefined) throw this.#ended;
    if (!this.#gate.close()) return false;
    try {
      this.#opened = undefined;
      this.#gate.lose(this.#gate.generation);
      this.#module.restart();
      this.#open();
      return true;
    } catch (error) {
      throw asPkcs11Error(error);
    } finally {
      this.#gate.open();
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
    this.#end(pkcs11Error("NAT_PKCS11_CLOSED", describeToken(this.#token)));
  }

  #enter(): void {
    if (!this.#gate.enter()) throw pkcs11Error("NAT_PKCS11_AWAY", `${describeToken(this.#token)}: it is being started`);
  }

  #openFirst(): void {
    try {
      this.#open();
    } catch (error) {
      this.close();
      throw asPkcs11Error(error);
    }
  }

  /** A session that another thread knows to be lost is not closed: its handle may be a new one's. */
  #current(): OpenSession {
    if (this.#generation !== this.#gate.generation) this.#opened = undefined;
    return this.#opened ?? this.#open();
  }

  #end(reason: NatalisError): void {
    this.#ended = reason;
    this.#leave();
    this.#module.release();
  }

  #open(): OpenSession {
    if (this.#ended !== undefined) throw this.#ended;
    const { cryptoki } = this.#module;
    this.#generation = this.#gate.generation;
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
      return findSlot(cryptoki, this.#token);
    } catch (error) {
      if (!isRefusal(error, returnValues.cryptokiNotInitialized)) throw error;
      this.#module.initialize();
      return findSlot(cryptoki, this.#token);
    }
  }

  #login(session: Handle): void {
    if (this.#pin === undefined) {
      this.#requireLogin(session);
      return;
    }
    try {
      this.#module.cryptoki.C_Login(session, users.user, this.#pin);
    } catch (cause) {
      // The login is the process's: with a second session it is there already, and the token asks for no PIN.
      if (isRefusal(cause, returnValues.userAlreadyLoggedIn)) return;
      const refusal = refusalIn(cause);
      if (refusal === undefined || !pinRefusals.includes(refusal.value)) throw cause;
      throw pkcs11Error("NAT_PKCS11_PIN", `${describeToken(this.#token)}: ${describe(refusal)}`, cause);
    }
  }

  #requireLogin(session: Handle): void {
    if (!userStates.includes(this.#module.cryptoki.C_GetSessionInfo(session).state))
      throw pkcs11Error("NAT_PKCS11_AWAY", `${describeToken(this.#token)}: nobody is logged in`);
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
export function findSlot(cryptoki: Cryptoki, token: TokenName): Handle {
  const found = cryptoki.C_GetSlotList(true).filter((slot) => isToken(describedIn(cryptoki, slot), token));
  const [slot, second] = found;
  if (slot === undefined || second !== undefined)
    throw pkcs11Error("NAT_PKCS11_TOKEN", `${found.length} tokens are ${describeToken(token)}`);
  return slot;
}

/** A token's text without the padding to its fixed length; some modules pad with zero octets. */
export function unpadded(text: string): string {
  return text.replace(/[ \0]+$/, "");
}

/** Undefined for what is in the slot but no token that the module knows. */
export function tokenLabel(cryptoki: Cryptoki, slot: Handle): string | undefined {
  return describedIn(cryptoki, slot)?.label;
}

function isToken(found: Required<TokenDescription> | undefined, token: TokenName): boolean {
  if (found === undefined) return false;
  const due = typeof token === "string" ? { label: token } : token;
  return (Object.keys(due) as (keyof TokenDescription)[]).every((field) => found[field] === due[field]);
}

function describedIn(cryptoki: Cryptoki, slot: Handle): Required<TokenDescription> | undefined {
  try {
    const { label, manufacturerID, model, serialNumber } = cryptoki.C_GetTokenInfo(slot);
    return {
      label: unpadded(label),
      manufacturer: unpadded(manufacturerID),
      model: unpadded(model),
      serial: unpadded(serialNumber),
    };
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
