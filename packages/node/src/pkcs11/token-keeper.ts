// SPDX-License-Identifier: Apache-2.0
// A token for a service: a thread of its own holds the login and signs, so that nobody else waits while the token
// works, and brings the session back when the token was away. Threads that sign much use the same login (token-key.ts).

import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { algorithmOfPublicKey } from "natalis/formats";
import type { Signer } from "natalis/kernel";
import { pkcs11Error } from "./errors.ts";
import { errorOf, type FromKeeper, type KeeperTask, type ToKeeper } from "./keeper-messages.ts";
import { TokenGate } from "./token-gate.ts";
import type { TokenKeyPlace } from "./token-key.ts";
import { describeToken, type KeyName, type TokenName } from "./uri.ts";

export interface TokenKeeperOptions {
  /** The module: a shared library's path, or a name that the system's loader finds. Its code runs in this process. */
  readonly module: string;
  readonly token: TokenName;
  readonly pin: string;
  readonly keys: readonly KeyName[];
  /** Milliseconds between looks at the token; absent: a second. */
  readonly interval?: number;
  /** Told when the token is lost, and with undefined when it is back. */
  readonly changed?: (cause: Error | undefined) => void;
}

interface Waiting {
  readonly resolve: (signature: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** How long a token may take to let go of us. */
const closeMilliseconds = 5000;

export class TokenKeeper {
  readonly #options: TokenKeeperOptions;
  readonly #gate = new TokenGate();
  readonly #thread: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #publicKeys: readonly Uint8Array[] = [];
  #number = 0;
  #cause: Error | undefined;
  #isClosed = false;

  private constructor(options: TokenKeeperOptions) {
    const { module, token, pin, keys, interval = 1000 } = options;
    this.#options = options;
    const task: KeeperTask = { module, token, pin, keys, interval, gate: this.#gate.memory };
    const file = new URL(`./keeper-thread${extname(import.meta.url)}`, import.meta.url);
    this.#thread = new Worker(file, { name: "token", workerData: task });
  }

  /**
   * Logs in and finds the keys. @throws NAT_PKCS11_UNAVAILABLE, NAT_PKCS11_MODULE, NAT_PKCS11_TOKEN, NAT_PKCS11_PIN,
   * NAT_PKCS11_KEY, NAT_PKCS11_ALGORITHM, NAT_PKCS11_FAILED
   */
  static async open(options: TokenKeeperOptions): Promise<TokenKeeper> {
    const keeper = new TokenKeeper(options);
    try {
      await keeper.#opened();
      return keeper;
    } catch (error) {
      keeper.#isClosed = true;
      await keeper.#thread.terminate();
      throw error;
    }
  }

  /** Why the token does not sign now; undefined while it does. */
  get cause(): Error | undefined {
    return this.#cause;
  }

  /** The signer of the key at this index of `keys`: signatures are made in the token's thread. */
  signer(index: number): Signer {
    const publicKey = this.#publicKeys[index] as Uint8Array;
    return { algorithm: algorithmOfPublicKey(publicKey), publicKey, sign: (data) => this.#sign(index, data) };
  }

  /** The same key for `signerInToken` in another thread of this process. */
  place(index: number): TokenKeyPlace {
    const { module, token, keys } = this.#options;
    const [key, publicKey] = [keys[index] as KeyName, this.#publicKeys[index] as Uint8Array];
    return { module, token, key, publicKey, gate: this.#gate.memory };
  }

  /** Ends the login; other threads must not be signing any more. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const ended = new Promise<void>((resolve) => this.#thread.once("exit", () => resolve()));
    this.#post({ kind: "close" });
    // A token that does not answer must not keep the process.
    const limit = new Promise<void>((resolve) => setTimeout(resolve, closeMilliseconds).unref());
    await Promise.race([ended, limit]);
    this.#thread.unref();
  }

  #opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#thread.on("message", (message: FromKeeper) => {
        if (message.kind === "opened") {
          this.#publicKeys = message.publicKeys;
          resolve();
        } else if (message.kind === "failed") reject(errorOf(message.cause));
        else this.#take(message);
      });
      this.#thread.once("error", (error) => this.#end(error, reject));
      this.#thread.once("exit", () => this.#end(undefined, reject));
    });
  }

  #take(message: Exclude<FromKeeper, { kind: "opened" | "failed" }>): void {
    if (message.kind === "state") {
      this.#cause = message.cause && errorOf(message.cause);
      this.#options.changed?.(this.#cause);
      return;
    }
    const waiting = this.#waiting.get(message.number);
    this.#waiting.delete(message.number);
    if (message.kind === "signed") waiting?.resolve(message.signature);
    else waiting?.reject(errorOf(message.cause));
  }

  #sign(key: number, data: Uint8Array): Promise<Uint8Array> {
    if (this.#isClosed) return Promise.reject(pkcs11Error("NAT_PKCS11_CLOSED", describeToken(this.#options.token)));
    return new Promise((resolve, reject) => {
      const number = this.#number++;
      this.#waiting.set(number, { resolve, reject });
      this.#post({ kind: "sign", number, key, data });
    });
  }

  /** Without its thread there is no way back: a service has to be started anew. */
  #end(cause: unknown, reject: (error: unknown) => void): void {
    const error = pkcs11Error("NAT_PKCS11_CLOSED", `${describeToken(this.#options.token)}: its thread ended`, cause);
    reject(error);
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cause = error;
    this.#options.changed?.(error);
  }

  #post(message: ToKeeper): void {
    this.#thread.postMessage(message);
  }
}
