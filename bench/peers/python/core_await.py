# SPDX-License-Identifier: MIT
"""Turns of two tasks, and calls of one: what switching costs."""
import asyncio
import sys

from turns import Turns

YIELDS = 20_000
DEPTH = 1_000
CALLS = 20


async def yield_often():
    for _ in range(YIELDS):
        await asyncio.sleep(0)


def yield_two():
    async def body():
        turns = Turns(3)
        for _ in turns:
            async with asyncio.TaskGroup() as group:
                group.create_task(yield_often())
                group.create_task(yield_often())
        return turns.seconds / (2 * YIELDS)

    return asyncio.run(body())


async def nested(depth):
    if depth == 0:
        return 0
    return await nested(depth - 1) + 1


def nested_await():
    async def body():
        turns = Turns(3)
        for _ in turns:
            for _ in range(CALLS):
                assert await nested(DEPTH) == DEPTH
        return turns.seconds / DEPTH / CALLS

    sys.setrecursionlimit(2 * DEPTH)
    return asyncio.run(body())


SCENARIOS = {f.__name__: f for f in (yield_two, nested_await)}
