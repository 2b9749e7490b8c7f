// SPDX-License-Identifier: Apache-2.0
// Whom a station may certify (RFC 5280 section 4.2.1.10): its maker's units, and of these its models' alone where the
// product line lists them.

import { encodeName, encodeNameConstraints, oids, parseName } from "../formats/index.ts";
import { issueError } from "./errors.ts";
import type { Profile } from "./profile.ts";

/** More models than this make a certificate that costs every verifier of every unit. */
const mostModels = 100;

/** Subjects that begin as those of the product line do: its maker, and its models where it lists them. @throws NAT_ISSUE_FACTS */
export function encodeStationConstraints({ maker, models }: Pick<Profile, "maker" | "models">): Uint8Array {
  if (models !== undefined && models.length > mostModels)
    throw issueError("NAT_ISSUE_FACTS", `${models.length} models, where a station may have ${mostModels}`);
  const organization = { oid: oids.organizationName, value: maker };
  const names = models?.map((value) => [organization, { oid: oids.organizationalUnitName, value }]) ?? [[organization]];
  const permitted = names.map((name) => ({
    base: { kind: "directoryName", value: parseName(encodeName(name)) } as const,
  }));
  return encodeNameConstraints({ permitted, excluded: [] });
}
