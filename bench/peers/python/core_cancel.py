# SPDX-License-Identifier: MIT
"""Tasks that sleep three calls deep and are cancelled; that they were started is not counted."""
import asyncio
import time

TURNS = 20
TASKS = 100
COLD = 100_000


async def three_deep():
    await asyncio.sleep(3600)


async def two_deep():
    await three_deep()


async def one_deep():
    await two_deep()


async def sleeping(count):
    tasks = [asyncio.create_task(one_deep()) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


async def cancel_each(tasks):
    for task in tasks:
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass


def cancel_one():
    """One after another, each joined before the next."""
    async def body():
        taken = 0
        for turn in range(TURNS + 1):
            tasks = await sleeping(TASKS)
            begin = time.perf_counter()
            await cancel_each(tasks)
            if turn:
                taken += time.perf_counter() - begin
        return taken / TURNS / TASKS

    return asyncio.run(body())


def cancel_100k():
    """All at once, in a process where nothing ran before."""
    async def body():
        tasks = await sleeping(COLD)
        begin = time.perf_counter()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        return (time.perf_counter() - begin) / COLD

    return asyncio.run(body())


SCENARIOS = {f.__name__: f for f in (cancel_one, cancel_100k)}
