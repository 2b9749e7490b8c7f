// SPDX-License-Identifier: Apache-2.0
// Evidence of every format, bent: by the real verifier, where nothing that was not signed proves anything, and by one
// that believes every signature, so that all that stands behind signatures is reached.

import assert from "node:assert/strict";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import {
  type AttestationBundle,
  type CertificationRequest,
  encodeAttestationBundle,
  oids,
  parseAttestationBundle,
  parseCertificate,
  parseCmw,
  parseCmwExtension,
  parseJson,
  parseJsonWebKey,
  parseJsonWebSignature,
} from "natalis/formats";
import { isNatalisError, type SignatureVerifier, toHex } from "natalis/kernel";
import {
  androidKey,
  dice,
  diceFormat,
  eat,
  encodeChainStatement,
  encodeDiceStatement,
  type EvidenceFinding,
  type EvidenceFormat,
  evidenceOfRequest,
  importManifest,
  parseAndroidStatusList,
  parseEvidenceCmw,
  parseEvidenceJson,
  vendorIdevid,
  x509Attestation,
  yubikeyPiv,
} from "natalis/protect";
import { encodePkcs11Declaration, parseKeptEvidence, parsePkcs11Declaration } from "natalis/birth";
import { corpusTime } from "../corpus/forge.ts";
import type { EvidenceCorpus, EvidenceLeaf, EvidencePaper } from "../corpus/evidence.ts";
import { type Format, parsers, type Target, textParsers } from "../format.ts";

const formats: readonly EvidenceFormat[] = [
  vendorIdevid(),
  x509Attestation([yubikeyPiv, androidKey({ statusList: new Map() })]),
  eat(),
  dice(),
];
const believing: SignatureVerifier = { verify: () => true };

const declaration = {
  keyHash: new Uint8Array(32),
  alwaysSensitive: true,
  neverExtractable: true,
  local: true,
  manufacturer: "Example Chips",
  model: "Token",
  tokenSerial: "0001",
};

export function evidenceFormats(corpus: EvidenceCorpus): Format[] {
  const { papers, leaves, manifests, manifestRoots, statusLists, messages, jsonMessages, wrappers, tpmBundles, kept } =
    corpus;
  const signed = { roots: manifestRoots, hash: nodeHash, verifier: nodeSignatureVerifier };
  const manifestTargets = {
    importManifest: (text: string) => importManifest(text, signed),
    "importManifest, every signature believed": (text: string) =>
      importManifest(text, { ...signed, verifier: believing }),
    parseJson: (text: string) => parseJson(text),
    parseJsonWebSignature: (text: string) => parseJsonWebSignature(parseJson(text)),
    parseJsonWebKey: (text: string) => parseJsonWebKey(parseJson(text)),
  };
  const bundles = wrappers.map((statement) => bundleOf(statement));
  return [
    {
      name: "evidence",
      encoding: "bytes",
      share: 6,
      samples: papers.map((one) => one.statement),
      targets: statementTargets(papers),
    },
    {
      name: "attested key",
      encoding: "DER",
      share: 8,
      samples: leaves.map((one) => one.leaf),
      targets: leafTargets(leaves),
    },
    { name: "manifest", encoding: "text", share: 2, samples: manifests, targets: textParsers(manifestTargets) },
    {
      name: "status list",
      encoding: "text",
      share: 1,
      samples: statusLists,
      targets: textParsers({ parseAndroidStatusList }),
    },
    {
      name: "wrapped evidence",
      encoding: "bytes",
      share: 2,
      samples: messages,
      targets: parsers(parseCmw, parseEvidenceCmw),
    },
    {
      name: "wrapped evidence in JSON",
      encoding: "text",
      share: 2,
      samples: jsonMessages,
      targets: [...parsers(parseCmw, parseEvidenceCmw), ...textParsers({ parseEvidenceJson })],
    },
    { name: "kept evidence", encoding: "bytes", share: 2, samples: kept, targets: parsers(parseKeptEvidence) },
    {
      name: "PKCS#11 declaration",
      encoding: "bytes",
      share: 1,
      samples: [encodePkcs11Declaration(declaration)],
      targets: parsers(parsePkcs11Declaration),
    },
    {
      name: "attestation bundle",
      encoding: "DER",
      share: 2,
      samples: [...wrappers, ...bundles, ...tpmBundles],
      targets: parsers(parseCmwExtension, parseAttestationBundle, evidenceOfBundle),
    },
  ];
}

/** As it stands in a request. */
function evidenceOfBundle(bundle: Uint8Array) {
  const attributes = [{ oid: oids.attestation, values: [bundle] }];
  return evidenceOfRequest({ attributes } as unknown as CertificationRequest);
}

/** What evidence proves as it is. */
export function judgeEvidence(paper: EvidencePaper, verifier: SignatureVerifier = nodeSignatureVerifier) {
  return verify(paper, paper.statement, verifier);
}

function verify(
  { format, binding, roots }: EvidencePaper,
  statement: Uint8Array,
  verifier: SignatureVerifier,
): Promise<EvidenceFinding> {
  const found = formats.find((one) => one.format === format) as EvidenceFormat;
  return found.verify(statement, binding, { at: corpusTime, roots, hash: nodeHash, verifier });
}

function statementTargets(papers: readonly EvidencePaper[]): Target[] {
  return [
    { name: "evidence, real signatures", attack: (bytes, sample) => judgeReal(papers[sample] as EvidencePaper, bytes) },
    {
      name: "evidence, every signature believed",
      attack: (bytes, sample) => verify(papers[sample] as EvidencePaper, bytes, believing),
    },
  ];
}

/** Octets outside of what is signed may change: then no more may be proven than before. */
async function judgeReal(paper: EvidencePaper, bytes: Uint8Array): Promise<EvidenceFinding> {
  const found = await verify(paper, bytes, nodeSignatureVerifier);
  if (toHex(bytes) === toHex(paper.statement)) return found;
  assert.ok(found.custody <= (paper.custody ?? 1), `bent evidence proves custody ${found.custody}`);
  return found;
}

function leafTargets(leaves: readonly EvidenceLeaf[]): Target[] {
  const statementOf = ({ issuers, paper }: EvidenceLeaf, leaf: Uint8Array) => {
    const certificates = [leaf, ...issuers];
    return paper.format === diceFormat ? encodeDiceStatement({ certificates }) : encodeChainStatement({ certificates });
  };
  const unbound = { factsHash: new Uint8Array(32) };
  return [
    {
      name: "attested key, every signature believed",
      attack: (bytes, sample) => {
        const one = leaves[sample] as EvidenceLeaf;
        const { publicKey } = parseCertificate(bytes);
        return verify({ ...one.paper, binding: { ...unbound, publicKey } }, statementOf(one, bytes), believing);
      },
    },
    {
      name: "attested key, real signatures",
      attack: async (bytes, sample) => {
        const one = leaves[sample] as EvidenceLeaf;
        const found = await verify(one.paper, statementOf(one, bytes), nodeSignatureVerifier).catch(
          (error: unknown) => {
            if (isNatalisError(error)) return error;
            throw error;
          },
        );
        if (found instanceof Error) throw found;
        assert.equal(toHex(bytes), toHex(one.leaf), "a key that nobody attested is found");
        return found;
      },
    },
  ];
}

function bundleOf(statement: Uint8Array): Uint8Array {
  const bundle: AttestationBundle = {
    attestations: [{ type: oids.conceptualMessageWrapper, statement }],
    certificates: [],
  };
  return encodeAttestationBundle(bundle);
}
