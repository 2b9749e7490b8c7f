// SPDX-License-Identifier: Apache-2.0
// Every request has a deadline: what is not answered by then is told to ask again. One clock looks after all requests;
// a timer and an abort signal for each cost as much as reading it did.

import type { FastifyInstance, FastifyReply } from "fastify";
import { httpError } from "./errors.ts";

const looksPerDeadline = 30;

export interface Deadline {
  readonly milliseconds: number;
  /** Milliseconds since any fixed instant. */
  readonly now: () => number;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** The route sees to it itself that it comes to an end. */
    readonly ownDeadline?: boolean;
  }
}

/** An answer that has begun by then and is not at its end loses its connection. */
export function holdDeadline(server: FastifyInstance, { milliseconds, now }: Deadline): void {
  /** Since when, the oldest first. */
  const open = new Map<FastifyReply, number>();
  server.addHook("onRequest", (request, reply, done) => {
    if (request.routeOptions.config.ownDeadline === true) return done();
    open.set(reply, now());
    reply.raw.once("close", () => open.delete(reply));
    done();
  });
  const look = () => {
    const due = now() - milliseconds;
    for (const [reply, since] of open) {
      if (since > due) return;
      open.delete(reply);
      endLate(reply);
    }
  };
  const timer = setInterval(look, milliseconds / looksPerDeadline).unref();
  server.addHook("onClose", (_instance, done) => {
    clearInterval(timer);
    done();
  });
}

function endLate(reply: FastifyReply): void {
  if (reply.raw.headersSent) reply.raw.destroy();
  else if (!reply.sent) reply.send(httpError("NAT_HTTP_UNANSWERED", "ask again"));
}
