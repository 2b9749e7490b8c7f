// SPDX-License-Identifier: Apache-2.0
// What every CheckpointMirror must do: keep the newest checkpoint, byte for byte, beyond its own life.

import type { Awaitable } from "../../kernel/index.ts";
import type { CheckpointMirror } from "../../registry/index.ts";
import { type ContractSuite, expectSame } from "../contract.ts";

/** Opens the mirror over the same storage each time; the storage is empty when a case begins. */
export interface MirrorUnderTest {
  readonly open: () => Awaitable<CheckpointMirror>;
}

/** A signed note has an em dash and trailing line feeds, which a careless store would change. */
function noteOfSize(size: number): string {
  return `log.example/births\n${size}\nAAAA\n\n— log.example/births BBBB\n`;
}

export const checkpointMirrorContract: ContractSuite<MirrorUnderTest> = [
  {
    name: "there is nothing before the first write",
    async run({ open }) {
      expectSame(await (await open()).read(), undefined, "first read");
    },
  },
  {
    name: "what was written last is read, byte for byte",
    async run({ open }) {
      const mirror = await open();
      for (const size of [1, 20, 3]) await mirror.write(noteOfSize(size));
      expectSame(await mirror.read(), noteOfSize(3), "read");
    },
  },
  {
    name: "it outlives the object that wrote it",
    async run({ open }) {
      await (await open()).write(noteOfSize(4));
      expectSame(await (await open()).read(), noteOfSize(4), "read by another object");
    },
  },
  {
    name: "of writes that overlap the last one stays",
    async run({ open }) {
      const mirror = await open();
      await Promise.all([5, 6, 7, 8].map(async (size) => mirror.write(noteOfSize(size))));
      expectSame(await mirror.read(), noteOfSize(8), "read");
    },
  },
];
