// SPDX-License-Identifier: Apache-2.0
// Devices that were born and answer, and answers that no device would make.

import { nodeHash } from "@natalis/node";
import { answerType, encodeAnswerPayload } from "natalis/authenticate";
import { answerChallenge } from "natalis/device";
import { type CborKey, type CborValue, encodeX5chain, encodeX5t, headerLabels, signSign1 } from "natalis/formats";
import type { SignatureAlgorithm, Signer } from "natalis/kernel";
import type { Client } from "./client.ts";
import { bear, makeDevice, type Papers, papersOf, type SoftwareDevice } from "./software-device.ts";

export interface BornDevice extends SoftwareDevice, Papers {
  readonly id: string;
}

/** What a device is asked. */
export interface Asked {
  readonly nonce: Uint8Array;
  readonly audience: string;
}

export async function bornDevice(client: Client, serial: string, algorithm?: SignatureAlgorithm): Promise<BornDevice> {
  const made = await makeDevice(serial, algorithm);
  const answer = await bear(client, made);
  return { ...made, ...papersOf(answer), id: answer.device };
}

export function answerOf(
  { certificate, chain, signer }: BornDevice,
  asked: Asked,
  expectedAudience: string = asked.audience,
): Promise<Uint8Array> {
  return answerChallenge({ challenge: asked, expectedAudience, certificate, chain, signer, at: new Date() });
}

/** What `answerChallenge` refuses to make: the papers of one device under the signature of another. */
export function forgedAnswer(signer: Signer, victim: Papers, { nonce, audience }: Asked): Promise<Uint8Array> {
  return signSign1({
    protectedHeader: new Map<CborKey, CborValue>([
      [headerLabels.type, answerType],
      [headerLabels.x5t, encodeX5t(victim.certificate, nodeHash)],
    ]),
    unprotectedHeader: new Map([[headerLabels.x5chain, encodeX5chain([victim.certificate, ...victim.chain])]]),
    payload: encodeAnswerPayload({ nonce, audience, deviceTime: new Date() }),
    signer,
  });
}
