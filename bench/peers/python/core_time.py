# SPDX-License-Identifier: MIT
"""Timeouts that do not fire, timers that are stopped, and many sleepers."""
import asyncio

from process import cpu_seconds, resident_bytes
from turns import Turns

CALLS = 10_000
MILLION = 1_000_000
SLEEPERS = 100_000  # a tenth of what the others have: a million would take half a minute


async def ready():
    return 1


async def yields_once():
    await asyncio.sleep(0)
    return 1


async def with_timeout(work):
    turns = Turns(3)
    for _ in turns:
        for _ in range(CALLS):
            async with asyncio.timeout(30):
                await work()
    return turns.seconds / CALLS


def wait_for_ready():
    return asyncio.run(with_timeout(ready))


def wait_for_yield():
    return asyncio.run(with_timeout(yields_once))


def nothing():
    pass


def timer_churn():
    async def body():
        loop = asyncio.get_running_loop()
        turns = Turns(3)
        for _ in turns:
            for _ in range(CALLS):
                loop.call_later(30, nothing).cancel()
        return turns.seconds / CALLS

    return asyncio.run(body())


def nap_length(i):
    """From one second to ten, each of another length, in no order."""
    place = i * 7_919 % SLEEPERS  # a prime, so that each place is taken once
    return 1 + 9 * place / SLEEPERS


async def nap(length):
    await asyncio.sleep(length)


def sleepers_bytes():
    """Memory once all sleep; nobody wakes meanwhile."""
    async def body():
        before = resident_bytes()
        sleepers = [asyncio.create_task(nap(1_000 * nap_length(i))) for i in range(SLEEPERS)]
        await asyncio.sleep(0.01)
        return (resident_bytes() - before) / len(sleepers)

    return asyncio.run(body())


def sleepers_cpu():
    async def body():
        async with asyncio.TaskGroup() as group:
            for i in range(SLEEPERS):
                group.create_task(nap(nap_length(i)))

    asyncio.run(body())
    return cpu_seconds() * MILLION / SLEEPERS


SCENARIOS = {f.__name__: f for f in (wait_for_ready, wait_for_yield, timer_churn, sleepers_bytes, sleepers_cpu)}
