// SPDX-License-Identifier: Apache-2.0
// EST as a station speaks it: its credentials, its requests, and what comes back.

import assert from "node:assert/strict";
import { generateKey, nodeEntropy } from "@natalis/node";
import {
  algorithms,
  assembleSigned,
  type Certificate,
  encodeKeyUsage,
  encodeName,
  encodePem,
  encodeSequence,
  encodeInteger,
  encodeSetOf,
  encodeTbsCertificate,
  contextTag,
  type NameAttributeInput,
  oids,
  parseCertsOnly,
} from "natalis/formats";
import { fromBase64, type Signer, toBase64 } from "natalis/kernel";
import type { Answer, Client, ClientIdentity } from "./client.ts";
import { product } from "./registrar.ts";

/** A line that holds a token and a client certificate. */
export interface Station {
  readonly id: string;
  readonly token: string;
  readonly identity: ClientIdentity;
}

interface Enrolled {
  readonly id: string;
  readonly token: string;
}

export const facility = "Plant 7, line 2";
const day = 86_400_000;

/** Has a station registered with a certificate that it signed itself. */
export async function enrolStation(admin: Client, changes: object = {}): Promise<Station> {
  const identity = selfSigned(facility);
  const body = { name: facility, role: "station", products: [product], certificate: identity.cert, token: true };
  const { id, token } = await admin.json<Enrolled>("POST", "/operators", { ...body, ...changes });
  return { id, token, identity };
}

/** A certificate that its own key signs, valid for that many days from now, perhaps of the past. */
export function selfSigned(name: string, days = 30): ClientIdentity {
  const { signer, pkcs8 } = generateKey(algorithms.ES256);
  const { signatureIdentifier } = signer.algorithm;
  const subject = encodeName([{ oid: oids.commonName, value: name }]);
  const now = Math.floor(Date.now() / 1000) * 1000;
  const [one, other] = [now - day / 24, now + days * day];
  const tbs = encodeTbsCertificate({
    serialNumber: nodeEntropy.bytes(16).with(0, 0x40),
    signatureIdentifier,
    issuer: subject,
    notBefore: new Date(Math.min(one, other)),
    notAfter: new Date(Math.max(one, other)),
    subject,
    publicKey: signer.publicKey,
    extensions: [{ oid: oids.keyUsage, critical: true, value: encodeKeyUsage(["digitalSignature"]) }],
  });
  const der = assembleSigned(tbs, signatureIdentifier, signer.sign(tbs));
  return { cert: encodePem("CERTIFICATE", der), key: encodePem("PRIVATE KEY", pkcs8) };
}

export function basic({ id, token }: Pick<Station, "id" | "token">): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${id}:${token}`).toString("base64")}` };
}

/** What a unit's request names. */
export function unitName(serial: string, model = "S-1"): NameAttributeInput[] {
  return [
    { oid: oids.organizationalUnitName, value: model },
    { oid: oids.serialNumber, value: serial },
  ];
}

/** PKCS#10, DER, with any subject and any attributes (DER each). */
export async function requestNaming(
  subject: readonly NameAttributeInput[],
  signer: Signer = generateKey(algorithms.ES256).signer,
  ...attributes: readonly Uint8Array[]
): Promise<Uint8Array> {
  const set = encodeSetOf(attributes, contextTag(0));
  const info = encodeSequence(encodeInteger(0), encodeName(subject), signer.publicKey, set);
  return assembleSigned(info, signer.algorithm.signatureIdentifier, await signer.sign(info));
}

export const pkcs10 = { "content-type": "application/pkcs10" } as const;

/** POST simpleenroll; text is sent as it is. */
export function simpleEnrol(
  client: Client,
  request: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
  label: string | undefined = product,
): Promise<Answer> {
  const body = typeof request === "string" ? request : toBase64(request);
  return client.ask("POST", estPath("simpleenroll", label), { body, headers: { ...pkcs10, ...headers } });
}

export function estPath(operation: string, label: string | undefined = product): string {
  return `/.well-known/est/${label === undefined || label === "" ? "" : `${label}/`}${operation}`;
}

/** The certificates of an answer that must be 200 and certs-only CMS. */
export function certificatesIn(answer: Answer): readonly Certificate[] {
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers["content-type"], "application/pkcs7-mime; smime-type=certs-only");
  assert.equal(answer.headers["content-transfer-encoding"], "base64");
  return parseCertsOnly(fromBase64(answer.text));
}

/** Checks the form of a refusal: words for people, and the code. */
export function assertWords(answer: Answer, status: number, code: string): string {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers["content-type"], "text/plain; charset=utf-8", answer.text);
  assert.match(answer.text, /^[A-Z][^\n]{20,400}\n$/);
  assert.ok(answer.text.includes(` [${code}] `), answer.text);
  assert.doesNotMatch(answer.text, /\bat .*\.(?:ts|js):\d+|node_modules|PRIVATE KEY|nat_[A-Za-z0-9_-]{43}/);
  return answer.text;
}
