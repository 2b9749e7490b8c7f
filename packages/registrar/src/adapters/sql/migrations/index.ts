// SPDX-License-Identifier: Apache-2.0
// Every schema change ever released, in order. A released one is never edited: a database may have run it.

import type { Migration } from "kysely/migration";
import type { SqlWords } from "../words.ts";
import { registry } from "./0001-registry.ts";
import { operatorCertificates } from "./0002-operator-certificates.ts";
import { admission } from "./0003-admission.ts";
import { stationAuthorities } from "./0004-station-authorities.ts";
import { evidence } from "./0005-evidence.ts";

export function migrationsIn(words: SqlWords): Readonly<Record<string, Migration>> {
  return {
    "0001-registry": registry(words),
    "0002-operator-certificates": operatorCertificates(words),
    "0003-admission": admission(words),
    "0004-station-authorities": stationAuthorities(words),
    "0005-evidence": evidence(words),
  };
}
