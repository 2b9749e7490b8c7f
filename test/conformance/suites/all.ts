// SPDX-License-Identifier: Apache-2.0
// Every suite that runs in Node and in a browser: a new one is one line here.

import { attestation } from "./attestation.ts";
import { cbor } from "./cbor.ts";
import { cose } from "./cose.ts";
import { diceChains } from "./dice-chains.ts";
import { mlDsaCertificates } from "./ml-dsa-certificates.ts";
import { pkitsPapers } from "./pkits-papers.ts";
import { pkitsPaths } from "./pkits-paths.ts";
import { publicSignatures } from "./public-signatures.ts";
import type { ConformanceSuite } from "./suite.ts";
import { tpmRoots } from "./tpm-roots.ts";
import { webauthnTpmSamples } from "./webauthn-tpm.ts";
import { wycheproof } from "./wycheproof.ts";
import { wycheproofJson } from "./wycheproof-json.ts";
import { wycheproofSeeds } from "./wycheproof-seeds.ts";

export const suites: readonly ConformanceSuite[] = [
  cbor,
  cose,
  pkitsPapers,
  pkitsPaths,
  publicSignatures,
  tpmRoots,
  webauthnTpmSamples,
  mlDsaCertificates,
  wycheproof,
  wycheproofSeeds,
  wycheproofJson,
  attestation,
  diceChains,
];
