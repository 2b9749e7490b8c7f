// SPDX-License-Identifier: Apache-2.0
// The watch over a session, by a clock that the test turns.

import assert from "node:assert/strict";
import { beforeEach, mock, suite, test } from "node:test";
import { pkcs11Error } from "./errors.ts";
import { TokenWatch } from "./token-watch.ts";

const failed = pkcs11Error("NAT_PKCS11_FAILED", "away");
const wrongPin = pkcs11Error("NAT_PKCS11_PIN", "wrong");

/** What the session does when it is asked, and how often it was. */
const session = {
  checkFails: undefined as Error | undefined,
  restartFails: undefined as Error | undefined,
  isFree: true,
  checks: 0,
  restarts: 0,
  check() {
    session.checks += 1;
    if (session.checkFails !== undefined) throw session.checkFails;
  },
  restart() {
    session.restarts += 1;
    if (session.restartFails !== undefined) throw session.restartFails;
    return session.isFree;
  },
};
let told: unknown[] = [];
let watch: TokenWatch;

suite("a watch over a token", () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    Object.assign(session, { checkFails: undefined, restartFails: undefined, isFree: true, checks: 0, restarts: 0 });
    told = [];
    watch = new TokenWatch(session, { interval: 100, longestPause: 500, changed: (cause) => told.push(cause) });
  });

  function end(): void {
    watch.stop();
    mock.timers.reset();
  }

  test("looks at every interval and says nothing while all is well", () => {
    for (let turn = 0; turn < 5; turn++) mock.timers.tick(100);
    assert.deepEqual([session.checks, session.restarts, told], [5, 0, []]);
    end();
  });

  test("restarts what a new session does not mend, and tells nobody of what is mended at once", () => {
    session.checkFails = failed;
    mock.timers.tick(100);
    assert.deepEqual([session.restarts, told], [1, []]);
    end();
  });

  test("tries less and less often while the token is away, and tells when it is back", () => {
    Object.assign(session, { checkFails: failed, restartFails: failed });
    for (let turn = 0; turn < 31; turn++) mock.timers.tick(100);
    // At 100, then after 100, 200, 400, 500, 500, 500, 500 more.
    assert.equal(session.restarts, 8);
    assert.ok(told.every((cause) => cause === failed));
    session.checkFails = undefined;
    for (let turn = 0; turn < 5; turn++) mock.timers.tick(100);
    assert.equal(told.at(-1), undefined);
    const { checks } = session;
    mock.timers.tick(100);
    assert.equal(session.checks, checks + 1);
    end();
  });

  test("an alarm looks at once, but not again while it is known that the token is away", () => {
    watch.alarm();
    assert.equal(session.checks, 1);
    Object.assign(session, { checkFails: failed, restartFails: failed });
    for (let alarm = 0; alarm < 10; alarm++) watch.alarm();
    assert.deepEqual([session.checks, session.restarts], [2, 1]);
    end();
  });

  test("a restart that another thread is in the way of is tried again", () => {
    Object.assign(session, { checkFails: failed, isFree: false });
    watch.alarm();
    assert.deepEqual(told, [failed]);
    session.isFree = true;
    mock.timers.tick(100);
    assert.deepEqual(told, [failed, undefined]);
    end();
  });

  for (const place of ["checkFails", "restartFails"] as const)
    test(`a refused PIN ends the watch: ${place}`, () => {
      Object.assign(session, { checkFails: failed, [place]: wrongPin });
      watch.alarm();
      const { checks } = session;
      for (let turn = 0; turn < 20; turn++) mock.timers.tick(1000);
      watch.alarm();
      assert.deepEqual([session.checks, told], [checks, [wrongPin]]);
      end();
    });
});
