// SPDX-License-Identifier: Apache-2.0
// A PKCS#11 token (OASIS, version 2.40): keys that are made inside it and sign there. Calls block while the token
// works: right for a device with its one key; a service has a thread of its own for it (token-keeper.ts).

import type { SignatureAlgorithm } from "natalis/kernel";
import { readPassphraseFile } from "../secret-file.ts";
import { Pkcs11Key } from "./key.ts";
import { isNameTaken, makeKeyPair } from "./key-pair.ts";
import { loadModule } from "./module.ts";
import { TokenSession } from "./token-session.ts";
import type { KeyName, TokenName } from "./uri.ts";

export interface Pkcs11TokenOptions {
  /** The module: a shared library's path, or a name that the system's loader finds. Its code runs in this process. */
  readonly module: string;
  /** The token's label, or more of what it says of itself. */
  readonly token: TokenName;
  /** The user's PIN, or the file that holds it. */
  readonly pin: string | { readonly file: string };
}

export class Pkcs11Token {
  /** One sentence for people where others may read the PIN's file. */
  readonly warning: string | undefined;
  readonly #session: TokenSession;

  constructor(session: TokenSession, warning?: string) {
    this.#session = session;
    this.warning = warning;
  }

  /**
   * Makes a key pair inside the token, under a label of 1 to 64 characters that names no key yet.
   * @throws NAT_PKCS11_LABEL, NAT_PKCS11_ALGORITHM where the token does not offer it, NAT_PKCS11_CLOSED,
   * NAT_PKCS11_FAILED
   */
  generateKey(label: string, algorithm: SignatureAlgorithm): Pkcs11Key {
    this.#session.runWriting((opened) => makeKeyPair(opened, label, algorithm));
    return this.openKey(label);
  }

  /** Whether a key has this name, be it usable or not. @throws NAT_PKCS11_CLOSED, NAT_PKCS11_FAILED */
  holdsKey(name: KeyName): boolean {
    return this.#session.run((opened) => isNameTaken(opened, name));
  }

  /** @throws NAT_PKCS11_KEY, NAT_PKCS11_ALGORITHM, NAT_PKCS11_CLOSED, NAT_PKCS11_FAILED */
  openKey(name: KeyName): Pkcs11Key {
    return new Pkcs11Key(this.#session, name);
  }

  /** Ends the session: its keys sign no more. */
  close(): void {
    this.#session.close();
  }
}

/**
 * Opens a token and logs in. The PIN is kept in memory, for a session that is lost. The login is the whole process's
 * (PKCS#11 2.40, 5.6): where it is logged in already, the token asks for no PIN, and takes any.
 * @throws NAT_PKCS11_UNAVAILABLE, NAT_PKCS11_MODULE, NAT_PKCS11_TOKEN, NAT_PKCS11_PIN, NAT_PKCS11_FAILED,
 * NAT_SECRETFILE_SIZE
 */
export async function openPkcs11Token({ module, token, pin }: Pkcs11TokenOptions): Promise<Pkcs11Token> {
  const read = typeof pin === "string" ? { passphrase: pin, warning: undefined } : await readPassphraseFile(pin.file);
  return new Pkcs11Token(new TokenSession(loadModule(module), token, read.passphrase), read.warning);
}
