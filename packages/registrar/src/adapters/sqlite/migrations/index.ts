// SPDX-License-Identifier: Apache-2.0
// Every schema change ever released, in order. A released one is never edited: a database may have run it.

import type { Migration } from "kysely/migration";
import * as registry from "./0001-registry.ts";
import * as operatorCertificates from "./0002-operator-certificates.ts";

export const migrations: Readonly<Record<string, Migration>> = {
  "0001-registry": registry,
  "0002-operator-certificates": operatorCertificates,
};
