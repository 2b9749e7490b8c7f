// SPDX-License-Identifier: Apache-2.0
// The certificate of the registrar's TLS server: issued by its own authority and entered in the log like everything
// that this authority signs.

import { createPrivateKey } from "node:crypto";
import { generateKey, nodeEntropy, nodeHash, systemClock } from "@natalis/node";
import { algorithms, encodePem, keyIdentifier } from "natalis/formats";
import { newSerial, prepareServerCertificate, signPrepared } from "natalis/issue";
import { toHex } from "natalis/kernel";
import type { OpenedRegistrar } from "./open.ts";

export interface TlsMaterial {
  /** PEM. */
  readonly key: string;
  /** PEM chain, leaf first. */
  readonly cert: string;
}

const lifetimeDays = 30;
/** Milliseconds between renewals: well before the end, and within what a timer can count. */
export const renewalInterval = 7 * 86_400_000;

/** Makes a key, has it certified for these hosts (as URLs have them), and enters the certificate. */
export async function certifyServer(opened: OpenedRegistrar, hosts: readonly string[]): Promise<TlsMaterial> {
  const { authority, issuing, queue } = opened;
  const { signer, pkcs8 } = generateKey(algorithms.ES256);
  const prepared = prepareServerCertificate({
    authority,
    hosts: [...new Set(hosts.map(plainHost))],
    publicKey: signer.publicKey,
    serialNumber: newSerial(nodeEntropy),
    notBefore: systemClock.now(),
    lifetimeDays,
  });
  const certificate = await signPrepared(prepared, issuing);
  const keyId = toHex(keyIdentifier(signer.publicKey, nodeHash));
  const keyHash = nodeHash.sha256(signer.publicKey);
  await queue.submit({ type: "authority", kind: "server", keyId, keyHash, certificate, actor: "registrar" });
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
  const chain = [certificate, authority.certificate.der].map((der) => encodePem("CERTIFICATE", der)).join("");
  return { key: key.export({ format: "pem", type: "pkcs8" }).toString(), cert: chain };
}

/** Without the brackets that an IPv6 address has in a URL (RFC 3986 section 3.2.2). */
function plainHost(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
}
