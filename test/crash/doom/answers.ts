// SPDX-License-Identifier: Apache-2.0
// The answer to POST /births on its way to the client: the first half leaves, then the second. Of POST /births/batch a
// line is an answer, and it leaves whole or with others, as the network will have it.

import { ServerResponse } from "node:http";
import type { Pass } from "./steps.ts";
import { wrap } from "./wrap.ts";

type Done = () => void;

export function watchAnswers(pass: Pass): void {
  wrap(ServerResponse.prototype, "end", (end, words, response) => {
    if (!isBirth(response, "/births") || typeof words[0] !== "string") return end(...words);
    const bytes = Buffer.from(words[0]);
    const half = Math.floor(bytes.length / 2);
    const done = words.find((word) => typeof word === "function") as Done | undefined;
    pass("answer due");
    response.write(bytes.subarray(0, half), () => {
      pass("answer half sent");
      end(bytes.subarray(half), () => {
        pass("answer sent");
        done?.();
      });
    });
    return response;
  });
  wrap(ServerResponse.prototype, "write", (write, words, response) => {
    if (!isBirth(response, "/births/batch")) return write(...words);
    pass("answer due");
    const isRoom = write(...words);
    pass("answer half sent");
    return isRoom;
  });
}

function isBirth({ req, statusCode }: ServerResponse, path: string): boolean {
  return req.method === "POST" && req.url === path && statusCode < 300;
}
