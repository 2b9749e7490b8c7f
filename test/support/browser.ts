// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium, headless, with one page that carries one script, served on loopback: a secure context, as
// WebCrypto wants it.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import { chromium, type Page } from "playwright-core";
import { loopback } from "./ports.ts";
import type { Scope } from "./scope.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const executable = "/usr/bin/chromium";

/** Nothing of the browser asks anything of anyone. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

/** A page in which the script has run. */
export async function openPage(scope: Scope, script: string): Promise<Page> {
  const url = await serve(scope, await bundle(script));
  const page = await openBrowser(scope);
  await page.goto(url);
  return page;
}

/** An empty page of a browser that runs no script and asks for no authority of the servers it visits. */
export function openScriptlessPage(scope: Scope): Promise<Page> {
  return openBrowser(scope, { javaScriptEnabled: false, ignoreHTTPSErrors: true });
}

async function openBrowser(scope: Scope, more: object = {}): Promise<Page> {
  const options = { executablePath: executable, headless: true, args: flags, chromiumSandbox: false, ...more };
  const browser = await chromium.launchPersistentContext(temporaryFolder(scope), options);
  scope.defer(() => browser.close());
  return browser.newPage();
}

async function bundle(script: string): Promise<string> {
  const options = { bundle: true, format: "iife", platform: "browser", target: "es2022", write: false } as const;
  const { outputFiles } = await build({ ...options, entryPoints: [script], logLevel: "error" });
  return outputFiles[0]?.text as string;
}

async function serve(scope: Scope, script: string): Promise<string> {
  const server = createServer((request, response) => {
    const isScript = request.url === "/party.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html; charset=utf-8");
    response.end(isScript ? script : '<!doctype html><title>Natalis</title><script src="/party.js"></script>');
  });
  scope.defer(() => server.close());
  await new Promise<void>((resolve) => {
    server.listen({ host: loopback, port: 0 }, resolve);
  });
  return `http://${loopback}:${(server.address() as AddressInfo).port}/`;
}
