// SPDX-License-Identifier: Apache-2.0
// Work on several items at once whose results come in the items' order. What is under way is bounded: where nobody
// takes results, no further item is read.

/** At most `most` items are under way. The first failure of reading or working ends it. */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  most: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const source = items[Symbol.asyncIterator]();
  const underWay: Promise<Result>[] = [];
  let reading: Promise<IteratorResult<Item>> | undefined;
  let isOver = false;
  for (;;) {
    if (!isOver && underWay.length < most) reading ??= settledLater(source.next());
    const [first] = underWay;
    if (first === undefined && reading === undefined) return;
    const next = await Promise.race([
      ...(first === undefined ? [] : [first.then((result) => ({ result }))]),
      ...(reading === undefined ? [] : [reading.then((read) => ({ read }))]),
    ]);
    if ("result" in next) {
      void underWay.shift();
      yield next.result;
      continue;
    }
    reading = undefined;
    isOver = next.read.done === true;
    if (next.read.done !== true) underWay.push(settledLater(work(next.read.value)));
  }
}

/** Its failure is seen when its turn comes, and is not unhandled until then. */
function settledLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
