// SPDX-License-Identifier: Apache-2.0
// What the Node adapters refuse.

import { errorFactory } from "natalis/kernel";

export const nodeErrors = {
  NAT_REGISTRAR_ADDRESS:
    "The registrar's address is not one of the form https://host[:port], or its path leads elsewhere.",
  NAT_REGISTRAR_UNREACHABLE: "The registrar cannot be reached.",
  NAT_KEY_IMPORT: "The private key is not a PKCS#8 key (RFC 5958) of a known algorithm whose two halves fit.",
  NAT_KEY_SHARED: "The key is not one that threads of a process can share.",
  NAT_KEYFILE_FORM: "The file is not a sealed key file of a version that this software knows.",
  NAT_KEYFILE_COST: "The sealed key file asks for more, or for less, work than a key file may.",
  NAT_KEYFILE_PASSPHRASE: "The passphrase is wrong, or the sealed key file was altered.",
  NAT_FILE_SIZE: "The file is larger than a file of its kind can be.",
  NAT_SECRETFILE_SIZE: "The file is empty or larger than a secret of its kind can be.",
  NAT_JOURNAL_FORM: "The file is not a journal.",
  NAT_JOURNAL_DAMAGED: "The journal is damaged in its middle: no crash does that, so nothing of it is thrown away.",
  NAT_JOURNAL_BROKEN: "A write to the journal failed: what it left on disk is seen when the journal is opened again.",
  NAT_JOURNAL_RECORD: "The record is longer than a journal takes.",
  NAT_MIRROR_UNWRITABLE: "The newest checkpoint cannot be kept outside the database; nothing is answered before it is.",
  NAT_SEALSTATE_MOVED: "Another process has used the seal state: going on would give a number twice.",
} as const;

export const nodeError = errorFactory(nodeErrors);
