// SPDX-License-Identifier: Apache-2.0
// CBOR certificates of the Open Profile for DICE: a COSE_Sign1 over a CWT whose claims hold the key and the inputs. The
// mode is one octet; Android's profile lets it be an integer, and lets the inputs be absent.

import {
  asBytes,
  asMap,
  asText,
  asUnsigned,
  type CborMap,
  type CborValue,
  decodeCbor,
  parseSign1,
} from "../../formats/index.ts";
import { toHex } from "../../kernel/index.ts";
import { publicKeyOfCoseKey } from "../cose-key.ts";
import { evidenceError } from "../errors.ts";
import { type DiceLayer, faultOfMode, type LayerStatement } from "./layer.ts";

const claims = {
  issuer: 1,
  subject: 2,
  codeHash: -4670545,
  authorityHash: -4670549,
  mode: -4670551,
  publicKey: -4670552,
  keyUsage: -4670553,
  profileName: -4670554,
} as const;

/** keyCertSign of X.509, as a bit of octets in little-endian order. */
const keyCertSign = 5;
const longestName = 256;

/** @throws NAT_EVIDENCE_MALFORMED and the errors of the codecs */
export function parseCborLayer(certificate: Uint8Array): DiceLayer {
  const token = parseSign1(certificate);
  const map = asMap(decodeCbor(token.payload, { anyKeyOrder: true }));
  const usage = asBytes(map.get(claims.keyUsage));
  asText(map.get(claims.issuer), longestName);
  return {
    kind: "cbor",
    token,
    publicKey: publicKeyOfCoseKey(asMap(decodeCbor(asBytes(map.get(claims.publicKey)), { anyKeyOrder: true }))),
    mayCertify: ((usage[keyCertSign >> 3] ?? 0) & (1 << (keyCertSign & 7))) !== 0,
    statement: readStatement(map),
  };
}

/** A CDI certificate without a mode says nothing good of its layer. */
function readStatement(map: CborMap): LayerStatement {
  const mode = map.get(claims.mode);
  const fault = mode === undefined ? "a layer without a mode" : faultOfMode(readMode(mode));
  const hash = (name: "codeHash" | "authorityHash", title: string) => {
    const value = map.get(claims[name]);
    return value === undefined ? [] : [[title, toHex(asBytes(value))] as const];
  };
  const profile = map.get(claims.profileName);
  return {
    ...(fault === undefined ? {} : { fault }),
    details: [
      ["layer", asText(map.get(claims.subject), longestName)],
      ...hash("codeHash", "code"),
      ...hash("authorityHash", "authority"),
      ...(profile === undefined ? [] : [["profile", asText(profile, longestName)] as const]),
    ],
  };
}

function readMode(value: CborValue): number {
  if (!(value instanceof Uint8Array)) return asUnsigned(value);
  const [mode] = value;
  if (mode === undefined || value.length !== 1)
    throw evidenceError("NAT_EVIDENCE_MALFORMED", `a mode of ${value.length} octets`);
  return mode;
}
