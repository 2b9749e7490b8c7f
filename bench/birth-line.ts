// SPDX-License-Identifier: Apache-2.0
// What a station sends of one unit: the body of `POST /births`, or a line of a batch, with a request of a new key.

import { generateKey } from "@natalis/node";
import { algorithms, assembleSigned, encodeCertificationRequestInfo, encodeName, oids } from "natalis/formats";
import { toBase64 } from "natalis/kernel";
import { product } from "./bench-registrar.ts";

export interface BirthLine {
  readonly request: string;
  readonly product: string;
  readonly model: string;
  readonly serial: string;
  readonly facility: string;
}

export function birthLine(number: number): BirthLine {
  const serial = `BM-${number}`;
  const { signer } = generateKey(algorithms.ES256);
  const subject = encodeName([{ oid: oids.serialNumber, value: serial }]);
  const info = encodeCertificationRequestInfo({ subject, publicKey: signer.publicKey });
  const request = toBase64(assembleSigned(info, signer.algorithm.signatureIdentifier, signer.sign(info)));
  return { request, product, model: "BM-1", serial, facility: "bench hall 1" };
}

export function asText(line: BirthLine): string {
  return JSON.stringify(line);
}
