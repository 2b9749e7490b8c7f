// SPDX-License-Identifier: Apache-2.0
// Who takes part: an anchor that is trusted, authorities in levels, and keys that are dear to use.

import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { generateKey } from "@natalis/node";
import { algorithms, encodeInteger, encodeSequence, type Extension } from "natalis/formats";
import { fromHex, type Signer } from "natalis/kernel";
import { arc } from "../corpus/extensions.ts";
import { authorityExtensions, extension, issue, type PaperSigner, type Party, party } from "../corpus/forge.ts";

export const key = (): Signer => generateKey(algorithms.ES256).signer;

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** What no path may have: for whoever wants every path to fail at the last certificate. */
export const unprocessed: Extension = extension(`${arc}.99.0`, new Uint8Array(1), true);

export function authority(issuer: Party, subject: Party, more: readonly Extension[] = []): Promise<Uint8Array> {
  return issue({ issuer, subject, extensions: [...authorityExtensions(), ...more] });
}

/** As many encodings as fit, of the numbers from 0. */
export function filled(octets: number, encode: (number: number) => Uint8Array, most = octets): Uint8Array[] {
  const all: Uint8Array[] = [];
  for (let left = octets; all.length < most; ) {
    const next = encode(all.length);
    left -= next.length;
    if (left < 0) break;
    all.push(next);
  }
  return all;
}

export interface Levels {
  readonly levels: number;
  /** Authorities of a level: each is certified by each of the level above, so that paths are width to the levels. */
  readonly width: number;
  readonly extensions?: readonly Extension[];
  readonly leafExtensions?: readonly Extension[];
  readonly nameOf?: (level: number) => string;
  readonly signerOf?: () => PaperSigner;
}

/** A leaf under so many levels under an anchor. */
export async function layered({ levels, width, extensions = [], leafExtensions = [], ...more }: Levels) {
  const { nameOf = (level) => `level ${level}`, signerOf = key } = more;
  const root = party("root", key());
  let above = [root];
  const intermediates: Uint8Array[] = [];
  for (const level of upTo(levels)) {
    const here = upTo(width).map(() => party(nameOf(level), signerOf()));
    const pairs = above.flatMap((issuer) => here.map((subject) => [issuer, subject] as const));
    intermediates.push(
      ...(await Promise.all(pairs.map(([issuer, subject]) => authority(issuer, subject, extensions)))),
    );
    above = here;
  }
  const issuer = above[0] as Party;
  return {
    certificate: await issue({ issuer, subject: party("leaf", key()), extensions: leafExtensions }),
    intermediates,
    anchors: [await authority(root, root)],
  };
}

/** RSA with the largest modulus and the longest exponent that are taken. Its signatures are none. */
export function slowRsaKey(): PaperSigner {
  const modulus = randomBytes(1024);
  modulus[0] = 0xc0;
  modulus[1023] = 0x01;
  const exponent = Buffer.alloc(8, 0xff);
  const jwk = { kty: "RSA", n: modulus.toString("base64url"), e: exponent.toString("base64url") };
  const publicKey = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "der" });
  return pretending(publicKey, "300d06092a864886f70d01010b0500", () => new Uint8Array(1024).fill(0x33));
}

/** The slowest curve. Its signatures are none. */
export function slowCurveKey(): PaperSigner {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-521" });
  const integer = encodeInteger(new Uint8Array(65).fill(0x33));
  const spki = publicKey.export({ type: "spki", format: "der" });
  return pretending(spki, "300a06082a8648ce3d040304", () => encodeSequence(integer, integer));
}

/** @param identifier of the signature's algorithm, DER in hexadecimal */
function pretending(publicKey: Buffer, identifier: string, sign: () => Uint8Array): PaperSigner {
  return { publicKey: new Uint8Array(publicKey), algorithm: { signatureIdentifier: fromHex(identifier) }, sign };
}
