// SPDX-License-Identifier: Apache-2.0
// The CRLs that openssl needs to judge the device's path: its own shard and its authority's, as PEM in one file. Each
// judgement has a file of its own, so that its line can be run again when the story has gone on.

import { writeFileDurably } from "@natalis/node";
import {
  encodePem,
  findExtension,
  oids,
  parseCertificate,
  parseCrlDistributionPoints,
  parsePem,
  urisOf,
} from "natalis/formats";
import { encodeUtf8 } from "natalis/kernel";
import { readText } from "../files.ts";
import type { Demo } from "./prepare.ts";

export async function writeCrls(demo: Demo, name: string): Promise<void> {
  const files = [demo.device.certificate, demo.file("issuing.pem")];
  const texts = await Promise.all(files.map(readText));
  const certificates = texts.flatMap((text) => parsePem(text, "CERTIFICATE"));
  const crls = await Promise.all(certificates.map((der) => demo.admin.bytes(crlPath(der))));
  const pem = crls.map((crl) => encodePem("X509 CRL", crl)).join("");
  await writeFileDurably(demo.file(name), encodeUtf8(pem), 0o644);
}

function crlPath(der: Uint8Array): string {
  const points = findExtension(parseCertificate(der), oids.crlDistributionPoints);
  const uris =
    points === undefined
      ? []
      : parseCrlDistributionPoints(points.value).flatMap(({ fullName }) => urisOf(fullName ?? []));
  return new URL(uris[0] ?? "").pathname;
}
