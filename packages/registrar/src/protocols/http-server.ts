// SPDX-License-Identifier: Apache-2.0
// What every HTTP server of ours has in common: limits, deadlines, errors as problem documents, JSON and nothing else.

import { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { holdDeadline } from "./deadline.ts";
import { httpError } from "./errors.ts";
import { bodyLimit, connectionLimit, keepAliveMilliseconds, requestDeadlineMilliseconds } from "./limits.ts";
import { answerProblem } from "./problem.ts";
import { lazyRequestLogger } from "./request-logger.ts";
import { answerUnreadable } from "./unreadable.ts";

export function serverOptions(loggerInstance: FastifyBaseLogger) {
  return {
    loggerInstance,
    bodyLimit,
    requestTimeout: requestDeadlineMilliseconds,
    connectionTimeout: keepAliveMilliseconds,
    keepAliveTimeout: keepAliveMilliseconds,
    // One line a request costs more than a birth: failures are logged where they happen.
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: lazyRequestLogger,
    // What is under way when the registrar stops is answered: a birth that was committed should be.
    forceCloseConnections: "idle" as const,
    frameworkErrors: answerProblem,
    clientErrorHandler: answerUnreadable,
  };
}

export function prepareServer(server: FastifyInstance): FastifyInstance {
  server.server.maxConnections = connectionLimit;
  holdDeadline(server, { milliseconds: requestDeadlineMilliseconds, now: () => performance.now() });
  // JSON is the only body that any address takes.
  server.removeContentTypeParser("text/plain");
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.setErrorHandler(answerProblem);
  server.setNotFoundHandler((request) => {
    throw httpError("NAT_HTTP_NOT_FOUND", `${request.method} ${request.url.slice(0, 200)}`);
  });
  return server;
}
