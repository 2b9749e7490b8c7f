// SPDX-License-Identifier: Apache-2.0
// One-dimensional arrays in PostgreSQL's binary format (array_send in its utils/adt/arrayfuncs.c): the driver writes
// bytes as hexadecimal text otherwise, at twice the size. Each array becomes one parameter for `unnest`.

const encoder = new TextEncoder();

/** Object identifiers of element types (pg_type.dat). */
const oids = { bytea: 17, int8: 20, text: 25 } as const;

export function bytesArray(values: readonly (Uint8Array | null)[]): Buffer {
  return arrayOf(oids.bytea, values);
}

export function textArray(values: readonly (string | null)[]): Buffer {
  return arrayOf(
    oids.text,
    values.map((value) => (value === null ? null : encoder.encode(value))),
  );
}

export function integerArray(values: readonly (number | null)[]): Buffer {
  return arrayOf(
    oids.int8,
    values.map((value) => (value === null ? null : integerBytes(value))),
  );
}

function arrayOf(oid: number, elements: readonly (Uint8Array | null)[]): Buffer {
  const length = elements.reduce((sum, element) => sum + 4 + (element?.length ?? 0), 0);
  const isEmpty = elements.length === 0;
  const array = Buffer.allocUnsafe(isEmpty ? 12 : 20 + length);
  // Dimensions, whether there is a null, type; then length and lower bound of the dimension.
  array.writeInt32BE(isEmpty ? 0 : 1, 0);
  array.writeInt32BE(elements.includes(null) ? 1 : 0, 4);
  array.writeInt32BE(oid, 8);
  if (isEmpty) return array;
  array.writeInt32BE(elements.length, 12);
  array.writeInt32BE(1, 16);
  let offset = 20;
  for (const element of elements) {
    array.writeInt32BE(element?.length ?? -1, offset);
    offset += 4;
    if (element === null) continue;
    array.set(element, offset);
    offset += element.length;
  }
  return array;
}

function integerBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, Math.floor(value / 2 ** 32));
  view.setUint32(4, value >>> 0);
  return bytes;
}
