// SPDX-License-Identifier: Apache-2.0
// Runs a ceremony: opens it or takes it up again, does the steps that are not done, each with consent, and writes the
// record at the end.

import { access } from "node:fs/promises";
import { join } from "node:path";
import { systemClock, writeFileDurably } from "@natalis/node";
import { decodeUtf8, encodeUtf8 } from "natalis/kernel";
import { ceremonyError } from "./errors.ts";
import { Journal } from "./journal.ts";
import { type Plan, readPlan } from "./plan.ts";
import { begin, stepsOf } from "./procedure.ts";
import { encodeRecord, lastStep, type Opening, parseRecord, renderRecord, sha256, type Step } from "./record.ts";
import { type CeremonySecrets, rootKeyAt } from "./root-key.ts";

export interface CeremonyInput {
  readonly plan: string;
  /** Where journal, record and all that is made are kept. */
  readonly folder: string;
  /** Everything is marked as made for practice, and no registrar takes it. */
  readonly rehearsal: boolean;
  readonly secrets: CeremonySecrets;
  /** Whether to go on with this step. */
  readonly consent: (question: string) => Promise<boolean>;
  /** Told of each step that was done, now or before. */
  readonly tell: (step: Step | Opening) => void;
}

export interface EndedCeremony {
  readonly record: string;
  readonly sha256: string;
}

export const recordName = "record.json";

/** @throws NAT_CEREMONY_…, NAT_PKCS11_…, NAT_KEYFILE_…, NAT_ISSUE_… */
export async function runCeremony(input: CeremonyInput): Promise<EndedCeremony> {
  const plan = await readPlan(input.plan);
  const journal = await Journal.open(input.folder, () => systemClock.now());
  const record = join(input.folder, recordName);
  if (await isThere(record)) throw ceremonyError("NAT_CEREMONY_ENDED", input.folder);
  requireSame(journal, plan, input.rehearsal);
  if (journal.find(lastStep) === undefined) await perform(input, plan, journal);
  const bytes = encodeRecord(journal.opening as Opening, journal.steps);
  const text = renderRecord(parseRecord(decodeUtf8(bytes)));
  await writeFileDurably(join(input.folder, "record.txt"), encodeUtf8(text), 0o644);
  await writeFileDurably(record, bytes, 0o644);
  return { record, sha256: sha256(bytes) };
}

async function perform(input: CeremonyInput, plan: Plan, journal: Journal): Promise<void> {
  const { rehearsal, consent, tell } = input;
  const place = await rootKeyAt(plan.root.key, input.secrets);
  try {
    const ceremony = { plan, rehearsal, journal, place };
    const agreed = async (question: string) => {
      if (!(await consent(question))) throw ceremonyError("NAT_CEREMONY_STOPPED", question);
    };
    if (journal.opening === undefined) {
      const who = plan.participants.map(({ name, role }) => `${name} (${role})`).join(", ");
      await agreed(`It is ${systemClock.now().toISOString()}; here are ${who}. Begin "${plan.title}"?`);
      await begin(ceremony);
    }
    tell(journal.opening as Opening);
    for (const step of stepsOf(ceremony)) {
      if (journal.find(step.id) === undefined) {
        await agreed(step.question);
        await step.run();
      }
      tell(journal.find(step.id) as Step);
    }
  } finally {
    place.close();
  }
}

function requireSame({ opening }: Journal, { sha256: digest }: Plan, rehearsal: boolean): void {
  if (opening === undefined) return;
  if (opening.inputs[0]?.sha256 !== digest)
    throw ceremonyError("NAT_CEREMONY_PLAN", "this ceremony began with another plan");
  if (opening.rehearsal !== rehearsal)
    throw ceremonyError("NAT_CEREMONY_PLAN", `this ceremony ${opening.rehearsal ? "is" : "is not"} a rehearsal`);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
