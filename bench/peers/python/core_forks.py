# SPDX-License-Identifier: MIT
"""Fork and join: work that splits itself, on one loop. Smaller than that of the others, whose figures are a call's too."""
import asyncio

from turns import Turns

NUMBER, RESULT, CALLS = 18, 2_584, 8_361
LEAVES, ACTORS = 10_000, 11_111


async def fibonacci(n):
    if n < 2:
        return n
    a, b = await asyncio.gather(fibonacci(n - 1), fibonacci(n - 2))
    return a + b


def fork_fib():
    async def body():
        turns = Turns(1)
        for _ in turns:
            assert await fibonacci(NUMBER) == RESULT
        return turns.seconds / CALLS

    return asyncio.run(body())


async def skynet(first, size):
    """The sum of the numbers of the leaves below, ten children each."""
    if size == 1:
        return first
    return sum(await asyncio.gather(*(skynet(first + i * size // 10, size // 10) for i in range(10))))


def fork_skynet():
    async def body():
        turns = Turns(1)
        for _ in turns:
            assert await skynet(0, LEAVES) == LEAVES * (LEAVES - 1) // 2
        return turns.seconds / ACTORS

    return asyncio.run(body())


SCENARIOS = {f.__name__: f for f in (fork_fib, fork_skynet)}
