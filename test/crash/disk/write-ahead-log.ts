// SPDX-License-Identifier: Apache-2.0
// SQLite's write-ahead log as bytes (sqlite.org/fileformat2.html section 4): where its commits end, and which pages of
// the database it holds.

export interface Frame {
  /** Of the database, from 1. */
  readonly page: number;
  /** Where the frame begins and ends in the log. */
  readonly start: number;
  readonly end: number;
  readonly isCommit: boolean;
}

export interface WriteAheadLog {
  readonly pageSize: number;
  readonly frames: readonly Frame[];
  /** Where each commit ends, in order. */
  readonly commits: readonly number[];
}

const headerLength = 32;
const frameHeaderLength = 24;

/** Frames of this log's own salt: what follows is left of an older one. */
export function readWriteAheadLog(bytes: Buffer): WriteAheadLog {
  const pageSize = bytes.readUInt32BE(8);
  const salt = bytes.subarray(16, 24);
  const frames: Frame[] = [];
  for (let start = headerLength; start + frameHeaderLength + pageSize <= bytes.length; ) {
    const end = start + frameHeaderLength + pageSize;
    if (!bytes.subarray(start + 8, start + 16).equals(salt)) break;
    frames.push({ page: bytes.readUInt32BE(start), start, end, isCommit: bytes.readUInt32BE(start + 4) > 0 });
    start = end;
  }
  return { pageSize, frames, commits: frames.filter(({ isCommit }) => isCommit).map(({ end }) => end) };
}

/** What the log says that a page is now: its last frame up to the last commit. */
export function newestPages({ frames, commits }: WriteAheadLog, bytes: Buffer): Map<number, Buffer> {
  const last = commits.at(-1) ?? 0;
  const pages = new Map<number, Buffer>();
  for (const { page, start, end } of frames)
    if (end <= last) pages.set(page, bytes.subarray(start + frameHeaderLength, end));
  return pages;
}
