// SPDX-License-Identifier: Apache-2.0
// Papers that others made, from the public vectors where they are there: NIST's paths, chains of real devices, roots of
// TPM makers, certificates of RFC 9881. Where a folder is absent its samples are, and the rest stands.

import { parsePem } from "natalis/formats";
import { decodeUtf8, fromHex } from "natalis/kernel";
import { absent, readJsonVector, readVector, vectorFiles } from "../../conformance/vectors.ts";
import { corpusTime } from "./forge.ts";
import type { Papers } from "./own-papers.ts";

interface PkitsCase {
  readonly number: string;
  /** Anchor first. */
  readonly certs: readonly [string, ...string[]];
  readonly crls: readonly string[];
}

/** Folders that add samples; each is named where it is absent. */
export const publicFolders: readonly string[] = [
  "pkits",
  "attestation/yubikey-piv",
  "attestation/android-key",
  "attestation/dice",
  "attestation/tpm/roots",
  "attestation/psa",
  "pqc/lamps-examples",
  "pqc/jose-cose",
  "cose/cose-wg",
];

const present = (folder: string) => absent(folder) === false;
const pem = (file: string, label = "CERTIFICATE") => parsePem(decodeUtf8(readVector(file)), label);

export function publicPapers(): Papers[] {
  return [...pkitsPapers(), ...yubikeyPapers(), ...androidPapers()];
}

/** Certificates that stand alone. */
export function publicCertificates(): Uint8Array[] {
  return [
    ...vectorFiles("attestation/dice", /\.der$/).map(readVector),
    ...vectorFiles("attestation/tpm/roots", /\.pem$/).flatMap((file) => pem(file)),
    ...vectorFiles("pqc/lamps-examples", /\.crt$/).flatMap((file) => pem(file)),
  ];
}

/** PKCS#8, also such as contradict themselves. */
export function publicPrivateKeys(): Uint8Array[] {
  return vectorFiles("pqc/lamps-examples", /\.priv$/).flatMap((file) => pem(file, "PRIVATE KEY"));
}

export function publicSign1Messages(): Uint8Array[] {
  const implementations = ["pqc-jose-cose-noble-ref", "pqc-jose-cose-py-ref"];
  return [
    ...implementations.flatMap((name) => vectorFiles(`pqc/jose-cose/${name}`, /_cose_sign1\.cbor$/).map(readVector)),
    ...vectorFiles("attestation/psa", /\.hex$/).map((file) => fromHex(decodeUtf8(readVector(file)).trim())),
    ...vectorFiles("cose/cose-wg/sign1-tests", /\.json$/).map((file) => {
      const { output } = readJsonVector(file) as { output: { cbor: string } };
      return fromHex(output.cbor.toLowerCase());
    }),
  ];
}

export function publicCoseKeys(): Uint8Array[] {
  return vectorFiles("pqc/jose-cose/pqc-jose-cose-noble-ref", /_cose_key_(pub|priv)\.cbor$/).map(readVector);
}

function pkitsPapers(): Papers[] {
  if (!present("pkits")) return [];
  const { tests } = readJsonVector("pkits/pkits.json") as { tests: readonly PkitsCase[] };
  const at = new Date("2011-04-15T12:00:00Z");
  return tests.map(({ number, certs: [anchor, ...others], crls }) => ({
    name: `PKITS ${number}`,
    at,
    anchor: readVector(`pkits/certs/${anchor}.crt`),
    chain: others.toReversed().map((name) => readVector(`pkits/certs/${name}.crt`)),
    lists: crls.map((name) => readVector(`pkits/crls/${name}.crl`)),
    responses: [],
  }));
}

function yubikeyPapers(): Papers[] {
  if (!present("attestation/yubikey-piv")) return [];
  const { roots, tests } = readJsonVector("attestation/yubikey-piv/piv.json") as {
    roots: readonly string[];
    tests: readonly { name: string; deviceCert: string; keyCert: string }[];
  };
  const der = (text: string) => parsePem(text, "CERTIFICATE")[0] as Uint8Array;
  return tests.map(({ name, deviceCert, keyCert }) => ({
    name: `YubiKey ${name}`,
    at: corpusTime,
    anchor: der(roots[0] as string),
    chain: [der(keyCert), der(deviceCert)],
    lists: [],
    responses: [],
  }));
}

function androidPapers(): Papers[] {
  const kinds = [
    "EC_SecurityLevel_StrongBox",
    "EC_SecurityLevel_TEE",
    "RSA_SecurityLevel_StrongBox",
    "RSA_SecurityLevel_TEE",
  ];
  return kinds.flatMap((kind) => {
    const files = vectorFiles(`attestation/android-key/algorithm_${kind}`, /\.pem$/);
    const certificates = files.flatMap((file) => pem(file));
    const anchor = certificates.pop();
    return anchor === undefined
      ? []
      : [{ name: `Android ${kind}`, at: corpusTime, anchor, chain: certificates, lists: [], responses: [] }];
  });
}
