// SPDX-License-Identifier: Apache-2.0
// An opened registrar, as every door sees it: use cases and the stores they may read. Doors translate; the rules
// stand in the domain.

import type { Principal } from "natalis/birth";
import type { Profile } from "natalis/issue";
import type { RegistryStores } from "natalis/registry";
import type { Attestations } from "./attestations.ts";
import type { Births } from "./births.ts";
import type { Expectations } from "./expectations.ts";
import type { Genuine } from "./genuine.ts";
import type { KeptEvidences } from "./kept-evidences.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Operators } from "./operators.ts";
import type { Products } from "./products.ts";
import type { Proofs } from "./proofs.ts";
import type { RevocationLists } from "./revocation-lists.ts";
import type { Settings } from "./settings.ts";
import type { StationIntake } from "./station-intake.ts";
import type { Stations } from "./stations.ts";

export interface Registrar {
  readonly settings: Settings;
  /** The trust file's text, what a verifier is given. */
  readonly trust: string;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly stores: RegistryStores;
  readonly births: Births;
  readonly attestations: Attestations;
  readonly evidence: KeptEvidences;
  readonly stations: Stations;
  readonly stationIntake: StationIntake;
  readonly lifecycle: Lifecycle;
  readonly operators: Operators;
  readonly products: Products;
  readonly expectations: Expectations;
  readonly proofs: Proofs;
  readonly genuine: Genuine;
  readonly revocationLists: RevocationLists;
  /** Whether it can take births now. */
  isReady(): boolean;
  /** Answers what is under way, takes nothing more, and closes the registry. */
  close(): Promise<void>;
}

/** What someone shows to say who they are; with the id beside the token where a protocol has both. */
export type Credential =
  | { readonly token: string; readonly id?: string | undefined }
  | { readonly certificate: Uint8Array };

/** Tells whose credential it is, or undefined. */
export type Identify = (credential: Credential) => Promise<Principal | undefined>;
