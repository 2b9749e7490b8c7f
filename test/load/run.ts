// SPDX-License-Identifier: Apache-2.0
// `npm run load`: loads that are too long for `npm test`, on a registrar of their own that is removed with them. Progress
// goes to standard error, the result to standard output. Exit code 1 where anything is not as it must be; 2 for a
// command line that is not understood.

import { loadavg } from "node:os";
import { Scope } from "../support/scope.ts";
import { bearMany } from "./births.ts";
import { type Options, parseOptions, UsageError, usage } from "./options.ts";
import { overload } from "./overload.ts";
import { tellTo } from "./tell.ts";

process.removeAllListeners("warning");
const scope = new Scope();
try {
  await run(parseOptions(process.argv.slice(2)));
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : error);
} finally {
  await scope.close();
}

async function run(options: Options): Promise<void> {
  const tell = tellTo((text) => process.stderr.write(text));
  const [before] = loadavg();
  const report =
    "births" in options
      ? await bearMany(options.births, scope, tell)
      : await overload({ seconds: options.overload.seconds }, scope, tell);
  const told = { ...report, loadAverageBefore: before };
  console.log(options.json ? JSON.stringify(told) : JSON.stringify(told, undefined, 2));
}
