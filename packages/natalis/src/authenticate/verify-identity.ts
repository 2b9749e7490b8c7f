// SPDX-License-Identifier: Apache-2.0
// Step 1 of authentication: a certificate's path, the device it names, and that device's status. Evidence may come
// from anyone, the device itself among them: nothing of it counts that is not signed by the trusted roots or log.
// A certificate that a station issued counts for nothing, under any policy, without proof that it was registered.

import { type Certificate, oidsOf, parseCertificate } from "../formats/index.ts";
import { type Hash, isNatalisError, type SignatureVerifier } from "../kernel/index.ts";
import { validatePath, type VerifiedPath } from "../path/index.ts";
import { type TrustFile, verifyBirthReceipt } from "../registry/index.ts";
import { type DeviceIdentity, readDeviceIdentity } from "./device-identity.ts";
import { authenticateError, type authenticateErrors } from "./errors.ts";
import type { Finding } from "./finding.ts";
import { findInStateProof } from "./state-proof-finding.ts";
import { findInEvidence } from "./status-findings.ts";
import { VerifiedIdentity } from "./verified-identity.ts";
import { type DeviceStatus, weighFindings } from "./weigh.ts";

/** What is presented about a device. */
export interface Evidence {
  /** Certificates (DER) that may stand between the device's and a root, in any order; at most 16, of 256 KiB in all. */
  readonly chain?: readonly Uint8Array[] | undefined;
  /** Revocation lists (DER); at most 16, of 16 MiB in all. */
  readonly crls?: readonly Uint8Array[] | undefined;
  /** OCSP responses (DER); at most 16, of 256 KiB in all. */
  readonly ocsp?: readonly Uint8Array[] | undefined;
  readonly stateProof?: Uint8Array | undefined;
  /** The birth's receipt (`encodeBirthReceipt`): read only where a station issued the certificate. */
  readonly receipt?: Uint8Array | undefined;
}

export interface StatusPolicy {
  /** What to do where nothing fresh says whether the device is active. */
  readonly unknownStatus: "refuse" | "accept";
  /** Seconds for which a state proof vouches that a device is active. */
  readonly maxStateAge: number;
}

export interface IdentityRequest {
  /** DER. */
  readonly certificate: Uint8Array;
  readonly evidence: Evidence;
  readonly trust: TrustFile;
  readonly policy: StatusPolicy;
  /** OID of the extended key usage that is needed; by default that of answering. */
  readonly purpose?: string | undefined;
  readonly at: Date;
  readonly verifier: SignatureVerifier;
  readonly hash: Hash;
}

/** A device whose path holds, with its status still to be judged. */
export interface IdentifiedDevice {
  readonly path: VerifiedPath;
  readonly identity: DeviceIdentity;
  readonly status: DeviceStatus;
}

/** A path that holds, the certificates it was built from, and whom it identifies. */
interface IdentifiedPath extends Omit<IdentifiedDevice, "status"> {
  readonly intermediates: readonly Certificate[];
}

const mostCertificates = 16;
const mostLists = 16;
const mostResponses = 16;
/** Bytes of all certificates together: twice what as many with ML-DSA-87 keys and signatures need. */
const mostCertificateBytes = 1 << 18;
/** Bytes of all lists together: some 400,000 revocations, which cost seconds to read. */
const mostListBytes = 1 << 24;
/** Bytes of all OCSP responses together. */
const mostResponseBytes = 1 << 18;

/**
 * @throws NAT_AUTHENTICATE_ codes; NAT_PATH_, NAT_CRL_, NAT_OCSP_ and NAT_REGISTRY_STATE_PROOF codes of evidence that
 * does not hold; NAT_X509_, NAT_DER_ and NAT_ALGORITHM_ codes of what is malformed in it
 */
export async function verifyIdentity(request: IdentityRequest): Promise<VerifiedIdentity> {
  const { path, identity, status } = await identifyDevice(request);
  const state = requireActive(status, request.policy);
  return new VerifiedIdentity({ ...identity, path, state, statusSources: status.sources, at: request.at });
}

/**
 * The same without the judgement, for those who need to know what the status is: a seal made before a revocation
 * still counts. @throws as verifyIdentity, but for what the status alone refuses
 */
export async function identifyDevice(request: IdentityRequest): Promise<IdentifiedDevice> {
  requireBounds(request);
  const evidence = pinned(request.evidence);
  const certificate = parseCertificate(new Uint8Array(request.certificate));
  const intermediates = (evidence.chain ?? []).map((der) => parseCertificate(der));
  const path = await verifyPath(request, certificate, intermediates);
  const identity = readDeviceIdentity(path, request.trust.arc);
  const findings = await gather({ ...request, evidence }, { path, intermediates, identity });
  if (path.provisional) await requireRegistered({ ...request, evidence }, path);
  return { path, identity, status: weighFindings(findings) };
}

function requireBounds({ certificate, evidence: { chain = [], crls = [], ocsp = [] } }: IdentityRequest): void {
  requireBound("certificates", [certificate, ...chain], mostCertificates + 1, mostCertificateBytes);
  requireBound("lists", crls, mostLists, mostListBytes);
  requireBound("OCSP responses", ocsp, mostResponses, mostResponseBytes);
}

function requireBound(what: string, parts: readonly Uint8Array[], most: number, mostBytes: number): void {
  const bytes = parts.reduce((sum, { length }) => sum + length, 0);
  if (parts.length > most || bytes > mostBytes)
    throw authenticateError("NAT_AUTHENTICATE_EVIDENCE", `${parts.length} ${what} of ${bytes} bytes`);
}

/** Copies (a Buffer's slice() would be none): whoever owns the buffers could change them between a check and its use. */
function pinned({ chain = [], crls = [], ocsp = [], stateProof, receipt }: Evidence): Evidence {
  const copy = (bytes: Uint8Array) => new Uint8Array(bytes);
  const copies = { chain: chain.map(copy), crls: crls.map(copy), ocsp: ocsp.map(copy) };
  return { ...copies, stateProof: stateProof && copy(stateProof), receipt: receipt && copy(receipt) };
}

function verifyPath(
  { trust, purpose = oidsOf(trust.arc).answer, at, verifier }: IdentityRequest,
  certificate: Certificate,
  intermediates: readonly Certificate[],
): Promise<VerifiedPath> {
  // What a station issued is asked for proof once its path holds.
  const stations = { extension: oidsOf(trust.arc).station, provisional: "accept" } as const;
  return validatePath({ certificate, intermediates, anchors: trust.roots, at, purpose, stations, verifier });
}

/**
 * A station is in nobody's hands for sure: what it issued counts where the log shows that this very certificate was
 * entered, by the birth's receipt or by a state proof, which was verified with the other evidence on the status.
 */
async function requireRegistered({ evidence, trust, verifier, hash }: IdentityRequest, path: VerifiedPath) {
  const { stateProof, receipt } = evidence;
  if (stateProof !== undefined) return;
  if (receipt === undefined) throw authenticateError("NAT_AUTHENTICATE_PROVISIONAL", "none was presented");
  try {
    await verifyBirthReceipt(receipt, path.certificates[0].der, { policy: trust.log, verifier, hash });
  } catch (error) {
    if (!isNatalisError(error)) throw error;
    throw authenticateError("NAT_AUTHENTICATE_PROVISIONAL", error.message, error);
  }
}

/** The state proof speaks first: where it and other evidence say the same, it says it more exactly. */
async function gather(
  { evidence, trust, policy, at, verifier, hash }: IdentityRequest,
  { path, intermediates, identity }: IdentifiedPath,
): Promise<Finding[]> {
  const { crls = [], ocsp = [] } = evidence;
  const found = await findInEvidence({ crls, ocsp, path, intermediates, at, verifier });
  if (evidence.stateProof === undefined) return [...found];
  const fromLog = await findInStateProof({
    stateProof: evidence.stateProof,
    certificate: path.certificates[0],
    identity,
    at,
    maxStateAge: policy.maxStateAge,
    trust: { policy: trust.log, verifier, hash },
  });
  return [fromLog, ...found];
}

const refusals = {
  revoked: "NAT_AUTHENTICATE_REVOKED",
  retired: "NAT_AUTHENTICATE_RETIRED",
  suspended: "NAT_AUTHENTICATE_SUSPENDED",
} as const satisfies Record<string, keyof typeof authenticateErrors>;

function requireActive({ state, decidedBy }: DeviceStatus, policy: StatusPolicy): "active" | "unknown" {
  if (state === "active") return state;
  if (state !== "unknown") throw authenticateError(refusals[state], describe(decidedBy));
  if (policy.unknownStatus !== "accept")
    throw authenticateError(
      "NAT_AUTHENTICATE_STATUS_UNKNOWN",
      "no current list or response, and no recent state proof",
    );
  return state;
}

function describe(finding: Finding | undefined): string {
  if (finding === undefined) return "";
  const since = finding.since === undefined ? "" : ` since ${finding.since.toISOString()}`;
  const reason = finding.reason === undefined ? "" : `, reason ${finding.reason}`;
  return `${finding.about}${since}${reason}, by ${finding.kind} of ${finding.asOf.toISOString()}`;
}
