// SPDX-License-Identifier: Apache-2.0
// What becomes of the device: authenticated, suspended, resumed, retired; and at last the log is audited.

import { readFile } from "node:fs/promises";
import { type ErrorCode, isNatalisError } from "natalis/kernel";
import { attributeValues, oids, parseCertificate } from "natalis/formats";
import type { DeviceState } from "natalis/registry";
import { birthAnswerSchema, lifecycleAnswerSchema, timelineSchema } from "../../protocols/rest/schemas.ts";
import type { LifecycleVerb } from "../../service/lifecycle.ts";
import { authenticate } from "../authenticate.ts";
import { clientError } from "../errors.ts";
import { fetchEvidence } from "../evidence.ts";
import { readText } from "../files.ts";
import { audited, describeReport } from "../log.ts";
import { readMachineFacts } from "../machine-readings.ts";
import { type Output, silent } from "../output.ts";
import { deviceCertificate, opensslVerify } from "./birth-chapters.ts";
import { writeCrls } from "./crl-files.ts";
import { type Demo, demoProduct } from "./prepare.ts";
import type { Chapter } from "./story.ts";

export const authenticateChapter: Chapter<Demo> = {
  title: "It authenticates in two steps: certificate and status, then a fresh challenge",
  live: (demo, tell) => passes(demo, tell),
};

export const suspendChapter: Chapter<Demo> = {
  title: "It is suspended, and refused",
  async live(demo, tell) {
    await change(demo, { verb: "suspend", to: "suspended", note: "reported missing" }, tell);
    await isRefused(demo, "NAT_AUTHENTICATE_SUSPENDED", tell);
  },
};

export const resumeChapter: Chapter<Demo> = {
  title: "It is resumed, and accepted",
  async live(demo, tell) {
    await change(demo, { verb: "resume", to: "active", note: "found again" }, tell);
    await passes(demo, tell);
  },
};

export const retireChapter: Chapter<Demo> = {
  title: "It is retired, refused for good, and never born again",
  async live(demo, tell) {
    await change(demo, { verb: "retire", to: "retired", note: "end of life" }, tell);
    await isRefused(demo, "NAT_AUTHENTICATE_RETIRED", tell);
    await isNotBornAgain(demo, tell);
    await writeCrls(demo, "crls-retired.pem");
    tell(`check, must now fail: ${opensslVerify(demo, "crls-retired.pem")}`);
  },
};

export const auditChapter: Chapter<Demo> = {
  title: "The log is audited",
  async live(demo, tell) {
    const report = await audited(demo.folder.path, silent);
    describeReport(report, { line: tell, warn: tell });
    if (report.problemCount > 0)
      throw clientError("NAT_CLIENT_ANSWER", `the audit found ${report.problemCount} problems`);
    tell(`again: npx natalis log audit --data ${demo.folder.path}`);
  },
};

async function passes(demo: Demo, tell: (line: string) => void): Promise<void> {
  const evidence = await fetchEvidence(demo.admin, await deviceCertificate(demo));
  const { device: folder, trust } = demo;
  const output: Output = { line: tell, warn: tell };
  await authenticate({ folder, audience: "demo verifier", trust, evidence, maxStateAge: 900 }, output);
  tell(`again: npx natalis authenticate --data ${demo.folder.path} --device ${folder.path}`);
}

/** The authentication must fail, and for this reason. */
async function isRefused(demo: Demo, code: ErrorCode, tell: (line: string) => void): Promise<void> {
  const { device: folder, trust } = demo;
  const evidence = await fetchEvidence(demo.admin, await deviceCertificate(demo));
  const refusal = await authenticate(
    { folder, audience: "demo verifier", trust, evidence, maxStateAge: 900 },
    silent,
  ).then(
    () => undefined,
    (error: unknown) => error,
  );
  requireRefusal(refusal, code, tell);
}

async function isNotBornAgain(demo: Demo, tell: (line: string) => void): Promise<void> {
  const request = await readText(demo.file("device/request.pem"));
  const token = (await readFile(demo.file("station.token"), "utf8")).trim();
  const body = { request, product: demoProduct, serial: demo.serial, facility: "this machine", ...readMachineFacts() };
  const refusal = await demo
    .clientWith(token)
    .json("POST", "/births", birthAnswerSchema, body)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  requireRefusal(refusal, "NAT_BIRTH_KEY_REUSED", tell);
}

function requireRefusal(refusal: unknown, code: ErrorCode, tell: (line: string) => void): void {
  if (!isNatalisError(refusal, code)) throw clientError("NAT_CLIENT_ANSWER", `expected ${code}`, refusal);
  tell(`refused: ${refusal.message}`);
}

interface Change {
  readonly verb: LifecycleVerb;
  readonly to: DeviceState;
  readonly note: string;
}

/** A story that was interrupted may have come so far already: then the device is as it should be. */
async function change(demo: Demo, { verb, to, note }: Change, tell: (line: string) => void): Promise<void> {
  const { subject } = parseCertificate(await deviceCertificate(demo));
  const path = `/devices/${attributeValues(subject, oids.commonName)[0]}`;
  const { device } = await demo.admin.json("GET", path, timelineSchema);
  if (device.state !== to) await demo.admin.json("POST", `${path}/${verb}`, lifecycleAnswerSchema, { note });
  const changed = await demo.admin.json("GET", path, timelineSchema);
  tell(`${changed.device.state}, log entry ${changed.device.lastEntry}`);
}
