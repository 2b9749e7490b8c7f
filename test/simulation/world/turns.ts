// SPDX-License-Identifier: Apache-2.0
// Turns at the head of the log, as a store with locks may offer them: one registrar at a time, and whoever loses its
// connection or dies loses its turn. Nothing rests on them: the head is compared all the same.

import { registryError } from "natalis/registry";
import type { Incarnation } from "./scheduler.ts";
import type { Wire } from "./wire.ts";

const patience = 20;

export class Turns {
  #holder: Incarnation | undefined;

  /** @throws NAT_REGISTRY_BUSY, and what connection and work throw */
  async inTurn<T>(wire: Wire, owner: Incarnation, work: () => Promise<T>): Promise<T> {
    const give = () => this.#give(owner);
    for (let asked = 0; !(await wire.ask("turn", () => this.#take(owner), give)); asked++) {
      if (asked === patience) throw registryError("NAT_REGISTRY_BUSY", "no turn");
      await wire.wait();
    }
    return work().finally(give);
  }

  /** The store crashed. */
  forget(): void {
    this.#holder = undefined;
  }

  #take(owner: Incarnation): boolean {
    if (this.#holder?.isAlive) return false;
    this.#holder = owner;
    return true;
  }

  #give(owner: Incarnation): void {
    if (this.#holder === owner) this.#holder = undefined;
  }
}
