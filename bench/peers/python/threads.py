# SPDX-License-Identifier: MIT
import asyncio
import math
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from turns import Turns

CALLS = 1_000
MANY = 100_000
ITEMS = 200_000


def nothing():
    pass


def twice(number):
    return 2 * number


def echo(data):
    return data


def to_thread_round_trip():
    async def body():
        turns = Turns(3)
        for _ in turns:
            for _ in range(CALLS):
                await asyncio.to_thread(nothing)
        return turns.seconds / CALLS

    return asyncio.run(body())


async def many_at_once(executor):
    loop = asyncio.get_running_loop()
    turns = Turns(1)
    for turn in turns:
        calls = MANY if turn else CALLS  # warming up with all of them would take too long
        await asyncio.gather(*(loop.run_in_executor(executor, nothing) for _ in range(calls)))
    return turns.seconds / MANY


def to_thread_100k():
    return asyncio.run(many_at_once(None))


def pool_run_100k():
    with ThreadPoolExecutor(1) as executor:
        return asyncio.run(many_at_once(executor))


def crunch(item):
    """More for later items, so that an even split is not a fair one."""
    x = item % 1000 + 1.0
    for i in range(5 + item * 20 // ITEMS):
        x = math.sqrt(x + i)
    return x


def pool_map():
    """Threads would share one interpreter lock, so this is what concurrent.futures offers for work on two cores."""
    with ProcessPoolExecutor(2) as executor:
        turns = Turns(2)
        for _ in turns:
            list(executor.map(crunch, range(ITEMS), chunksize=ITEMS // 20))
        return turns.seconds


def in_process(calls, function, argument):
    """The time of one call in a worker that is there already."""
    async def body():
        loop = asyncio.get_running_loop()
        turns = Turns(3)
        with ProcessPoolExecutor(1) as executor:
            for _ in turns:
                for _ in range(calls):
                    await loop.run_in_executor(executor, function, argument)
        return turns.seconds / calls

    return asyncio.run(body())


def process_round_trip():
    return in_process(CALLS, twice, 21)


def process_1mib():
    return in_process(30, echo, bytes(1 << 20))


SCENARIOS = {f.__name__: f for f in (to_thread_round_trip, to_thread_100k, pool_run_100k, pool_map, process_round_trip,
                                     process_1mib)}
