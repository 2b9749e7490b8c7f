// SPDX-License-Identifier: Apache-2.0
// Transparency logs: Merkle trees and tiles (RFC 9162, C2SP tlog-tiles), signed notes and checkpoints, proofs and
// policies (C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, tlog-policy).

export { type Checkpoint, encodeCheckpoint, parseCheckpoint } from "./checkpoint.ts";
export { encodeEntryBundle, longestEntry, parseEntryBundle } from "./entry-bundle.ts";
export { tlogErrors } from "./errors.ts";
export { emptyRoot, inclusionProofOfLeaves, leafHash, nodeHash, rootOfLeaves } from "./merkle.ts";
export { type ConsistencyClaim, type InclusionClaim, verifyConsistency, verifyInclusion } from "./merkle-proof.ts";
export {
  type NoteSignature,
  type NoteSigner,
  noteSigner,
  type OpenedNote,
  openNote,
  parseNote,
  type SignedNote,
  signNote,
} from "./note.ts";
export {
  cosignatureKey,
  encodeVerifierKey,
  isKeyName,
  type NoteKeyType,
  type NoteVerifierKey,
  noteKeyTypes,
  noteVerifierKey,
  parseVerifierKey,
  verifierKey,
} from "./note-key.ts";
export {
  encodeLogPolicy,
  type LogVerification,
  parseLogPolicy,
  verifyCheckpoint,
} from "./policy.ts";
export type { LogPolicy, PolicyGroup, PolicyLog, PolicyWitness } from "./policy-lines.ts";
export { encodeLogProof, encodeLogProofs, type LogProof, parseLogProof, verifyLogProof } from "./proof.ts";
export type { TileBytes, TileId } from "./tile.ts";
export type { TileReader } from "./tile-memory.ts";
export { entriesPath, parseTilePath, type TileResource, tilePath } from "./tile-path.ts";
export { TiledTree } from "./tiled-tree.ts";
