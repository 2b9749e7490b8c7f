// SPDX-License-Identifier: Apache-2.0
// Builds go/: a program that says what Go makes of a log and of certificates.

import { fileURLToPath } from "node:url";
import { accepts, type Desk } from "./peer.ts";

const sources = ["main", "checkpoint", "proofs", "log", "whole", "path"];

/** Answers its path. */
export async function buildJudge(desk: Desk): Promise<string> {
  const judge = desk.path("judge");
  const files = sources.map((name) => fileURLToPath(new URL(`go/${name}.go`, import.meta.url)));
  const surroundings = ["GO111MODULE=off", "GOPATH=/usr/share/gocode", "GOPROXY=off", `GOCACHE=${desk.path("cache")}`];
  await accepts("env", ...surroundings, "go", "build", "-o", judge, ...files);
  return judge;
}
