// SPDX-License-Identifier: Apache-2.0
// The second step of authentication, on the device: sign a fresh challenge, for nobody but the party that the device
// itself chose to talk to, so that an answer cannot be passed on. COSE_Sign1 (RFC 9052), x5t and x5chain (RFC 9360).

import { answerType, encodeAnswerPayload } from "../authenticate/index.ts";
import { type CborKey, type CborValue, encodeX5chain, encodeX5t, headerLabels, signSign1 } from "../formats/index.ts";
import { portableHash, type Signer } from "../kernel/index.ts";
import { requireOwnCertificate } from "./certificate.ts";
import { deviceError } from "./errors.ts";

export interface AnswerInput {
  /** As the asking party sent it. */
  readonly challenge: { readonly nonce: Uint8Array; readonly audience: string };
  /** Whom the device means to talk to, from its own configuration and never from the message. */
  readonly expectedAudience: string;
  /** The device's birth certificate, DER. */
  readonly certificate: Uint8Array;
  /** Certificates of the authorities above it, DER, the issuing one first; at most 9. */
  readonly chain: readonly Uint8Array[];
  readonly signer: Signer;
  /** The device's clock. */
  readonly at: Date;
  /** The 32 bytes of `tls-exporter` (RFC 9266), where the connection is TLS and the asking party wants them. */
  readonly channelBinding?: Uint8Array;
}

/**
 * The answer, a COSE_Sign1.
 * @throws NAT_DEVICE_AUDIENCE, NAT_DEVICE_KEY, NAT_ANSWER_FORM for a challenge of the wrong form, and the errors of a
 * malformed certificate
 */
export async function answerChallenge(input: AnswerInput): Promise<Uint8Array> {
  const { challenge, certificate, signer, channelBinding } = input;
  if (challenge.audience !== input.expectedAudience)
    throw deviceError("NAT_DEVICE_AUDIENCE", `it is not ${JSON.stringify(input.expectedAudience)}`);
  requireOwnCertificate(certificate, signer);
  const payload = encodeAnswerPayload({
    nonce: challenge.nonce,
    audience: challenge.audience,
    deviceTime: input.at,
    ...(channelBinding === undefined ? {} : { channelBinding }),
  });
  return signSign1({
    protectedHeader: new Map<CborKey, CborValue>([
      [headerLabels.type, answerType],
      [headerLabels.x5t, encodeX5t(certificate, portableHash)],
    ]),
    unprotectedHeader: new Map([[headerLabels.x5chain, encodeX5chain([certificate, ...input.chain])]]),
    payload,
    signer,
  });
}
