/** Maps `items` with at most `limit` calls in flight; results keep the order of items; the first failure stops new calls and is thrown. */
export async function mapBounded<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let failed = false;
  let failure: unknown;
  let index = 0;
  const running = new Set<Promise<void>>();
  for await (const item of items) {
    if (failed) break;
    const i = index++;
    const task: Promise<void> = work(item, i).then(
      (result) => {
        results[i] = result;
        running.delete(task);
      },
      (error: unknown) => {
        if (!failed) failure = error;
        failed = true;
        running.delete(task);
      },
    );
    running.add(task);
    if (running.size >= limit) await Promise.race(running);
  }
  await Promise.all(running);
  if (failed) throw failure;
  return results;
}
