// SPDX-License-Identifier: Apache-2.0
// One guide a family of hardware that is not here: its lines as they stand there, from roots and profile to the evidence
// that is shown, with a made-up part below them. Another unit is refused, without evidence and with this one's.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { natalis, outcomeOf, refusedNatalis } from "../support/command.ts";
import { type Family, makePart } from "../support/made-up-part.ts";
import { makeRegistrar, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { makeDevice } from "../support/software-device.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const entry = join(root, "packages/registrar/src/cli/main.ts");
const scope = scopeOf({ after });

/** What stands in for the launcher, and for the maker's tool: part.ts answers as that does. */
const functions = [
  `npx() { shift; '${process.execPath}' '${entry}' "$@"; }`,
  `ykman() { '${process.execPath}' part.ts "$@"; }`,
];

const families: readonly (readonly [Family, format: string, custody: number, told: RegExp])[] = [
  ["secure-elements", "vendor-idevid", 2, /custody 2, by maker/],
  ["yubikey", "x509-attestation", 3, /Yubico, YubiKey FIPS, 5\.7\.4\n.*serial number: 15732500/s],
  ["android", "x509-attestation", 3, /security level: TrustedEnvironment/],
  ["psa", "eat", 2, /lifecycle: 0x3000/],
  ["dice", "dice", 2, /layer: subject/],
];

for (const [family, format, custody, told] of families)
  suite(`docs/guides/${family}.md`, () => {
    const project = join(temporaryFolder(scope), "project");
    const guide = readFileSync(join(root, "docs/guides", `${family}.md`), "utf8");
    const blocks = (kind: string) =>
      Array.from(guide.matchAll(new RegExp(`^\`\`\`${kind}\n(.*?)^\`\`\`$`, "gms")), ([, block = ""]) => block);

    test(`from roots to a birth of custody ${custody}`, async () => {
      mkdirSync(project);
      const place = await makeRegistrar(scope, "--product", "default");
      symlinkSync(place.folder, join(project, ".natalis"));
      symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
      await makePart(family, project);
      const [program = "", ...programs] = blocks("ts");
      const [demand = "", ...demands] = blocks("json");
      const [roots = "", ...lines] = blocks("sh");
      assert.deepEqual([programs, demands], [[], []]);
      writeFileSync(join(project, "device.ts"), program);
      const profile = join(place.folder, "profiles", "default.json");
      const usual = JSON.parse(readFileSync(profile, "utf8")) as object;
      writeFileSync(profile, JSON.stringify({ ...usual, ...(JSON.parse(demand) as object) }));
      await run(roots);
      await startRegistrar(scope, place);
      const all = await run(lines.join("\n"));
      assert.match(all, /is born, log entry/);
      assert.match(all, new RegExp(`: custody ${custody}, bound to a nonce`));
      assert.match(all, new RegExp(`custody ${custody} at birth, ${custody} now`));
      assert.match(all, told);
    });

    test("says that it was not run on the part, and refuses its evidence for another unit", async () => {
      assert.match(guide, /\*\*Not run on a real (part|device)\*\*/);
      const unit = [
        "--product",
        "default",
        "--model",
        "M1",
        "--facility",
        "plant 2",
        "--serial",
        "SN-0002",
        "--data",
        join(project, ".natalis"),
      ];
      const { request } = await makeDevice("SN-0002");
      writeFileSync(join(project, "other.pem"), request);
      const words = ["birth", "--device", join(project, "other"), ...unit, "--request", join(project, "other.pem")];
      await refusedNatalis("NAT_BIRTH_CUSTODY", ...words);
      await natalis(...words, "--begin", join(project, "other.json"));
      const attestation = ["--attestation", join(project, "other.json")];
      const evidence = ["--evidence", join(project, "evidence.cbor"), "--evidence-format", format];
      await refusedNatalis("NAT_BIRTH_EVIDENCE_REUSED", ...words, ...attestation, ...evidence);
      writeFileSync(join(project, "evidence.cbor"), Uint8Array.of(0xa0));
      await natalis(...words, "--begin", join(project, "other.json"));
      await refusedNatalis("NAT_EVIDENCE_MALFORMED", ...words, ...attestation, ...evidence);
    });

    async function run(block: string): Promise<string> {
      const script = ["set -eu", ...functions, block].join("\n");
      const child = spawn("sh", ["-c", script], { cwd: project, stdio: ["ignore", "pipe", "pipe"] });
      const { code, stdout, stderr } = await outcomeOf(child);
      assert.equal(code, 0, stdout + stderr);
      return stdout;
    }
  });
