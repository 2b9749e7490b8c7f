// SPDX-License-Identifier: Apache-2.0
// pkijs's engine for certification paths, over Node's WebCrypto.

/** Answers what tells whether a certificate holds under its authority's and the root, each in DER. */
export async function pkijsEngine(
  root: Uint8Array,
): Promise<(certificate: Uint8Array, issuing: Uint8Array) => Promise<boolean>> {
  const pkijs = await import("pkijs");
  const parse = (der: Uint8Array) => pkijs.Certificate.fromBER(new Uint8Array(der));
  const trusted = parse(root);
  return async (certificate, issuing) => {
    const engine = new pkijs.CertificateChainValidationEngine({
      trustedCerts: [trusted],
      certs: [parse(issuing), parse(certificate)],
    });
    return (await engine.verify()).result;
  };
}
