// SPDX-License-Identifier: Apache-2.0
// What every MessageAuthenticator must do: HMAC-SHA-256 (RFC 2104), byte for byte.

import { encodeUtf8, fromHex, type MessageAuthenticator } from "../../kernel/index.ts";
import { type ContractSuite, expectBytes } from "../contract.ts";

/** Makes the authenticator of a key. */
export type AuthenticatorFactory = (key: Uint8Array) => MessageAuthenticator;

interface KnownAnswer {
  readonly key: Uint8Array;
  readonly data: Uint8Array;
  readonly tag: string;
}

const filled = (length: number, octet: number) => new Uint8Array(length).fill(octet);

/** RFC 4231 sections 4.2, 4.3, 4.4 and 4.7. */
const knownAnswers: readonly KnownAnswer[] = [
  {
    key: filled(20, 0x0b),
    data: encodeUtf8("Hi There"),
    tag: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  },
  {
    key: encodeUtf8("Jefe"),
    data: encodeUtf8("what do ya want for nothing?"),
    tag: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  },
  {
    key: filled(20, 0xaa),
    data: filled(50, 0xdd),
    tag: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
  },
  {
    key: filled(131, 0xaa),
    data: encodeUtf8("Test Using Larger Than Block-Size Key - Hash Key First"),
    tag: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  },
];

export const messageAuthenticatorContract: ContractSuite<AuthenticatorFactory> = [
  {
    name: "known answers of RFC 4231",
    async run(authenticatorOf) {
      for (const { key, data, tag } of knownAnswers)
        expectBytes(await authenticatorOf(key).authenticate(data), fromHex(tag), tag);
    },
  },
  {
    name: "the caller may wipe its copy of the key",
    async run(authenticatorOf) {
      const { key, data, tag } = knownAnswers[0] as KnownAnswer;
      const own = key.slice();
      const authenticator = authenticatorOf(own);
      own.fill(0);
      expectBytes(await authenticator.authenticate(data), fromHex(tag), "tag after the wipe");
    },
  },
];
