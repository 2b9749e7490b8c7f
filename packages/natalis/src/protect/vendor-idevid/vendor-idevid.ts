// SPDX-License-Identifier: Apache-2.0
// `vendor-idevid`: the birth key is the one that its secure element left the factory with. A chain of IEEE 802.1AR
// identities, validated as any path, or a maker's endorsement of the key, and a fresh signature (chain/chain-statement.ts;
// without certificates where the key has none). That says where the key was made, not what the element does with it.

import { attributeValues, type Certificate, findExtension, oids, parseKeyUsage } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { parseChainStatement } from "../chain/chain-statement.ts";
import { requireFreshSignature } from "../chain/fresh-signature.ts";
import { evidenceError } from "../errors.ts";
import type { EvidenceBinding, EvidenceFormat, EvidenceFinding, HardwareIdentity } from "../evidence.ts";
import { findingOf } from "../finding.ts";
import { wellFormed } from "../refusal.ts";
import { rootsFor } from "../roots.ts";
import type { Endorsement, Endorsements } from "../endorsement.ts";
import { vendorPath } from "./vendor-path.ts";

/** The name in birth records. Permanent. */
export const vendorIdevidFormat = "vendor-idevid";

export interface VendorIdevidPolicy {
  /** Imported beforehand; absent: chains alone count. */
  readonly endorsements?: Endorsements;
  /** Whether a chain counts only where the element is endorsed too; by default false. */
  readonly requireEndorsement?: boolean;
}

/** The birth key is the vendor's and signed our nonce (DESIGN 5). */
const vendorPossession = 2;

export function vendorIdevid({ endorsements, requireEndorsement = false }: VendorIdevidPolicy = {}): EvidenceFormat {
  return {
    format: vendorIdevidFormat,
    async verify(statement, binding, context) {
      const { chain, signature } = parseChainStatement(statement, { least: 0 });
      const [leaf] = chain;
      const endorsement = await endorsements?.ofKey(binding.publicKey);
      if (leaf !== undefined) await checkLeaf(leaf, binding, endorsements);
      if (endorsement === undefined && (requireEndorsement || leaf === undefined))
        throw evidenceError("NAT_EVIDENCE_UNIT", "no secure element that is endorsed has the birth key");
      const root =
        leaf === undefined
          ? (endorsement as Endorsement).root
          : await vendorPath([leaf, ...chain.slice(1)], rootsFor(context, vendorIdevidFormat), context);
      await requireFreshSignature(signature, binding, context);
      const hardware = endorsement?.hardware ?? hardwareOf(leaf, root.name);
      const details = detailsOf(leaf, endorsement, binding);
      return findingOf({ custody: vendorPossession, root, hardware, details }, binding, context.hash);
    },
  };
}

/** @throws NAT_EVIDENCE_KEY, NAT_EVIDENCE_ATTRIBUTES, NAT_EVIDENCE_UNIT, NAT_EVIDENCE_MALFORMED */
async function checkLeaf(
  leaf: Certificate,
  { publicKey }: EvidenceBinding,
  endorsements: Endorsements | undefined,
): Promise<void> {
  if (!equalBytes(leaf.publicKey, publicKey))
    throw evidenceError("NAT_EVIDENCE_KEY", "the factory's certificate is of another key");
  const usage = findExtension(leaf, oids.keyUsage);
  if (usage !== undefined && !wellFormed("key usage", () => parseKeyUsage(usage.value)).has("digitalSignature"))
    throw evidenceError("NAT_EVIDENCE_ATTRIBUTES", "the factory's certificate is not for digital signatures");
  for (const uniqueId of uniqueIdsOf(leaf)) {
    const endorsement = await endorsements?.ofUniqueId(uniqueId);
    if (endorsement !== undefined && !endorsement.keys.some((key) => equalBytes(key.publicKey, publicKey)))
      throw evidenceError("NAT_EVIDENCE_UNIT", `the element ${uniqueId.slice(0, 64)} was endorsed with other keys`);
  }
}

/** Serial numbers and common names of the subject; Microchip writes "sn" before the unique id. */
function uniqueIdsOf({ subject }: Certificate): readonly string[] {
  return [oids.serialNumber, oids.commonName]
    .flatMap((oid) => attributeValues(subject, oid))
    .flatMap((text) => [text, text.replace(/^sn/i, "")]);
}

/** The issuer is the maker, and the certificate's own organisation may be its customer. */
function hardwareOf(leaf: Certificate | undefined, rootName: string): HardwareIdentity {
  const [organization] = leaf === undefined ? [] : attributeValues(leaf.issuer, oids.organizationName);
  return { manufacturer: organization ?? rootName };
}

function detailsOf(
  leaf: Certificate | undefined,
  endorsement: Endorsement | undefined,
  { publicKey }: EvidenceBinding,
): EvidenceFinding["details"] {
  const [commonName] = leaf === undefined ? [] : attributeValues(leaf.subject, oids.commonName);
  const slot = endorsement?.keys.find((key) => equalBytes(key.publicKey, publicKey))?.slot;
  return [
    ...(commonName === undefined ? [] : [["subject", commonName] as const]),
    ...(endorsement === undefined ? [] : [["endorsed element", endorsement.uniqueId] as const]),
    ...(slot === undefined ? [] : [["slot", slot] as const]),
  ];
}
