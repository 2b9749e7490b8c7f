// SPDX-License-Identifier: Apache-2.0
// The key of the certificate in question is as strong as those that sign. It may be of a kind that signs nothing (key
// agreement, encryption): what it is used for is the caller's to judge.

import { readKeyFacts } from "../../formats/index.ts";
import { isNatalisError } from "../../kernel/index.ts";
import { pathError } from "../errors.ts";
import type { PathCertificate } from "../path-certificate.ts";
import type { Strength } from "../signature-fault.ts";

/** @throws NAT_PATH_WEAK, NAT_ALGORITHM_KEY */
export function checkKey(one: PathCertificate, strength: Strength): void {
  if (strength !== "legacy" && isWeak(one.certificate.publicKey))
    throw pathError("NAT_PATH_WEAK", `the key of ${one.label} has too few bits`);
}

function isWeak(publicKey: Uint8Array): boolean {
  try {
    return readKeyFacts(publicKey).weak;
  } catch (error) {
    if (isNatalisError(error, "NAT_ALGORITHM_UNKNOWN")) return false;
    throw error;
  }
}
