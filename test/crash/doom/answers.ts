// SPDX-License-Identifier: Apache-2.0
// The answer to POST /births on its way to the client: the first half leaves, then the second. Of POST /births/batch a
// line is an answer, and it leaves whole or with others, as the network will have it.

import { ServerResponse } from "node:http";
import type { Pass } from "./steps.ts";

type Done = () => void;

export function watchAnswers(pass: Pass): void {
  const { end, write } = ServerResponse.prototype as unknown as Record<
    "end" | "write",
    (...words: unknown[]) => unknown
  >;
  ServerResponse.prototype.end = function watched(this: ServerResponse, ...words: unknown[]) {
    if (!isBirth(this, "/births") || typeof words[0] !== "string") return end.apply(this, words);
    const bytes = Buffer.from(words[0]);
    const half = Math.floor(bytes.length / 2);
    const done = words.find((word) => typeof word === "function") as Done | undefined;
    pass("answer due");
    write.call(this, bytes.subarray(0, half), () => {
      pass("answer half sent");
      end.call(this, bytes.subarray(half), () => {
        pass("answer sent");
        done?.();
      });
    });
    return this;
  } as ServerResponse["end"];
  ServerResponse.prototype.write = function watched(this: ServerResponse, ...words: unknown[]) {
    if (!isBirth(this, "/births/batch")) return write.apply(this, words);
    pass("answer due");
    const answer = write.apply(this, words);
    pass("answer half sent");
    return answer;
  } as ServerResponse["write"];
}

function isBirth({ req, statusCode }: ServerResponse, path: string): boolean {
  return req.method === "POST" && req.url === path && statusCode < 300;
}
