// SPDX-License-Identifier: Apache-2.0
// A verdict: an authentication service's word that a device authenticated, signed so that a third party can rely on
// it. COSE_Sign1 (RFC 9052) over deterministic CBOR
//   { 1: device id, 2: SHA-256 of the certificate, 3: custody, 4: state (1 active, 0 unknown), 5: audience, 6: nonce,
//     7: authenticated at, 8: valid until, 9: [[source, as of], ...], 10: bound to the channel }, times in milliseconds.

import {
  asArray,
  asBytes,
  asMap,
  asText,
  asUnsigned,
  type CborKey,
  type CborValue,
  decodeCbor,
  encodeCbor,
  encodeX5chain,
  encodeX5t,
  headerLabels,
  signSign1,
} from "../formats/index.ts";
import type { Hash, Signer } from "../kernel/index.ts";
import { authenticateError } from "./errors.ts";
import type { StatusSource, StatusSourceKind } from "./finding.ts";
import { type AuthenticatedIdentity, isAuthenticatedIdentity } from "./verified-identity.ts";

/** The `typ` header (RFC 9596) of verdicts. */
export const verdictType = "application/vnd.natalis.verdict+cose";

/** How long a verdict may be relied on, at the longest, seconds: the state of a device may change. */
export const longestVerdict = 900;

export interface Verdict {
  /** UUID, 16 bytes. */
  readonly deviceId: Uint8Array;
  /** SHA-256 of the birth certificate. */
  readonly certificateHash: Uint8Array;
  /** 0 to 4. */
  readonly custody: number;
  readonly state: "active" | "unknown";
  /** For whom the device answered: nobody else may rely on it. */
  readonly audience: string;
  /** Of the challenge that was answered, so that the one who asked knows it again. */
  readonly nonce: Uint8Array;
  readonly authenticatedAt: Date;
  readonly validUntil: Date;
  /** What the state was taken from, and how fresh each was. */
  readonly statusSources: readonly StatusSource[];
  readonly channelBound: boolean;
}

export interface VerdictInput {
  readonly identity: AuthenticatedIdentity;
  /** Seconds from the authentication; at most `longestVerdict`. */
  readonly lifetime: number;
  /** Of the certificate below. */
  readonly signer: Signer;
  /** Certificate with the purpose `<arc>.3.3`, DER. */
  readonly certificate: Uint8Array;
  /** Certificates above it, DER, the issuing one first. */
  readonly chain: readonly Uint8Array[];
  readonly hash: Hash;
}

const fields = {
  deviceId: 1,
  certificateHash: 2,
  custody: 3,
  state: 4,
  audience: 5,
  nonce: 6,
  authenticatedAt: 7,
  validUntil: 8,
  statusSources: 9,
  channelBound: 10,
} as const;
const sourceNumbers = { "state-proof": 1, crl: 2, ocsp: 3 } as const satisfies Record<StatusSourceKind, number>;
const limits = { maximumBytes: 2048, maximumDepth: 3 } as const;
const mostSources = 16;

/** The signed verdict on an authentication. @throws NAT_AUTHENTICATE_VERDICT for a lifetime out of range */
export async function issueVerdict(input: VerdictInput): Promise<Uint8Array> {
  const { certificate, chain, signer, hash } = input;
  return signSign1({
    protectedHeader: new Map<CborKey, CborValue>([
      [headerLabels.type, verdictType],
      [headerLabels.x5t, encodeX5t(certificate, hash)],
    ]),
    unprotectedHeader: new Map([[headerLabels.x5chain, encodeX5chain([certificate, ...chain])]]),
    payload: encodeVerdict(verdictOn(input)),
    signer,
  });
}

/** @throws NAT_AUTHENTICATE_VERDICT */
export function encodeVerdict(verdict: Verdict): Uint8Array {
  requireForm(verdict);
  const sources = verdict.statusSources.map(({ kind, asOf }) => [sourceNumbers[kind], asOf.getTime()]);
  return encodeCbor(
    new Map<number, CborValue>([
      [fields.deviceId, verdict.deviceId],
      [fields.certificateHash, verdict.certificateHash],
      [fields.custody, verdict.custody],
      [fields.state, verdict.state === "active" ? 1 : 0],
      [fields.audience, verdict.audience],
      [fields.nonce, verdict.nonce],
      [fields.authenticatedAt, verdict.authenticatedAt.getTime()],
      [fields.validUntil, verdict.validUntil.getTime()],
      [fields.statusSources, sources],
      [fields.channelBound, verdict.channelBound],
    ]),
  );
}

/** @throws NAT_AUTHENTICATE_VERDICT and the NAT_CBOR_ errors of malformed bytes */
export function parseVerdict(bytes: Uint8Array): Verdict {
  const map = asMap(decodeCbor(bytes, limits), Object.values(fields));
  const verdict: Verdict = {
    deviceId: asBytes(map.get(fields.deviceId), 16),
    certificateHash: asBytes(map.get(fields.certificateHash), 32),
    custody: asUnsigned(map.get(fields.custody)),
    state: oneOf(map.get(fields.state), ["unknown", "active"]),
    audience: asText(map.get(fields.audience)),
    nonce: asBytes(map.get(fields.nonce), 32),
    authenticatedAt: new Date(asUnsigned(map.get(fields.authenticatedAt))),
    validUntil: new Date(asUnsigned(map.get(fields.validUntil))),
    statusSources: asArray(map.get(fields.statusSources)).map(sourceOf),
    channelBound: map.get(fields.channelBound) === true,
  };
  requireForm(verdict);
  if (typeof map.get(fields.channelBound) !== "boolean") throw refusal("no word on the channel");
  return verdict;
}

function verdictOn({ identity, lifetime, hash }: VerdictInput): Verdict {
  if (!isAuthenticatedIdentity(identity)) throw refusal("nobody was authenticated");
  return {
    deviceId: identity.deviceId,
    certificateHash: hash.sha256(identity.certificate.der),
    custody: identity.custody,
    state: identity.state,
    audience: identity.answer.audience,
    nonce: identity.answer.nonce,
    authenticatedAt: identity.at,
    validUntil: new Date(identity.at.getTime() + lifetime * 1000),
    statusSources: identity.statusSources,
    channelBound: identity.answer.channelBound,
  };
}

function requireForm({ audience, custody, authenticatedAt, validUntil, statusSources }: Verdict): void {
  const lifetime = validUntil.getTime() - authenticatedAt.getTime();
  if (!(lifetime > 0 && lifetime <= longestVerdict * 1000)) throw refusal(`valid for ${lifetime} ms`);
  if (audience.length < 1 || audience.length > 255) throw refusal(`an audience of ${audience.length} characters`);
  if (!Number.isInteger(custody) || custody < 0 || custody > 4) throw refusal(`custody ${custody}`);
  if (statusSources.length > mostSources) throw refusal(`${statusSources.length} sources`);
  if (statusSources.some(({ asOf }) => Number.isNaN(asOf.getTime()))) throw refusal("a source of no time");
}

function sourceOf(item: CborValue): StatusSource {
  const [kind, asOf] = asArray(item, 2);
  return { kind: oneOf(kind, [undefined, "state-proof", "crl", "ocsp"]), asOf: new Date(asUnsigned(asOf)) };
}

/** The name at a permanent number. */
function oneOf<T extends string>(number: CborValue | undefined, names: readonly (T | undefined)[]): T {
  const name = names[asUnsigned(number)];
  if (name === undefined) throw refusal("an unknown number");
  return name;
}

function refusal(what: string): Error {
  return authenticateError("NAT_AUTHENTICATE_VERDICT", what);
}
