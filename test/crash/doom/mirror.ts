// SPDX-License-Identifier: Apache-2.0
// The checkpoint outside the database: a new file, written, synced, given the name of the old one, and its folder synced.

import fs, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";
import type { Pass } from "./steps.ts";
import { wrap } from "./wrap.ts";

const temporary = /^checkpoint\.[0-9a-f]+\.tmp$/;

export function watchMirror(pass: Pass): void {
  let isRenamed = false;
  wrap(fs, "open", async (open, words) => {
    const file = (await open(...words)) as FileHandle;
    if (temporary.test(basename(String(words[0])))) watchFile(file, pass);
    else if (isRenamed && words[1] === "r") {
      isRenamed = false;
      watchFolder(file, pass);
    }
    return file;
  });
  wrap(fs, "rename", async (rename, words) => {
    await rename(...words);
    if (!temporary.test(basename(String(words[0])))) return;
    isRenamed = true;
    pass("mirror renamed");
  });
  syncBuiltinESMExports();
}

function watchFile(file: FileHandle, pass: Pass): void {
  pass("mirror begun");
  wrap(file, "writeFile", async (_, [data]) => {
    const bytes = data as Uint8Array;
    const half = Math.floor(bytes.length / 2);
    await file.write(bytes, 0, half);
    pass("mirror half written");
    await file.write(bytes, half);
  });
  wrap(file, "sync", async (sync) => {
    await sync();
    pass("mirror written");
  });
}

function watchFolder(folder: FileHandle, pass: Pass): void {
  wrap(folder, "sync", async (sync) => {
    await sync();
    pass("mirror kept");
  });
}
