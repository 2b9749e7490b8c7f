// SPDX-License-Identifier: Apache-2.0
// One layer of a DICE chain, whichever of the two kinds of certificate states it (Open Profile for DICE, "Certificate
// Details"; TCG DICE Attestation Architecture section 6.1).

import type { Certificate, Sign1 } from "../../formats/index.ts";

/** What a layer's certificate states of the program that was started with its key. */
export interface LayerStatement {
  /** Why a verifier refuses it; absent: it runs as it should. */
  readonly fault?: string;
  /** For people. */
  readonly details: readonly (readonly [name: string, value: string])[];
}

interface AnyLayer {
  /** DER SubjectPublicKeyInfo of the layer's key. */
  readonly publicKey: Uint8Array;
  /** Absent in certificates that state nothing of a layer: of the root's key, of keys that a layer certified. */
  readonly statement?: LayerStatement;
}

export type DiceLayer =
  | (AnyLayer & { readonly kind: "x509"; readonly certificate: Certificate })
  | (AnyLayer & { readonly kind: "cbor"; readonly token: Sign1; readonly mayCertify: boolean });

const modes = ["not configured", "normal", "debug", "recovery"];
const normalMode = 1;

/** What is at fault with a mode of the Open Profile; one without a name counts as not configured. */
export function faultOfMode(mode: number): string | undefined {
  return mode === normalMode ? undefined : `a layer in the mode ${modes[mode] ?? modes[0]}`;
}
