// SPDX-License-Identifier: Apache-2.0
// What a verifier that can reach the registrar gathers about a device: its state proof, and the CRL that its
// certificate points at, over plain http as any relying party would.

import { request } from "node:http";
import {
  attributeValues,
  findExtension,
  oids,
  parseCertificate,
  parseCrlDistributionPoints,
  urisOf,
} from "natalis/formats";
import type { Client } from "./client.ts";

export interface GatheredEvidence {
  readonly stateProof: Uint8Array;
  readonly crls: readonly Uint8Array[];
}

/** @param certificate the device's, DER */
export async function gatherEvidence(reader: Client, certificate: Uint8Array): Promise<GatheredEvidence> {
  const stateProof = await reader.bytes(`/devices/${deviceIdOf(certificate)}/state-proof`);
  return { stateProof, crls: [await fetchBytes(crlUrlOf(certificate))] };
}

function deviceIdOf(certificate: Uint8Array): string {
  const [id = ""] = attributeValues(parseCertificate(certificate).subject, oids.commonName);
  return id;
}

/** Where the certificate says that its CRL is. */
export function crlUrlOf(certificate: Uint8Array): string {
  const points = findExtension(parseCertificate(certificate), oids.crlDistributionPoints);
  if (points === undefined) throw new Error("the certificate points at no CRL");
  const [url] = parseCrlDistributionPoints(points.value).flatMap(({ fullName }) => urisOf(fullName ?? []));
  return url as string;
}

/** Plain http, no agent: nothing stays open. */
export function fetchBytes(url: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => {
        if (response.statusCode === 200) resolve(new Uint8Array(Buffer.concat(parts)));
        else reject(new Error(`GET ${url}: ${response.statusCode}`));
      });
    });
    asked.on("error", reject);
    asked.end();
  });
}
