// SPDX-License-Identifier: Apache-2.0
// What a device signs when it answers a challenge: the payload of a COSE_Sign1 (RFC 9052 section 4.2), written by the
// device and read by whoever authenticates it.
//   { 1: nonce, 2: audience, 3: device time, ? 4: channel binding }

import { asBytes, asMap, asText, asUnsigned, type CborValue, decodeCbor, encodeCbor } from "../formats/index.ts";
import { errorFactory } from "../kernel/index.ts";

export const answerErrors = {
  NAT_ANSWER_FORM: "The answer's fields are not of the form that an answer has.",
} as const;

const fail = errorFactory(answerErrors);

/** The `typ` header (RFC 9596) of answers, so that no other signed message passes for one. */
export const answerType = "application/vnd.natalis.answer+cose";

export interface AnswerPayload {
  /** The challenge's 32 random bytes. */
  readonly nonce: Uint8Array;
  /** Who asked, 1 to 255 characters: the device refuses to answer for anyone else. */
  readonly audience: string;
  /** The device's own clock, milliseconds inside; told, not trusted. */
  readonly deviceTime: Date;
  /** The 32 bytes of `tls-exporter` (RFC 9266) of the connection that carries the answer. */
  readonly channelBinding?: Uint8Array;
}

const fields = { nonce: 1, audience: 2, deviceTime: 3, channelBinding: 4 } as const;
const bindingLength = 32;
const nonceLength = 32;
const maximumAudience = 255;
const maximumBytes = 2048;

/** Deterministic CBOR. @throws NAT_ANSWER_FORM, NAT_CBOR_VALUE */
export function encodeAnswerPayload(payload: AnswerPayload): Uint8Array {
  requireForm(payload);
  const map = new Map<number, CborValue>([
    [fields.nonce, payload.nonce],
    [fields.audience, payload.audience],
    [fields.deviceTime, payload.deviceTime.getTime()],
  ]);
  if (payload.channelBinding !== undefined) map.set(fields.channelBinding, payload.channelBinding);
  return encodeCbor(map);
}

/** @throws NAT_ANSWER_FORM and the NAT_CBOR_ errors of malformed bytes. */
export function parseAnswerPayload(bytes: Uint8Array): AnswerPayload {
  const map = asMap(decodeCbor(bytes, { maximumBytes, maximumDepth: 1 }), Object.values(fields));
  const binding = map.get(fields.channelBinding);
  const payload: AnswerPayload = {
    nonce: asBytes(map.get(fields.nonce)),
    audience: asText(map.get(fields.audience)),
    deviceTime: new Date(asUnsigned(map.get(fields.deviceTime))),
    ...(binding === undefined ? {} : { channelBinding: asBytes(binding) }),
  };
  requireForm(payload);
  return payload;
}

function requireForm({ nonce, audience, deviceTime, channelBinding }: AnswerPayload): void {
  if (nonce.length !== nonceLength) throw fail("NAT_ANSWER_FORM", `a nonce of ${nonce.length} bytes`);
  if (audience.length < 1 || audience.length > maximumAudience)
    throw fail("NAT_ANSWER_FORM", `an audience of ${audience.length} characters`);
  if (!(deviceTime.getTime() >= 0)) throw fail("NAT_ANSWER_FORM", "a device time out of range");
  if (channelBinding !== undefined && channelBinding.length !== bindingLength)
    throw fail("NAT_ANSWER_FORM", `a channel binding of ${channelBinding.length} bytes`);
}
