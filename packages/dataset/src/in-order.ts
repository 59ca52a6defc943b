/** Results of `work` in the order of `items`, with at most `limit` calls begun and not yet taken; the first failure is thrown in its turn. */
export async function* inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const running: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const task = work(item);
      // Its failure is thrown when its turn comes; until then it is not an unhandled one.
      task.catch(() => undefined);
      running.push(task);
      if (running.length >= limit) yield await running.shift()!;
    }
    while (running.length > 0) yield await running.shift()!;
  } finally {
    await Promise.allSettled(running);
  }
}
