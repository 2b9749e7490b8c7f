// SPDX-License-Identifier: Apache-2.0
// What a registrar gives a station when it certifies it, and what the station makes sure of before it keeps it: that
// the certificate is for its own key, leads to a root of the trust file it was given, and is that of a station.

import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { validatePath } from "natalis/authenticate";
import type { Principal } from "natalis/birth";
import { oidsOf, parseCertificate, parsePem } from "natalis/formats";
import { type Authority, openAuthority, parseProfile, type Profile } from "natalis/issue";
import { equalBytes, isNatalisError } from "natalis/kernel";
import type { TrustFile } from "natalis/registry";
import { z } from "zod";
import { stationError } from "./errors.ts";

const pem = z.string().max(32_768);
const instant = z.iso.datetime();

/** All that a station is given; it holds a token. */
export const enrolmentSchema = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  name: z.string(),
  product: z.string().regex(/^[a-z0-9-]{1,32}$/),
  quota: z.int().min(1),
  notBefore: instant,
  notAfter: instant,
  certificate: pem.describe("Of the station's authority"),
  chain: z.array(pem).max(8).describe("Issuing authority first, root last"),
  profile: z.record(z.string(), z.unknown()).describe("Of its product line"),
  publicUrl: z.string().describe("Permanent address of CRLs and authority certificates"),
  token: z.string().describe("With which it brings its births in; shown once"),
});

export type EnrolmentFile = z.infer<typeof enrolmentSchema>;

/** An enrolment that holds. */
export interface Enrolment {
  readonly id: string;
  readonly authority: Authority & { readonly station: NonNullable<Authority["station"]> };
  readonly profile: Profile;
  /** Its authority's certificate first, the root's last, DER. */
  readonly chain: readonly Uint8Array[];
  /** As who it admits births. */
  readonly principal: Principal;
  readonly token: string;
}

/**
 * @param publicKey of the station; absent: who reads it needs no key
 * @throws NAT_STATION_ENROLMENT saying what does not hold
 */
export async function openEnrolment(
  text: string,
  trust: TrustFile,
  publicKey: Uint8Array | undefined,
): Promise<Enrolment> {
  try {
    const file = enrolmentSchema.parse(JSON.parse(text));
    const chain = [file.certificate, ...file.chain].flatMap((one) => parsePem(one, "CERTIFICATE"));
    const authority = await openChecked(chain, file, trust, publicKey);
    const profile = parseProfile(file.profile);
    requireSame("product", [profile.product, file.product], authority.station.product);
    const { id, name, token } = file;
    const principal = { id, name, role: "station", products: [profile.product] } as const;
    return { id, authority, profile, chain, principal, token };
  } catch (cause) {
    if (isNatalisError(cause, "NAT_STATION_ENROLMENT")) throw cause;
    throw stationError("NAT_STATION_ENROLMENT", cause instanceof Error ? cause.message.slice(0, 500) : "", cause);
  }
}

async function openChecked(
  chain: readonly Uint8Array[],
  { id, publicUrl }: EnrolmentFile,
  { roots, arc }: TrustFile,
  publicKey: Uint8Array | undefined,
): Promise<Enrolment["authority"]> {
  const [certificate, ...intermediates] = chain.map((der) => parseCertificate(der));
  if (certificate === undefined) throw stationError("NAT_STATION_ENROLMENT", "no certificate");
  if (publicKey !== undefined && !equalBytes(certificate.publicKey, publicKey))
    throw stationError("NAT_STATION_ENROLMENT", "the certificate is for another key");
  const stations = { extension: oidsOf(arc).station, provisional: "accept" } as const;
  // As of its beginning: a station's clock may be wrong, and that is another question.
  const at = certificate.notBefore;
  await validatePath({ certificate, intermediates, anchors: roots, at, stations, verifier: nodeSignatureVerifier });
  const authority = openAuthority({ certificate, baseUrl: publicUrl, arc, hash: nodeHash });
  const { station } = authority;
  if (station === undefined) throw stationError("NAT_STATION_ENROLMENT", "the certificate is no station's");
  const names = certificate.subject.relativeNames.flat().map(({ value }) => value);
  if (!names.includes(id)) throw stationError("NAT_STATION_ENROLMENT", `the certificate is not of ${id}`);
  return { ...authority, station };
}

function requireSame(what: string, found: readonly string[], due: string): void {
  if (found.some((one) => one !== due)) throw stationError("NAT_STATION_ENROLMENT", `the ${what} is not ${due}`);
}
