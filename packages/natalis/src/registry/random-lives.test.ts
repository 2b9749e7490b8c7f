// SPDX-License-Identifier: Apache-2.0
// Random lives of many devices, with commits that fail before and after they are stored, restarts, and a second writer:
// after every step the audit is clean, and every receipt and state proof that was handed out or can be had verifies.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isNatalisError, portableHash } from "../kernel/index.ts";
import {
  enrolment,
  type InjectedFailure,
  lifecycleEvent,
  madeUpBirth,
  openUnsafeTestLog,
  readMadeUpFacts,
  refusedBirth,
  testOrigin,
  type UnsafeTestLog,
} from "../testing/index.ts";
import { auditLog } from "./audit/index.ts";
import type { RegistryEvent } from "./events.ts";
import type { LifecycleEventType } from "./lifecycle.ts";
import { openRegistry } from "./open.ts";
import type { DeviceState } from "./ports.ts";
import { receiptOf, verifyReceipt } from "./receipt.ts";
import type { EventOutcome } from "./sequencer.ts";
import { stateProofOf, verifyStateProof } from "./state-proof.ts";

const hash = portableHash;

type Step =
  | {
      readonly kind: "commit";
      readonly events: readonly RegistryEvent[];
      readonly failure: InjectedFailure | undefined;
    }
  | { readonly kind: "restart" }
  | { readonly kind: "second writer"; readonly events: readonly RegistryEvent[] };

const numbers = fc.nat(14);
const idOf = (number: number) => madeUpBirth(number).device.id;
const event: fc.Arbitrary<RegistryEvent> = fc.oneof(
  { weight: 4, arbitrary: numbers.map((number) => madeUpBirth(number)) },
  { weight: 1, arbitrary: numbers.map((number) => madeUpBirth(number + 50, { station: "small" })) },
  { weight: 1, arbitrary: fc.tuple(numbers, numbers).map(([one, other]) => sharingKey(one, other)) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom<LifecycleEventType>("suspended", "suspended", "resumed", "revoked", "retired"), numbers)
      .map(([type, number]) => lifecycleEvent(type, idOf(number))),
  },
  { weight: 1, arbitrary: numbers.map((number) => enrolment(`station-${number}`)) },
  { weight: 1, arbitrary: numbers.map((number) => refusedBirth(number % 3)) },
  { weight: 1, arbitrary: numbers.map((number) => withEvidence(number)) },
  { weight: 1, arbitrary: numbers.map((number) => onTerms(number)) },
  { weight: 1, arbitrary: fc.constant({ type: "operator-revoked", operatorId: "small", actor: "admin" } as const) },
);
const events = fc.array(event, { maxLength: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("commit" as const),
      events,
      failure: fc.constantFrom<InjectedFailure | undefined>(undefined, undefined, "before", "after"),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "restart" } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("second writer" as const), events }) },
);

test("whatever happens, the registry stays sound and keeps what it answered", async () => {
  const run = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
    const life = new Life(await openUnsafeTestLog());
    await life.log.enter(enrolment("small", { quota: 2 }));
    const units = Array.from({ length: 8 }, (_, number) => ({ serial: `S-${number + 300}` }));
    await life.log.registry.stores.expectations.expect("meter", units);
    for (const next of steps) {
      await life.take(next);
      await life.check();
    }
  });
  await fc.assert(run, { numRuns: 20, seed: 20261124 });
});

class Life {
  log: UnsafeTestLog;
  /** What was answered: entry bytes and receipts, and the state that followed. */
  readonly #answers: Extract<EventOutcome, { kind: "entered" }>[] = [];
  readonly #states = new Map<string, DeviceState>();

  constructor(log: UnsafeTestLog) {
    this.log = log;
  }

  async take(next: Step): Promise<void> {
    if (next.kind === "restart") await this.#restart();
    else if (next.kind === "second writer") this.#note(await this.log.over(this.log.registry).commit(...next.events));
    else await this.#commit(next.events, next.failure);
  }

  async check(): Promise<void> {
    await this.#checkAudit();
    for (const { entry, receipt, index } of this.#answers) {
      assert.equal((await verifyReceipt(receipt, entry, this.log.trust)).index, index);
      await verifyReceipt(await receiptOf(index, this.log.registry.stores, hash), entry, this.log.trust);
    }
    for (const { id, serial } of this.log.registry.tables.devices) {
      const proof = await stateProofOf(id, this.log.registry.stores, hash);
      const { state } = await verifyStateProof(proof, this.log.trust, { at: this.log.now, maximum: 3600 });
      assert.equal(state, this.#states.get(serial) ?? state);
    }
  }

  async #restart(): Promise<void> {
    const { registry, mirror } = this.log;
    await openRegistry({ stores: registry.stores, mirror, origin: testOrigin, hash });
    this.log = this.log.over(registry);
  }

  async #commit(batch: readonly RegistryEvent[], failure: InjectedFailure | undefined): Promise<void> {
    this.log.registry.failCommits(failure);
    try {
      this.#note(await this.log.commit(...batch));
    } catch (error) {
      assert.ok(isNatalisError(error, "NAT_TESTING_INJECTED") && failure === "before", String(error));
    }
    this.log.registry.failCommits();
  }

  #note(outcomes: readonly EventOutcome[]): void {
    for (const outcome of outcomes) {
      if (outcome.kind === "refused") continue;
      this.#answers.push(outcome);
      if (outcome.device !== undefined) this.#states.set(outcome.device.serial, outcome.device.state);
    }
  }

  async #checkAudit(): Promise<void> {
    const { registry, mirror, trust } = this.log;
    const report = await auditLog({
      stores: registry.stores,
      mirror,
      origin: testOrigin,
      readFacts: readMadeUpFacts,
      ...trust,
    });
    assert.deepEqual(report.problems, []);
    const born = new Set(this.#answers.map(({ device }) => device?.serial).filter((serial) => serial !== undefined));
    assert.ok(report.devices >= born.size);
  }
}

function withEvidence(number: number): RegistryEvent {
  return madeUpBirth(number + 200, {}, { evidence: [new Uint8Array(32).fill(number % 5)] });
}

function onTerms(number: number): RegistryEvent {
  return madeUpBirth(number + 300, {}, { terms: { listed: true, quota: 12 } });
}

function sharingKey(one: number, other: number): RegistryEvent {
  const { keyHash } = madeUpBirth(one).device;
  const record = madeUpBirth(other + 100, { keyHash });
  return record;
}
