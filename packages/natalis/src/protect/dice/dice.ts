// SPDX-License-Identifier: Apache-2.0
// `dice`: the birth key is the last of a chain in which each layer of a device certifies the key of the program that it
// started, from a secret that only the hardware's first code could read (Open Profile for DICE; TCG DICE Attestation
// Architecture). The key signs the binding value. Such keys are derived by the device's own programs, and no statement
// says that they cannot leave: custody 2.

import { equalBytes } from "../../kernel/index.ts";
import { requireFreshSignature } from "../chain/fresh-signature.ts";
import { evidenceError } from "../errors.ts";
import type { EvidenceFinding, EvidenceFormat, HardwareIdentity } from "../evidence.ts";
import { findingOf } from "../finding.ts";
import type { DiceLayer } from "./layer.ts";
import { parseDiceStatement } from "./statement.ts";
import { diceFormat, verifyLayers } from "./verify-layers.ts";

export function dice(): EvidenceFormat {
  return {
    format: diceFormat,
    async verify(statement, binding, context) {
      const parsed = parseDiceStatement(statement);
      const { layers, signature } = parsed;
      if (!equalBytes((layers[0] as DiceLayer).publicKey, binding.publicKey))
        throw evidenceError("NAT_EVIDENCE_KEY", "the last layer has another key");
      const root = await verifyLayers(parsed, context);
      requireSoundLayers(layers);
      await requireFreshSignature(signature, binding, context);
      const details = layers.flatMap(({ statement: stated }) => stated?.details ?? []);
      const hardware = hardwareOf(details, root.name);
      return findingOf({ custody: 2, root, hardware, details }, binding, context.hash);
    },
  };
}

/** @throws NAT_EVIDENCE_BOOT_STATE; NAT_EVIDENCE_MALFORMED where the chain states no layer at all */
function requireSoundLayers(layers: readonly DiceLayer[]): void {
  const statements = layers.flatMap(({ statement }) => (statement === undefined ? [] : [statement]));
  if (statements.length === 0) throw evidenceError("NAT_EVIDENCE_MALFORMED", "no certificate states a layer");
  for (const { fault } of statements) if (fault !== undefined) throw evidenceError("NAT_EVIDENCE_BOOT_STATE", fault);
}

/** What TCG's layers say of their maker, the one next to the hardware first. */
function hardwareOf(details: EvidenceFinding["details"], rootName: string): HardwareIdentity {
  const last = (name: string) => details.findLast(([key]) => key === name)?.[1];
  const [model, firmware] = [last("model"), last("version")];
  return {
    manufacturer: last("vendor") ?? rootName,
    ...(model === undefined ? {} : { model }),
    ...(firmware === undefined ? {} : { firmware }),
  };
}
