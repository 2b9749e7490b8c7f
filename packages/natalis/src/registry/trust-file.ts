// SPDX-License-Identifier: Apache-2.0
// The trust file: what a verifier is given once (DESIGN 1). JSON { version, arc, roots: [PEM], log: C2SP tlog-policy }.

import {
  type Certificate,
  encodeLogPolicy,
  encodePem,
  type LogPolicy,
  parseCertificate,
  parseLogPolicy,
  parsePem,
} from "../formats/index.ts";
import { registryError } from "./errors.ts";
import { refusingAs } from "./refusal.ts";

export interface TrustFile {
  /** The OID arc of birth extension, custody policies and purposes: dotted decimal. */
  readonly arc: string;
  /** Root certificates; at least one. */
  readonly roots: readonly Certificate[];
  /** Keys of the registry's log, its witnesses and their quorum. */
  readonly log: LogPolicy;
}

const fileVersion = 1;
const maximumLength = 1 << 20;
const maximumRoots = 100;
const certificateLabel = "CERTIFICATE";
const members = ["version", "arc", "roots", "log"] as const;
type Member = (typeof members)[number];
const arcForm = /^[0-2](?:\.(?:0|[1-9][0-9]{0,9})){1,30}$/;

/** Text with a final line feed. */
export function encodeTrustFile(trust: TrustFile): string {
  const roots = trust.roots.map(({ der }) => encodePem(certificateLabel, der));
  const file = { version: fileVersion, arc: trust.arc, roots, log: encodeLogPolicy(trust.log) };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Unknown members are refused. @throws NAT_REGISTRY_TRUST_FILE */
export function parseTrustFile(text: string): TrustFile {
  if (text.length > maximumLength) throw registryError("NAT_REGISTRY_TRUST_FILE", `${text.length} characters`);
  const file: Partial<Record<Member, unknown>> = parseObject(text);
  for (const member of Object.keys(file))
    if (!(members as readonly string[]).includes(member))
      throw registryError("NAT_REGISTRY_TRUST_FILE", "an unknown member");
  if (file.version !== fileVersion) throw registryError("NAT_REGISTRY_TRUST_FILE", "another version");
  const { arc, log } = file;
  if (typeof arc !== "string" || !arcForm.test(arc)) throw registryError("NAT_REGISTRY_TRUST_FILE", "arc");
  if (typeof log !== "string") throw registryError("NAT_REGISTRY_TRUST_FILE", "log");
  return {
    arc,
    roots: parseRoots(file.roots),
    log: refusingAs("NAT_REGISTRY_TRUST_FILE", () => parseLogPolicy(log)),
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw registryError("NAT_REGISTRY_TRUST_FILE", "it is not JSON", cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw registryError("NAT_REGISTRY_TRUST_FILE", "it is not a JSON object");
  return value as Readonly<Record<string, unknown>>;
}

function parseRoots(value: unknown): Certificate[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > maximumRoots)
    throw registryError("NAT_REGISTRY_TRUST_FILE", `roots are not a list of 1 to ${maximumRoots}`);
  return value.map((root: unknown, i) => {
    if (typeof root !== "string") throw registryError("NAT_REGISTRY_TRUST_FILE", `root ${i} is not text`);
    const blocks = refusingAs("NAT_REGISTRY_TRUST_FILE", () => parsePem(root, certificateLabel));
    const [der] = blocks;
    if (der === undefined || blocks.length !== 1)
      throw registryError("NAT_REGISTRY_TRUST_FILE", `root ${i} is ${blocks.length} certificates`);
    return refusingAs("NAT_REGISTRY_TRUST_FILE", () => parseCertificate(der));
  });
}
