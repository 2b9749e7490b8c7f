// SPDX-License-Identifier: Apache-2.0
// Transparency log policies (C2SP tlog-policy): which logs are trusted, which witnesses are known, and how many of
// them must have cosigned a checkpoint.

import { type Hash, portableHash, type SignatureVerifier } from "../../kernel/index.ts";
import { type Checkpoint, parseCheckpoint } from "./checkpoint.ts";
import { tlogError } from "./errors.ts";
import { openNote } from "./note.ts";
import { encodeVerifierKey, type NoteVerifierKey } from "./note-key.ts";
import { type LogPolicy, readPolicyLines } from "./policy-lines.ts";

/** What checking a log's statements takes. */
export interface LogVerification {
  readonly verifier: SignatureVerifier;
  readonly hash: Hash;
}

/** @throws NAT_TLOG_POLICY, NAT_TLOG_KEY */
export function parseLogPolicy(text: string, hash: Hash = portableHash): LogPolicy {
  return readPolicyLines(text, hash);
}

/** The policy's text, each group after its members, the quorum last. @throws NAT_TLOG_POLICY */
export function encodeLogPolicy({ logs, witnesses, groups, quorum }: LogPolicy): string {
  const lines = [
    ...logs.map(({ key, url }) => ["log", encodeVerifierKey(key), url]),
    ...witnesses.map(({ name, key, url }) => ["witness", name, encodeVerifierKey(key), url]),
    ...groups.map(({ name, threshold, members }) => ["group", name, threshold, ...members]),
    ["quorum", quorum],
  ];
  const text = lines.map((words) => `${words.filter((word) => word !== undefined).join(" ")}\n`).join("");
  parseLogPolicy(text);
  return text;
}

/**
 * Verifies a checkpoint note: signed by a listed log whose key is named like the origin, cosigned by the quorum,
 * and no signature of a listed key is false.
 * @throws NAT_TLOG_ORIGIN, NAT_TLOG_QUORUM, NAT_TLOG_CHECKPOINT, NAT_TLOG_SIGNATURE, NAT_TLOG_UNSIGNED, NAT_TLOG_NOTE
 */
export async function verifyCheckpoint(
  note: string,
  policy: LogPolicy,
  { verifier }: LogVerification,
): Promise<Checkpoint> {
  const listed = [...policy.logs, ...policy.witnesses].map(({ key }) => key);
  const { text, keys } = await openNote(note, listed, verifier);
  const checkpoint = parseCheckpoint(text);
  if (!policy.logs.some(({ key }) => key.name === checkpoint.origin && keys.includes(key)))
    throw tlogError("NAT_TLOG_ORIGIN", checkpoint.origin);
  requireQuorum(policy, keys);
  return checkpoint;
}

function requireQuorum({ witnesses, groups, quorum }: LogPolicy, keys: readonly NoteVerifierKey[]): void {
  const witnessed = new Set(witnesses.filter(({ key }) => keys.includes(key)).map(({ name }) => name));
  // Members come before their group, so one pass settles them all.
  for (const { name, threshold, members } of groups)
    if (members.filter((member) => witnessed.has(member)).length >= threshold) witnessed.add(name);
  if (quorum !== "none" && !witnessed.has(quorum))
    throw tlogError("NAT_TLOG_QUORUM", `${quorum}: ${witnessed.size} of its witnesses and groups`);
}
