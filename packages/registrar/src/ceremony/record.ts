// SPDX-License-Identifier: Apache-2.0
// The record of a ceremony: an opening and steps, each with the hash of the one before, so that none can be taken out or
// changed without all after it. As JSON it is what witnesses sign; as text it is what they read.

import { nodeHash } from "@natalis/node";
import { encodeUtf8, toHex } from "natalis/kernel";
import { z } from "zod";
import { ceremonyError } from "./errors.ts";

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const fileSchema = z.strictObject({ name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/), sha256: digest });

const stepSchema = z.strictObject({
  id: z.string().max(64),
  time: z.iso.datetime(),
  what: z.string().max(1000),
  inputs: z.array(fileSchema),
  outputs: z.array(fileSchema),
  /** What is worth reading aloud: fingerprints, serial numbers, names, places. */
  facts: z.array(z.tuple([z.string().max(100), z.string().max(4000)])),
  /** SHA-256 of the step before, as the journal has it. */
  previous: digest,
});

const participantSchema = z.strictObject({ name: z.string(), role: z.string(), key: z.string().optional() });

const openingSchema = stepSchema.extend({
  title: z.string(),
  rehearsal: z.boolean(),
  authority: z.strictObject({ maker: z.string(), publicUrl: z.string(), arc: z.string() }),
  participants: z.array(participantSchema),
});

const recordSchema = z.strictObject({
  format: z.literal("natalis-ceremony-1"),
  opening: openingSchema,
  steps: z.array(stepSchema).min(1).max(100),
});

export type FileDigest = z.infer<typeof fileSchema>;
export type Step = z.infer<typeof stepSchema>;
export type Opening = z.infer<typeof openingSchema>;
export type CeremonyRecord = z.infer<typeof recordSchema>;

/** What stands before the opening. */
export const nothingBefore = "0".repeat(64);
export const lastStep = "end";

/** A line of the journal. */
export function encodeLine(line: Step | Opening): string {
  return JSON.stringify(line);
}

export function hashOfLine(line: Step | Opening): string {
  return sha256(encodeUtf8(encodeLine(line)));
}

/** What the step was given and what it made. */
export function filesOf({ inputs, outputs }: Step): FileDigest[] {
  return [...inputs, ...outputs];
}

export function sha256(bytes: Uint8Array): string {
  return toHex(nodeHash.sha256(bytes));
}

/** The journal's lines, checked link by link. @throws NAT_CEREMONY_JOURNAL */
export function parseJournal(lines: readonly string[]): { opening: Opening | undefined; steps: Step[] } {
  const [first, ...rest] = lines.map(parseJson);
  if (first === undefined) return { opening: undefined, steps: [] };
  const parsed = z.tuple([openingSchema, z.array(stepSchema)]).safeParse([first, rest]);
  if (!parsed.success) throw ceremonyError("NAT_CEREMONY_JOURNAL", z.prettifyError(parsed.error));
  const [opening, steps] = parsed.data;
  const fault = brokenLink(opening, steps);
  if (fault !== undefined) throw ceremonyError("NAT_CEREMONY_JOURNAL", fault);
  return { opening, steps };
}

/** What witnesses sign. */
export function encodeRecord(opening: Opening, steps: readonly Step[]): Uint8Array {
  return encodeUtf8(`${JSON.stringify({ format: "natalis-ceremony-1", opening, steps }, undefined, 2)}\n`);
}

/** @throws NAT_CEREMONY_RECORD */
export function parseRecord(text: string): CeremonyRecord {
  const parsed = recordSchema.safeParse(parseJson(text));
  if (!parsed.success) throw ceremonyError("NAT_CEREMONY_RECORD", z.prettifyError(parsed.error));
  const { opening, steps } = parsed.data;
  const fault = brokenLink(opening, steps);
  if (fault !== undefined) throw ceremonyError("NAT_CEREMONY_RECORD", fault);
  if (steps.at(-1)?.id !== lastStep) throw ceremonyError("NAT_CEREMONY_RECORD", "the ceremony did not end");
  return parsed.data;
}

/** The record for reading: everything that the JSON says. */
export function renderRecord({ opening, steps }: CeremonyRecord): string {
  const { title, rehearsal, authority, participants } = opening;
  const heading = [
    `RECORD OF A KEY CEREMONY: ${title}`,
    rehearsal ? "A REHEARSAL: nothing that it made may be used" : "",
    `authority: ${authority.maker}, ${authority.publicUrl}, arc ${authority.arc}`,
    ...participants.map(({ name, role, key }) => `${role}: ${name}${key === undefined ? "" : `, key ${keyHash(key)}`}`),
  ];
  const lines = [opening, ...steps].flatMap((step, number) => [
    "",
    `${number}. ${step.time}  ${step.what}`,
    ...step.inputs.map(({ name, sha256: hash }) => `   in:  ${name}  SHA-256 ${hash}`),
    ...step.outputs.map(({ name, sha256: hash }) => `   out: ${name}  SHA-256 ${hash}`),
    ...step.facts.map(([name, value]) => `   ${name}: ${value}`),
  ]);
  return `${[...heading.filter((line) => line !== ""), ...lines].join("\n")}\n`;
}

/** SHA-256 of a base64 SubjectPublicKeyInfo, as `openssl pkey -pubin -outform DER | sha256sum` has it. */
function keyHash(key: string): string {
  return sha256(Buffer.from(key, "base64"));
}

function brokenLink(opening: Opening, steps: readonly Step[]): string | undefined {
  const all = [opening, ...steps];
  const broken = all.findIndex((step, i) => {
    const before = all[i - 1];
    return step.previous !== (before === undefined ? nothingBefore : hashOfLine(before));
  });
  return broken < 0 ? undefined : `step ${broken} does not follow from the one before`;
}

/** Undefined for what is no JSON: no schema accepts it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
