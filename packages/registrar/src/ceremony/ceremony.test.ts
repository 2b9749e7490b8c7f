// SPDX-License-Identifier: Apache-2.0
// Ceremonies with a key file, from plan to verified record: stopped after every step and taken up again, interfered
// with in every file, and judged afterwards by nothing but their folder.

import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { generateKey } from "@natalis/node";
import { buildCertificationRequest } from "natalis/device";
import { algorithms, encodePem } from "natalis/formats";
import { requestIssuing } from "../service/authorities.ts";
import { type CeremonyInput, checkCeremony, runCeremony, verifyCeremony } from "./index.ts";
import { nothingBefore, sha256 } from "./record.ts";

/** The least that a key file may have: this is not about guessing. */
const cost = { logN: 14, r: 8, p: 1 };
const maker = "Example Makers";
const top = mkdtempSync(join(tmpdir(), "natalis-ceremony-"));
after(() => rmSync(top, { recursive: true, force: true }));

const witnesses: readonly {
  readonly name: string;
  readonly digest: string | undefined;
  readonly key: KeyObject;
  readonly public: KeyObject;
}[] = [
  { name: "P-256", digest: "sha256", ...pair(generateKeyPairSync("ec", { namedCurve: "P-256" })) },
  { name: "P-384", digest: "sha384", ...pair(generateKeyPairSync("ec", { namedCurve: "P-384" })) },
  { name: "Ed25519", digest: undefined, ...pair(generateKeyPairSync("ed25519")) },
  { name: "RSA", digest: "sha256", ...pair(generateKeyPairSync("rsa", { modulusLength: 2048 })) },
];

function pair({ privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject }) {
  return { key: privateKey, public: publicKey };
}

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(top, name), content);
  return join(top, name);
}

const participants = [
  { name: "Ada Example", role: "leader" },
  ...witnesses.map(({ name }) => ({ name: `witness ${name}`, role: "witness", key: `${name}.pub` })),
];
const plan = {
  title: "first root",
  maker,
  publicUrl: "http://pki.example",
  arc: "1.3.6.1.4.1.32473",
  participants,
  root: { key: "unset" },
  requests: ["issuing.csr"],
};

let number = 0;
/** A plan file of its own, with a root key of its own. */
function planFile(changes: object = {}): string {
  const name = `plan-${number++}`;
  return file(`${name}.json`, JSON.stringify({ ...plan, root: { key: `${name}.key` }, ...changes }));
}

function inputOf(planned: string, changes: Partial<CeremonyInput> = {}): CeremonyInput {
  return {
    plan: planned,
    folder: planned.replace(".json", ".d"),
    rehearsal: false,
    secrets: { readPin: () => assert.fail("no token"), readPassphrase: () => Promise.resolve("a passphrase"), cost },
    consent: () => Promise.resolve(true),
    tell: () => undefined,
    ...changes,
  };
}

/** A ceremony that has ended; tests work on copies. */
let ended: CeremonyInput;

before(async () => {
  for (const { name, public: key } of witnesses)
    file(`${name}.pub`, key.export({ type: "spki", format: "pem" }).toString());
  file(
    "issuing.csr",
    encodePem("CERTIFICATE REQUEST", await requestIssuing(maker, generateKey(algorithms.ES256).signer)),
  );
  ended = inputOf(planFile());
  await runCeremony(ended);
});

function copyOfEnded(): string {
  const folder = join(top, `copy-${number++}`);
  cpSync(ended.folder, folder, { recursive: true });
  return folder;
}

function signatures(folder: string): string[] {
  const bytes = readFileSync(join(folder, "record.json"));
  return witnesses.map(({ name, digest, key }) => file(`${name}-${number++}.sig`, sign(digest, bytes, key)));
}

suite("a ceremony", () => {
  test("leaves a record that tells of every step and every file, for people and for programs", async () => {
    const { text, record } = await checkCeremony(ended.folder);
    assert.equal(readFileSync(join(ended.folder, "record.txt"), "utf8"), text);
    assert.deepEqual(
      record.steps.map(({ id }) => id),
      ["announcement", "key", "root", "issuing-1", "list", "end"],
    );
    assert.equal(record.opening.previous, nothingBefore);
    for (const word of ["Ada Example", "tool: natalis", "randomness", "CN=Example Makers root", "certificate, SHA-256"])
      assert.ok(text.includes(word), word);
    for (const name of ["root.pem", "root.crl", "issuing-1.pem", "issuing-1.csr", "plan.json"])
      assert.ok(text.includes(sha256(readFileSync(join(ended.folder, name)))), name);
  });

  test("keeps the root's key sealed, where the plan says and nowhere else", () => {
    const key = readFileSync(ended.plan.replace(".json", ".key"));
    assert.ok(key.subarray(0, 8).equals(Buffer.from("NATKEYS1")));
    assert.throws(() => createPrivateKey(key));
    assert.ok(!readdirSync(ended.folder).some((name) => name.endsWith(".key") || name.endsWith(".part")));
  });

  test("can be stopped before every step, and goes on there", async () => {
    const input = inputOf(planFile());
    const asked: string[] = [];
    for (let steps = 0; steps < 7; steps++) {
      let left = 1;
      const consent = async (question: string) => {
        asked.push(question);
        return left-- > 0;
      };
      if (steps < 6) await assert.rejects(runCeremony({ ...input, consent }), { code: "NAT_CEREMONY_STOPPED" });
      else await runCeremony({ ...input, consent });
    }
    assert.equal(new Set(asked).size, 7);
    await checkCeremony(input.folder);
  });

  test("goes on after a crash at any point of writing", async () => {
    const input = inputOf(planFile());
    let left = 4;
    await assert.rejects(runCeremony({ ...input, consent: () => Promise.resolve(left-- > 0) }));
    // The root's certificate was signed, but its file had not got its name; a line and a file were half written.
    renameSync(join(input.folder, "root.pem"), join(input.folder, "root.pem.part"));
    writeFileSync(join(input.folder, "issuing-1.pem.part"), "half");
    appendFileSync(join(input.folder, "journal.ndjson"), '{"id":"issuing-1","ti');
    await runCeremony(input);
    await checkCeremony(input.folder);
  });

  test("takes the key that it made before a crash, and says so", async () => {
    const [first, second] = [inputOf(planFile()), inputOf(planFile())];
    let left = 2;
    await assert.rejects(runCeremony({ ...second, consent: () => Promise.resolve(left-- > 0) }));
    await runCeremony(first);
    cpSync(first.plan.replace(".json", ".key"), second.plan.replace(".json", ".key"));
    await runCeremony(second);
    assert.match((await checkCeremony(second.folder)).text, /made before the ceremony was interrupted/);
  });

  test("with a root that is there signs anew, and revokes", async () => {
    const root = { key: ended.plan.replace(".json", ".key"), certificate: join(ended.folder, "root.pem") };
    const revoked = [
      { serial: "4102030405060708090a0b0c0d0e0f10", reason: "cACompromise", date: "2026-01-01T00:00:00Z" },
    ];
    const input = inputOf(planFile({ root, revoked, requests: [] }));
    await runCeremony(input);
    assert.match((await checkCeremony(input.folder)).text, /revokes: 4102030405060708090a0b0c0d0e0f10, cACompromise/);
  });

  test("in rehearsal marks all that it makes", async () => {
    const input = inputOf(planFile(), { rehearsal: true });
    await runCeremony(input);
    const { text } = await checkCeremony(input.folder);
    assert.match(text, /A REHEARSAL/);
    assert.match(text, /CN=REHEARSAL Example Makers root/);
    assert.match(text, /CN=REHEARSAL Example Makers births/);
    const root = { key: input.plan.replace(".json", ".key"), certificate: join(input.folder, "root.pem") };
    await assert.rejects(runCeremony(inputOf(planFile({ root }))), { code: "NAT_CEREMONY_PLAN" });
  });
});

suite("a ceremony refuses", () => {
  const plans: readonly (readonly [what: string, changes: object, code?: string])[] = [
    ["no participant", { participants: [] }],
    ["an unknown member", { note: "x" }],
    ["a public URL that certificates cannot carry", { publicUrl: "https://pki.example" }],
    ["a name that cannot be seen", { title: "a\nb" }],
    ["no root", { root: undefined }],
    [
      "a reason that no root gives",
      {
        revoked: [
          { serial: "4102030405060708090a0b0c0d0e0f10", reason: "certificateHold", date: "2026-01-01T00:00:00Z" },
        ],
      },
    ],
    ["an absent request", { requests: ["absent.csr"] }],
    ["something else as a request", { requests: ["P-256.pub"] }],
    ["an absent witness key", { participants: [{ name: "a", role: "witness", key: "absent.pub" }] }],
    ["something else as a witness key", { participants: [{ name: "a", role: "witness", key: "issuing.csr" }] }],
    [
      "a serial number that none of ours has",
      { revoked: [{ serial: "01", reason: "superseded", date: "2026-01-01T00:00:00Z" }] },
    ],
    ["a list for ever", { listDays: 5000 }],
    ["a PIN in the URI", { root: { key: "pkcs11:token=a;object=b?pin-value=1" } }, "NAT_PKCS11_URI"],
    ["a token without a module", { root: { key: "pkcs11:token=a;object=b" } }, "NAT_CEREMONY_KEY"],
    ["an absent key of a root that is there", { root: { key: "absent.key", certificate: "absent.pem" } }],
  ];
  for (const [what, changes, code = "NAT_CEREMONY_PLAN"] of plans)
    test(`a plan with ${what}`, async () => {
      const readPin = () => Promise.resolve("1");
      const { secrets } = inputOf("");
      await assert.rejects(runCeremony(inputOf(planFile(changes), { secrets: { ...secrets, readPin } })), { code });
    });

  test("a witness key of too few bits", async () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    file("weak.pub", publicKey.export({ type: "spki", format: "pem" }).toString());
    const weak = { participants: [{ name: "a", role: "witness", key: "weak.pub" }] };
    await assert.rejects(runCeremony(inputOf(planFile(weak))), { code: "NAT_CEREMONY_PLAN" });
  });

  test("a request of another maker, of a device, signed by another key, or broken", async () => {
    const { signer } = generateKey(algorithms.ES256);
    const other = generateKey(algorithms.ES256).signer;
    const request = async (name: string, der: Uint8Array) => file(name, encodePem("CERTIFICATE REQUEST", der));
    const requests = [
      await request("foreign.csr", await requestIssuing("Other Makers", signer)),
      await request("device.csr", await buildCertificationRequest({ serial: "SN-1", signer })),
      await request("stolen.csr", await requestIssuing(maker, { ...signer, sign: (data) => other.sign(data) })),
      await request("broken.csr", (await requestIssuing(maker, signer)).subarray(0, -1)),
    ];
    for (const one of requests)
      await assert.rejects(runCeremony(inputOf(planFile({ requests: [one] }))), { code: "NAT_CEREMONY_REQUEST" }, one);
  });

  test("a key where none should be, and another key than its own", async () => {
    const taken = inputOf(planFile());
    file(taken.plan.split("/").at(-1)?.replace(".json", ".key") ?? "", "a key");
    await assert.rejects(runCeremony(taken), { code: "NAT_CEREMONY_OVERWRITE" });
    const swapped = inputOf(planFile());
    let left = 3;
    await assert.rejects(runCeremony({ ...swapped, consent: () => Promise.resolve(left-- > 0) }));
    cpSync(ended.plan.replace(".json", ".key"), swapped.plan.replace(".json", ".key"));
    await assert.rejects(runCeremony(swapped), { code: "NAT_CEREMONY_KEY" });
    const root = { key: swapped.plan.replace(".json", ".key"), certificate: join(ended.folder, "root.pem") };
    const { secrets } = inputOf("");
    const wrong = { ...secrets, readPassphrase: () => Promise.resolve("wrong") };
    await assert.rejects(runCeremony(inputOf(planFile({ root }), { secrets: wrong })), {
      code: "NAT_KEYFILE_PASSPHRASE",
    });
    root.key = join(top, "absent.key");
    await assert.rejects(runCeremony(inputOf(planFile({ root }))), { code: "NAT_CEREMONY_KEY" });
  });

  test("a folder of something else, one that has ended, another plan, and another earnestness", async () => {
    const other = join(top, "other");
    cpSync(ended.folder, other, { recursive: true });
    rmSync(join(other, "journal.ndjson"));
    await assert.rejects(runCeremony({ ...ended, folder: other }), { code: "NAT_CEREMONY_OVERWRITE" });
    await assert.rejects(runCeremony(ended), { code: "NAT_CEREMONY_ENDED" });
    const begun = inputOf(planFile());
    let left = 1;
    await assert.rejects(runCeremony({ ...begun, consent: () => Promise.resolve(left-- > 0) }));
    await assert.rejects(runCeremony({ ...begun, plan: ended.plan }), { code: "NAT_CEREMONY_PLAN" });
    await assert.rejects(runCeremony({ ...begun, rehearsal: true }), { code: "NAT_CEREMONY_PLAN" });
    writeFileSync(join(begun.folder, "root.pub"), "mine");
    await assert.rejects(runCeremony(begun), { code: "NAT_CEREMONY_OVERWRITE" });
  });

  test("a journal or a file that was changed in between", async () => {
    for (const spoil of [
      (folder: string) => writeFileSync(join(folder, "root.pem"), "changed"),
      (folder: string) => rmSync(join(folder, "root.pem")),
      (folder: string) => change(join(folder, "journal.ndjson"), /"what":"The root key/, '"what":"A root key'),
      (folder: string) => change(join(folder, "journal.ndjson"), /\n.*"id":"key".*\n/, "\n"),
      (folder: string) => change(join(folder, "journal.ndjson"), /^/, "[]\n"),
    ]) {
      const folder = copyOfEnded();
      rmSync(join(folder, "record.json"));
      spoil(folder);
      await assert.rejects(runCeremony({ ...ended, folder }), { code: "NAT_CEREMONY_JOURNAL" });
    }
  });
});

function change(path: string, pattern: RegExp, text: string): void {
  const before = readFileSync(path, "utf8");
  const changed = before.replace(pattern, text);
  assert.notEqual(changed, before, String(pattern));
  writeFileSync(path, changed);
}

suite("witnesses", () => {
  test("sign with ECDSA, Ed25519 or RSA, and all are found", async () => {
    const files = signatures(ended.folder);
    const checked = await verifyCeremony(ended.folder, files);
    assert.deepEqual(
      checked.signatures.map(({ witness }) => witness),
      witnesses.map(({ name }) => `witness ${name}`),
    );
  });

  test("are missed where one has not signed, or signed twice, another record, or is a stranger", async () => {
    const files = signatures(ended.folder);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const bytes = readFileSync(join(ended.folder, "record.json"));
    const stranger = file("stranger.sig", sign("sha256", bytes, privateKey));
    const other = file("other.sig", sign("sha256", Buffer.concat([bytes, bytes]), witnesses[0]?.key as KeyObject));
    const [first = ""] = files;
    for (const given of [
      [],
      files.slice(1),
      [first, first, ...files.slice(2)],
      [...files, stranger],
      [other, ...files],
      [...files, "absent"],
    ])
      await assert.rejects(verifyCeremony(ended.folder, given), { code: "NAT_CEREMONY_WITNESS" });
  });

  test("are needed", async () => {
    const input = inputOf(planFile({ participants: [{ name: "alone", role: "leader" }] }));
    await runCeremony(input);
    await assert.rejects(verifyCeremony(input.folder, []), { code: "NAT_CEREMONY_WITNESS" });
  });
});

suite("a record that was tampered with is refused", () => {
  const spoilt: readonly (readonly [what: string, spoil: (folder: string) => void])[] = [
    ["absent", (folder) => rmSync(join(folder, "record.json"))],
    ["no record", (folder) => writeFileSync(join(folder, "record.json"), "{}")],
    [
      "another word",
      (folder) => change(join(folder, "record.json"), /The root key was made/, "The root key was found"),
    ],
    [
      "another fingerprint",
      (folder) => change(join(folder, "record.json"), /("certificate, SHA-256",\s+")..../, "$10000"),
    ],
    ["without its end", (folder) => cutSteps(folder, -1)],
    ["without a step", (folder) => cutSteps(folder, 2)],
    ["another root", (folder) => exchange(folder, "root.pem")],
    ["another issuing certificate", (folder) => exchange(folder, "issuing-1.pem")],
    ["another list", (folder) => exchange(folder, "root.crl")],
    ["another plan", (folder) => writeFileSync(join(folder, "plan.json"), "{}")],
  ];
  for (const [what, spoil] of spoilt)
    test(what, async () => {
      const folder = copyOfEnded();
      spoil(folder);
      await assert.rejects(checkCeremony(folder), { code: "NAT_CEREMONY_RECORD" });
    });

  test("also where all digests and links fit", async () => {
    const other = inputOf(planFile());
    await runCeremony(other);
    for (const name of ["root.pem", "issuing-1.pem", "root.crl", "issuing-1.csr"]) {
      const folder = copyOfEnded();
      const from = name === "issuing-1.csr" ? join(top, "foreign.csr") : join(other.folder, name);
      assert.ok(existsSync(from));
      cpSync(from, join(folder, name));
      forge(folder, name);
      await assert.rejects(checkCeremony(folder), { code: "NAT_CEREMONY_RECORD" }, name);
    }
  });
});

type Line = { previous: string; inputs: Digest[]; outputs: Digest[] };
type Digest = { name: string; sha256: string };

/** Writes a record anew, with a file's own digest and every link right. */
function forge(folder: string, changed: string): void {
  const path = join(folder, "record.json");
  const record = JSON.parse(readFileSync(path, "utf8")) as { opening: Line; steps: Line[] };
  let previous = nothingBefore;
  for (const line of [record.opening, ...record.steps]) {
    for (const digest of [...line.inputs, ...line.outputs])
      if (digest.name === changed) digest.sha256 = sha256(readFileSync(join(folder, changed)));
    line.previous = previous;
    previous = sha256(Buffer.from(JSON.stringify(line)));
  }
  writeFileSync(path, JSON.stringify(record));
}

function cutSteps(folder: string, index: number): void {
  const path = join(folder, "record.json");
  const record = JSON.parse(readFileSync(path, "utf8")) as { steps: unknown[] };
  record.steps.splice(index, 1);
  writeFileSync(path, JSON.stringify(record));
}

function exchange(folder: string, name: string): void {
  writeFileSync(join(folder, name), `${readFileSync(join(folder, name), "utf8")}\n`);
}
