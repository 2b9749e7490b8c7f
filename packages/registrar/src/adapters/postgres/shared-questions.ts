// SPDX-License-Identifier: Apache-2.0
// Many requests of one station ask at once who it is, and each must hear what the database says after it came: what was
// revoked before is revoked. So a question that is under way answers nobody who came later, but all of those share the
// next one. Of a thousand at once, two are asked.

interface Turn<Answer> {
  /** Resolves when the question that is under way is answered or has failed. */
  readonly current: Promise<unknown>;
  next: Promise<Answer> | undefined;
}

export class SharedQuestions<Answer> {
  readonly #turns = new Map<string, Turn<Answer>>();

  /** What `ask` answers or throws, begun at this call or after it. Who gives the same key asks the same. */
  ask(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const turn = this.#turns.get(key);
    if (turn === undefined) return this.#begin(key, ask);
    turn.next ??= turn.current.then(() => this.#begin(key, ask));
    return turn.next;
  }

  #begin(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const answer = ask();
    const current = answer.catch(() => undefined);
    const turn: Turn<Answer> = { current, next: undefined };
    this.#turns.set(key, turn);
    void this.#forget(key, turn);
    return answer;
  }

  async #forget(key: string, turn: Turn<Answer>): Promise<void> {
    await turn.current;
    if (turn.next === undefined) this.#turns.delete(key);
  }
}
