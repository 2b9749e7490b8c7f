// SPDX-License-Identifier: Apache-2.0
// Questions at the keyboard. What is secret is not shown while it is typed; where there is no keyboard, an option must
// say it.

import { createInterface, type Interface } from "node:readline/promises";
import { Writable } from "node:stream";
import { clientError } from "./errors.ts";

/** One line, without echo. @throws NAT_CLIENT_OPTION, naming the option, where nobody answers */
export async function askSecret(question: string, option: string): Promise<string> {
  requireKeyboard(option);
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  return answerOf(lines, "", option).finally(() => process.stderr.write("\n"));
}

/** Whether the answer is "yes". @throws NAT_CLIENT_OPTION, naming the option, where nobody answers */
export async function askConsent(question: string, option: string): Promise<boolean> {
  requireKeyboard(option);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return (await answerOf(lines, `${question} (yes/no) `, option)).trim() === "yes";
}

function requireKeyboard(option: string): void {
  if (!process.stdin.isTTY) throw clientError("NAT_CLIENT_OPTION", `${option} is missing, and nobody can be asked`);
}

/** The end of the input, and Ctrl-C, are no answer. */
async function answerOf(lines: Interface, question: string, option: string): Promise<string> {
  const ended = new Promise<never>((_resolve, reject) => {
    lines.once("close", () => reject(clientError("NAT_CLIENT_OPTION", `${option} is missing, and no answer came`)));
  });
  try {
    return await Promise.race([lines.question(question), ended]);
  } finally {
    lines.close();
  }
}
