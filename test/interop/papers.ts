// SPDX-License-Identifier: Apache-2.0
// What a relying party holds of devices that were born over the API, as it would come by it: each certificate's issuer
// and revocation list are fetched over plain http from the addresses that the certificate names (RFC 5280 sections
// 4.2.1.13 and 4.2.2.1).

import { once } from "node:events";
import { connect } from "node:tls";
import { generateKey } from "@natalis/node";
import {
  algorithms,
  encodePem,
  findExtension,
  oids,
  parseAuthorityInfoAccess,
  parseCertificate,
  parseCrlDistributionPoints,
  urisOf,
} from "natalis/formats";
import type { SignatureAlgorithm, Signer } from "natalis/kernel";
import type { Client } from "../support/client.ts";
import { loopback } from "../support/ports.ts";
import type { RunningRegistrar } from "../support/registrar.ts";
import { type BirthAnswer, type BirthBody, birthOf, derOf, requestOf } from "../support/software-device.ts";

export interface BornDevice {
  readonly signer: Signer;
  /** PKCS#8, PEM. */
  readonly key: string;
  /** UUID. */
  readonly id: string;
  readonly serial: string;
  /** DER. */
  readonly certificate: Uint8Array;
  /** DER: issuing authority, root. */
  readonly chain: readonly Uint8Array[];
  readonly answer: BirthAnswer;
}

/** Makes a key and has it born, with facts other than usual where they are given. */
export async function bornDevice(
  client: Client,
  serial: string,
  algorithm: SignatureAlgorithm,
  facts: Partial<BirthBody> = {},
): Promise<BornDevice> {
  const { signer, pkcs8 } = generateKey(algorithm);
  const body = { ...birthOf({ serial, request: await requestOf(serial, signer) }), ...facts };
  const answer = await client.json<BirthAnswer>("POST", "/births", body);
  return {
    signer,
    key: encodePem("PRIVATE KEY", pkcs8),
    id: answer.device,
    serial,
    certificate: derOf(answer.certificate),
    chain: answer.chain.map(derOf),
    answer,
  };
}

/** Revokes a device for a compromised key. */
export async function revoke(
  { admin }: RunningRegistrar,
  { id }: BornDevice,
  since: { readonly invalidityDate?: string } = {},
): Promise<void> {
  await admin.json("POST", `/devices/${id}/revoke`, { reason: "keyCompromise", ...since });
}

/** One whose list is another shard's than that of these devices. */
export async function bornInOtherShard(
  { admin }: RunningRegistrar,
  serial: string,
  ...others: readonly BornDevice[]
): Promise<BornDevice> {
  const taken = others.map(({ certificate }) => listAddress(certificate));
  for (let attempt = 0; ; attempt++) {
    const device = await bornDevice(admin, `${serial}-${attempt}`, algorithms.ES256);
    if (!taken.includes(listAddress(device.certificate))) return device;
  }
}

/** The certificate with which the registrar itself serves, DER. */
export async function serverCertificate({ place, trust }: RunningRegistrar): Promise<Uint8Array> {
  const ca = trust.roots.map(({ der }) => encodePem("CERTIFICATE", der));
  const socket = connect({ host: loopback, port: place.httpsPort, ca });
  await once(socket, "secureConnect");
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  return new Uint8Array(raw);
}

/** The list that the certificate says to look at, as it is now, DER. */
export function listOf({ plain }: RunningRegistrar, certificate: Uint8Array): Promise<Uint8Array> {
  return plain.bytes(new URL(listAddress(certificate)).pathname);
}

/** Where the certificate says that its list is. */
export function listAddress(certificate: Uint8Array): string {
  const points = parseCrlDistributionPoints(extension(certificate, oids.crlDistributionPoints));
  return only(points.flatMap(({ fullName }) => urisOf(fullName ?? [])));
}

/** The issuer's certificate, where the certificate says it is, DER. */
export function issuerOf({ plain }: RunningRegistrar, certificate: Uint8Array): Promise<Uint8Array> {
  return plain.bytes(new URL(issuerAddress(certificate)).pathname);
}

/** Where the certificate says that its issuer's is. */
export function issuerAddress(certificate: Uint8Array): string {
  const access = parseAuthorityInfoAccess(extension(certificate, oids.authorityInfoAccess));
  return only(urisOf(access.filter(({ method }) => method === oids.caIssuers).map(({ location }) => location)));
}

/** A certificate or list with one bit of its signature changed, which is what ends it. */
export function withFlippedBit(der: Uint8Array): Uint8Array {
  const place = der.length - 3;
  return der.with(place, (der[place] as number) ^ 1);
}

/** One PEM text. */
export function certificatesPem(...ders: readonly Uint8Array[]): string {
  return ders.map((der) => encodePem("CERTIFICATE", der)).join("");
}

/** One PEM text. */
export function listsPem(...ders: readonly Uint8Array[]): string {
  return ders.map((der) => encodePem("X509 CRL", der)).join("");
}

function extension(certificate: Uint8Array, oid: string): Uint8Array {
  const found = findExtension(parseCertificate(certificate), oid);
  if (found === undefined) throw new Error(`no extension ${oid}`);
  return found.value;
}

function only([address, ...others]: readonly string[]): string {
  if (address === undefined || others.length > 0) throw new Error("not one address");
  return address;
}
