// SPDX-License-Identifier: Apache-2.0
// A root, an issuing authority and a product line for tests. NEVER TO BE TRUSTED: its keys lie in plain memory, its
// randomness can be foretold, and it gives birth to whoever asks. So that it cannot be used in earnest, every
// certificate of it says TEST, stands under the documentation arc (RFC 5612) and points to a host that cannot exist
// (RFC 2606), and nothing of that can be changed.

import { type BirthRequest, type NewBirth, type Principal, prepareBirth, signBirth } from "../birth/index.ts";
import { buildCertificationRequest } from "../device/index.ts";
import { algorithms, type Certificate, parseCertificate, type RevokedCertificateFields } from "../formats/index.ts";
import {
  type Authority,
  buildCertificateList,
  newSerial,
  openAuthority,
  parseProfile,
  prepareIssuingCertificate,
  prepareRootCertificate,
  prepareStationCertificate,
  type Profile,
  signPrepared,
} from "../issue/index.ts";
import { type Entropy, encodeUtf8, portableHash, type SignatureVerifier, type Signer } from "../kernel/index.ts";
import type { BornEvent } from "../registry/index.ts";
import { generateKeyPair, signerFromKeyPair, webSignatureVerifier } from "../webcrypto/index.ts";
import { InsecureSeededEntropy } from "./insecure-seeded-entropy.ts";

/** The documentation arc. */
export const testArc = "1.3.6.1.4.1.32473";
/** Nothing answers here: top-level domain "invalid". */
export const testBaseUrl = "http://natalis-test.invalid";
export const testMaker = "TEST Makers (DO NOT TRUST)";

export interface TestAuthorityOptions {
  /** Since when its certificates are valid; births are at this instant too unless they say otherwise. */
  readonly at?: Date;
  /** Absent: new P-256 keys of WebCrypto. */
  readonly rootSigner?: Signer;
  readonly issuingSigner?: Signer;
  /** Members of the profile instead of the usual ones; the maker stays. */
  readonly profile?: Readonly<Record<string, unknown>>;
  /** Of the devices' requests. Absent: WebCrypto's. */
  readonly verifier?: SignatureVerifier;
}

export interface TestStationOptions {
  /** Absent: a new P-256 key of WebCrypto. */
  readonly signer?: Signer;
  /** When births may be; absent: a year from the test authority's instant on. */
  readonly window?: { readonly notBefore: Date; readonly notAfter: Date };
  /** Absent: a thousand births. */
  readonly quota?: number;
  /** Absent: the test authority's own. */
  readonly profile?: Profile;
}

/** Who signs births. */
export interface TestIssuer {
  readonly authority: Authority;
  readonly signer: Signer;
}

export type TestUnit = Partial<Omit<BirthRequest, "certificationRequest">> & { readonly at?: Date };

export interface TestBirth {
  readonly certificate: Certificate;
  /** As the registry takes it. */
  readonly event: BornEvent;
}

export const testStationPrincipal: Principal = {
  id: "test-station",
  name: "TEST station",
  role: "station",
  products: ["test-product"],
};

export class TestAuthority {
  readonly root: Authority;
  readonly rootSigner: Signer;
  readonly issuing: Authority;
  readonly issuingSigner: Signer;
  readonly profile: Profile;
  readonly at: Date;
  readonly verifier: SignatureVerifier;
  readonly entropy: Entropy;
  #units = 0;

  private constructor(parts: Omit<TestAuthority, "birth" | "station" | "certificateList">) {
    this.root = parts.root;
    this.rootSigner = parts.rootSigner;
    this.issuing = parts.issuing;
    this.issuingSigner = parts.issuingSigner;
    this.profile = parts.profile;
    this.at = parts.at;
    this.verifier = parts.verifier;
    this.entropy = parts.entropy;
  }

  static async open(options: TestAuthorityOptions = {}): Promise<TestAuthority> {
    const { at = new Date("2026-01-01T00:00:00Z"), verifier = webSignatureVerifier } = options;
    const entropy = new InsecureSeededEntropy("TEST authority");
    const rootSigner = options.rootSigner ?? (await newSigner());
    const issuingSigner = options.issuingSigner ?? (await newSigner());
    const root = await openTestRoot(rootSigner, at, entropy);
    const issuing = await openTestIssuing(root, rootSigner, issuingSigner, at, entropy);
    const profile = parseProfile({ ...usualProfile, ...options.profile, maker: testMaker });
    return new TestAuthority({ root, rootSigner, issuing, issuingSigner, profile, at, verifier, entropy });
  }

  /** A whole birth, request and checks included, for the key of this signer. Serial numbers count up by themselves. */
  async birth(signer: Signer, unit: TestUnit = {}, by?: TestIssuer): Promise<TestBirth> {
    const { at = this.at, ...facts } = unit;
    const serial = unit.serial ?? `TEST-${String(++this.#units).padStart(4, "0")}`;
    const certificationRequest = await buildCertificationRequest({ serial, signer });
    const request = { model: "TEST-1", facility: "TEST site", ...facts, serial, certificationRequest };
    const unitTag = portableHash.sha256(encodeUtf8(serial));
    const principal = { ...testStationPrincipal, products: [this.profile.product] };
    const { profile, entropy, verifier } = this;
    const { authority, signer: issuer } = by ?? { authority: this.issuing, signer: this.issuingSigner };
    const context = { principal, profile, authority, at, entropy, hash: portableHash, verifier };
    const prepared = (await prepareBirth(request, { unitTag }, context)) as NewBirth;
    const event = await signBirth(prepared, issuer, portableHash);
    return { certificate: parseCertificate(event.certificate), event };
  }

  /** An authority of a station, whose births are provisional. */
  async station(options: TestStationOptions = {}): Promise<TestIssuer> {
    const { signer = await newSigner(), quota = 1000, profile = this.profile } = options;
    const year = { notBefore: this.at, notAfter: new Date(this.at.getTime() + 365 * 86_400_000) };
    const prepared = prepareStationCertificate({
      authority: this.issuing,
      profile,
      name: { organization: testMaker, commonName: testStationPrincipal.id },
      publicKey: signer.publicKey,
      serialNumber: newSerial(this.entropy),
      at: this.at,
      window: options.window ?? year,
      quota,
    });
    return { authority: openTest(await signPrepared(prepared, this.issuingSigner)), signer };
  }

  /** A list of the issuing authority, good for a day. */
  certificateList(shard: number, revoked: readonly RevokedCertificateFields[] = [], at = this.at): Promise<Uint8Array> {
    const nextUpdate = new Date(at.getTime() + 86_400_000);
    const { issuing: authority, issuingSigner: signer } = this;
    return buildCertificateList({ authority, signer, shard, number: 1, thisUpdate: at, nextUpdate, revoked });
  }
}

const usualProfile = {
  product: "test-product",
  version: 1,
  productNumber: 1,
  algorithms: Object.keys(algorithms),
  notAfter: "none",
  minimumCustody: 0,
  admission: { kind: "open" },
};

async function newSigner(): Promise<Signer> {
  return signerFromKeyPair(await generateKeyPair(algorithms.ES256));
}

async function openTestRoot(signer: Signer, notBefore: Date, entropy: Entropy): Promise<Authority> {
  const prepared = prepareRootCertificate({
    name: { organization: testMaker, commonName: "TEST ONLY Root" },
    publicKey: signer.publicKey,
    serialNumber: newSerial(entropy),
    notBefore,
    hash: portableHash,
  });
  return openTest(await signPrepared(prepared, signer));
}

async function openTestIssuing(
  root: Authority,
  rootSigner: Signer,
  { publicKey }: Signer,
  notBefore: Date,
  entropy: Entropy,
): Promise<Authority> {
  const prepared = prepareIssuingCertificate({
    authority: root,
    name: { organization: testMaker, commonName: "TEST ONLY Issuing" },
    publicKey,
    serialNumber: newSerial(entropy),
    notBefore,
  });
  return openTest(await signPrepared(prepared, rootSigner));
}

function openTest(der: Uint8Array): Authority {
  return openAuthority({
    certificate: parseCertificate(der),
    baseUrl: testBaseUrl,
    arc: testArc,
    hash: portableHash,
  });
}
