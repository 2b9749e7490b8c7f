// SPDX-License-Identifier: Apache-2.0
// A key in a token for a thread that signs much: it opens a session of its own, under the login that the keeper's
// thread holds (PKCS#11 2.40, 5.6: a login is the whole process's), so the PIN stays where it is.

import { algorithmOfPublicKey } from "natalis/formats";
import { equalBytes, type SignatureAlgorithm } from "natalis/kernel";
import type { NodeSigner } from "../keys.ts";
import { pkcs11Error } from "./errors.ts";
import { Pkcs11Key } from "./key.ts";
import { loadModule } from "./module.ts";
import { TokenGate } from "./token-gate.ts";
import { TokenSession } from "./token-session.ts";
import { describeKey, type KeyName, type TokenName } from "./uri.ts";

/** Where a key is, for any thread of the process; no secret. */
export interface TokenKeyPlace {
  readonly module: string;
  readonly token: TokenName;
  readonly key: KeyName;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly gate: SharedArrayBuffer;
}

/** @throws NAT_ALGORITHM_UNKNOWN */
export function signerInToken(place: TokenKeyPlace): NodeSigner {
  return new SessionSigner(place);
}

/** Opens its session with the first signature: a thread starts whether the token is there or not. */
class SessionSigner implements NodeSigner {
  readonly algorithm: SignatureAlgorithm;
  readonly publicKey: Uint8Array;
  readonly #place: TokenKeyPlace;
  #key: Pkcs11Key | undefined;

  constructor(place: TokenKeyPlace) {
    this.#place = place;
    this.publicKey = place.publicKey;
    this.algorithm = algorithmOfPublicKey(place.publicKey);
  }

  /** Blocks until the token has signed. @throws NAT_PKCS11_AWAY, NAT_PKCS11_KEY, and whatever a token refuses */
  sign(data: Uint8Array): Uint8Array {
    this.#key ??= this.#open();
    return this.#key.sign(data);
  }

  #open(): Pkcs11Key {
    const { module, token, key: name, gate } = this.#place;
    const session = new TokenSession(loadModule(module), token, undefined, new TokenGate(gate));
    try {
      const key = new Pkcs11Key(session, name);
      if (!equalBytes(key.publicKey, this.publicKey))
        throw pkcs11Error("NAT_PKCS11_KEY", `${describeKey(name)} is another key now`);
      return key;
    } catch (error) {
      session.close();
      throw error;
    }
  }
}
