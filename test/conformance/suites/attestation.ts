// SPDX-License-Identifier: Apache-2.0
// Evidence of real hardware: YubiKeys, Android devices, PSA tokens. Every genuine sample is verified as what it is, and
// every false or altered one refused; the answers are what was found, or the code of the refusal.

import {
  asBytes,
  asMap,
  asArray,
  decodeCbor,
  parseCertificate,
  parseJson,
  parseJsonWebKey,
  parsePem,
} from "natalis/formats";
import { decodeUtf8, fromBase64Url, fromHex, isNatalisError, toHex } from "natalis/kernel";
import {
  androidKey,
  eat,
  encodeChainStatement,
  EndorsementIndex,
  type EvidenceBinding,
  type EvidenceFormat,
  type EvidenceRoot,
  parseAndroidStatusList,
  x509Attestation,
  yubikeyPiv,
} from "natalis/protect";
import type { ConformanceSuite, SuiteCase, SuitePorts, VectorFiles } from "./suite.ts";
import { vector } from "./vector-text.ts";

const folder = "attestation";
const factsHash = new Uint8Array(32);
const nonce = new Uint8Array(32);
const today = new Date("2026-11-24T12:00:00Z");

export const attestation: ConformanceSuite = {
  name: "evidence of real hardware",
  sources: [
    { folder: `${folder}/yubikey-piv`, pattern: /^piv\.json$/ },
    ...[
      "EC_SecurityLevel_StrongBox",
      "EC_SecurityLevel_TEE",
      "RSA_SecurityLevel_StrongBox",
      "RSA_SecurityLevel_TEE",
    ].map((kind) => ({ folder: `${folder}/android-key/algorithm_${kind}`, pattern: /^cert\d\.pem$/ })),
    { folder: `${folder}/android-key`, pattern: /^status\.json$/ },
    { folder: `${folder}/psa`, pattern: /^tfm/ },
    { folder: `${folder}/webauthn`, pattern: /\.json$/ },
  ],
  count: 4 + 2 + 4 * 5 + 2 + 3 + 2 * 4,
  cases: (files) => [...yubikeyCases(files), ...androidCases(files), ...remoteCases(files), ...psaCases(files)],
};

interface Question {
  readonly format: EvidenceFormat;
  readonly statement: Uint8Array;
  readonly binding: EvidenceBinding;
  readonly roots: readonly EvidenceRoot[];
  readonly at?: Date;
}

function asking(topic: string, name: string, expected: string, question: Question): SuiteCase {
  return { name: `${topic}: ${name}`, topic, expected, run: (ports) => answer(question, ports) };
}

async function answer(question: Question, ports: SuitePorts): Promise<string> {
  const { format, statement, binding, roots } = question;
  try {
    const found = await format.verify(statement, binding, { at: question.at ?? today, roots, ...ports });
    const { manufacturer, model, firmware } = found.hardware ?? { manufacturer: "unknown" };
    return [`custody ${found.custody}`, manufacturer, model, firmware].filter((one) => one !== undefined).join(", ");
  } catch (error) {
    if (isNatalisError(error)) return error.code;
    throw error;
  }
}

const certificateIn = (text: string) => parsePem(text, "CERTIFICATE")[0] ?? new Uint8Array(0);
const altered = (bytes: Uint8Array) => bytes.with(bytes.length - 1, (bytes.at(-1) as number) ^ 1);

function rootsOf(ders: readonly Uint8Array[], format: string): EvidenceRoot[] {
  return ders.map((der, i) => ({ name: `root ${i}`, certificate: parseCertificate(der), formats: [format], cap: 4 }));
}

interface YubikeySamples {
  readonly roots: readonly string[];
  readonly tests: readonly { readonly name: string; readonly deviceCert: string; readonly keyCert: string }[];
}

const yubikeys: Readonly<Record<string, string>> = {
  ValidChain: "custody 1, Yubico, YubiKey, 5.4.3",
  ValidChain2018: "custody 1, Yubico, YubiKey, 4.3.7",
  InvalidChain: "NAT_EVIDENCE_CHAIN",
  InvalidChain2: "NAT_EVIDENCE_CHAIN",
};

function yubikeyCases(files: VectorFiles): SuiteCase[] {
  const text = decodeUtf8(vector(files, `${folder}/yubikey-piv/piv.json`));
  const samples = parseJson(text) as unknown as YubikeySamples;
  const format = x509Attestation([yubikeyPiv]);
  const roots = rootsOf(samples.roots.map(certificateIn), format.format);
  return samples.tests.flatMap(({ name, ...sample }) => {
    const certificates = [sample.keyCert, sample.deviceCert].map(certificateIn);
    const binding = { publicKey: parseCertificate(certificates[0] as Uint8Array).publicKey, factsHash };
    const question = { format, statement: encodeChainStatement({ certificates }), binding, roots };
    const expected = yubikeys[name] as string;
    const cases = [asking(name, "without nonce", expected, question)];
    if (expected.startsWith("custody"))
      cases.push(asking(name, "not signed", "NAT_EVIDENCE_FRESHNESS", { ...question, binding: { ...binding, nonce } }));
    return cases;
  });
}

function androidCases(files: VectorFiles): SuiteCase[] {
  const list = parseAndroidStatusList(decodeUtf8(vector(files, `${folder}/android-key/status.json`)));
  const format = x509Attestation([androidKey({ statusList: list })]);
  const folders = [...new Set([...files.keys()].flatMap((file) => /^.*\/algorithm_\w+/.exec(file)?.[0] ?? []))];
  return folders.flatMap((kind) => {
    const all = [0, 1, 2, 3].map((i) => certificateIn(decodeUtf8(vector(files, `${kind}/cert${i}.pem`))));
    const [leaf, batch, intermediate, top] = all as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const serial = toHex(parseCertificate(batch).serialNumber).replace(/^0+/, "");
    const revoking = x509Attestation([androidKey({ statusList: new Map([[serial, "REVOKED"]]) })]);
    const binding = { publicKey: parseCertificate(leaf).publicKey, factsHash };
    const question = (certificates: readonly Uint8Array[]): Question => ({
      format,
      statement: encodeChainStatement({ certificates }),
      binding,
      roots: rootsOf([top], format.format),
    });
    const topic = kind.replace(/^.*\//, "");
    return [
      asking(topic, "a good chain of an unlocked device", "NAT_EVIDENCE_BOOT_STATE", question(all)),
      asking(topic, "without its root", "NAT_EVIDENCE_BOOT_STATE", question([leaf, batch, intermediate])),
      asking(topic, "a link missing", "NAT_EVIDENCE_CHAIN", question([leaf, intermediate, top])),
      asking(topic, "signature altered", "NAT_EVIDENCE_CHAIN", question([altered(leaf), batch, intermediate])),
      asking(topic, "revoked", "NAT_EVIDENCE_REVOKED", { ...question(all), format: revoking }),
    ];
  });
}

interface WebauthnSamples {
  readonly cases: readonly { readonly attestationObject?: string }[];
}

/** Statements of android-key inside of WebAuthn: one of a device whose key Google certified remotely, two of no hardware. */
function remoteCases(files: VectorFiles): SuiteCase[] {
  const format = x509Attestation([androidKey({ statusList: new Map() })]);
  const chains = [...files].flatMap(([file, bytes]) => (file.includes("/webauthn/") ? chainsIn(bytes) : []));
  return chains.flatMap((certificates, i) => {
    const parsed = certificates.map((der) => parseCertificate(der));
    const roots = rootsOf([certificates.at(-1) as Uint8Array], format.format);
    const binding = { publicKey: parsed[0]?.publicKey ?? new Uint8Array(0), factsHash };
    const question = { format, statement: encodeChainStatement({ certificates }), binding, roots };
    const topic = `WebAuthn statement ${i}`;
    if (certificates.length < 5) return [asking(topic, "software", "NAT_EVIDENCE_SECURITY_LEVEL", question)];
    const then = new Date("2025-01-20T00:00:00Z");
    return [
      asking(topic, "in its time", "custody 1, Android, TrustedEnvironment, 15.0.0", { ...question, at: then }),
      asking(topic, "after it", "NAT_EVIDENCE_CHAIN", question),
      asking(topic, "of another occasion", "NAT_EVIDENCE_FRESHNESS", {
        ...question,
        at: then,
        binding: { ...binding, nonce },
      }),
    ];
  });
}

function chainsIn(bytes: Uint8Array): readonly (readonly Uint8Array[])[] {
  const { cases } = parseJson(decodeUtf8(bytes)) as unknown as WebauthnSamples;
  return cases.flatMap(({ attestationObject = "" }) => {
    const object = asMap(decodeCbor(fromBase64Url(attestationObject.replace(/=+$/, "")), { anyKeyOrder: true }));
    if (object.get("fmt") !== "android-key") return [];
    return [asArray(asMap(object.get("attStmt")).get("x5c")).map((der) => asBytes(der))];
  });
}

/** Their key has no certificate: it is endorsed by the instance id, and any certificate stands for who does it. */
function psaCases(files: VectorFiles): SuiteCase[] {
  const key = parseJsonWebKey(parseJson(decodeUtf8(vector(files, `${folder}/psa/tfm.jwk.json`))));
  const [top = new Uint8Array(0)] = chainsIn(vector(files, `${folder}/webauthn/simplewebauthn.json`))[0] ?? [];
  const [endorser] = rootsOf([top], "test") as [EvidenceRoot];
  const uniqueId = "01fa58755f658627ce5460f29b75296713248cae7ad9e2984b90280efcbcb50248";
  const keys = [{ slot: "IAK", publicKey: key, certificates: [] }];
  const hardware = { manufacturer: "TF-M" };
  const format = eat({ endorsements: new EndorsementIndex([{ uniqueId, hardware, keys, root: endorser }]) });
  return ["tfmP1Sign1", "tfmP2Sign1"].flatMap((name) => {
    const statement = fromHex(decodeUtf8(vector(files, `${folder}/psa/${name}.hex`)).trim());
    const binding = { publicKey: new Uint8Array(91), factsHash };
    const question = { format, statement, binding, roots: [] };
    return [
      asking(name, "without nonce", "custody 1, TF-M", question),
      asking(name, "its nonce is not ours", "NAT_EVIDENCE_FRESHNESS", { ...question, binding: { ...binding, nonce } }),
      asking(name, "signature altered", "NAT_EVIDENCE_SIGNATURE", { ...question, statement: altered(statement) }),
      asking(name, "not endorsed", "NAT_EVIDENCE_ROOT", { ...question, format: eat() }),
    ];
  });
}
