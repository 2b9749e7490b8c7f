// SPDX-License-Identifier: Apache-2.0
// The checkpoint outside the database: a new file, written, synced, given the name of the old one, and its folder synced.

import { syncBuiltinESMExports } from "node:module";
import fs, { type FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import type { Pass } from "./steps.ts";

const temporary = /^checkpoint\.[0-9a-f]+\.tmp$/;

export function watchMirror(pass: Pass): void {
  const { open, rename } = fs;
  let isRenamed = false;
  fs.open = async (path, flags, ...more) => {
    const file = await open(path, flags, ...more);
    if (temporary.test(basename(String(path)))) return watchFile(file, pass);
    if (isRenamed && flags === "r") {
      isRenamed = false;
      return watchFolder(file, pass);
    }
    return file;
  };
  fs.rename = async (from, to) => {
    await rename(from, to);
    if (!temporary.test(basename(String(from)))) return;
    isRenamed = true;
    pass("mirror renamed");
  };
  syncBuiltinESMExports();
}

function watchFile(file: FileHandle, pass: Pass): FileHandle {
  pass("mirror begun");
  const sync = file.sync.bind(file);
  file.writeFile = async (data) => {
    const bytes = data as Uint8Array;
    const half = Math.floor(bytes.length / 2);
    await file.write(bytes, 0, half);
    pass("mirror half written");
    await file.write(bytes, half);
  };
  file.sync = async () => {
    await sync();
    pass("mirror written");
  };
  return file;
}

function watchFolder(folder: FileHandle, pass: Pass): FileHandle {
  const sync = folder.sync.bind(folder);
  folder.sync = async () => {
    await sync();
    pass("mirror kept");
  };
  return folder;
}
