// SPDX-License-Identifier: Apache-2.0
// What TPMs write, bent: the structures alone, and whole evidence, by the real verifier, under which a changed statement
// proves nothing, and by one that believes every signature, so that all that stands behind signatures is reached.

import assert from "node:assert/strict";
import { nodeHash, nodeSignatureVerifier } from "@natalis/node";
import { type CborValue, encodeCbor } from "natalis/formats";
import { portableHash, type SignatureVerifier, toHex } from "natalis/kernel";
import {
  bindingValue,
  certifyQualifyingData,
  encodeCertifyStatement,
  encodeCredentialFile,
  encodePublicArea,
  endorsementTemplates,
  type EvidenceBinding,
  type EvidenceFinding,
  type EvidenceFormat,
  objectName,
  parseAttestationObject,
  parseCertifyAttest,
  parseCertifyStatement,
  parseCredentialFile,
  parsePublicArea,
  parseTpmSignature,
  publicKeyOf,
  tpm2Certify,
  webauthnTpm,
} from "natalis/protect";
import {
  attestationExtensions,
  authorityExtensions,
  forgeArea,
  forgeCertificate,
  forgeCertify,
  forgeTpm,
  forgeTpmCertificate,
} from "natalis/testing";
import { fixedSigner } from "../corpus/fixed-signer.ts";
import { corpusTime } from "../corpus/forge.ts";
import { type Format, parsers, type Target } from "../format.ts";

interface TpmPaper {
  readonly format: EvidenceFormat;
  readonly statement: Uint8Array;
  readonly binding: EvidenceBinding;
}

const word = (text: string) => portableHash.sha256(new TextEncoder().encode(text));
const key = fixedSigner("key in a TPM");
const attestation = fixedSigner("attestation key");
const area = forgeArea(key, ["sign"]);
const maker = await forgeCertificate({
  name: "TPM maker",
  signer: fixedSigner("TPM maker"),
  extensions: authorityExtensions(),
});
const believing: SignatureVerifier = { verify: () => true };

export async function tpmFormats(): Promise<Format[]> {
  const papers = [await certifyPaper("L-2"), await certifyPaper("H-3"), await webauthnPaper()];
  const { attest, signature } = await forgeCertify(attestation, area, new Uint8Array(32));
  const templates = endorsementTemplates.map((one) => encodePublicArea(one.area));
  const credentialFile = encodeCredentialFile({ credentialBlob: attest, encryptedSecret: signature });
  const readKey = (bytes: Uint8Array) => publicKeyOf(parsePublicArea(bytes));
  return [
    {
      name: "TPM structure",
      encoding: "bytes",
      share: 3,
      samples: [encodePublicArea(area), ...templates, attest, signature, credentialFile],
      targets: [
        ...parsers(parsePublicArea, parseCertifyAttest, parseTpmSignature, parseCredentialFile, objectName),
        { name: "publicKeyOf", attack: readKey },
      ],
    },
    {
      name: "TPM evidence",
      encoding: "bytes",
      share: 4,
      samples: papers.map(({ statement }) => statement),
      targets: [...parsers(parseCertifyStatement, parseAttestationObject), ...verdictTargets(papers)],
    },
  ];
}

/** What evidence proves as it is, or bent. */
function verify(
  { format, binding }: TpmPaper,
  statement: Uint8Array,
  verifier: SignatureVerifier = nodeSignatureVerifier,
): Promise<EvidenceFinding> {
  const root = { name: "maker", certificate: maker.certificate, formats: [format.format], cap: 3 as const };
  return format.verify(statement, binding, { at: corpusTime, roots: [root], hash: nodeHash, verifier });
}

function verdictTargets(papers: readonly TpmPaper[]): Target[] {
  return [
    {
      name: "TPM evidence, real signatures",
      attack: async (bytes, sample) => {
        const paper = papers[sample] as TpmPaper;
        const found = await verify(paper, bytes);
        assert.equal(found.custody, 3);
        assert.equal(toHex(bytes), toHex(paper.statement), "bent evidence proves something");
        return found;
      },
    },
    {
      name: "TPM evidence, every signature believed",
      attack: (bytes, sample) => verify(papers[sample] as TpmPaper, bytes, believing),
    },
  ];
}

async function certifyPaper(template: "L-2" | "H-3"): Promise<TpmPaper> {
  const endorsement = fixedSigner("endorsement key", template === "H-3" ? "ES384" : "ES256");
  const { claim } = await forgeTpm({ issuer: maker, endorsement, attestation, template });
  const [nonce, factsHash, secret] = [word("nonce"), word("facts"), word("secret")];
  const said = await forgeCertify(attestation, area, certifyQualifyingData({ nonce, secret, factsHash }, portableHash));
  const attestationKeyName = objectName(claim.attestationKey);
  const activation = { secret, attestationKeyName, endorsementKeyHash: portableHash.sha256(endorsement.publicKey) };
  return {
    format: tpm2Certify,
    statement: encodeCertifyStatement({ ...claim, key: encodePublicArea(area), ...said }),
    binding: { publicKey: key.publicKey, nonce, factsHash, activation },
  };
}

async function webauthnPaper(): Promise<TpmPaper> {
  const binding = { publicKey: key.publicKey, nonce: word("nonce"), factsHash: word("facts") };
  const { certificate } = await forgeTpmCertificate(maker, attestation, attestationExtensions());
  const challenge = bindingValue(binding, portableHash) as Uint8Array;
  const { attest, signature } = await forgeCertify(attestation, area, portableHash.sha256(challenge));
  const statement = new Map<string, CborValue>([
    ["ver", "2.0"],
    ["alg", -7],
    ["x5c", [certificate.der]],
    ["sig", signature],
    ["certInfo", attest],
    ["pubArea", encodePublicArea(area)],
  ]);
  const object = new Map<string, CborValue>([
    ["fmt", "tpm"],
    ["attStmt", statement],
  ]);
  return { format: webauthnTpm, statement: encodeCbor(object), binding };
}
