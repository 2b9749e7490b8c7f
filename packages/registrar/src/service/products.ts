// SPDX-License-Identifier: Apache-2.0
// Product lines: their profiles, which stand in files, with what the registry counts of them.

import type { Profile } from "natalis/issue";
import type { ProductCounts, ProductStore } from "natalis/registry";
import { serviceError } from "./errors.ts";

export interface Product {
  readonly profile: Profile;
  readonly counts: ProductCounts;
}

export class Products {
  readonly #store: ProductStore;
  readonly #profiles: ReadonlyMap<string, Profile>;

  constructor(store: ProductStore, profiles: ReadonlyMap<string, Profile>) {
    this.#store = store;
    this.#profiles = profiles;
  }

  /** By name, those above `after`; `limit` up to 500. */
  async list(after: string | undefined, limit: number): Promise<readonly Product[]> {
    const isNext = ({ product }: Profile) => after === undefined || product > after;
    const profiles = [...this.#profiles.values()]
      .filter(isNext)
      .sort((a, b) => (a.product < b.product ? -1 : 1))
      .slice(0, limit);
    const counts = await this.#store.productCounts(profiles.map(({ product }) => product));
    return profiles.map((profile, i) => ({ profile, counts: counts[i] as ProductCounts }));
  }

  /** @throws NAT_SERVICE_NOT_FOUND */
  async find(product: string): Promise<Product> {
    const profile = this.#profiles.get(product);
    if (profile === undefined) throw serviceError("NAT_SERVICE_NOT_FOUND", `product ${product}`);
    const [counts] = await this.#store.productCounts([product]);
    return { profile, counts: counts as ProductCounts };
  }
}
