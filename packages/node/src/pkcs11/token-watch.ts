// SPDX-License-Identifier: Apache-2.0
// Looks after a session that must not stay lost: asks every so often whether the token is there, and brings it back,
// less and less often the longer it stays away. A PIN that was refused ends the watch: each try brings a token nearer to
// locking itself.

import { isNatalisError } from "natalis/kernel";
import type { TokenSession } from "./token-session.ts";

export interface WatchOptions {
  /** Milliseconds between looks while all is well, and the first pause once it is not. */
  readonly interval: number;
  readonly longestPause: number;
  /** Called with undefined when the token is there, else with what is wrong; for every change, and every other cause. */
  readonly changed: (cause: unknown) => void;
}

type Watched = Pick<TokenSession, "check" | "restart">;

export class TokenWatch {
  readonly #session: Watched;
  readonly #options: WatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #isEnded = false;

  constructor(session: Watched, options: WatchOptions) {
    this.#session = session;
    this.#options = options;
    this.#wait(options.interval);
  }

  /** Something went wrong: look now, unless the next look is due to a pause. */
  alarm(): void {
    if (this.#failures === 0 && !this.#isEnded) this.#look();
  }

  stop(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }

  #look(): void {
    const { interval, longestPause } = this.#options;
    const cause = this.#mend();
    if (cause !== undefined || this.#failures > 0) this.#options.changed(cause);
    this.#failures = cause === undefined ? 0 : this.#failures + 1;
    if (isNatalisError(cause, "NAT_PKCS11_PIN")) this.stop();
    this.#wait(Math.min(interval * 2 ** Math.max(this.#failures - 1, 0), longestPause));
  }

  /** What is wrong still; a new session first, since a restart is felt by every thread. */
  #mend(): unknown {
    try {
      this.#session.check();
      return undefined;
    } catch (error) {
      if (isNatalisError(error, "NAT_PKCS11_PIN")) return error;
      return this.#restart(error);
    }
  }

  #restart(cause: unknown): unknown {
    try {
      return this.#session.restart() ? undefined : cause;
    } catch (error) {
      return error;
    }
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (!this.#isEnded) this.#timer = setTimeout(() => this.#look(), milliseconds).unref();
  }
}
