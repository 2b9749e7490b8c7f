// SPDX-License-Identifier: Apache-2.0
// Tells a story of chapters with progress, and keeps what was told after each, so that a second start tells it again
// without living it twice, and an interrupted one goes on where it stopped.

import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { writeFileDurably } from "@natalis/node";
import { Listr } from "listr2";
import { encodeUtf8 } from "natalis/kernel";
import { z } from "zod";
import { clientError } from "../errors.ts";

export interface Chapter<Context> {
  /** Stable: a told chapter is recognised by it. */
  readonly title: string;
  /** Lives it; `tell` is called with each line of evidence. */
  live(context: Context, tell: (line: string) => void): Promise<void>;
}

const storySchema = z.object({ chapters: z.array(z.object({ title: z.string(), told: z.array(z.string()) })) });

type Told = z.infer<typeof storySchema>["chapters"][number];

export async function tellStory<Context>(file: string, chapters: readonly Chapter<Context>[], context: Context) {
  const known = await readStory(file);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const told = new Map(known.map((chapter) => [chapter.title, chapter]));
  const tasks = chapters.map((chapter) => ({
    title: chapter.title,
    rendererOptions: { persistentOutput: true, outputBar: Number.POSITIVE_INFINITY },
    task: async (_: unknown, task: { output: string }) => {
      const lines = told.get(chapter.title)?.told ?? (await live(chapter, context));
      // Listr shows what is assigned, one assignment a line.
      for (const line of lines) task.output = line;
      if (told.has(chapter.title)) return;
      told.set(chapter.title, { title: chapter.title, told: lines });
      await writeStory(file, [...told.values()]);
    },
  }));
  await new Listr(tasks, { concurrent: false, fallbackRenderer: "simple" }).run();
}

async function live<Context>(chapter: Chapter<Context>, context: Context): Promise<string[]> {
  const lines: string[] = [];
  await chapter.live(context, (line) => lines.push(line));
  return lines;
}

async function readStory(file: string): Promise<readonly Told[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return [];
  try {
    return storySchema.parse(JSON.parse(text)).chapters;
  } catch (cause) {
    throw clientError("NAT_CLIENT_FILE", `${file} is no story; remove it, and the story is lived again`, cause);
  }
}

function writeStory(file: string, chapters: readonly Told[]): Promise<void> {
  return writeFileDurably(file, encodeUtf8(`${JSON.stringify({ chapters }, undefined, 2)}\n`), 0o644);
}
