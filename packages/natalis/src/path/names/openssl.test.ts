// SPDX-License-Identifier: Apache-2.0
// The openssl command on the same name constraints: where it agrees, and where it does not (docs/divergences.md).

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { generateKey } from "@natalis/node";
import {
  algorithms,
  type Certificate,
  encodeName,
  encodeNameConstraints,
  encodePem,
  encodeSequence,
  encodeSubjectAltName,
  encodeTagged,
  encodeTagLengthValue,
  findExtension,
  type GeneralName,
  type NameConstraints,
  oids,
  parseName,
  parseNameConstraints,
  type SubtreeBase,
} from "../../formats/index.ts";
import { isNatalisError } from "../../kernel/index.ts";
import { authorityExtensions, extension, type Forged, forgeCertificate } from "../../testing/certificate-forge.ts";
import { readCertificateNames } from "./certificate-names.ts";
import { NameSpace } from "./name-space.ts";

const folder = mkdtempSync(join(tmpdir(), "natalis-names-"));
after(() => rmSync(folder, { recursive: true }));

const signer = () => generateKey(algorithms.ES256).signer;
const text = (kind: "dns" | "email" | "uri") => (value: string) => ({ kind, value }) as const;
const [dns, email, uri] = [text("dns"), text("email"), text("uri")];
const maker = (value: string) =>
  ({
    kind: "directoryName",
    value: parseName(encodeName([{ oid: oids.organizationName, value }])),
  }) as const;
const unknown = { kind: "otherName", oid: "1.2.3", value: Uint8Array.of(5, 0) } as const;
const range = (...octets: number[]): SubtreeBase => ({
  kind: "ip",
  address: Uint8Array.from(octets.slice(0, 4)),
  mask: Uint8Array.from(octets.slice(4)),
});
const address = (...octets: number[]): GeneralName => ({ kind: "ip", value: Uint8Array.from(octets) });

const permitting = (...bases: SubtreeBase[]): NameConstraints => ({
  permitted: bases.map((base) => ({ base })),
  excluded: [],
});
const excluding = (...bases: SubtreeBase[]): NameConstraints => ({
  permitted: [],
  excluded: bases.map((base) => ({ base })),
});

/** An authority with these constraints, and a certificate of it with these names, in the subject's order. */
async function forge(constraints: Uint8Array, names: readonly GeneralName[], subject = "x", mail?: string) {
  const authority = await forgeCertificate({
    name: "authority",
    signer: signer(),
    extensions: [...authorityExtensions(), extension(oids.nameConstraints, constraints, true)],
  });
  const alternative = names.length === 0 ? [] : [extension(oids.subjectAltName, encodeSubjectAltName(names))];
  const leaf = await forgeCertificate({
    name: subject,
    issuer: authority,
    signer: signer(),
    extensions: alternative,
    subject: encodeName([
      { oid: oids.commonName, value: subject },
      ...(mail === undefined ? [] : [{ oid: oids.emailAddress, value: mail }]),
    ]),
  });
  return { authority, leaf };
}

function opensslAccepts({ authority, leaf }: { authority: Forged; leaf: Forged }): boolean {
  const put = (name: string, { der }: Certificate) => {
    writeFileSync(join(folder, name), encodePem("CERTIFICATE", der));
    return join(folder, name);
  };
  const words = ["verify", "-CAfile", put("authority.pem", authority.certificate), put("leaf.pem", leaf.certificate)];
  const { status, stdout, stderr } = spawnSync("openssl", words, { encoding: "utf8" });
  if (status !== 0) assert.match(`${stdout}${stderr}`, /error (?:47|48|51|53) at 0 depth/);
  return status === 0;
}

function weAccept({ authority, leaf }: { authority: Forged; leaf: Forged }): boolean {
  const constraints = findExtension(authority.certificate, oids.nameConstraints);
  try {
    const space = NameSpace.unconstrained.narrowedBy(parseNameConstraints(constraints?.value ?? Uint8Array.of()));
    space.check(readCertificateNames(leaf.certificate), { spend: () => undefined });
    return true;
  } catch (error) {
    if (isNatalisError(error, "NAT_PATH_NAME_CONSTRAINTS") || isNatalisError(error, "NAT_X509_EXTENSION")) return false;
    throw error;
  }
}

describe("openssl agrees", () => {
  for (const [what, constraints, names, accepted] of [
    ["a name below", permitting(dns("example.com")), [dns("www.example.com")], true],
    ["a name beside", permitting(dns("example.com")), [dns("notexample.com")], false],
    ["an excluded name below", excluding(dns("example.com")), [dns("a.b"), dns("www.Example.com")], false],
    ["another form", permitting(dns("example.com")), [email("a@b.c")], true],
    ["an underscore", permitting(dns("example.com")), [dns("my_device.example.com")], true],
    ["a dot behind", permitting(dns("example.com")), [dns("www.example.com.")], false],
    ["every DNS name", excluding(dns("")), [dns("a.b")], false],
    ["a mailbox of the host", permitting(email("example.com")), [email("a@example.com")], true],
    ["a mailbox of a host below", permitting(email("example.com")), [email("a@b.example.com")], false],
    ["a mailbox in the domain", permitting(email(".example.com")), [email("a@b.example.com")], true],
    ["a mailbox", permitting(email("root@example.com")), [email("root@EXAMPLE.com")], true],
    ["another mailbox", permitting(email("root@example.com")), [email("Root@example.com")], false],
    ["a URI's host", permitting(uri("example.com")), [uri("https://example.com/")], true],
    ["a host in a URI's domain", permitting(uri(".example.com")), [uri("https://a.b.example.com:1/")], true],
    ["a urn", permitting(uri("example.com")), [uri("urn:uuid:0190")], false],
    ["a urn that is not excluded", excluding(uri("example.com")), [uri("urn:uuid:0190")], false],
    ["an address", permitting(range(192, 0, 2, 0, 255, 255, 255, 0)), [address(192, 0, 2, 9)], true],
    ["another address", permitting(range(192, 0, 2, 0, 255, 255, 255, 0)), [address(192, 0, 3, 9)], false],
    ["an IPv6 address", permitting(range(0, 0, 0, 0, 0, 0, 0, 0)), [address(...new Array<number>(16).fill(0))], false],
    ["a subject", permitting(maker("x")), [], false],
    ["an unknown other name", permitting(unknown), [unknown], false],
    ["nobody of an unknown other name", permitting(unknown), [dns("a.b")], true],
  ] as const)
    test(what, async () => {
      const forged = await forge(encodeNameConstraints(constraints), names);
      assert.deepEqual([weAccept(forged), opensslAccepts(forged)], [accepted, accepted]);
    });
});

/** DER of one permitted subtree that `encodeNameConstraints` does not write. */
const permittingRaw = (tag: number, content: Uint8Array) =>
  encodeSequence(encodeTagged(0, encodeSequence(encodeTagLengthValue(tag, content))));

describe("openssl does not agree", () => {
  const hole = permittingRaw(0x87, Uint8Array.of(10, 0, 0, 0, 255, 0, 255, 0));
  const org = encodeNameConstraints(permitting(email("example.org"), dns("example.org")));
  for (const [what, forged, ours, theirs] of [
    ["a mask with a hole means something to it", forge(hole, [address(10, 9, 0, 1)]), false, true],
    [
      "a wildcard that stands for an excluded name is let pass by it",
      forge(encodeNameConstraints(excluding(dns("foo.example.com"))), [dns("*.example.com")]),
      false,
      true,
    ],
    [
      "a second way to write an excluded mailbox is let pass by it",
      forge(encodeNameConstraints(excluding(email("root@example.com"))), [email('"root"@example.com')]),
      false,
      true,
    ],
    ["the common name is a host name to it", forge(org, [uri("urn:a")], "www.example.com"), true, false],
    ["emailAddress counts beside alternative names", forge(org, [uri("urn:a")], "x", "a@example.com"), true, false],
  ] as const)
    test(what, async () => {
      assert.deepEqual([weAccept(await forged), opensslAccepts(await forged)], [ours, theirs]);
    });
});
