// SPDX-License-Identifier: Apache-2.0
// The JSON of a birth's answer (`birthAnswerSchema`), written out: it is the largest answer and the one most asked for,
// and the general way through schema and serializer takes as long as all of HTTP. Nothing in it but the receipt could
// need escaping: base64, hexadecimal, and the line ends of PEM (RFC 7468), which are written as JSON has them. All of it
// is ASCII: one character beyond Latin-1, such as the dash of a signed note, would make V8 keep every character in two
// octets and encode them one by one.

import { formatUuid } from "natalis/kernel";
import type { BirthOutcome } from "../../service/births.ts";

export function encodeBirthAnswer(answer: BirthOutcome): string {
  const { deviceId, kind, index, certificate, chain, record, entry, receipt, salt } = answer;
  const papers = encodePapers({ certificate, chain, record });
  const proof = `"entry":"${base64(entry)}","receipt":"${receiptOf(receipt)}"`;
  const own = salt === undefined ? "" : `,"salt":"${base64(salt)}"`;
  return `{"device":"${formatUuid(deviceId)}","kind":"${kind}","index":${index},${papers},${proof}${own}}`;
}

/** What a registrar and a station answer alike: members of the object, without its braces. */
export function encodePapers({
  certificate,
  chain,
  record,
}: Pick<BirthOutcome, "certificate" | "chain" | "record">): string {
  return `"certificate":"${pem(certificate)}","chain":${chainOf(chain)},"record":"${base64(record)}"`;
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

/** The end of the lines that are this proof's own (C2SP tlog-proof): the checkpoint behind it is that of a whole commit. */
const separator = "\n\n";
let checkpoint = { text: "", encoded: "" };

function receiptOf(receipt: string): string {
  const end = receipt.indexOf(separator);
  const text = receipt.slice(Math.max(end, 0));
  if (text !== checkpoint.text) checkpoint = { text, encoded: ascii(text) };
  return end < 0 ? checkpoint.encoded : ascii(receipt.slice(0, end)) + checkpoint.encoded;
}

/** The inside of a JSON string, in ASCII (RFC 8259 section 7) and one octet a character. */
function ascii(text: string): string {
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return Buffer.from(escaped, "latin1").toString("latin1");
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
