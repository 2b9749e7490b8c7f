// SPDX-License-Identifier: Apache-2.0
// Devices whose keys live in the test, and how they are born over the API.

import { generateKey } from "@natalis/node";
import { buildCertificationRequest } from "natalis/device";
import { algorithms, encodePem, parsePem } from "natalis/formats";
import { fromBase64, type SignatureAlgorithm, type Signer } from "natalis/kernel";
import type { Client } from "./client.ts";
import { product } from "./registrar.ts";

export interface SoftwareDevice {
  readonly signer: Signer;
  readonly serial: string;
  /** PKCS#10, PEM. */
  readonly request: string;
}

/** The body of `POST /births`. */
export interface BirthBody {
  readonly request: string;
  readonly product: string;
  readonly model: string;
  readonly serial: string;
  readonly facility: string;
}

/** What `POST /births` answers with. */
export interface BirthAnswer {
  readonly device: string;
  readonly kind: "born" | "stored";
  readonly index: number;
  readonly certificate: string;
  readonly chain: readonly string[];
  readonly record: string;
  readonly entry: string;
  readonly receipt: string;
}

export interface Papers {
  /** DER. */
  readonly certificate: Uint8Array;
  /** DER, the issuing authority first. */
  readonly chain: readonly Uint8Array[];
  /** The public log entry. */
  readonly entry: Uint8Array;
}

export async function makeDevice(
  serial: string,
  algorithm: SignatureAlgorithm = algorithms.ES256,
): Promise<SoftwareDevice> {
  const { signer } = generateKey(algorithm);
  return { signer, serial, request: await requestOf(serial, signer) };
}

/** A request as the device itself makes it; each call signs anew. */
export async function requestOf(serial: string, signer: Signer): Promise<string> {
  return encodePem("CERTIFICATE REQUEST", await buildCertificationRequest({ serial, signer }));
}

export function birthOf({ request, serial }: Pick<SoftwareDevice, "request" | "serial">): BirthBody {
  return { request, product, model: "S-1", serial, facility: "Plant 7" };
}

export function bear(client: Client, device: SoftwareDevice): Promise<BirthAnswer> {
  return client.json("POST", "/births", birthOf(device));
}

export function papersOf(answer: BirthAnswer): Papers {
  return {
    certificate: derOf(answer.certificate),
    chain: answer.chain.map(derOf),
    entry: fromBase64(answer.entry),
  };
}

/** The one certificate of a PEM text. */
export function derOf(pem: string): Uint8Array {
  const [der, ...more] = parsePem(pem, "CERTIFICATE");
  if (der === undefined || more.length > 0) throw new Error("not one certificate");
  return der;
}
