// SPDX-License-Identifier: Apache-2.0
// Hardware that is not here, made up for the guides: a factory whose root a registrar is given, and `part.ts` as a guide
// imports it, whose keys are files. Nothing of it is secret.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateKey } from "@natalis/node";
import { algorithms, encodePem } from "natalis/formats";
import { authorityExtensions, forgeCertificate } from "natalis/testing";

export type Family = "secure-elements" | "yubikey" | "android" | "psa" | "dice";

const keys = ["root", "middle", "unit"] as const;

/** Writes keys, the root's certificate and `part.ts` into a guide's folder. */
export async function makePart(family: Family, folder: string): Promise<void> {
  for (const name of keys.slice(1)) writeKey(folder, name, generateKey(algorithms.ES256).pkcs8);
  const { signer, pkcs8 } = generateKey(algorithms.ES256);
  writeKey(folder, "root", pkcs8);
  const { certificate } = await forgeCertificate({ name: "factory", signer, extensions: authorityExtensions() });
  writeFileSync(join(folder, rootFiles[family]), encodePem("CERTIFICATE", certificate.der));
  writeFileSync(join(folder, "part.ts"), `${shared}${parts[family]}`);
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
}

function writeKey(folder: string, name: string, pkcs8: Uint8Array): void {
  writeFileSync(join(folder, `${name}.key`), encodePem("PRIVATE KEY", pkcs8), { mode: 0o600 });
}

const rootFiles: Readonly<Record<Family, string>> = {
  "secure-elements": "maker.pem",
  yubikey: "yubico-piv-ca.pem",
  android: "google.pem",
  psa: "maker.pem",
  dice: "maker.pem",
};

const shared = `
import { readFileSync, writeFileSync } from "node:fs";
import { nodeHash, signerFromPkcs8 } from "@natalis/node";
import { decodeCbor, encodeCoseKey, encodeInteger, encodeName, encodePem, oids, parsePem } from "natalis/formats";
import { authorityExtensions, forgeCborLayer, forgeCertificate, forgeKeyDescription, forgeToken } from "natalis/testing";
const key = (name) => signerFromPkcs8(parsePem(readFileSync(name + ".key", "utf8"), "PRIVATE KEY")[0]);
const signer = key("unit");
const root = await forgeCertificate({ name: "factory", signer: key("root"), extensions: authorityExtensions() });
const middle = (fields) => forgeCertificate({ name: "middle", issuer: root, signer: key("middle"), ...fields });
const own = (oid, ...octets) => ({ oid, critical: false, value: Uint8Array.from(octets) });
const der = (...all) => all.map(({ certificate }) => certificate.der);
`;

const parts: Readonly<Record<Family, string>> = {
  "secure-elements": `
export const part = { signer, certificates: der(await forgeCertificate({ name: "element", issuer: root, signer })) };
`,
  yubikey: `
const arc = "1.3.6.1.4.1.41482.3.";
const f9 = await middle({ extensions: [own(arc + "3", 5, 7, 4), ...authorityExtensions(0)] });
const serial = { oid: arc + "7", critical: false, value: encodeInteger(15732500) };
const extensions = [own(arc + "3", 5, 7, 4), serial, own(arc + "8", 2, 1), own(arc + "9", 0x81)];
const leaf = await forgeCertificate({ name: "YubiKey PIV Attestation 9a", issuer: f9, signer, extensions });
const [, , , verb, action, slot, file] = process.argv;
const wanted = verb === "keys" ? (action === "attest" && slot === "9a" ? leaf : undefined) : slot === "f9" ? f9 : undefined;
if (process.argv[2] === "piv" && wanted !== undefined) writeFileSync(file, encodePem("CERTIFICATE", wanted.certificate.der));
export const part = { signer };
`,
  android: `
const subject = encodeName([{ oid: oids.serialNumber, value: "87f4514475ba0a2b" }]);
const batch = await middle({ subject, extensions: authorityExtensions() });
const value = forgeKeyDescription({ challenge: new TextEncoder().encode("of the app's") });
const extensions = [{ oid: "1.3.6.1.4.1.11129.2.1.17", critical: false, value }];
const leaf = await forgeCertificate({ name: "Android Keystore Key", issuer: batch, signer, extensions });
export const part = { signer, certificates: der(leaf, batch) };
`,
  psa: `
const attester = await middle({});
const confirmed = [8, new Map([[1, decodeCbor(encodeCoseKey(signer.publicKey))]])];
const token = (nonce) => forgeToken(attester.signer, [[10, nonce], [2395, 0x3000], confirmed]);
export const part = { signer, token, certificates: der(attester) };
`,
  dice: `
const uds = await middle({ extensions: authorityExtensions() });
const layer = await forgeCborLayer({ issuer: uds.signer, publicKey: signer.publicKey });
export const part = { signer, certificates: [layer, ...der(uds)] };
`,
};
