// SPDX-License-Identifier: Apache-2.0
// The lines of a transparency log policy (C2SP tlog-policy, "Policy file syntax and structure"): every line is
// checked against the ones before it, since a name may only be used once it is defined.

import type { Hash } from "../../kernel/index.ts";
import { parseDecimal } from "./decimal.ts";
import { tlogError } from "./errors.ts";
import { isSamePublicKey, type NoteKeyType, type NoteVerifierKey, noteKeyTypes, parseVerifierKey } from "./note-key.ts";

/** A log; its key's name is its origin. */
export interface PolicyLog {
  readonly key: NoteVerifierKey;
  readonly url?: string;
}

export interface PolicyWitness {
  /** What groups and quorum call it; means nothing elsewhere. */
  readonly name: string;
  readonly key: NoteVerifierKey;
  readonly url?: string;
}

/** Has witnessed a checkpoint when at least `threshold` of its members have. */
export interface PolicyGroup {
  readonly name: string;
  readonly threshold: number;
  /** Names of witnesses and of earlier groups. */
  readonly members: readonly string[];
}

export interface LogPolicy {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  readonly groups: readonly PolicyGroup[];
  /** Name of a witness or group, or "none". */
  readonly quorum: string;
}

/** @throws NAT_TLOG_POLICY, NAT_TLOG_KEY */
export function readPolicyLines(text: string, hash: Hash): LogPolicy {
  requirePolicyText(text);
  const lines = new PolicyLines(hash);
  for (const line of text.split("\n")) lines.read(line);
  return lines.policy();
}

const longestPolicy = 0x10000;
const mostOfAKind = 64;
const logKeyTypes: readonly NoteKeyType[] = [noteKeyTypes.ed25519, noteKeyTypes.ecdsa];
const witnessKeyTypes: readonly NoteKeyType[] = [noteKeyTypes.cosignature];

class PolicyLines {
  readonly #hash: Hash;
  readonly #logs: PolicyLog[] = [];
  readonly #witnesses: PolicyWitness[] = [];
  readonly #groups: PolicyGroup[] = [];
  // "none" is predefined, and no member of a group.
  readonly #defined = new Set(["none"]);
  readonly #members = new Set(["none"]);
  #quorum: string | undefined;

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  read(line: string): void {
    const [keyword, ...words] = line.split(/[ \t]+/).filter((word) => word !== "");
    if (keyword === undefined || keyword.startsWith("#")) return;
    if (keyword === "log") this.#readLog(words);
    else if (keyword === "witness") this.#readWitness(words);
    else if (keyword === "group") this.#readGroup(words);
    else if (keyword === "quorum") this.#readQuorum(words);
    else throw refuse(`unknown keyword ${keyword}`);
  }

  policy(): LogPolicy {
    if (this.#quorum === undefined) throw refuse("no quorum line");
    return { logs: this.#logs, witnesses: this.#witnesses, groups: this.#groups, quorum: this.#quorum };
  }

  #readLog([vkey, url, ...more]: string[]): void {
    if (vkey === undefined || more.length > 0) throw refuse("a log line is not: log <vkey> [<url>]");
    const key = this.#newKey(vkey, logKeyTypes, this.#logs);
    this.#logs.push({ key, ...(url === undefined ? {} : { url }) });
  }

  #readWitness([name, vkey, url, ...more]: string[]): void {
    if (name === undefined || vkey === undefined || more.length > 0)
      throw refuse("a witness line is not: witness <name> <vkey> [<url>]");
    const key = this.#newKey(vkey, witnessKeyTypes, this.#witnesses);
    this.#define(name);
    this.#witnesses.push({ name, key, ...(url === undefined ? {} : { url }) });
  }

  #readGroup([name, count, ...members]: string[]): void {
    if (name === undefined || count === undefined || members.length === 0)
      throw refuse("a group line is not: group <name> all|any|<k> <name>...");
    if (this.#groups.length === mostOfAKind) throw refuse(`more than ${mostOfAKind} groups`);
    for (const member of members) this.#use(member);
    const threshold = count === "all" ? members.length : count === "any" ? 1 : parseDecimal(count);
    if (threshold === undefined || threshold < 1 || threshold > members.length)
      throw refuse(`group ${name} wants ${count} of ${members.length} members`);
    this.#define(name);
    this.#groups.push({ name, threshold, members });
  }

  #readQuorum([name, ...more]: string[]): void {
    if (name === undefined || more.length > 0) throw refuse("a quorum line is not: quorum <name>");
    if (this.#quorum !== undefined) throw refuse("more than one quorum line");
    if (!this.#defined.has(name)) throw refuse(`quorum ${name} is not defined before it`);
    this.#quorum = name;
  }

  #newKey(vkey: string, types: readonly NoteKeyType[], known: readonly { key: NoteVerifierKey }[]): NoteVerifierKey {
    const key = parseVerifierKey(vkey, this.#hash);
    if (!types.includes(key.type)) throw refuse(`${key.name}: a key of type ${key.type} has no place there`);
    if (known.some((other) => isSamePublicKey(other.key, key))) throw refuse(`${key.name}: the same key twice`);
    if (known.length === mostOfAKind) throw refuse(`more than ${mostOfAKind} logs or witnesses`);
    return key;
  }

  #define(name: string): void {
    if (this.#defined.has(name)) throw refuse(`${name} is defined twice`);
    this.#defined.add(name);
  }

  // Each name is a member once at most, so that a witness counts in one way only.
  #use(member: string): void {
    if (!this.#defined.has(member)) throw refuse(`member ${member} is not defined before its group`);
    if (this.#members.has(member)) throw refuse(`${member} may not be a member, or not again`);
    this.#members.add(member);
  }
}

function requirePolicyText(text: string): void {
  if (text.length > longestPolicy) throw refuse(`more than ${longestPolicy} characters`);
  if (!text.isWellFormed()) throw refuse("not valid UTF-8");
  for (const character of text)
    if ((character < " " && character !== "\n" && character !== "\t") || character === "\x7f")
      throw refuse("control characters");
}

function refuse(detail: string) {
  return tlogError("NAT_TLOG_POLICY", detail);
}
