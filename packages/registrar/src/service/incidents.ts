// SPDX-License-Identifier: Apache-2.0
// Births that were refused because a key, a unit or evidence was born before, entered in the log. The same attempt is
// entered once; of a flood of different ones each station has so many entered, and the rest are counted in its next
// entry. Whoever was refused is told so whatever becomes of the entry: the refusal waits for it a moment, so that as a
// rule what was answered is on record, and never for long.

import { setTimeout as wait } from "node:timers/promises";
import { type Clock, isNatalisError } from "natalis/kernel";
import { attemptKey, type IncidentAttempt, type RefusedBirthEvent } from "natalis/registry";
import type { Entered } from "../pipeline/event-queue.ts";

/** What is refused this way. */
export const reuseCodes = ["NAT_BIRTH_KEY_REUSED", "NAT_BIRTH_UNIT_REUSED", "NAT_BIRTH_EVIDENCE_REUSED"] as const;

export interface RefusedAttempt extends IncidentAttempt {
  /** The device that holds what was claimed again. */
  readonly deviceId?: Uint8Array;
}

/** What became of a refused birth: entered at an index, with so many before it that were not; or not entered. */
export type IncidentTold = RefusedAttempt & { readonly unrecorded: number } & (
    | { readonly entry: number }
    | { readonly error: unknown }
  );

export interface IncidentLimits {
  /** Entries of one station in a row, and after how many milliseconds it may have another one. */
  readonly burst: number;
  readonly refillMilliseconds: number;
  /** Attempts that are known to be entered without asking the registry. */
  readonly remembered: number;
  /** How long a refusal waits for its entry. */
  readonly waitMilliseconds: number;
}

const defaultLimits: IncidentLimits = {
  burst: 100,
  refillMilliseconds: 10_000,
  remembered: 10_000,
  waitMilliseconds: 1000,
};

/** Of one station: what it may have entered now, and what was not entered since its last entry. */
interface Account {
  tokens: number;
  at: number;
  skipped: number;
  last: RefusedAttempt | undefined;
  flushing: NodeJS.Timeout | undefined;
}

export class Incidents {
  readonly #queue: { submit(event: RefusedBirthEvent): Promise<Entered> };
  readonly #clock: Clock;
  readonly #limits: IncidentLimits;
  readonly #accounts = new Map<string, Account>();
  /** Entered, or about to be, the oldest first. */
  readonly #known = new Map<string, Promise<void>>();
  #listener: (told: IncidentTold) => void = () => undefined;
  #closed = false;

  constructor(queue: { submit(event: RefusedBirthEvent): Promise<Entered> }, clock: Clock, limits = defaultLimits) {
    this.#queue = queue;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Who hears of every refused birth that is entered or could not be. */
  listen(listener: (told: IncidentTold) => void): void {
    this.#listener = listener;
  }

  /** Never throws, and answers soon, whatever becomes of it. */
  async note(attempt: RefusedAttempt): Promise<void> {
    const key = attemptKey(attempt);
    const known = this.#known.get(key);
    if (known !== undefined) return this.#awhile(known);
    const account = this.#accountOf(attempt.station);
    if (account.tokens < 1) return this.#skip(account, attempt);
    account.tokens -= 1;
    await this.#awhile(this.#remember(key, this.#enter(account, attempt)));
  }

  /** Enters what is left of floods; before the queue is closed. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(Array.from(this.#accounts.values(), (account) => this.#flush(account)));
    await Promise.all(this.#known.values());
  }

  async #awhile(recorded: Promise<void>): Promise<void> {
    const done = new AbortController();
    const waited = wait(this.#limits.waitMilliseconds, undefined, { signal: done.signal, ref: false });
    await Promise.race([recorded, waited.catch(() => undefined)]).finally(() => done.abort());
  }

  #remember(key: string, recorded: Promise<void>): Promise<void> {
    this.#known.set(key, recorded);
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#limits.remembered && oldest !== undefined) this.#known.delete(oldest);
    return recorded;
  }

  #skip(account: Account, attempt: RefusedAttempt): void {
    account.skipped += 1;
    account.last = attempt;
    if (this.#closed) return;
    account.flushing ??= setTimeout(() => void this.#flush(account), this.#limits.refillMilliseconds).unref();
  }

  /** The last one that was not entered stands for the others. */
  async #flush(account: Account): Promise<void> {
    clearTimeout(account.flushing);
    account.flushing = undefined;
    const { last } = account;
    if (last === undefined) return;
    this.#accountOf(last.station).tokens -= 1;
    account.skipped -= 1;
    await this.#remember(attemptKey(last), this.#enter(account, last));
  }

  async #enter(account: Account, attempt: RefusedAttempt): Promise<void> {
    const { skipped: unrecorded } = account;
    account.skipped = 0;
    account.last = undefined;
    const { station, code, keyHash, unitTag, deviceId } = attempt;
    const rest = { ...(deviceId && { deviceId }), ...(unrecorded > 0 && { unrecorded }) };
    const event = { type: "birth-refused", actor: station, station, code, keyHash, unitTag, ...rest } as const;
    try {
      const { index } = await this.#queue.submit(event);
      this.#listener({ ...attempt, unrecorded, entry: index });
    } catch (error) {
      account.skipped += unrecorded;
      // Entered before: by this registrar, by another one, or before a restart.
      if (isNatalisError(error, "NAT_REGISTRY_DUPLICATE")) return;
      this.#known.delete(attemptKey(attempt));
      this.#skip(account, attempt);
      this.#listener({ ...attempt, unrecorded: account.skipped, error });
    }
  }

  /** With what time has given it since. */
  #accountOf(station: string): Account {
    const { burst, refillMilliseconds } = this.#limits;
    const now = this.#clock.now().getTime();
    const account = this.#accounts.get(station) ?? newAccount(burst, now);
    const tokens = Math.floor(Math.max(now - account.at, 0) / refillMilliseconds);
    account.tokens = Math.min(account.tokens + tokens, burst);
    account.at += tokens * refillMilliseconds;
    this.#accounts.set(station, account);
    return account;
  }
}

function newAccount(tokens: number, at: number): Account {
  return { tokens, at, skipped: 0, last: undefined, flushing: undefined };
}
