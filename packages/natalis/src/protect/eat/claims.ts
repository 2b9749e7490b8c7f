// SPDX-License-Identifier: Apache-2.0
// Claims of entity attestation tokens: the standard ones (RFC 9711), those of PSA's profile (RFC 9783), of its drafts
// ("http://arm.com/psa/2.0.0", which differ in the boot seed), and of the first profile, PSA_IOT_PROFILE_1, with its
// private numbers. Claims that are not known here are passed over.

import { asArray, asBytes, asMap, asText, asUnsigned, type CborMap, decodeCbor } from "../../formats/index.ts";
import { publicKeyOfCoseKey } from "../cose-key.ts";
import { evidenceError } from "../errors.ts";

/** One measured component (RFC 9783 4.4.1). */
export interface SoftwareComponent {
  readonly type?: string;
  readonly version?: string;
  readonly measurement: Uint8Array;
  readonly signerId: Uint8Array;
}

export interface EatClaims {
  readonly profile?: string;
  readonly nonces: readonly Uint8Array[];
  /** UEID; in PSA's profiles the instance id. */
  readonly ueid?: Uint8Array;
  /** PSA: 0x3000 to 0x30ff is secured (RFC 9783 4.3.1). */
  readonly lifecycle?: number;
  /** 0 enabled, 1 to 4 disabled in some way (RFC 9711 4.2.9). */
  readonly debugStatus?: number;
  readonly implementationId?: Uint8Array;
  /** Of the hardware that is certified: an EAN-13 and a version. */
  readonly certificationReference?: string;
  readonly softwareComponents: readonly SoftwareComponent[];
  /** DER SubjectPublicKeyInfo of the key that the token is confirmed by (cnf, RFC 8747). */
  readonly confirmedKey?: Uint8Array;
}

/** Numbers of the claims: the standard's, and PSA_IOT_PROFILE_1's where it has another. */
const claims = {
  confirmation: [8],
  nonce: [10, -75008],
  ueid: [256, -75009],
  debugStatus: [263],
  profile: [265, -75000],
  lifecycle: [2395, -75002],
  implementationId: [2396, -75003],
  certificationReference: [2398, -75005],
  softwareComponents: [2399, -75006],
} as const;

const component = { type: 1, measurement: 2, version: 4, signerId: 5 } as const;
const coseKey = 1;
const mostComponents = 64;
const mostNonces = 8;
const longestText = 256;

/** Tags that claims of RFC 9711 and RFC 8392 may have: time, UUID, URI, OID. */
const knownTags = [1, 32, 37, 111] as const;

/** @throws NAT_EVIDENCE_MALFORMED and the errors of the codecs */
export function parseEatClaims(payload: Uint8Array): EatClaims {
  const map = asMap(decodeCbor(payload, { anyKeyOrder: true, tags: knownTags }));
  const confirmation = claimOf(map, "confirmation");
  return {
    nonces: noncesOf(map),
    softwareComponents: componentsOf(map),
    ...optional("profile", map, (value) => asText(value, longestText)),
    ...optional("ueid", map, asBytes),
    ...optional("lifecycle", map, asUnsigned),
    ...optional("debugStatus", map, asUnsigned),
    ...optional("implementationId", map, asBytes),
    ...optional("certificationReference", map, (value) => asText(value, longestText)),
    ...(confirmation === undefined ? {} : { confirmedKey: confirmedKeyOf(asMap(confirmation)) }),
  };
}

type Name = keyof typeof claims;

function claimOf(map: CborMap, name: Name) {
  const [current, first] = claims[name] as readonly [number, number?];
  const old = first === undefined ? undefined : map.get(first);
  if (old !== undefined && map.has(current))
    throw evidenceError("NAT_EVIDENCE_MALFORMED", `${name} by the numbers of two profiles`);
  return map.get(current) ?? old;
}

function optional<N extends Name, T>(name: N, map: CborMap, read: (value: ReturnType<typeof claimOf>) => T) {
  const value = claimOf(map, name);
  return (value === undefined ? {} : { [name]: read(value) }) as { readonly [K in N]?: T };
}

/** One, or several (RFC 9711 4.1). */
function noncesOf(map: CborMap): readonly Uint8Array[] {
  const value = claimOf(map, "nonce");
  if (value === undefined) return [];
  const nonces = Array.isArray(value) ? value : [value];
  if (nonces.length > mostNonces) throw evidenceError("NAT_EVIDENCE_MALFORMED", `${nonces.length} nonces`);
  return nonces.map((nonce) => asBytes(nonce));
}

function componentsOf(map: CborMap): readonly SoftwareComponent[] {
  const value = claimOf(map, "softwareComponents");
  if (value === undefined) return [];
  const components = asArray(value);
  if (components.length > mostComponents)
    throw evidenceError("NAT_EVIDENCE_MALFORMED", `${components.length} software components`);
  return components.map((one) => readComponent(asMap(one)));
}

function readComponent(map: CborMap): SoftwareComponent {
  const [type, version] = [map.get(component.type), map.get(component.version)];
  return {
    measurement: asBytes(map.get(component.measurement)),
    signerId: asBytes(map.get(component.signerId)),
    ...(type === undefined ? {} : { type: asText(type, longestText) }),
    ...(version === undefined ? {} : { version: asText(version, longestText) }),
  };
}

/** A COSE_Key and nothing else: a key id alone says of no key that it is the one (RFC 8747 3.1). */
function confirmedKeyOf(confirmation: CborMap): Uint8Array {
  const key = asMap(confirmation.get(coseKey));
  if (confirmation.size !== 1) throw evidenceError("NAT_EVIDENCE_MALFORMED", "a confirmation that is more than a key");
  return publicKeyOfCoseKey(key);
}
