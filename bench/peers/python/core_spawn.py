# SPDX-License-Identifier: MIT
"""Tasks that do nothing: what it costs to start one and to see its end."""
import asyncio

from turns import Turns

CALLS = 10_000
MANY = 10_000
BATCH = 100


async def nothing():
    pass


async def number(value):
    return value


def spawn_join():
    async def body():
        turns = Turns(3)
        for _ in turns:
            for _ in range(CALLS):
                await asyncio.create_task(nothing())
        return turns.seconds / CALLS

    return asyncio.run(body())


def spawn_join_result():
    async def body():
        turns = Turns(3)
        total = 0
        for _ in turns:
            for i in range(CALLS):
                task = asyncio.create_task(number(i))
                total += await task
        return turns.seconds / CALLS

    return asyncio.run(body())


async def batches(count, times):
    """`count` tasks at once, `times` times in a turn."""
    turns = Turns(3)
    for _ in turns:
        for _ in range(times):
            async with asyncio.TaskGroup() as group:
                for _ in range(count):
                    group.create_task(nothing())
    return turns.seconds / count / times


def spawn_10k():
    return asyncio.run(batches(MANY, 1))


def spawn_batches():
    return asyncio.run(batches(BATCH, 100))


SCENARIOS = {f.__name__: f for f in (spawn_join, spawn_join_result, spawn_10k, spawn_batches)}
