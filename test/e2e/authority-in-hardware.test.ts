// SPDX-License-Identifier: Apache-2.0
// The authority's own keys in a PKCS#11 token (SoftHSM): from init to a birth that openssl verifies, a token that is
// taken away while the registrar serves and put back, the guide's lines as they stand there, and what is refused.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { encodePem } from "natalis/formats";
import { natalis, outcomeOf, refusedNatalis, runNatalis, runProgram } from "../support/command.ts";
import { runGuide } from "../support/guide.ts";
import { assertProblem } from "../support/problem.ts";
import { makeRegistrar, type Place, type RunningRegistrar, serveWords, startRegistrar } from "../support/registrar.ts";
import { scopeOf } from "../support/scope.ts";
import { makeSoftAuthority, type SoftAuthority } from "../support/soft-authority.ts";
import { bear, birthOf, makeDevice } from "../support/software-device.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const scope = scopeOf({ after });
const folder = temporaryFolder(scope);
let authority: SoftAuthority;
let place: Place;
let registrar: RunningRegistrar;

before(async () => {
  authority = await makeSoftAuthority(join(folder, "hsm"));
  place = await makeRegistrar(scope, ...authority.words);
  registrar = await startRegistrar(scope, place, "--pin-file", authority.pinFile);
});

async function becomes(status: number): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 100) {
    if ((await registrar.admin.ask("GET", "/readyz")).status === status) return;
    await wait(100);
  }
  assert.fail(`/readyz does not become ${status}\n${registrar.printed()}`);
}

suite("an authority in a token", () => {
  test("has no key of its own in a file, and says so by saying nothing", () => {
    assert.ok(!existsSync(join(place.folder, "root.key")));
    assert.doesNotMatch(registrar.printed(), /in files, not in hardware|in a file, not in the token/);
    const listed = spawnSync(
      "pkcs11-tool",
      ["--module", authority.module, "--token-label", authority.token, "--login", "--pin", authority.pin, "-O"],
      { encoding: "utf8" },
    );
    for (const role of ["root", "issuing", "log-p256", "log-ed25519"])
      assert.match(listed.stdout, new RegExp(`Private Key Object[\\s\\S]*label: +natalis ${role}\n`));
    assert.equal(listed.stdout.match(/Access: +sensitive, always sensitive, never extractable, local\n/g)?.length, 4);
  });

  test("bears a device whose certificate openssl verifies up to the root", async () => {
    const born = await bear(registrar.admin, await makeDevice("HSM-1"));
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const [issuing = "", root = ""] = born.chain;
    const words = ["-CAfile", file("root.pem", root), "-untrusted", file("issuing.pem", issuing)];
    const verified = await runProgram("openssl", "verify", ...words, file("unit.pem", born.certificate));
    assert.equal(verified.code, 0, verified.stderr);
    assert.deepEqual(
      registrar.trust.roots.map(({ der }) => encodePem("CERTIFICATE", der)),
      [root],
    );
  });

  test("keeps a log that holds", async () => {
    assert.match(await natalis("log", "audit", "--data", place.folder), /^audit: clean$/m);
  });

  test("answers many births at once", async () => {
    const devices = await Promise.all(Array.from({ length: 60 }, (_, number) => makeDevice(`MANY-${number}`)));
    const born = await Promise.all(devices.map((device) => bear(registrar.admin, device)));
    assert.equal(new Set(born.map(({ index }) => index)).size, 60);
  });

  test("without its token takes no births, says when to ask again, and goes on when the token is back", async () => {
    for (let round = 0; round < 2; round++) {
      const device = await makeDevice(`AWAY-${round}`);
      authority.takeAway();
      const refused = await registrar.admin.ask("POST", "/births", { body: birthOf(device) });
      assertProblem(refused, 503, "NAT_PIPELINE_TOKEN");
      assert.ok(!JSON.stringify(refused).includes(authority.module), "where the token is concerns nobody outside");
      await becomes(503);
      assert.equal((await registrar.admin.ask("GET", "/healthz")).status, 200);
      authority.putBack();
      await becomes(200);
      assert.equal((await bear(registrar.admin, device)).kind, "born");
    }
    assert.match(registrar.printed(), /the token of the authority's keys does not sign/);
    assert.match(registrar.printed(), /the token of the authority's keys is back/);
  });

  test("shows its PIN nowhere: not in output, arguments, environment or data folder", () => {
    const { pid } = registrar;
    const seen = [
      registrar.printed(),
      ...["cmdline", "environ"].map((name) => readFileSync(`/proc/${pid}/${name}`, "utf8")),
    ];
    const files = readdirSync(place.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
    for (const text of [...seen, ...files]) assert.ok(!text.includes(authority.pin));
  });

  test("stops in good order", async () => {
    assert.equal((await registrar.stop()).code, 0);
  });
});

suite("a start that is refused", () => {
  test("without the token, with a wrong PIN, without a PIN", async () => {
    const wrong = join(folder, "wrong");
    writeFileSync(wrong, "11111111\n", { mode: 0o600 });
    await refusedNatalis("NAT_CLIENT_OPTION", ...serveWords(place));
    await refusedNatalis("NAT_CLIENT_FILE", ...serveWords(place, "--pin-file", join(folder, "absent")));
    const told = await refusedNatalis("NAT_PKCS11_PIN", ...serveWords(place, "--pin-file", wrong));
    assert.doesNotMatch(told, /11111111/);
    authority.takeAway();
    await refusedNatalis("NAT_PKCS11_MODULE", ...serveWords(place, "--pin-file", authority.pinFile));
    mkdirSync(join(folder, "hsm/tokens"));
    await refusedNatalis("NAT_PKCS11_TOKEN", ...serveWords(place, "--pin-file", authority.pinFile));
    spawnSync("rmdir", [join(folder, "hsm/tokens")]);
    authority.putBack();
  });

  test("with keys of another authority, or a file that others may write", async () => {
    const file = join(place.folder, "authority.json");
    const good = readFileSync(file, "utf8");
    for (const [from, to, code] of [
      ["natalis%20issuing", "natalis%20root", "NAT_SERVICE_DATA"],
      ["natalis%20log-p256", "natalis%20root", "NAT_SERVICE_DATA"],
      ["natalis%20issuing", "absent", "NAT_PKCS11_KEY"],
      ["pkcs11:token", "pkcs12:token", "NAT_PKCS11_URI"],
      ['"keys"', '"chiefs"', "NAT_SERVICE_DATA"],
    ] as const) {
      writeFileSync(file, good.replace(from, to));
      await refusedNatalis(code, ...serveWords(place, "--pin-file", authority.pinFile));
    }
    writeFileSync(file, good);
    chmodSync(file, 0o622);
    await refusedNatalis("NAT_SERVICE_DATA", ...serveWords(place, "--pin-file", authority.pinFile));
    chmodSync(file, 0o600);
  });

  test("the PIN can be typed, and is not shown", async () => {
    const entry = join(repository, "packages/registrar/src/cli/main.ts");
    const line = [process.execPath, entry, ...serveWords(place)].map((word) => `'${word}'`).join(" ");
    const child = spawn("script", ["-qec", line, "/dev/null"], { stdio: ["pipe", "pipe", "pipe"] });
    scope.defer(() => child.kill("SIGKILL"));
    let shown = "";
    child.stdout.on("data", (part: Buffer) => {
      shown += part.toString();
    });
    const appears = async (what: string) => {
      for (let waited = 0; waited < 60_000 && !shown.includes(what); waited += 50) await wait(50);
      assert.ok(shown.includes(what), shown);
    };
    await appears("PIN of the authority's token:");
    await wait(200);
    child.stdin.write(`${authority.pin}\n`);
    await appears("stop with Ctrl-C");
    const ended = outcomeOf(child);
    child.stdin.write("\u0003");
    await ended;
    assert.ok(!shown.includes(authority.pin));
  });
});

suite("keys in a token that are there already", () => {
  const facts = ["--maker", "M", "--origin", "o.example/births", "--public-url", "http://127.0.0.1:1"];
  const words = (name: string) => ["init", "--data", join(folder, name), ...facts, ...authority.words];

  test("are not taken unasked, and leave no folder behind", async () => {
    await refusedNatalis("NAT_PKCS11_LABEL", ...words("second"));
    assert.ok(!readdirSync(folder).some((name) => name.startsWith("second")));
  });

  test("are taken where that is asked for", async () => {
    await natalis(...words("third"), "--existing-keys");
    const trust = readFileSync(join(folder, "third/trust.json"), "utf8");
    assert.notEqual(trust, readFileSync(join(place.folder, "trust.json"), "utf8"));
  });

  test("beside them there is room for others, under labels that the URI begins", async () => {
    const own = words("fourth").map((word) => word.replace("pkcs11:", "pkcs11:object=second%20registry;"));
    await natalis(...own);
    assert.match(readFileSync(join(folder, "fourth/authority.json"), "utf8"), /second%20registry%20issuing/);
  });

  test("that may have copies outside are told of", async () => {
    for (const role of ["root", "issuing", "log-p256"])
      makeLooseKey(`loose ${role}`, Buffer.from(role).toString("hex"));
    const own = words("fifth").map((word) => word.replace("pkcs11:", "pkcs11:object=loose;"));
    const { code, stderr } = await runNatalis(...own, "--existing-keys");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /warning: a key of the authority may have copies outside the token: .*loose issuing/);
  });
});

/** One that the token would let out. */
function makeLooseKey(label: string, id: string): void {
  const { module, token, pin } = authority;
  const place = ["--module", module, "--token-label", token, "--login", "--pin", pin];
  const key = ["--keypairgen", "--extractable", "--key-type", "EC:prime256v1", "--label", label, "--id", id];
  spawnSync("pkcs11-tool", [...place, ...key]);
}

suite("what init refuses", () => {
  const facts = ["--maker", "M", "--origin", "o.example/births", "--public-url", "http://127.0.0.1:1"];
  const refused = (code: string, ...words: string[]) =>
    refusedNatalis(code, "init", "--data", join(folder, "none"), ...facts, ...words);

  test("a URI with a PIN, without a module, with an id, or that is none", async () => {
    const pin = ["--pin-file", authority.pinFile];
    const told = await refused("NAT_PKCS11_URI", "--authority-token", "pkcs11:token=a?pin-value=86420", ...pin);
    assert.doesNotMatch(told.split("\n")[0] ?? "", /86420/);
    await refused("NAT_SERVICE_TOKEN", "--authority-token", "pkcs11:token=authority", ...pin);
    const [, uri = ""] = authority.words;
    await refused("NAT_SERVICE_TOKEN", "--authority-token", uri.replace("?", ";id=%01?"), ...pin);
    await refused("NAT_PKCS11_URI", "--authority-token", "authority", ...pin);
    await refused("NAT_CLIENT_OPTION", "--existing-keys");
    assert.ok(!existsSync(join(folder, "none")));
  });
});

test("the guide's lines run, and tell what it says", async () => {
  const { code, stdout, stderr } = await runGuide("authority-in-hardware.md", join(folder, "project"));
  assert.equal(code, 0, `${stdout}${stderr}`);
  assert.match(stdout, /is born/);
  assert.match(stdout, /certificate\.pem: OK/);
  assert.match(stdout, /Access: +sensitive, always sensitive, never extractable, local/);
  assert.doesNotMatch(stderr, /in files, not in hardware/);
});
