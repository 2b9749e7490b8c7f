// SPDX-License-Identifier: Apache-2.0
// The thread of token-keeper.ts: the only one that has the PIN. It logs in, signs what it is sent, one after the other,
// and watches over the session.

import { parentPort, workerData } from "node:worker_threads";
import { Pkcs11Key } from "./key.ts";
import { type FromKeeper, type KeeperTask, partsOf, type ToKeeper } from "./keeper-messages.ts";
import { loadModule } from "./module.ts";
import { TokenGate } from "./token-gate.ts";
import { TokenSession } from "./token-session.ts";
import { TokenWatch } from "./token-watch.ts";

const longestPause = 30_000;
const task = workerData as KeeperTask;

function tell(message: FromKeeper): void {
  parentPort?.postMessage(message);
}

function open(): { readonly session: TokenSession; readonly keys: readonly Pkcs11Key[] } {
  const session = new TokenSession(loadModule(task.module), task.token, task.pin, new TokenGate(task.gate));
  try {
    return { session, keys: task.keys.map((name) => new Pkcs11Key(session, name)) };
  } catch (error) {
    session.close();
    throw error;
  }
}

function serve({ session, keys }: ReturnType<typeof open>): void {
  const watch = new TokenWatch(session, {
    interval: task.interval,
    longestPause,
    changed: (cause) => tell({ kind: "state", cause: cause === undefined ? undefined : partsOf(cause) }),
  });
  parentPort?.on("message", (message: ToKeeper) => {
    if (message.kind === "close") {
      watch.stop();
      session.close();
      parentPort?.close();
      return;
    }
    try {
      const signature = (keys[message.key] as Pkcs11Key).sign(message.data);
      tell({ kind: "signed", number: message.number, signature });
    } catch (error) {
      tell({ kind: "refused", number: message.number, cause: partsOf(error) });
      watch.alarm();
    }
  });
  tell({ kind: "opened", publicKeys: keys.map(({ publicKey }) => publicKey) });
}

try {
  serve(open());
} catch (error) {
  tell({ kind: "failed", cause: partsOf(error) });
}
