// SPDX-License-Identifier: Apache-2.0
// The JSON of a birth's answer (`birthAnswerSchema`), written out: it is the largest answer and the one most asked for,
// and the general way through schema and serializer takes as long as all of HTTP. Nothing in it but the receipt could
// need escaping: base64, hexadecimal, and the line ends of PEM (RFC 7468), which are written as JSON has them.

import { formatUuid } from "natalis/kernel";
import type { BirthOutcome } from "../../service/births.ts";

export function encodeBirthAnswer(answer: BirthOutcome): string {
  const { deviceId, kind, index, certificate, chain, record, entry, receipt } = answer;
  const papers = `"certificate":"${pem(certificate)}","chain":${chainOf(chain)},"record":"${base64(record)}"`;
  const proof = `"entry":"${base64(entry)}","receipt":${JSON.stringify(receipt)}`;
  return `{"device":"${formatUuid(deviceId)}","kind":"${kind}","index":${index},${papers},${proof}}`;
}

/** The authorities' certificates are the same in every answer. */
const chains = new WeakMap<readonly Uint8Array[], string>();

function chainOf(chain: readonly Uint8Array[]): string {
  const known = chains.get(chain);
  if (known !== undefined) return known;
  const text = `[${chain.map((certificate) => `"${pem(certificate)}"`).join(",")}]`;
  chains.set(chain, text);
  return text;
}

const lineLength = 64;

/** With line ends as JSON writes them. */
function pem(der: Uint8Array): string {
  const body = base64(der);
  let lines = "";
  for (let at = 0; at < body.length; at += lineLength) lines += `${body.slice(at, at + lineLength)}\\n`;
  return `-----BEGIN CERTIFICATE-----\\n${lines}-----END CERTIFICATE-----\\n`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}
