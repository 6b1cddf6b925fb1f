"""Work done ahead: in order, at most two items early, and over when it is closed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from index.batches import prefetched


def test_the_next_item_is_worked_on_while_one_is_used() -> None:
    begun = [threading.Event() for _ in range(6)]
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(6):
            assert threading.current_thread() is threading.main_thread()
            taken.append(item)
            yield item

    def work(item: int) -> int:
        begun[item].set()
        assert threading.current_thread() is not threading.main_thread()
        return item * 10

    for used, (item, result) in enumerate(prefetched(work, items())):
        assert (item, result) == (used, used * 10)
        assert len(taken) == min(6, used + 2)
        assert all(one.wait(60) for one in begun[: item + 2])
    assert list(prefetched(str, [])) == []


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_an_error_comes_in_its_items_turn(error: BaseException) -> None:
    def work(item: int) -> int:
        if item == 2:
            raise error
        return item

    done = []
    with pytest.raises(type(error)):
        for item, _ in prefetched(work, range(5)):
            done.append(item)
    assert done == [0, 1]


def test_who_stops_early_leaves_no_work_behind() -> None:
    worked: list[int] = []
    with closing(prefetched(worked.append, range(9))) as results:
        next(results)
    assert worked in ([0], [0, 1])
    assert not [one for one in threading.enumerate() if one.name.startswith("ahead")]
