// SPDX-License-Identifier: Apache-2.0
// Parsers of PEM, CBOR, COSE and the log's texts.

import {
  decodeCbor,
  decodeCborSequence,
  isHostName,
  parseCheckpoint,
  parseCoseKey,
  parseEntryBundle,
  parseLogPolicy,
  parseLogProof,
  parseNote,
  parseMailbox,
  parsePem,
  parseSign1,
  parseTilePath,
  parseVerifierKey,
  parseX5chain,
  parseX5t,
} from "natalis/formats";
import { parsers, type Target, textParsers } from "../format.ts";

export const pemTargets: readonly Target[] = textParsers({
  parsePem: (text) => parsePem(text, "CERTIFICATE"),
  "parsePem of lists": (text) => parsePem(text, "X509 CRL"),
});

export const mailboxTargets: readonly Target[] = textParsers({ parseMailbox, isHostName });

/** Whatever is CBOR is tried as a header too. */
export const cborTargets: readonly Target[] = [
  ...parsers(decodeCbor, decodeCborSequence, parseEntryBundle),
  { name: parseX5chain.name, attack: (bytes) => parseX5chain(decodeCbor(bytes)) },
  { name: parseX5t.name, attack: (bytes) => parseX5t(decodeCbor(bytes)) },
];

export const sign1Targets: readonly Target[] = parsers(parseSign1);
export const coseKeyTargets: readonly Target[] = parsers(parseCoseKey);

export const logTargets: readonly Target[] = textParsers({
  parseCheckpoint,
  parseLogPolicy,
  parseLogProof,
  parseNote,
  parseTilePath,
  parseVerifierKey,
});
