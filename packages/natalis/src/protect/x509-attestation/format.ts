// SPDX-License-Identifier: Apache-2.0
// `x509-attestation`: a certificate that hardware made for the birth key, with what it states of the key in extensions
// of its maker's own. The statement is a chain with a signature (chain/chain-statement.ts); vendors differ in the rules
// of their chains, in what they state, and in whether our nonce stands in the certificate or is signed by the key.

import { type Certificate, findExtension } from "../../formats/index.ts";
import { equalBytes } from "../../kernel/index.ts";
import { parseChainStatement } from "../chain/chain-statement.ts";
import { verifyChain } from "../chain/verify-chain.ts";
import { evidenceError } from "../errors.ts";
import type { EvidenceFormat } from "../evidence.ts";
import { findingOf } from "../finding.ts";
import { refusedAs } from "../refusal.ts";
import type { AttestationVendor, AttestedChain } from "./vendor.ts";

/** The name in birth records. Permanent. */
export const x509AttestationFormat = "x509-attestation";

/** Order of refusals: form, vendor, key, chain and root, then what the vendor's own statement says. */
export function x509Attestation(vendors: readonly AttestationVendor[]): EvidenceFormat {
  return {
    format: x509AttestationFormat,
    async verify(statement, binding, context) {
      const attested = parseChainStatement(statement) as AttestedChain;
      const [leaf] = attested.chain;
      const vendor = vendorOf(leaf, vendors);
      if (!equalBytes(leaf.publicKey, binding.publicKey))
        throw evidenceError("NAT_EVIDENCE_KEY", "the certificate is of another key");
      const root = await verifyChain(attested.chain, { ...vendor.rules, format: x509AttestationFormat }, context);
      const { custody, hardware, details } = await appraised(() => vendor.appraise(attested, binding, context));
      return findingOf(
        { custody, root, hardware, details: [["vendor", vendor.name], ...details] },
        binding,
        context.hash,
      );
    },
  };
}

function vendorOf(leaf: Certificate, vendors: readonly AttestationVendor[]): AttestationVendor {
  const vendor = vendors.find(({ extension }) => findExtension(leaf, extension) !== undefined);
  if (vendor === undefined)
    throw evidenceError("NAT_EVIDENCE_MALFORMED", "the certificate has no vendor's extension that is known here");
  return vendor;
}

async function appraised<T>(appraise: () => Promise<T>): Promise<T> {
  try {
    return await appraise();
  } catch (error) {
    throw refusedAs("NAT_EVIDENCE_MALFORMED", "an extension of the vendor", error);
  }
}
