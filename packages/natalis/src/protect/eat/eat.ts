// SPDX-License-Identifier: Apache-2.0
// `eat`: entity attestation tokens (RFC 9711), PSA's in the first place (RFC 9783). Our binding value is the nonce. What
// a token proves of the birth key depends on how it names it:
//   the key that signed the token, or the one in its `cnf` claim: custody 2. The attester speaks for that key, and no
//   standard claim says that a key was made inside and cannot leave;
//   only within the nonce: custody 1. Whoever may ask the device for a token chooses the nonce, so that a genuine device
//   was at hand is proven, and not where the birth key lives.

import type { Certificate, Sign1 } from "../../formats/index.ts";
import { attributeValues, oids, verifySign1 } from "../../formats/index.ts";
import { equalBytes, toHex } from "../../kernel/index.ts";
import { requireAuthority, requireValidity } from "../chain/chain-rules.ts";
import { verifyChain } from "../chain/verify-chain.ts";
import type { Endorsements } from "../endorsement.ts";
import { evidenceError } from "../errors.ts";
import {
  bindingValue,
  type Custody,
  type EvidenceBinding,
  type EvidenceContext,
  type EvidenceFinding,
  type EvidenceFormat,
  type EvidenceRoot,
  type HardwareIdentity,
} from "../evidence.ts";
import { findingOf } from "../finding.ts";
import { refusedAs } from "../refusal.ts";
import type { EatClaims } from "./claims.ts";
import { type EatStatement, parseEatStatement } from "./token.ts";

/** The name in birth records. Permanent. */
export const eatFormat = "eat";

export interface EatPolicy {
  /** Attesters by the hexadecimal of their UEID (PSA: instance id), for tokens that come without certificates. */
  readonly endorsements?: Endorsements;
}

/** The key that signed a token, with who vouches for it. */
interface Attester {
  readonly publicKey: Uint8Array;
  readonly root: EvidenceRoot;
  readonly hardware: HardwareIdentity;
}

const securedLifecycle = 0x30;
const debugEnabled = 0;

export function eat({ endorsements }: EatPolicy = {}): EvidenceFormat {
  return {
    format: eatFormat,
    async verify(statement, binding, context) {
      const parsed = parseEatStatement(statement);
      const attester = await attesterOf(parsed, endorsements, context);
      const { claims } = parsed;
      requireSecured(claims);
      const custody = custodyOf(attester, claims, binding);
      requireNonce(claims, binding, context);
      const { root, hardware } = attester;
      return findingOf({ custody, root, hardware, details: detailsOf(claims, custody) }, binding, context.hash);
    },
  };
}

async function attesterOf(
  { token, claims, certificates }: EatStatement,
  endorsements: Endorsements | undefined,
  context: EvidenceContext,
): Promise<Attester> {
  const [leaf] = certificates;
  if (leaf === undefined) return endorsedAttester(token, claims, endorsements, context);
  await requireSigned(token, leaf.publicKey, context);
  const rules = { format: eatFormat, areNamesChained: true, understood: [] };
  const issuers = { checkDates: requireValidity, checkIssuer: requireAuthority };
  const root = await verifyChain(certificates, { ...rules, ...issuers }, context);
  return { publicKey: leaf.publicKey, root, hardware: hardwareOf(leaf, root, claims) };
}

/** @throws NAT_EVIDENCE_ROOT where nobody vouches for the attester, NAT_EVIDENCE_SIGNATURE */
async function endorsedAttester(
  token: Sign1,
  { ueid }: EatClaims,
  endorsements: Endorsements | undefined,
  context: EvidenceContext,
): Promise<Attester> {
  const endorsement = ueid && (await endorsements?.ofUniqueId(toHex(ueid)));
  const [key] = endorsement?.keys ?? [];
  if (endorsement === undefined || key === undefined)
    throw evidenceError("NAT_EVIDENCE_ROOT", "a token without certificates, by an attester that is not endorsed");
  await requireSigned(token, key.publicKey, context);
  return { publicKey: key.publicKey, root: endorsement.root, hardware: endorsement.hardware };
}

async function requireSigned(token: Sign1, publicKey: Uint8Array, { verifier }: EvidenceContext): Promise<void> {
  try {
    await verifySign1(token, publicKey, verifier);
  } catch (error) {
    throw refusedAs("NAT_EVIDENCE_SIGNATURE", "the token", error);
  }
}

/** RFC 9783, its drafts, and the profile before them: in each a token states the lifecycle. */
const psaProfiles = /^(?:tag:psacertified\.org,|http:\/\/arm\.com\/psa\/|PSA_IOT_PROFILE_1$)/;

function requireSecured({ profile = "", lifecycle, debugStatus }: EatClaims): void {
  if (lifecycle === undefined && psaProfiles.test(profile))
    throw evidenceError("NAT_EVIDENCE_LIFECYCLE", "a token of PSA without a lifecycle (RFC 9783 4.3.1)");
  if (lifecycle !== undefined && Math.floor(lifecycle / 0x100) !== securedLifecycle)
    throw evidenceError("NAT_EVIDENCE_LIFECYCLE", `0x${lifecycle.toString(16)} is not secured (RFC 9783 4.3.1)`);
  if (debugStatus === debugEnabled)
    throw evidenceError("NAT_EVIDENCE_LIFECYCLE", "debugging is enabled (RFC 9711 4.2.9)");
}

/** @throws NAT_EVIDENCE_KEY where the token confirms another key */
function custodyOf({ publicKey }: Attester, { confirmedKey }: EatClaims, binding: EvidenceBinding): Custody {
  if (confirmedKey !== undefined && !equalBytes(confirmedKey, binding.publicKey))
    throw evidenceError("NAT_EVIDENCE_KEY", "the token confirms another key");
  return confirmedKey !== undefined || equalBytes(publicKey, binding.publicKey) ? 2 : 1;
}

function requireNonce({ nonces }: EatClaims, binding: EvidenceBinding, { hash }: EvidenceContext): void {
  const expected = bindingValue(binding, hash);
  if (expected !== undefined && !nonces.some((nonce) => equalBytes(nonce, expected)))
    throw evidenceError("NAT_EVIDENCE_FRESHNESS", "no nonce of the token is ours");
}

function hardwareOf(leaf: Certificate, root: EvidenceRoot, claims: EatClaims): HardwareIdentity {
  const [organization] = attributeValues(leaf.issuer, oids.organizationName);
  const model = claims.certificationReference ?? (claims.implementationId && toHex(claims.implementationId));
  return { manufacturer: organization ?? root.name, ...(model === undefined ? {} : { model }) };
}

function detailsOf(claims: EatClaims, custody: Custody): EvidenceFinding["details"] {
  const { profile, ueid, lifecycle, implementationId, certificationReference, softwareComponents } = claims;
  const optional = [
    ["profile", profile],
    ["UEID", ueid && toHex(ueid)],
    ["implementation id", implementationId && toHex(implementationId)],
    ["certification reference", certificationReference],
    ["lifecycle", lifecycle === undefined ? undefined : `0x${lifecycle.toString(16)}`],
  ] as const;
  return [
    ...optional.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
    ...softwareComponents.map(({ type, version, measurement }) => {
      const names = [type, version].filter((one) => one !== undefined);
      return ["software component", [...names, toHex(measurement)].join(" ")] as const;
    }),
    ["the birth key", custody === 2 ? "named by the attester" : "only within the nonce"],
  ];
}
