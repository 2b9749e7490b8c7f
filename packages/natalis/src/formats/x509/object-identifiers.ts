// SPDX-License-Identifier: Apache-2.0
// Object identifiers by name: attributes (RFC 5280 A.1, RFC 4519), extensions (RFC 5280 4.2 and 5.2, RFC 8520),
// extended key usages and access methods (RFC 5280 4.2.1.12, 4.2.2.1), request attributes (RFC 2985, RFC 9908), OCSP.
// Signature algorithms stand in the algorithm table; OIDs under an operator's own arc in arc.ts.

export const oids = {
  // Attributes of names
  commonName: "2.5.4.3",
  surname: "2.5.4.4",
  serialNumber: "2.5.4.5",
  countryName: "2.5.4.6",
  localityName: "2.5.4.7",
  stateOrProvinceName: "2.5.4.8",
  organizationName: "2.5.4.10",
  organizationalUnitName: "2.5.4.11",
  title: "2.5.4.12",
  givenName: "2.5.4.42",
  dnQualifier: "2.5.4.46",
  organizationIdentifier: "2.5.4.97",
  emailAddress: "1.2.840.113549.1.9.1",
  userId: "0.9.2342.19200300.100.1.1",
  domainComponent: "0.9.2342.19200300.100.1.25",
  // Attributes of certification requests
  challengePassword: "1.2.840.113549.1.9.7",
  extensionRequest: "1.2.840.113549.1.9.14",
  certificationRequestInfoTemplate: "1.2.840.113549.1.9.16.2.61",
  extensionReqTemplate: "1.2.840.113549.1.9.16.2.62",
  // Extensions of certificates
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  issuerAltName: "2.5.29.18",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  crlDistributionPoints: "2.5.29.31",
  certificatePolicies: "2.5.29.32",
  policyMappings: "2.5.29.33",
  authorityKeyIdentifier: "2.5.29.35",
  policyConstraints: "2.5.29.36",
  extendedKeyUsage: "2.5.29.37",
  freshestCrl: "2.5.29.46",
  inhibitAnyPolicy: "2.5.29.54",
  authorityInfoAccess: "1.3.6.1.5.5.7.1.1",
  mudUrl: "1.3.6.1.5.5.7.1.25",
  // Extensions of CRLs and of their entries
  crlNumber: "2.5.29.20",
  reasonCode: "2.5.29.21",
  invalidityDate: "2.5.29.24",
  deltaCrlIndicator: "2.5.29.27",
  issuingDistributionPoint: "2.5.29.28",
  certificateIssuer: "2.5.29.29",
  // Extended key usages
  anyExtendedKeyUsage: "2.5.29.37.0",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  emailProtection: "1.3.6.1.5.5.7.3.4",
  timeStamping: "1.3.6.1.5.5.7.3.8",
  ocspSigning: "1.3.6.1.5.5.7.3.9",
  // Access methods
  ocsp: "1.3.6.1.5.5.7.48.1",
  caIssuers: "1.3.6.1.5.5.7.48.2",
  // OCSP (RFC 6960 4.2.1, 4.4)
  ocspBasic: "1.3.6.1.5.5.7.48.1.1",
  ocspNonce: "1.3.6.1.5.5.7.48.1.2",
  ocspCrl: "1.3.6.1.5.5.7.48.1.3",
  ocspNoCheck: "1.3.6.1.5.5.7.48.1.5",
  ocspArchiveCutoff: "1.3.6.1.5.5.7.48.1.6",
  ocspExtendedRevoke: "1.3.6.1.5.5.7.48.1.9",
  // Other names (RFC 4043, RFC 4108, RFC 4985, RFC 9598)
  permanentIdentifier: "1.3.6.1.5.5.7.8.3",
  hardwareModuleName: "1.3.6.1.5.5.7.8.4",
  dnsSrv: "1.3.6.1.5.5.7.8.7",
  smtpUtf8Mailbox: "1.3.6.1.5.5.7.8.9",
  // Policies
  anyPolicy: "2.5.29.32.0",
} as const;
