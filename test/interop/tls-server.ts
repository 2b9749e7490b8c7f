// SPDX-License-Identifier: Apache-2.0
// A certificate for the foreign servers themselves: made by openssl, known to nobody else. Clients trust it alone.

import { accepts, type Desk } from "./peer.ts";

export interface ServerFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Files of a server on the loopback address. */
export async function makeServerFiles(desk: Desk): Promise<ServerFiles> {
  const files = { certificate: desk.path("server.pem"), key: desk.path("server.key") };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", files.key];
  const subject = ["-subj", "/CN=a foreign server", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"];
  await accepts("openssl", "req", "-x509", ...key, ...subject, "-out", files.certificate);
  return files;
}
