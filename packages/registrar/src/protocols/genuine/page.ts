// SPDX-License-Identifier: Apache-2.0
// The page "Is it genuine?": made on the server, readable without a script, everything escaped.

import { toBase64 } from "natalis/kernel";
import type { Genuineness } from "../../service/genuine.ts";

const verdicts = {
  active: ["Registered and active", "This device was born in this registry and is in service."],
  suspended: [
    "Registered, but suspended",
    "Its maker or owner has taken it out of service for now. Do not rely on it.",
  ],
  revoked: ["Revoked", "This device must not be trusted any more."],
  retired: ["Retired", "This device has reached the end of its life. A device that claims to be it is a fake."],
} as const;

/** A whole HTML document. */
export function genuinePage(found: Genuineness, asked: string): string {
  return document(found.registered ? registered(found) : unknown(asked));
}

/** The empty form. */
export function askPage(): string {
  return document(`<h1>Is it genuine?</h1>${form()}`);
}

function registered(found: Extract<Genuineness, { registered: true }>): string {
  const [title, meaning] = verdicts[found.state];
  return `<h1 class="${found.state}">${title}</h1>
<p>${meaning}</p>
<dl>
<dt>Device</dt><dd><code>${escapeHtml(found.device)}</code></dd>
${found.maker === undefined ? "" : `<dt>Maker</dt><dd>${escapeHtml(found.maker)}</dd>`}
<dt>Birth</dt><dd>log entry ${found.entry}</dd>
</dl>
<h2>Is the thing in your hand this device?</h2>
<p>This page says that the device exists. Whether the thing in your hand is it, only its key can tell: ask it to sign a
fresh challenge. With the device connected, <code>POST /challenges</code> gives a challenge, the device signs it, and
<code>POST /authentications</code> judges the answer.</p>
<h2>Proof</h2>
<p>Check it yourself with the registry's <a href="/trust.json">trust file</a>.</p>
<details><summary>Receipt of the birth (C2SP tlog-proof)</summary><pre>${escapeHtml(found.receipt)}</pre></details>
<details><summary>State proof (CBOR, base64)</summary><pre>${toBase64(found.stateProof)}</pre></details>
<p><a href="/genuine">Ask about another device</a></p>`;
}

function unknown(asked: string): string {
  return `<h1 class="unknown">Not registered here</h1>
<p>This registry knows no device <code>${escapeHtml(asked)}</code>. If the thing in your hand claims to be from here, it
is not.</p>
${form()}`;
}

function form(): string {
  return `<form action="/genuine" method="get"><label>Device id <input name="id" size="36" maxlength="36" required
pattern="[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"></label> <button>Ask</button></form>
<form action="/genuine" method="post" enctype="application/x-www-form-urlencoded"><label>or its birth certificate (PEM)
<textarea name="certificate" rows="6" cols="64" required></textarea></label> <button>Ask</button></form>`;
}

function document(body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Is it genuine?</title><link rel="stylesheet" href="/genuine.css"></head>
<body><main>${body}</main></body></html>`;
}

export const pageStyle = `body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#1a1a1a;background:#fafafa}
main{max-width:44rem;margin:0 auto;padding:2rem 1rem}
h1{padding:.5rem .75rem;border-left:.5rem solid #555}
h1.active{border-color:#1a7f37}h1.suspended{border-color:#9a6700}
h1.revoked,h1.retired,h1.unknown{border-color:#b42318}
dt{font-weight:600}dd{margin:0 0 .5rem}pre{overflow-x:auto;background:#eee;padding:.75rem}
label{display:block;margin:1rem 0 .5rem}textarea{width:100%;font-family:monospace}
@media (prefers-color-scheme:dark){body{color:#eee;background:#161616}pre{background:#2a2a2a}a{color:#8ab4f8}}
`;

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
