// SPDX-License-Identifier: Apache-2.0
// The evidence that a birth came with, and the same verified again, years later: against the roots and the revocation
// lists that are known by then (DESIGN 5). What the record says does not change; what it is still worth is told.

import { nodeHash } from "@natalis/node";
import {
  type AppraisedStatement,
  type BirthRecord,
  type EvidenceBinding,
  type EvidenceFinding,
  type EvidenceVerifier,
  type KeptEvidence,
  parseBirthRecord,
  parseKeptEvidence,
} from "natalis/birth";
import { parseCertificate } from "natalis/formats";
import { type Clock, equalBytes, formatUuid, isNatalisError } from "natalis/kernel";
import type { DeviceRow, KeptEvidenceStore } from "natalis/registry";
import { evidenceVerifiers, type SharedEvidence } from "../pipeline/evidence.ts";
import { serviceError } from "./errors.ts";
import type { Proofs } from "./proofs.ts";

export interface KeptEvidencesContext {
  readonly stores: { readonly keptEvidence: KeptEvidenceStore };
  readonly proofs: Pick<Proofs, "device" | "birth">;
  /** Roots and lists as they are known now. */
  readonly known: () => Promise<SharedEvidence>;
  readonly clock: Clock;
}

/** The evidence of one birth. */
export interface ShownEvidence {
  readonly device: DeviceRow;
  readonly statements: readonly AppraisedStatement[];
  /** Whether it was bound to a nonce of ours. */
  readonly isFresh: boolean;
}

/** What one statement proves now. */
export interface RecheckedStatement {
  readonly format: string;
  /** What it proved at the birth. */
  readonly custodyThen: number;
  /** What it proves now; 0 where it is refused. */
  readonly custodyNow: number;
  readonly finding?: EvidenceFinding;
  /** Why it is refused now. */
  readonly refusal?: { readonly code: string; readonly detail: string };
  /** One sentence for each thing that is not as it was. */
  readonly changes: readonly string[];
}

export interface RecheckedEvidence {
  readonly device: DeviceRow;
  readonly at: Date;
  /** The most that any statement proves now. */
  readonly custodyNow: number;
  readonly statements: readonly RecheckedStatement[];
}

export class KeptEvidences {
  readonly #context: KeptEvidencesContext;

  constructor(context: KeptEvidencesContext) {
    this.#context = context;
  }

  /** @throws NAT_SERVICE_NOT_FOUND, NAT_SERVICE_DATA where what is kept is not what the record names */
  async show(deviceId: Uint8Array): Promise<ShownEvidence> {
    const { device, kept } = await this.#read(deviceId);
    return { device, statements: kept.statements, isFresh: kept.nonce !== undefined };
  }

  /** @throws as `show`, and NAT_SERVICE_EVIDENCE where the roots of now are not sound */
  async recheck(deviceId: Uint8Array): Promise<RecheckedEvidence> {
    const { device, kept, publicKey } = await this.#read(deviceId);
    const { clock, known } = this.#context;
    const [at, verifiers] = [clock.now(), evidenceVerifiers(await known())];
    const { nonce, activation } = kept;
    const bound = { ...(nonce && { nonce }), ...(activation && { activation }) };
    const binding = { publicKey, factsHash: device.factsHash, ...bound };
    const statements: RecheckedStatement[] = [];
    for (const statement of kept.statements) statements.push(await recheckOne(statement, binding, verifiers, at));
    const custodyNow = Math.max(0, ...statements.map((one) => one.custodyNow));
    return { device, at, custodyNow, statements };
  }

  async #read(deviceId: Uint8Array): Promise<{ device: DeviceRow; kept: KeptEvidence; publicKey: Uint8Array }> {
    const { stores, proofs } = this.#context;
    const device = await proofs.device(deviceId);
    const body = await stores.keptEvidence.keptEvidence(device.ordinal);
    const birth = await proofs.birth(deviceId);
    const record = parseBirthRecord(birth.record);
    if (body === undefined && record.evidence.length === 0)
      throw serviceError("NAT_SERVICE_NOT_FOUND", `evidence of ${formatUuid(deviceId)}: its birth came with none`);
    if (body === undefined)
      throw serviceError("NAT_SERVICE_DATA", "the evidence that the birth record names is not kept any more");
    const kept = parseKeptEvidence(body);
    requireRecorded(kept, record);
    return { device, kept, publicKey: parseCertificate(birth.certificate).publicKey };
  }
}

/** The certificate commits to the record, and the record to each statement and to the most that they proved together. */
function requireRecorded({ statements }: KeptEvidence, { evidence, custody }: BirthRecord): void {
  const isSame = evidence.every(({ format, digest, capLifted = false }, i) => {
    const kept = statements[i];
    if (kept?.format !== format || (kept.root?.capLifted ?? false) !== capLifted) return false;
    return equalBytes(nodeHash.sha256(kept.statement), digest);
  });
  const proven = Math.max(0, ...statements.map((one) => one.custody));
  if (!isSame || statements.length !== evidence.length || proven !== custody)
    throw serviceError("NAT_SERVICE_DATA", "the evidence that is kept is not what the birth record names");
}

async function recheckOne(
  then: AppraisedStatement,
  binding: EvidenceBinding,
  verifiers: readonly EvidenceVerifier[],
  at: Date,
): Promise<RecheckedStatement> {
  const { format, statement, custody: custodyThen } = then;
  const verifier = verifiers.find((one) => one.format === format);
  if (verifier === undefined)
    return refusedNow(then, { code: "NAT_BIRTH_EVIDENCE", detail: "the format is not known any more" });
  try {
    const finding = await verifier.verify(statement, binding, at);
    const changes = changesOf(then, finding);
    return { format, custodyThen, custodyNow: finding.custody, finding, changes };
  } catch (error) {
    if (!isNatalisError(error)) throw error;
    return refusedNow(then, error);
  }
}

function refusedNow(
  { format, custody }: AppraisedStatement,
  { code, detail }: { readonly code: string; readonly detail: string },
): RecheckedStatement {
  const changes = [`it proved custody ${custody} and is refused now: ${code}`];
  return { format, custodyThen: custody, custodyNow: 0, refusal: { code, detail }, changes };
}

function changesOf({ custody, root: before }: AppraisedStatement, { custody: now, root }: EvidenceFinding): string[] {
  const isOther = before?.name !== root?.name || (before && root && !equalBytes(before.hash, root.hash));
  return [
    ...(custody === now ? [] : [`it proved custody ${custody} and proves ${now} now`]),
    ...(isOther ? [`it ended in the root ${before?.name ?? "none"} and ends in ${root?.name ?? "none"} now`] : []),
    ...(before?.capLifted === root?.capLifted
      ? []
      : [`the root's cap was ${liftedOr(before)} and is ${liftedOr(root)}`]),
  ];
}

function liftedOr(root: EvidenceFinding["root"]): string {
  return root?.capLifted === true ? "lifted" : "not lifted";
}
