// SPDX-License-Identifier: Apache-2.0
// Steps 1 to 3 of a birth by the domain's own code, as the registrar's threads do them: in any order, bounded, and
// between any two steps the registrar or one of its threads may die.

import { nodeHash } from "@natalis/node";
import { type BirthPreparer, type RequestTask, type PreparedTask, pipelineError } from "@natalis/registrar/parts";
import { prepareBirth, signBirth } from "natalis/birth";
import type { Clock, Entropy } from "natalis/kernel";
import { unitTag } from "natalis/registry";
import { authenticator, authorityAt, testAuthority } from "./maker.ts";
import { mockVerifier } from "./mock-keys.ts";
import type { Incarnation, Scheduler } from "./scheduler.ts";
import type { Trace } from "./trace.ts";
import type { Weather } from "./weather.ts";

export interface PreparerContext {
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  readonly trace: Trace;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly owner: Incarnation;
}

const most = 6;
const { profile, issuingSigner } = testAuthority;

export class SimulatedThreads implements BirthPreparer {
  readonly #context: PreparerContext;
  underWay = 0;

  constructor(context: PreparerContext) {
    this.#context = context;
  }

  get isOpen(): boolean {
    return this.underWay < most;
  }

  get hasRoom(): boolean {
    return this.underWay < most / 2;
  }

  async prepare(task: RequestTask): Promise<PreparedTask> {
    if (!this.isOpen) throw pipelineError("NAT_PIPELINE_FULL", `${this.underWay} births`);
    this.underWay += 1;
    try {
      return await this.#prepare(task);
    } finally {
      this.underWay -= 1;
    }
  }

  async #prepare({ principal, request, known }: RequestTask): Promise<PreparedTask> {
    const { clock, entropy } = this.#context;
    await this.#step();
    const { model, serial } = request;
    const facts = known ?? { unitTag: await unitTag({ maker: profile.maker, model, serial }, authenticator) };
    const at = clock.now();
    const ports = { entropy, hash: nodeHash, verifier: mockVerifier };
    const context = { principal, profile, authority: authorityAt(at), at, ...ports };
    const prepared = await prepareBirth(request, facts, context);
    await this.#step();
    if (prepared.kind === "stored") return { kind: "stored" };
    const event = await signBirth(prepared, issuingSigner, nodeHash);
    await this.#step();
    return { kind: "signed", event };
  }

  async #step(): Promise<void> {
    const { scheduler, weather, trace, owner } = this.#context;
    await scheduler.pause(owner, scheduler.random.between(1, 3));
    if (!scheduler.random.chance(weather.faults.threadDeath)) return;
    trace.note(scheduler.now, owner.name, "loses a thread");
    throw pipelineError("NAT_PIPELINE_WORKER", "by chance");
  }
}
