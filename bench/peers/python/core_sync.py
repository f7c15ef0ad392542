# SPDX-License-Identifier: MIT
"""Tasks that hand over numbers, and tasks that take turns."""
import asyncio

from turns import Turns

CAPACITY = 100
ITEMS = 20_000
TASKS = 10_000
EACH = 10


async def produce(queue, items):
    for i in range(items):
        await queue.put(i)


async def consume(queue, items):
    for _ in range(items):
        await queue.get()


async def hand_over(pairs):
    queue = asyncio.Queue(CAPACITY)
    turns = Turns(3)
    for _ in turns:
        async with asyncio.TaskGroup() as group:
            for _ in range(pairs):
                group.create_task(produce(queue, ITEMS // pairs))
            for _ in range(pairs):
                group.create_task(consume(queue, ITEMS // pairs))
    return turns.seconds / ITEMS


def queue_1_1():
    return asyncio.run(hand_over(1))


def queue_4_4():
    return asyncio.run(hand_over(4))


async def take_turns(semaphore):
    """Held across a yield: without it nobody would ever wait."""
    for _ in range(EACH):
        async with semaphore:
            await asyncio.sleep(0)


def semaphore_10():
    async def body():
        semaphore = asyncio.Semaphore(10)
        turns = Turns(1)
        for _ in turns:
            async with asyncio.TaskGroup() as group:
                for _ in range(TASKS):
                    group.create_task(take_turns(semaphore))
        return turns.seconds / TASKS / EACH

    return asyncio.run(body())


SCENARIOS = {f.__name__: f for f in (queue_1_1, queue_4_4, semaphore_10)}
