// SPDX-License-Identifier: Apache-2.0
// Parts of a registrar, for those who give them ports of their own: a simulation has them run in virtual time.

export { type CommitDatabase, PostgresCommitStore } from "./adapters/postgres/commit-store.ts";
export type { Transaction } from "./adapters/postgres/database.ts";
export { postgresError } from "./adapters/postgres/errors.ts";
export { type Answer, type Statement, untilAnswered } from "./adapters/postgres/runner.ts";
export { EventQueue, type QueueLimits } from "./pipeline/event-queue.ts";
export { pipelineError } from "./pipeline/errors.ts";
export type { BirthPreparer, PreparedTask, RequestTask } from "./pipeline/nursery.ts";
export { type BirthOutcome, Births } from "./service/births.ts";
export type { RefusedAttempt } from "./service/incidents.ts";
export { Lifecycle, type LifecycleVerb } from "./service/lifecycle.ts";
export { Proofs } from "./service/proofs.ts";
