// SPDX-License-Identifier: Apache-2.0
// What a station keeps, one folder: its authority's key, what the registrar gave it, and its births.

import { join } from "node:path";

export interface StationFolder {
  readonly path: string;
  /** The authority's key, sealed. */
  readonly key: string;
  /** Where the key is instead, if it is in a token: no secret, but it names a library that runs. */
  readonly token: string;
  /** Its passphrase, where none was given: mode 0600, with a warning at each start. */
  readonly passphrase: string;
  /** PKCS#10 request of that key, for the registrar. */
  readonly request: string;
  /** What the registrar answered, a token among it: mode 0600. */
  readonly enrolment: string;
  readonly trust: string;
  /** Token with which the line's clients ask for births: mode 0600. */
  readonly lineToken: string;
  /** Every birth, before it was answered. */
  readonly journal: string;
  /** What the registrar said of each birth that was brought in: NDJSON. */
  readonly answers: string;
  /** Held by who bears, and by who brings in: one of each at a time. */
  readonly birthsLock: string;
  readonly syncLock: string;
}

export function stationFolder(path: string): StationFolder {
  return {
    path,
    key: join(path, "station.key"),
    token: join(path, "token.json"),
    passphrase: join(path, "passphrase"),
    request: join(path, "request.pem"),
    enrolment: join(path, "enrolment.json"),
    trust: join(path, "trust.json"),
    lineToken: join(path, "line.token"),
    journal: join(path, "births.journal"),
    answers: join(path, "answers.ndjson"),
    birthsLock: join(path, "births.lock"),
    syncLock: join(path, "sync.lock"),
  };
}
