// SPDX-License-Identifier: Apache-2.0
// iPAddress (RFC 5280 4.2.1.10): ranges of addresses. No IPv4 address is in a range of IPv6, or the other way.

import { toHex } from "../../kernel/index.ts";
import { once } from "./certificate-names.ts";
import { alternativeNames, isWithin, type NameForm } from "./name-form.ts";

export const ipAddresses: NameForm<Uint8Array> = {
  presented: once((names) =>
    alternativeNames(names, "ip").map(({ value }) => ({ form: "iPAddress", text: toHex(value), value })),
  ),

  subtree: (base) => (base.kind === "ip" ? (address) => isWithin(isInRange(address, base)) : undefined),
};

function isInRange(octets: Uint8Array, { address, mask }: { address: Uint8Array; mask: Uint8Array }): boolean {
  if (octets.length !== address.length) return false;
  for (let i = 0; i < octets.length; i++)
    if ((((octets[i] as number) ^ (address[i] as number)) & (mask[i] as number)) !== 0) return false;
  return true;
}
