// SPDX-License-Identifier: Apache-2.0
// A value of every extension, full of optional parts; those that Natalis does not write are put together here.

import {
  contextTag,
  encodeAuthorityInfoAccess,
  encodeBirthExtension,
  encodeBoolean,
  encodeCertificatePolicies,
  encodeCrlDistributionPoints,
  encodeExtendedKeyUsage,
  encodeGeneralName,
  encodeIa5String,
  encodeInhibitAnyPolicy,
  encodeInteger,
  encodeIssuingDistributionPoint,
  encodeKeyUsage,
  encodeMudUrl,
  encodeName,
  encodeNull,
  encodeOid,
  encodePolicyConstraints,
  encodePolicyMappings,
  encodeSequence,
  encodeSetOf,
  encodeStationExtension,
  encodeSubjectAltName,
  encodeTagged,
  encodeTagLengthValue,
  encodeUtf8String,
  type Extension,
  type GeneralName,
  type NameAttributeInput,
  hardwareModuleGeneralName,
  oids,
  oidsOf,
  parseName,
  permanentIdentifierGeneralName,
  smtpUtf8MailboxGeneralName,
} from "natalis/formats";
import { fromHex } from "natalis/kernel";
import { extension } from "./forge.ts";

export const arc = "1.3.6.1.4.1.32473";
const [policyA, policyB] = [`${arc}.20.1`, `${arc}.20.2`];
const uri = "http://crl.example/1.crl";

const directoryAttributes: readonly NameAttributeInput[] = [
  { oid: oids.countryName, value: "DE" },
  { oid: oids.organizationName, value: "Ätherwerk  GmbH" },
  { oid: oids.domainComponent, value: "example" },
];
const directory = parseName(encodeName(directoryAttributes));

/** DER of a name that the subtrees below permit, written otherwise than they are. */
export const permittedName: Uint8Array = encodeName([
  { oid: oids.countryName, value: "DE" },
  { oid: oids.organizationName, value: "ätherwerk GMBH" },
  { oid: oids.domainComponent, value: "EXAMPLE" },
  { oid: oids.commonName, value: "leaf" },
]);

const generalNames: readonly GeneralName[] = [
  { kind: "dns", value: "device.example" },
  { kind: "email", value: "line@device.example" },
  { kind: "uri", value: "https://device.example:8443/a?b#c" },
  { kind: "ip", value: Uint8Array.of(192, 0, 2, 1) },
  { kind: "ip", value: fromHex("20010db8000000000000000000000001") },
  { kind: "registeredId", value: `${arc}.4` },
  { kind: "directoryName", value: directory },
  hardwareModuleGeneralName({ type: `${arc}.4.1`, serialNumber: fromHex("0102030405") }),
  permanentIdentifierGeneralName({ value: "SN-0001", assigner: `${arc}.5` }),
  smtpUtf8MailboxGeneralName({ localPart: "gerät", host: "device.example" }),
];

/** RFC 5280 4.2.1.10: every form of base. */
const subtreeBases: readonly Uint8Array[] = [
  ...["example", "host.example"].map((dns) => encodeGeneralName({ kind: "dns", value: dns })),
  ...["device.example", ".example", "a@device.example"].map((email) => encodeIa5String(email, 0x81)),
  encodeIa5String(".example", 0x86),
  encodeTagLengthValue(0x87, Uint8Array.of(192, 0, 2, 0, 255, 255, 255, 0)),
  encodeTagLengthValue(0x87, fromHex("20010db8000000000000000000000000ffffffff000000000000000000000000")),
  encodeGeneralName({ kind: "directoryName", value: directory }),
];

const excludedBases: readonly Uint8Array[] = [
  encodeGeneralName({ kind: "dns", value: "host.example" }),
  encodeIa5String("b@device.example", 0x81),
  encodeTagLengthValue(0x87, Uint8Array.of(192, 0, 2, 128, 255, 255, 255, 128)),
];

/** GeneralSubtrees, [0] permitted or [1] excluded. */
const subtrees = (number: number, bases: readonly Uint8Array[]) =>
  encodeTagLengthValue(contextTag(number), ...bases.map((base) => encodeSequence(base)));

/** Qualifiers of RFC 5280 4.2.1.4: a CPS and a notice. */
const qualifiedPolicies = encodeSequence(
  encodeSequence(
    encodeOid(policyA),
    encodeSequence(
      encodeSequence(encodeOid("1.3.6.1.5.5.7.2.1"), encodeIa5String("http://cps.example")),
      encodeSequence(
        encodeOid("1.3.6.1.5.5.7.2.2"),
        encodeSequence(
          encodeSequence(encodeUtf8String("Maker"), encodeSequence(encodeInteger(1), encodeInteger(2))),
          encodeUtf8String("a notice"),
        ),
      ),
    ),
  ),
  encodeSequence(encodeOid(policyB)),
);

/** With reasons and a CRL issuer, which Natalis reads and does not write. */
const fullDistributionPoint = encodeSequence(
  encodeSequence(
    encodeTagged(0, encodeTagged(0, encodeGeneralName({ kind: "uri", value: uri }))),
    encodeTagLengthValue(0x81, Uint8Array.of(1, 0x46)),
    encodeTagged(2, encodeGeneralName({ kind: "directoryName", value: directory })),
  ),
  encodeSequence(encodeTagged(0, encodeTagged(1, encodeSequence(encodeOid(oids.commonName), encodeUtf8String("1"))))),
);

/** Of certificates. */
export const certificateExtensions: readonly Extension[] = [
  extension(oids.keyUsage, encodeKeyUsage(["digitalSignature", "keyAgreement", "decipherOnly"]), true),
  extension(oids.extendedKeyUsage, encodeExtendedKeyUsage([oids.clientAuth, oids.serverAuth, oidsOf(arc).seal])),
  extension(oids.subjectAltName, encodeSubjectAltName(generalNames)),
  extension(oids.issuerAltName, encodeSubjectAltName(generalNames.slice(0, 3))),
  extension(oids.certificatePolicies, qualifiedPolicies),
  extension(oids.crlDistributionPoints, fullDistributionPoint),
  extension(oids.freshestCrl, encodeCrlDistributionPoints([uri])),
  extension(
    oids.authorityInfoAccess,
    encodeAuthorityInfoAccess([
      { method: oids.caIssuers, location: { kind: "uri", value: "http://ca.example/ca.cer" } },
      { method: oids.ocsp, location: { kind: "uri", value: "http://ocsp.example" } },
    ]),
  ),
  extension(oids.mudUrl, encodeMudUrl("https://maker.example/mud.json")),
  extension(oidsOf(arc).birthExtension, encodeBirthExtension({ custody: 2, birthRecord: new Uint8Array(32).fill(7) })),
  extension(
    oidsOf(arc).station,
    encodeStationExtension({
      product: "sensor-1",
      notBefore: new Date("2026-01-01T00:00:00Z"),
      notAfter: new Date("2027-01-01T00:00:00Z"),
      quota: 1000,
    }),
  ),
  extension("2.5.29.9", encodeSequence(encodeSequence(encodeOid(arc), encodeSetOf([encodeNull()])))),
];

/** Of certificates of authorities. */
export const constrainingExtensions: readonly Extension[] = [
  extension(oids.nameConstraints, encodeSequence(subtrees(0, subtreeBases), subtrees(1, excludedBases)), true),
  extension(
    oids.policyMappings,
    encodePolicyMappings([{ issuerDomainPolicy: policyA, subjectDomainPolicy: policyB }]),
    true,
  ),
  extension(
    oids.policyConstraints,
    encodePolicyConstraints({ requireExplicitPolicy: 2, inhibitPolicyMapping: 3 }),
    true,
  ),
  extension(oids.inhibitAnyPolicy, encodeInhibitAnyPolicy(1), true),
  extension(oids.certificatePolicies, encodeCertificatePolicies([oids.anyPolicy, policyA])),
];

/** Of revocation lists. */
export const listExtensions: readonly Extension[] = [
  extension(
    oids.issuingDistributionPoint,
    encodeIssuingDistributionPoint({ uris: [uri], onlyContainsUserCerts: true }),
    true,
  ),
  extension(oids.deltaCrlIndicator, encodeInteger(3), true),
  extension(oids.freshestCrl, encodeCrlDistributionPoints([uri])),
];

/** An issuing distribution point that Natalis does not write. */
export const indirectPoint = extension(
  oids.issuingDistributionPoint,
  encodeSequence(
    encodeTagged(0, encodeTagged(0, encodeGeneralName({ kind: "uri", value: uri }))),
    encodeTagLengthValue(0x83, Uint8Array.of(1, 0x46)),
    encodeBoolean(true, 0x84),
  ),
  true,
);
