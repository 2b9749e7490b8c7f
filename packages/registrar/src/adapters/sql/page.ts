// SPDX-License-Identifier: Apache-2.0
// The bound that every list of the registry's ports has.

import { pageLimit, registryError } from "natalis/registry";

/** @throws NAT_REGISTRY_PAGE */
export function requirePage(limit: number, from = 0): void {
  const isPage = Number.isSafeInteger(limit) && limit >= 1 && limit <= pageLimit;
  if (!isPage || !Number.isSafeInteger(from) || from < 0)
    throw registryError("NAT_REGISTRY_PAGE", `${limit} items from ${from}`);
}
