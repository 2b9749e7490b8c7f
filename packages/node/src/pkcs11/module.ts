// SPDX-License-Identifier: Apache-2.0
// PKCS#11 modules of this process. A module is loaded once and stays; it is initialised (C_Initialize, PKCS#11 2.40,
// 5.4) for its first user and finalised after its last, so that a token can be taken out or set up anew in between.

import { createRequire } from "node:module";
import { type Cryptoki, osLockingOk, returnValues } from "./cryptoki.ts";
import { pkcs11Error } from "./errors.ts";
import { isRefusal } from "./refusal.ts";

interface Binding {
  readonly PKCS11: new () => Cryptoki;
}

export class Pkcs11Module {
  readonly path: string;
  readonly cryptoki: Cryptoki;
  #users = 0;
  #isOurs = false;

  constructor(path: string, cryptoki: Cryptoki) {
    this.path = path;
    this.cryptoki = cryptoki;
  }

  /** Each `acquire` needs its `release`. @throws NAT_PKCS11_MODULE */
  acquire(): void {
    if (this.#users === 0) this.initialize();
    this.#users++;
  }

  /** Again, where someone else in this process finalised it. @throws NAT_PKCS11_MODULE */
  initialize(): void {
    try {
      this.cryptoki.C_Initialize({ flags: osLockingOk });
      this.#isOurs = true;
    } catch (cause) {
      // Another part of this process (a TLS engine, another thread) uses it too; then it is theirs to finalise.
      if (!isRefusal(cause, returnValues.cryptokiAlreadyInitialized))
        throw pkcs11Error("NAT_PKCS11_MODULE", `${this.path} does not start`, cause);
    }
  }

  /**
   * Ends all that goes through it, and begins again: how modules see what was taken out and put back. Nobody else may
   * be inside. @throws NAT_PKCS11_MODULE
   */
  restart(): void {
    this.#finalize();
    this.initialize();
  }

  release(): void {
    if (--this.#users > 0 || !this.#isOurs) return;
    this.#isOurs = false;
    this.#finalize();
  }

  #finalize(): void {
    try {
      this.cryptoki.C_Finalize();
    } catch (error) {
      if (!isRefusal(error, returnValues.cryptokiNotInitialized)) throw error;
    }
  }
}

const loaded = new Map<string, Pkcs11Module>();

/**
 * The module of a shared library. Loading runs the library's code in this process: the path is the operator's to give.
 * @throws NAT_PKCS11_UNAVAILABLE, NAT_PKCS11_MODULE
 */
export function loadModule(path: string): Pkcs11Module {
  const { PKCS11 } = loadBinding();
  const known = loaded.get(path);
  if (known !== undefined) return known;
  const cryptoki = new PKCS11();
  try {
    cryptoki.load(path);
  } catch (cause) {
    throw pkcs11Error("NAT_PKCS11_MODULE", path, cause);
  }
  const module = new Pkcs11Module(path, cryptoki);
  loaded.set(path, module);
  return module;
}

/** Required, not imported: so these sources compile, and all else runs, where the optional package is absent. */
function loadBinding(): Binding {
  try {
    return createRequire(import.meta.url)("pkcs11js") as Binding;
  } catch (cause) {
    throw pkcs11Error("NAT_PKCS11_UNAVAILABLE", "npm install pkcs11js (it needs a C++ compiler)", cause);
  }
}
