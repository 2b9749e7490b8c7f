// SPDX-License-Identifier: Apache-2.0
// `bench -- issue --authority softhsm`: the same births with the issuing key in a SoftHSM token, each worker in a session
// of its own under one login, as a registrar's threads are. The limit of a birth is one P-256 verification by node:crypto
// and one C_SignInit with C_Sign, called as barely as they can be; beside it, these two calls alone.

import { hash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  findSoftHsm,
  initializePkcs11Token,
  makeSoftHsmFolder,
  openPkcs11Token,
  softHsmEnvironment,
} from "@natalis/node";
import { algorithms } from "natalis/formats";
import type { Bench, Operation } from "./bench.ts";
import { birthsAtOnce, prepareBirths, prepareVerifications } from "./issue.ts";

/** What is used of the module past our own code. */
interface Module {
  load(path: string): void;
  C_GetSlotList(tokenPresent: boolean): Buffer[];
  C_GetTokenInfo(slot: Buffer): { readonly label: string };
  C_OpenSession(slot: Buffer, flags: number): Buffer;
  C_FindObjectsInit(session: Buffer, template: readonly { type: number; value: number | string }[]): void;
  C_FindObjects(session: Buffer, maximum: number): Buffer[];
  C_FindObjectsFinal(session: Buffer): void;
  C_SignInit(session: Buffer, mechanism: { mechanism: number }, key: Buffer): void;
  C_Sign(session: Buffer, data: Buffer, output: Buffer): Buffer;
}

const [token, pin, key] = ["bench", "bench-pin", "issuing"];
const [serialSession, objectClass, privateKey, label, ecdsa] = [0x04, 0x000, 3, 0x003, 0x1041];

export const issueSoftHsmBench: Bench = {
  name: "issue --authority softhsm",
  unit: "births",
  unitsPerOperation: birthsAtOnce,
  budget: 0.75,
  setUp: makeToken,
  contenders: [
    { name: "issue", role: "work", prepare: async () => prepareBirths((await openToken()).openKey(key)) },
    { name: "limit", role: "limit", prepare: async () => prepareVerifications(await rawSigner()) },
    { name: "C_Sign alone", role: "beside", prepare: prepareSignatures },
  ],
};

async function makeToken(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "natalis-bench-token-"));
  Object.assign(process.env, softHsmEnvironment(folder));
  await makeSoftHsmFolder(folder);
  initializePkcs11Token({ module: requireModule(), token, securityOfficerPin: "12345678", pin });
  const opened = await openToken();
  opened.generateKey(key, algorithms.ES256);
  opened.close();
  return () => rmSync(folder, { recursive: true, force: true });
}

function openToken() {
  return openPkcs11Token({ module: requireModule(), token, pin });
}

async function prepareSignatures(): Promise<Operation> {
  const signOnly = await rawSigner();
  const tbs = new Uint8Array(600);
  return () => {
    for (let i = 0; i < birthsAtOnce; i++) signOnly(tbs);
  };
}

/** Under the login of the session that is opened beside it. */
async function rawSigner(): Promise<(tbs: Uint8Array) => Uint8Array> {
  await openToken();
  const { PKCS11 } = createRequire(import.meta.resolve("@natalis/node"))("pkcs11js") as { PKCS11: new () => Module };
  const module = new PKCS11();
  module.load(requireModule());
  const slot = module.C_GetSlotList(true).find((one) => module.C_GetTokenInfo(one).label.trim() === token) as Buffer;
  const session = module.C_OpenSession(slot, serialSession);
  module.C_FindObjectsInit(session, [
    { type: objectClass, value: privateKey },
    { type: label, value: key },
  ]);
  const [handle] = module.C_FindObjects(session, 1) as [Buffer];
  module.C_FindObjectsFinal(session);
  const [mechanism, room] = [{ mechanism: ecdsa }, Buffer.alloc(64)];
  return (tbs) => {
    module.C_SignInit(session, mechanism, handle);
    return module.C_Sign(session, hash("sha256", tbs, "buffer"), room);
  };
}

function requireModule(): string {
  const module = findSoftHsm();
  if (module === undefined) throw new Error("SoftHSM is not installed");
  return module;
}
