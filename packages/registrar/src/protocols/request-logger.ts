// SPDX-License-Identifier: Apache-2.0
// The logger of a request, with its id: made when there is something to say. Most requests have nothing to say, and
// making a logger for each costs an answer a twentieth of its time.

import type { FastifyBaseLogger } from "fastify";

type ChildParameters = Parameters<FastifyBaseLogger["child"]>;

/** For the framework's `childLoggerFactory`. */
export function lazyRequestLogger(logger: FastifyBaseLogger, ...child: ChildParameters): FastifyBaseLogger {
  const [bindings, options] = child;
  return new LazyLogger(() => logger.child(bindings, options)) as FastifyBaseLogger;
}

type Level = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

/** On the prototype, so that making one costs nothing; the framework looks whether they are there. */
class LazyLogger {
  readonly #make: () => FastifyBaseLogger;
  #made: FastifyBaseLogger | undefined;

  constructor(make: () => FastifyBaseLogger) {
    this.#make = make;
  }

  get level(): string {
    return this.#logger.level;
  }

  fatal(...words: readonly unknown[]): void {
    this.#write("fatal", words);
  }

  error(...words: readonly unknown[]): void {
    this.#write("error", words);
  }

  warn(...words: readonly unknown[]): void {
    this.#write("warn", words);
  }

  info(...words: readonly unknown[]): void {
    this.#write("info", words);
  }

  debug(...words: readonly unknown[]): void {
    this.#write("debug", words);
  }

  trace(...words: readonly unknown[]): void {
    this.#write("trace", words);
  }

  silent(): void {
    // That is what it does.
  }

  child(...more: ChildParameters): FastifyBaseLogger {
    return this.#logger.child(...more);
  }

  get #logger(): FastifyBaseLogger {
    this.#made ??= this.#make();
    return this.#made;
  }

  #write(level: Level, words: readonly unknown[]): void {
    const logger = this.#logger;
    logger[level].apply(logger, words as Parameters<FastifyBaseLogger["info"]>);
  }
}
