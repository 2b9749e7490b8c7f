// SPDX-License-Identifier: Apache-2.0
// Weighs findings into one status: any "revoked" or "retired" wins; a suspension stands unless a newer event of the
// log lifted it; "active" counts only where it is fresh; what remains is unknown.

import type { DeviceState } from "../registry/index.ts";
import type { Finding, StatusSource } from "./finding.ts";

export interface DeviceStatus {
  readonly state: DeviceState | "unknown";
  /** The finding that decided; none where nothing did. */
  readonly decidedBy: Finding | undefined;
  /** The evidence that supports the state, with the age of each. */
  readonly sources: readonly StatusSource[];
}

/** Dates in lists and responses are whole seconds, so an event of the same second is not known to be newer. */
const listPrecision = 1000;

export function weighFindings(findings: readonly Finding[]): DeviceStatus {
  const final = findings.find(({ state }) => state === "revoked" || state === "retired");
  const suspended = findings.find((finding) => finding.state === "suspended" && !isLifted(finding, findings));
  const active = findings.find(({ about, state, fresh }) => about === "device" && state === "active" && fresh);
  const decidedBy = final ?? suspended ?? active;
  return { state: decidedBy?.state ?? "unknown", decidedBy, sources: sourcesOf(findings, decidedBy) };
}

/** Lifts a hold of the device's own certificate: the log says that the device became active after the hold began. */
function isLifted(hold: Finding, findings: readonly Finding[]): boolean {
  const { since } = hold;
  if (hold.about !== "device" || hold.kind === "state-proof" || since === undefined) return false;
  return findings.some(
    (finding) =>
      finding.kind === "state-proof" &&
      finding.state === "active" &&
      finding.fresh &&
      finding.since !== undefined &&
      finding.since.getTime() >= since.getTime() + listPrecision,
  );
}

function sourcesOf(findings: readonly Finding[], decidedBy: Finding | undefined): readonly StatusSource[] {
  const supporting = findings.filter(({ state, fresh }) => state === decidedBy?.state && (state !== "active" || fresh));
  return supporting.map(({ kind, asOf }) => ({ kind, asOf }));
}
