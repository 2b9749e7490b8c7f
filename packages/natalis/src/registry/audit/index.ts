// SPDX-License-Identifier: Apache-2.0
// The audit of a whole registry.

export { type AuditInput, auditLog } from "./audit.ts";
export type { ReadFacts, RecordedBirth } from "./facts.ts";
export type { AuditProblem, AuditProgress, AuditReport, AuditSubject } from "./report.ts";
