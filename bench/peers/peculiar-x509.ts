// SPDX-License-Identifier: Apache-2.0
// @peculiar/x509 over WebCrypto: the request is parsed and its signature verified, a certificate with extensions like
// ours is signed. Nothing else of a birth: no record, no lint, no admission.

type Library = typeof import("@peculiar/x509");
type KeyPair = Awaited<ReturnType<typeof newKeyPair>>;

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const issuerName = "O=Bench Makers, CN=Bench Issuing CA";
const notBefore = new Date("2026-03-01T12:00:00Z");
const notAfter = new Date("9999-12-31T23:59:59Z");

/** Answers what makes a certificate of a request in DER. */
export async function peculiarX509(): Promise<(request: Uint8Array) => Promise<unknown>> {
  const library = await loadLibrary();
  const issuer = await newKeyPair();
  return (request) => issueOne(library, request, issuer);
}

function newKeyPair() {
  return crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
}

/** It registers its algorithms through tsyringe, which looks for a metadata polyfill and finds no metadata with one. */
function loadLibrary(): Promise<Library> {
  Object.assign(Reflect, { getMetadata: () => undefined, getOwnMetadata: () => undefined });
  return import("@peculiar/x509");
}

async function issueOne(library: Library, der: Uint8Array, issuer: KeyPair): Promise<unknown> {
  const request = new library.Pkcs10CertificateRequest(new Uint8Array(der));
  if (!(await request.verify())) throw new Error("a request that should verify does not");
  return library.X509CertificateGenerator.create({
    subject: request.subject,
    issuer: issuerName,
    notBefore,
    notAfter,
    publicKey: request.publicKey,
    signingKey: issuer.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      await library.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await library.SubjectKeyIdentifierExtension.create(request.publicKey),
      new library.KeyUsagesExtension(library.KeyUsageFlags.digitalSignature, true),
      new library.ExtendedKeyUsageExtension([library.ExtendedKeyUsage.clientAuth]),
      new library.SubjectAlternativeNameExtension([{ type: "url", value: `urn:uuid:${crypto.randomUUID()}` }]),
      new library.CRLDistributionPointsExtension(["http://registry.example/crl/00.crl"]),
    ],
  });
}
