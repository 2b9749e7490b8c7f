// SPDX-License-Identifier: Apache-2.0
// The texts of a transparency log, signed: checkpoint, proof, policy, key, path of a tile.

import {
  cosignatureKey,
  encodeCheckpoint,
  encodeLogPolicy,
  encodeLogProof,
  entriesPath,
  inclusionProofOfLeaves,
  leafHash,
  type LogPolicy,
  noteSigner,
  noteVerifierKey,
  rootOfLeaves,
  signNote,
  tilePath,
  verifierKey,
} from "natalis/formats";
import { encodeUtf8, portableHash } from "natalis/kernel";
import { fixedSigner } from "./fixed-signer.ts";

const origin = "log.example/births";

export async function logTexts(): Promise<Uint8Array[]> {
  const [key, witness] = [fixedSigner("log", "EdDSA"), fixedSigner("witness", "EdDSA")];
  const leaves = [1, 2, 3, 4, 5].map((entry) => leafHash(Uint8Array.of(entry), portableHash));
  const checkpoint = encodeCheckpoint({ origin, size: leaves.length, root: rootOfLeaves(leaves, portableHash) });
  const note = await signNote(checkpoint, [noteSigner(origin, key, portableHash)]);
  const proof = inclusionProofOfLeaves(leaves, 2, portableHash);
  const policy: LogPolicy = {
    logs: [{ key: noteVerifierKey(origin, key.publicKey, portableHash), url: "https://log.example/" }],
    witnesses: [{ name: "w", key: cosignatureKey("witness.example", witness.publicKey, portableHash) }],
    groups: [{ name: "g", threshold: 1, members: ["w"] }],
    quorum: "g",
  };
  const texts = [
    checkpoint,
    note,
    encodeLogProof({ index: 2, proof, checkpoint: note }),
    encodeLogPolicy(policy),
    verifierKey(origin, key.publicKey, portableHash),
    tilePath({ level: 1, index: 1234 }, 256),
    entriesPath(1234, 17),
  ];
  return texts.map(encodeUtf8);
}
