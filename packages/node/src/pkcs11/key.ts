// SPDX-License-Identifier: Apache-2.0
// A private key in a token as a Signer. The token signs a hash made here, and gives r and s side by side (PKCS#11
// 2.40 mechanisms, 2.3.1); X.509 wants them in DER.

import { hash } from "node:crypto";
import { type EvidenceStatement, encodePkcs11Declaration, pkcs11DeclaredFormat } from "natalis/birth";
import { signatureFromCose } from "natalis/formats";
import { equalBytes, isNatalisError, type SignatureAlgorithm } from "natalis/kernel";
import { nodeHash } from "../hash.ts";
import type { NodeSigner } from "../keys.ts";
import { nodeSignatureVerifier } from "../signature-verifier.ts";
import { attributes, type Handle } from "./cryptoki.ts";
import { pkcs11Error } from "./errors.ts";
import { findKeyPair, type KeyPair, readAttribute } from "./key-pair.ts";
import { type OpenSession, type TokenSession, unpadded } from "./token-session.ts";
import { describeKey, type KeyName } from "./uri.ts";

/** CK_BBOOL: CK_TRUE. */
const isTrue = 0x01;
/** Larger than any signature: a token must find room, or it keeps the operation open. */
const signatureRoom = 1024;

export class Pkcs11Key implements NodeSigner {
  readonly name: KeyName;
  readonly algorithm: SignatureAlgorithm;
  readonly publicKey: Uint8Array;
  readonly #session: TokenSession;
  readonly #pair: KeyPair;
  /** Where the private key is in each session. */
  readonly #handles = new WeakMap<OpenSession, Handle>();

  /**
   * Finds the key, and has it sign once: nothing else ties the two halves in a token together.
   * @throws NAT_PKCS11_KEY, NAT_PKCS11_ALGORITHM, NAT_PKCS11_CLOSED, NAT_PKCS11_FAILED
   */
  constructor(session: TokenSession, name: KeyName) {
    this.#session = session;
    this.name = name;
    this.#pair = session.run((opened) => this.#find(opened));
    this.algorithm = this.#pair.kind.algorithm;
    this.publicKey = this.#pair.publicKey;
    const probe = new Uint8Array(32);
    if (!nodeSignatureVerifier.verify(this.algorithm, this.publicKey, probe, this.sign(probe)))
      throw pkcs11Error("NAT_PKCS11_KEY", `private and public half of ${describeKey(name)} do not belong together`);
  }

  /** Blocks until the token has signed. @throws NAT_PKCS11_CLOSED, NAT_PKCS11_FAILED, NAT_PKCS11_KEY where it is gone */
  sign(data: Uint8Array): Uint8Array {
    const { kind } = this.#pair;
    const message = kind.digest === undefined ? withPlace(data) : hash(kind.digest, data, "buffer");
    const signature = this.#session.run((opened) => {
      const { cryptoki, session } = opened;
      cryptoki.C_SignInit(session, { mechanism: kind.signing }, this.#handleIn(opened));
      return cryptoki.C_Sign(session, message, Buffer.alloc(signatureRoom));
    });
    try {
      return signatureFromCose(kind.algorithm, Uint8Array.from(signature));
    } catch (cause) {
      if (!isNatalisError(cause, "NAT_ALGORITHM_SIGNATURE")) throw cause;
      throw pkcs11Error("NAT_PKCS11_FAILED", "what the token gave is no signature", cause);
    }
  }

  /**
   * The token's word that this key was made inside it and cannot leave it, as evidence for its birth. An imported key
   * has been outside: for it, nothing is declared.
   * @throws NAT_PKCS11_UNDECLARED, NAT_PKCS11_CLOSED, NAT_PKCS11_FAILED
   */
  declare(): EvidenceStatement {
    return this.#session.run((opened) => {
      for (const [name, type, due] of declaredAttributes)
        if (readAttribute(opened, this.#handleIn(opened), type)?.equals(Uint8Array.of(due)) !== true)
          throw pkcs11Error("NAT_PKCS11_UNDECLARED", `${describeKey(this.name)}: ${name} is not ${due === isTrue}`);
      const { manufacturerID, model, serialNumber } = opened.cryptoki.C_GetTokenInfo(opened.slot);
      const statement = encodePkcs11Declaration({
        keyHash: nodeHash.sha256(this.publicKey),
        alwaysSensitive: true,
        neverExtractable: true,
        local: true,
        manufacturer: unpadded(manufacturerID),
        model: unpadded(model),
        tokenSerial: unpadded(serialNumber),
      });
      return { format: pkcs11DeclaredFormat, statement };
    });
  }

  #handleIn(opened: OpenSession): Handle {
    const known = this.#handles.get(opened);
    if (known !== undefined) return known;
    const { publicKey, privateKey } = this.#find(opened);
    if (!equalBytes(publicKey, this.publicKey))
      throw pkcs11Error("NAT_PKCS11_KEY", `${describeKey(this.name)} names another key now`);
    return privateKey;
  }

  #find(opened: OpenSession): KeyPair {
    const pair = findKeyPair(opened, this.name);
    this.#handles.set(opened, pair.privateKey);
    return pair;
  }
}

/** A copy that has an address even where it is empty: modules take a null pointer for a mistake. */
function withPlace(data: Uint8Array): Buffer {
  const message = Buffer.alloc(data.length + 1).subarray(0, data.length);
  message.set(data);
  return message;
}

/** What the standard calls a key that was made in the token and never could be read (PKCS#11 2.40, 4.9). */
const declaredAttributes = [
  ["CKA_SENSITIVE", attributes.sensitive, 1],
  ["CKA_ALWAYS_SENSITIVE", attributes.alwaysSensitive, 1],
  ["CKA_EXTRACTABLE", attributes.extractable, 0],
  ["CKA_NEVER_EXTRACTABLE", attributes.neverExtractable, 1],
  ["CKA_LOCAL", attributes.local, 1],
] as const;
