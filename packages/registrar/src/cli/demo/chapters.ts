// SPDX-License-Identifier: Apache-2.0
// The story, in its order.

import { authorityChapter, bornChapter, receiptChapter, stationChapter } from "./birth-chapters.ts";
import { sealChapter, tamperChapter } from "./data-chapters.ts";
import { auditChapter, authenticateChapter, resumeChapter, retireChapter, suspendChapter } from "./life-chapters.ts";
import type { Demo } from "./prepare.ts";
import type { Chapter } from "./story.ts";
import { tpmChapter } from "./tpm-chapter.ts";

export const chapters: readonly Chapter<Demo>[] = [
  authorityChapter,
  stationChapter,
  bornChapter,
  receiptChapter,
  authenticateChapter,
  sealChapter,
  tamperChapter,
  suspendChapter,
  resumeChapter,
  retireChapter,
  tpmChapter,
  auditChapter,
];
