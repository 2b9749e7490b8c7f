// SPDX-License-Identifier: Apache-2.0
// Runs commands, some at once, and tells how each went: one line as it ends, its output after that if it failed.

import { spawn } from "node:child_process";

export interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

export interface Surroundings {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly atOnce: number;
}

/** Runs all steps, whether others fail or not; answers the names of those that failed. */
export async function runSteps(steps: readonly Step[], surroundings: Surroundings): Promise<string[]> {
  const waiting = [...steps];
  const failed: string[] = [];
  const work = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift())
      if (!(await runStep(step, surroundings))) failed.push(step.name);
  };
  await Promise.all(Array.from({ length: surroundings.atOnce }, work));
  return steps.map((step) => step.name).filter((name) => failed.includes(name));
}

function runStep({ name, command }: Step, { folder, environment }: Surroundings): Promise<boolean> {
  const [program = "", ...words] = command;
  const begun = Date.now();
  const child = spawn(program, words, { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  return new Promise((resolve) => {
    const end = (good: boolean) => {
      console.log(`${good ? "good" : "FAIL"} ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
      if (!good) console.log(output.trimEnd().replace(/^/gm, "     "));
      resolve(good);
    };
    child.on("error", (error) => {
      output += error.message;
      end(false);
    });
    child.on("close", (code) => {
      if (code !== null || child.pid !== undefined) end(code === 0);
    });
  });
}
