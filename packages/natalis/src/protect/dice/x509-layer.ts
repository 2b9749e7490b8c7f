// SPDX-License-Identifier: Apache-2.0
// X.509 certificates of DICE chains: what they state of a layer stands in an extension of the Open Profile or of TCG.

import { type Certificate, findExtension, parseCertificate } from "../../formats/index.ts";
import { requireAuthority, requireValidity, type ChainRules } from "../chain/chain-rules.ts";
import type { DiceLayer, LayerStatement } from "./layer.ts";
import { openDiceInputOid, parseOpenDiceInput } from "./open-dice-input.ts";
import { multiTcbInfoOid, parseMultiTcbInfo, parseTcbInfo, tcbInfoOid, tcgUeidOid } from "./tcb-info.ts";

const readers: readonly (readonly [oid: string, read: (value: Uint8Array) => LayerStatement])[] = [
  [openDiceInputOid, parseOpenDiceInput],
  [tcbInfoOid, parseTcbInfo],
  [multiTcbInfoOid, parseMultiTcbInfo],
];

/** DICE certificates are made without a clock, and begin and end far away. */
export const diceRules: Omit<ChainRules, "format"> = {
  areNamesChained: true,
  checkDates: requireValidity,
  checkIssuer: requireAuthority,
  understood: [...readers.map(([oid]) => oid), tcgUeidOid],
};

/** @throws NAT_EVIDENCE_MALFORMED and the errors of the codecs */
export function parseX509Layer(der: Uint8Array): DiceLayer {
  const certificate = parseCertificate(der);
  const statement = statementOf(certificate);
  return {
    kind: "x509",
    certificate,
    publicKey: certificate.publicKey,
    ...(statement === undefined ? {} : { statement }),
  };
}

function statementOf(certificate: Certificate): LayerStatement | undefined {
  const statements = readers.flatMap(([oid, read]) => {
    const extension = findExtension(certificate, oid);
    return extension === undefined ? [] : [read(extension.value)];
  });
  if (statements.length === 0) return undefined;
  const fault = statements.find((one) => one.fault !== undefined)?.fault;
  return { ...(fault === undefined ? {} : { fault }), details: statements.flatMap(({ details }) => details) };
}
