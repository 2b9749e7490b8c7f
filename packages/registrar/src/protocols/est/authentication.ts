// SPDX-License-Identifier: Apache-2.0
// HTTP Basic (RFC 7617) as stations use it (RFC 7030 section 3.2.3): the name is the operator's id, the password its
// token. A client certificate does as well, as at the other doors.

import { decodeUtf8, fromBase64, isNatalisError } from "natalis/kernel";
import type { Credential } from "../../service/registrar.ts";

/** Undefined where the header is of another scheme or not well formed. */
export function readBasic(header: string): Credential | undefined {
  const pair = decodePair(/^Basic +([A-Za-z0-9+/=]{1,400})$/i.exec(header)?.[1]);
  const colon = pair.indexOf(":");
  return colon < 1 ? undefined : { id: pair.slice(0, colon), token: pair.slice(colon + 1) };
}

function decodePair(text: string | undefined): string {
  try {
    return decodeUtf8(fromBase64(text ?? ""));
  } catch (error) {
    if (!isNatalisError(error)) throw error;
    return "";
  }
}
