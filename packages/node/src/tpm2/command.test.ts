// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { concatBytes, fromHex, isNatalisError, toHex } from "natalis/kernel";
import { type TpmReader, uint16, uint32 } from "natalis/protect";
import { type Command, CommandChannel, passwordAuthorization, policyAuthorization } from "./command.ts";
import type { TpmTransport } from "./transport.ts";

/** Answers with these, and remembers what was asked. */
class Script implements TpmTransport {
  readonly asked: string[] = [];
  readonly #answers: Uint8Array[];
  isClosed = false;

  constructor(...answers: Uint8Array[]) {
    this.#answers = answers;
  }

  async exchange(command: Uint8Array): Promise<Uint8Array> {
    this.asked.push(toHex(command));
    return this.#answers.shift() ?? new Uint8Array(0);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

function answer(tag: number, responseCode: number, body: Uint8Array): Uint8Array {
  return concatBytes(uint16(tag), uint32(10 + body.length), uint32(responseCode), body);
}

const [plain, withSessions] = [0x8001, 0x8002];
const failed = (responseCode: number) => answer(plain, responseCode, new Uint8Array(0));
const read = (reader: TpmReader) => reader.sized(8);
const getRandom: Command = { name: "TPM2_GetRandom", code: 0x17b, parameters: uint16(2) };
const sign: Command = {
  name: "TPM2_Sign",
  code: 0x15d,
  handles: [0x8000_0001],
  authorizations: [passwordAuthorization()],
};
const good = answer(plain, 0, fromHex("00020708"));
const run = (command: Command, ...answers: Uint8Array[]) =>
  new CommandChannel(new Script(...answers), 1000).run(command, read);
const isResponse = (error: unknown) => isNatalisError(error, "NAT_TPM_RESPONSE");

suite("what goes out and comes back", () => {
  test("a command without authorization", async () => {
    const script = new Script(good);
    const { value, handle } = await new CommandChannel(script, 1000).run(getRandom, read);
    assert.deepEqual([value, handle], [Uint8Array.of(7, 8), 0]);
    assert.deepEqual(script.asked, ["80010000000c0000017b0002"]);
  });

  test("a command with handle and authorization, whose response has parameters and sessions", async () => {
    const script = new Script(answer(withSessions, 0, fromHex("000000030001ff0000000000")));
    const { value } = await new CommandChannel(script, 1000).run(sign, read);
    assert.deepEqual(value, Uint8Array.of(0xff));
    assert.deepEqual(script.asked, ["80020000001b0000015d8000000100000009400000090000010000"]);
  });

  test("a response that names a new object", async () => {
    const bytes = answer(withSessions, 0, fromHex("800000020000000200000000010000"));
    assert.equal((await run({ ...sign, answersHandle: true }, bytes)).handle, 0x8000_0002);
  });

  test("authorizations by a value and by a policy session", () => {
    assert.equal(toHex(passwordAuthorization(Uint8Array.of(1, 2))), "4000000900000100020102");
    assert.equal(toHex(policyAuthorization(0x0300_0000)), "030000000000010000");
  });

  test("closing closes the transport", async () => {
    const script = new Script();
    await new CommandChannel(script, 1000).close();
    assert.ok(script.isClosed);
  });
});

suite("what is refused", () => {
  test("what the TPM refuses", async () => {
    const cases = [
      [0x18b, "NAT_TPM_ABSENT"],
      [0x98e, "NAT_TPM_AUTHORIZATION"],
      [0x902, "NAT_TPM_FULL"],
    ] as const;
    for (const [responseCode, code] of cases)
      await assert.rejects(run(getRandom, failed(responseCode)), (error) => isNatalisError(error, code));
  });

  test("not yet: the same is asked again, but not for ever", async () => {
    const script = new Script(failed(0x922), failed(0x90a), failed(0x908), good);
    assert.deepEqual((await new CommandChannel(script, 1000).run(getRandom, read)).value, Uint8Array.of(7, 8));
    assert.equal(new Set(script.asked).size, 1);
    assert.equal(script.asked.length, 4);
    const busy = new Script(...Array.from({ length: 60 }, () => failed(0x922)));
    await assert.rejects(new CommandChannel(busy, 1000).run(getRandom, read), (error) =>
      isNatalisError(error, "NAT_TPM_REFUSED"),
    );
    assert.equal(busy.asked.length, 51);
  });

  test("a code that is as good as success", async () => {
    const command: Command = { ...getRandom, accepted: 0x100 };
    const channel = new CommandChannel(new Script(failed(0x100), failed(0x101)), 1000);
    assert.equal((await channel.run(command, () => "started")).value, "started");
    await assert.rejects(channel.run(command, read), (error) => isNatalisError(error, "NAT_TPM_REFUSED"));
  });

  test("what is no response to the command", async () => {
    const cases: readonly (readonly [what: string, bytes: Uint8Array, command?: Command])[] = [
      ["nothing", new Uint8Array(0)],
      ["half a header", good.subarray(0, 7)],
      ["another size", good.with(5, 9)],
      ["sessions that were not asked for", answer(withSessions, 0, fromHex("00020708"))],
      ["no sessions", good, sign],
      ["parameters beyond the end", answer(withSessions, 0, fromHex("000000ff0000")), sign],
      ["a byte string that is too long", answer(plain, 0, concatBytes(uint16(9), new Uint8Array(9)))],
      ["something left over", answer(plain, 0, fromHex("0001ffff"))],
      ["no handle", answer(plain, 0, fromHex("0000")), { ...getRandom, answersHandle: true }],
    ];
    for (const [what, bytes, command = getRandom] of cases) await assert.rejects(run(command, bytes), isResponse, what);
  });

  test("whatever is changed gives a value or a catalogue error", async () => {
    const bytes = answer(withSessions, 0, fromHex("000000030001ff0000010000"));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        try {
          await run(sign, bytes.with(at, (bytes[at] as number) ^ change));
        } catch (error) {
          assert.ok(isNatalisError(error));
        }
      }),
      { numRuns: 300 },
    );
  });
});
