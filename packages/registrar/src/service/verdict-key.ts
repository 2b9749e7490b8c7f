// SPDX-License-Identifier: Apache-2.0
// The key that signs verdicts: made at each start and written nowhere, certified by the registrar's own authority and
// entered in the log.

import { generateKey, nodeEntropy, nodeHash } from "@natalis/node";
import { algorithms } from "natalis/formats";
import { newSerial, prepareVerdictCertificate, signPrepared } from "natalis/issue";
import type { Clock, Signer } from "natalis/kernel";
import { authorityEvent } from "natalis/registry";
import type { OpenedRegistrar } from "./open.ts";

export interface VerdictKey {
  readonly signer: Signer;
  /** DER. */
  readonly certificate: Uint8Array;
}

/** Longer than the time between renewals by more than any verdict lives. */
const lifetimeDays = 30;

type Certifier = Pick<OpenedRegistrar, "authority" | "issuing" | "queue">;

export async function certifyVerdictKey({ authority, issuing, queue }: Certifier, clock: Clock): Promise<VerdictKey> {
  const { signer } = generateKey(algorithms.ES256);
  const prepared = prepareVerdictCertificate({
    authority,
    publicKey: signer.publicKey,
    serialNumber: newSerial(nodeEntropy),
    notBefore: clock.now(),
    lifetimeDays,
  });
  const certificate = await signPrepared(prepared, issuing);
  await queue.submit(authorityEvent("verdict", certificate, { actor: "registrar" }, nodeHash));
  return { signer, certificate };
}
