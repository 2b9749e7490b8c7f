// SPDX-License-Identifier: Apache-2.0
// A second device, whose key lives in a TPM in software: its maker's certificate, the TPM's own statement of the key, a
// birth that says what this proves, and an authentication by that key.

import { type SoftwareTpm, startSoftwareTpm } from "@natalis/node";
import { algorithms } from "natalis/formats";
import { birthAnswerSchema } from "../../protocols/rest/schemas.ts";
import { requestFromTpm } from "../attested-request.ts";
import { authenticate } from "../authenticate.ts";
import { checkBirthAnswer } from "../birth-answer.ts";
import { deviceFolder, writePapers } from "../device-folder.ts";
import { fetchEvidence } from "../evidence.ts";
import { readText } from "../files.ts";
import { showEvidence } from "../kept-evidence.ts";
import { withTpmBirthKey } from "../tpm-key.ts";
import { certificateIn } from "./birth-chapters.ts";
import { type Demo, demoProduct } from "./prepare.ts";
import { issuingCertificateOf } from "./software-tpm.ts";
import type { Chapter } from "./story.ts";

type Tell = (line: string) => void;

export const tpmChapter: Chapter<Demo> = {
  title: "Another device has its key in a TPM, proves it, and authenticates by it",
  async live(demo, tell) {
    const { softwareTpm } = demo;
    if (softwareTpm === undefined) {
      tell("not shown: there is no swtpm here to stand for the chip; on Debian: apt-get install swtpm swtpm-tools");
      return;
    }
    const chip = await startSoftwareTpm(softwareTpm);
    try {
      tell(`manufactured with endorsement key and certificate: ${softwareTpm}`);
      await beBornInTpm(demo, softwareTpm, chip, tell);
      await authenticateByTpm(demo, tell);
    } finally {
      await chip.close();
    }
  },
};

async function beBornInTpm(demo: Demo, softwareTpm: string, { place }: SoftwareTpm, tell: Tell): Promise<void> {
  const folder = deviceFolder(demo.file("tpm-device"));
  const unit = { product: demoProduct, model: "swtpm", serial: demo.tpmSerial, facility: "this machine" };
  const client = demo.clientWith((await readText(demo.file("station.token"))).trim());
  const options = { tpm: `127.0.0.1:${place.port}`, tpmCertificates: issuingCertificateOf(softwareTpm) };
  const proven = await withTpmBirthKey(folder, algorithms.ES256, options, (inTpm) =>
    requestFromTpm(inTpm, demo.tpmSerial, unit, client),
  );
  const answer = await client.json("POST", "/births", birthAnswerSchema, { ...unit, ...proven });
  await checkBirthAnswer(answer, { request: proven.request, unit }, demo.trust);
  await writePapers(folder, answer);
  tell(`${answer.device} is born, log entry ${answer.index}`);
  await showEvidence(answer.device, demo.admin, { line: tell, warn: tell });
  tell(
    `custody 1 and not 3: a TPM in software proves nothing more, so its root is capped: ${demo.folder.evidenceRoots}`,
  );
  tell(`again: npx natalis evidence recheck ${answer.device} --data ${demo.folder.path}`);
}

async function authenticateByTpm({ file, admin, trust }: Demo, tell: Tell): Promise<void> {
  const folder = deviceFolder(file("tpm-device"));
  const evidence = await fetchEvidence(admin, await certificateIn(folder));
  const output = { line: tell, warn: tell };
  await authenticate({ folder, audience: "demo verifier", trust, evidence, maxStateAge: 900 }, output);
}
