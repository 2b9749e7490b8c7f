// SPDX-License-Identifier: Apache-2.0
// What a verifier that can reach the registrar asks for: the device's state proof and its CRL shard. It verifies both,
// so it matters little whom it asked.

import type { Evidence } from "natalis/authenticate";
import {
  attributeValues,
  findExtension,
  oids,
  parseCertificate,
  parseCrlDistributionPoints,
  urisOf,
} from "natalis/formats";
import type { RegistrarClient } from "./client.ts";
import { clientError } from "./errors.ts";

export async function fetchEvidence(client: RegistrarClient, certificate: Uint8Array): Promise<Evidence> {
  const { deviceId, crlPath } = readPlaces(certificate);
  const [stateProof, crl] = await Promise.all([
    client.bytes(`/devices/${deviceId}/state-proof`),
    client.bytes(crlPath),
  ]);
  return { stateProof, crls: [crl] };
}

/** The registrar serves over TLS too what certificates point at over plain http. */
function readPlaces(der: Uint8Array): { deviceId: string; crlPath: string } {
  const certificate = parseCertificate(der);
  const [deviceId] = attributeValues(certificate.subject, oids.commonName);
  const points = findExtension(certificate, oids.crlDistributionPoints);
  const [uri] =
    points === undefined
      ? []
      : parseCrlDistributionPoints(points.value).flatMap(({ fullName }) => urisOf(fullName ?? []));
  if (deviceId === undefined || uri === undefined)
    throw clientError("NAT_CLIENT_FILE", "the certificate names no device or no CRL");
  const path = new URL(uri).pathname;
  return { deviceId, crlPath: path.slice(path.lastIndexOf("/crl/")) };
}
