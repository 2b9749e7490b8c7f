// SPDX-License-Identifier: Apache-2.0
// What a client hears when a connection breaks: whether its request took effect stays open.

export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}
