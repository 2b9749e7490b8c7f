// SPDX-License-Identifier: Apache-2.0
// What the threads of a process must agree on about one module: whether it is being started anew, when nobody may be
// inside (PKCS#11 2.40, 5.4: C_Finalize beside any other call is undefined), and how often its sessions were lost, since
// a handle of an old session may name somebody's new one. Words of shared memory; who is kept out is told at once.

/** Calls that are inside, and `closing` where no more may come in. */
const inside = 0;
const generation = 1;
/** Never changes: waiting for it to is sleep. */
const still = 2;
const words = 3;
const closing = 1 << 30;

/** How long a call that is inside may take to come out, and how often that is looked at, milliseconds. */
const closeMilliseconds = 2000;
const lookMilliseconds = 5;

export class TokenGate {
  /** For other threads, which make a gate of their own around it. */
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory = new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** Sessions of another generation are lost. */
  get generation(): number {
    return Atomics.load(this.#words, generation);
  }

  /** Sessions of generation `seen` are lost; told by many, it counts once. */
  lose(seen: number): void {
    Atomics.compareExchange(this.#words, generation, seen, seen + 1);
  }

  /** Whether one may call the module; then each `enter` needs its `leave`. */
  enter(): boolean {
    const before = Atomics.add(this.#words, inside, 1);
    if ((before & closing) === 0) return true;
    this.leave();
    return false;
  }

  leave(): void {
    Atomics.sub(this.#words, inside, 1);
  }

  /** Lets nobody in and waits until all are out. Answers false, with the gate open, where one stays; else `open` it. */
  close(limit = closeMilliseconds): boolean {
    Atomics.or(this.#words, inside, closing);
    for (let waited = 0; waited <= limit; waited += lookMilliseconds) {
      if (Atomics.load(this.#words, inside) === closing) return true;
      Atomics.wait(this.#words, still, 0, lookMilliseconds);
    }
    this.open();
    return false;
  }

  open(): void {
    Atomics.and(this.#words, inside, ~closing);
  }
}
