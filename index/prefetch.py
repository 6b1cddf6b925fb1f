"""Work done ahead, in one thread of its own, while what was done before is used."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def prefetched(
    work: Callable[[Item], Result], items: Iterable[Item]
) -> Generator[tuple[Item, Result], None, None]:
    """Each item with the result of `work` on it, in order.

    While the caller uses one, `work` goes on with the next, and the item after that is
    taken from `items`, which happens in the caller's own thread, as everything but `work`
    does. At most two items wait. Closed early, it waits for the work that is being done
    and drops the rest. What `work` raises is raised here, in its item's turn.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    try:
        waiting: tuple[Item, Future[Result]] | None = None
        for item in items:
            begun = (item, pool.submit(work, item))
            if waiting is not None:
                yield waiting[0], waiting[1].result()
            waiting = begun
        if waiting is not None:
            yield waiting[0], waiting[1].result()
    finally:
        pool.shutdown(cancel_futures=True)
