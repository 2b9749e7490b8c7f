// SPDX-License-Identifier: Apache-2.0
// The first chapters: an authority, a station, a birth, its receipt. Each tells which files it wrote and the command of
// a foreign tool that checks them.

import { readFile } from "node:fs/promises";
import { nodeHash, nodeSignatureVerifier, writeFileDurably } from "@natalis/node";
import { algorithms, encodePem, parsePem } from "natalis/formats";
import { decodeUtf8, encodeUtf8 } from "natalis/kernel";
import { verifyReceipt } from "natalis/registry";
import { birthAnswerSchema, operatorAnswerSchema } from "../../protocols/rest/schemas.ts";
import { requestWith } from "../birth.ts";
import { type DeviceFolder, writePapers } from "../device-folder.ts";
import { withBirthKey } from "../device-key.ts";
import { checkBirthAnswer } from "../birth-answer.ts";
import { readText } from "../files.ts";
import { readMachineFacts } from "../machine-readings.ts";
import { writeCrls } from "./crl-files.ts";
import type { Output } from "../output.ts";
import { type Demo, demoProduct } from "./prepare.ts";
import { softToken } from "./soft-token.ts";
import type { Chapter } from "./story.ts";

export const authorityChapter: Chapter<Demo> = {
  title: "An authority and an empty registry are made",
  async live(demo, tell) {
    const [root] = demo.trust.roots;
    if (root !== undefined) await writeText(demo.file("root.pem"), encodePem("CERTIFICATE", root.der));
    tell(`keys, sealed: ${demo.folder.rootKey}, ${demo.folder.registrarKeys}`);
    tell(`trust file: ${demo.folder.trust}`);
    tell(`the registrar serves: ${demo.running.addresses.https}`);
    tell(`check: openssl x509 -in ${demo.file("root.pem")} -noout -subject -enddate -ext basicConstraints`);
  },
};

export const stationChapter: Chapter<Demo> = {
  title: "A factory station is enrolled",
  async live(demo, tell) {
    const request = { name: "line 1", role: "station", products: [demoProduct], quota: 100 };
    const station = await demo.admin.json("POST", "/operators", operatorAnswerSchema, request);
    await writeFileDurably(demo.file("station.token"), encodeUtf8(`${station.token}\n`));
    tell(`${station.id} may ask for ${station.quota} births of ${station.products.join(", ")}`);
    tell(`its token, mode 0600: ${demo.file("station.token")}`);
  },
};

export const bornChapter: Chapter<Demo> = {
  title: "The device makes its key and is born",
  async live(demo, tell) {
    const { device, serial } = demo;
    const token = await softToken(demo, tell);
    const output: Output = { line: tell, warn: tell };
    const { request, evidence } = await withBirthKey(device, algorithms.ES256, token, output, (key) =>
      requestWith(key, serial),
    );
    await writeText(demo.file("device/request.pem"), request);
    const station = decodeUtf8(await readFile(demo.file("station.token"))).trim();
    const facts = { product: demoProduct, serial, facility: "this machine", ...readMachineFacts() };
    const answer = await demo.clientWith(station).json("POST", "/births", birthAnswerSchema, {
      request,
      evidence,
      ...facts,
    });
    await checkBirthAnswer(answer, { request, unit: facts }, demo.trust);
    await writePapers(device, answer);
    await writeText(demo.file("issuing.pem"), answer.chain[0] ?? "");
    await writeCrls(demo, "crls.pem");
    tell(`${answer.device} is born, log entry ${answer.index}`);
    tell(`certificate: ${device.certificate}; record: ${device.record}; receipt: ${device.receipt}`);
    tell(`check: openssl req -in ${demo.file("device/request.pem")} -noout -verify`);
    tell(`check: ${opensslVerify(demo, "crls.pem")}`);
  },
};

export const receiptChapter: Chapter<Demo> = {
  title: "Its receipt proves that the birth is in the log",
  async live(demo, tell) {
    const [receipt, entry] = [await readText(demo.device.receipt), await readFile(demo.device.entry)];
    const trust = { policy: demo.trust.log, verifier: nodeSignatureVerifier, hash: nodeHash };
    const proven = await verifyReceipt(receipt, entry, trust);
    tell(
      `entry ${proven.index} is in the log of ${proven.checkpoint.size} entries, signed by ${proven.checkpoint.origin}`,
    );
    tell(`read: curl ${demo.running.addresses.http}/log/checkpoint`);
  },
};

/** The line with which openssl judges the device's certificate, path and revocation. */
export function opensslVerify(demo: Demo, crls: string): string {
  const { file, device } = demo;
  return [
    "openssl verify -x509_strict -crl_check_all",
    `-CAfile ${file("root.pem")} -untrusted ${file("issuing.pem")} -CRLfile ${file(crls)} ${device.certificate}`,
  ].join(" ");
}

/** The device's certificate, DER. */
export function deviceCertificate(demo: Demo): Promise<Uint8Array> {
  return certificateIn(demo.device);
}

/** The certificate in a device's folder, DER. */
export async function certificateIn({ certificate }: DeviceFolder): Promise<Uint8Array> {
  const [der] = parsePem(await readText(certificate), "CERTIFICATE");
  return der as Uint8Array;
}

function writeText(path: string, text: string): Promise<void> {
  return writeFileDurably(path, encodeUtf8(text), 0o644);
}
