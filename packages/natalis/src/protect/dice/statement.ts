// SPDX-License-Identifier: Apache-2.0
// The statement of `dice`: deterministic CBOR
//   { 1: [certificates, leaf first, 1 to 16: DER or COSE_Sign1 in any mixture; a root may be left out],
//     2: signature of the birth key over the binding value, as X.509 carries it,
//     3: DiceCertChain as Android's profile writes it: [COSE_Key of the UDS, certificates from there down] }
// Where 3 is there, 1 holds what certifies the UDS key, leaf first, and is absent where that is a root's key.

import { asArray, asBytes, asMap, type CborValue, decodeCbor, encodeCbor, type CborKey } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { publicKeyOfCoseKey } from "../cose-key.ts";
import { evidenceError } from "../errors.ts";
import { maximumStatementLength } from "../evidence.ts";
import { wellFormed } from "../refusal.ts";
import { parseCborLayer } from "./cbor-layer.ts";
import type { DiceLayer } from "./layer.ts";
import { parseX509Layer } from "./x509-layer.ts";

export interface DiceStatement {
  /** Leaf first. */
  readonly certificates?: readonly Uint8Array[];
  /** Android's DiceCertChain, root first. */
  readonly chain?: Uint8Array;
  readonly signature?: Uint8Array;
}

export interface ParsedDiceStatement {
  /** Leaf first. */
  readonly layers: readonly DiceLayer[];
  /** Whose key the last layer is signed with, if the statement says: it must be a root's then. */
  readonly rootKey?: Uint8Array;
  readonly signature?: Uint8Array;
}

const keys = { certificates: 1, signature: 2, chain: 3 } as const;
const mostLayers = 16;
const sequenceTag = 0x30;

export function encodeDiceStatement({ certificates, chain, signature }: DiceStatement): Uint8Array {
  const fields: [CborKey, CborValue | undefined][] = [
    [keys.certificates, certificates],
    [keys.signature, signature],
    [keys.chain, chain],
  ];
  return encodeCbor(new Map(fields.filter((field): field is [CborKey, CborValue] => field[1] !== undefined)));
}

/** @throws NAT_EVIDENCE_MALFORMED */
export function parseDiceStatement(statement: Uint8Array): ParsedDiceStatement {
  return wellFormed("no DICE chain", () => {
    const map = asMap(decodeCbor(statement, { maximumBytes: maximumStatementLength }), Object.values(keys));
    const above = map.get(keys.certificates);
    const certificates = above === undefined ? [] : asArray(above).map((one) => asBytes(one));
    const chain = map.get(keys.chain);
    const parsed = chain === undefined ? { layers: layersOf(certificates) } : withChain(asBytes(chain), certificates);
    if (parsed.layers.length === 0) throw evidenceError("NAT_EVIDENCE_MALFORMED", "no layer");
    const signature = map.get(keys.signature);
    return { ...parsed, ...(signature === undefined ? {} : { signature: asBytes(signature) }) };
  });
}

function withChain(encoded: Uint8Array, certificates: readonly Uint8Array[]): ParsedDiceStatement {
  const [udsKey, ...entries] = asArray(decodeCbor(encoded, { anyKeyOrder: true }));
  const rootKey = publicKeyOfCoseKey(asMap(udsKey));
  const above = layersOf(certificates);
  const [uds] = above;
  if (uds !== undefined && !equalBytes(uds.publicKey, rootKey))
    throw evidenceError("NAT_EVIDENCE_MALFORMED", "the certificate of the UDS key is of another key");
  const layers = [...layersOf(entries.map((entry) => encodeCbor(entry)).toReversed()), ...above];
  if (layers.length > mostLayers) throw evidenceError("NAT_EVIDENCE_MALFORMED", `${layers.length} layers`);
  return { layers, ...(uds === undefined ? { rootKey } : {}) };
}

function layersOf(certificates: readonly Uint8Array[]): readonly DiceLayer[] {
  if (certificates.length > mostLayers)
    throw evidenceError("NAT_EVIDENCE_MALFORMED", `${certificates.length} layers, at most ${mostLayers}`);
  return certificates.map((one) => (one[0] === sequenceTag ? parseX509Layer(one) : parseCborLayer(one)));
}
