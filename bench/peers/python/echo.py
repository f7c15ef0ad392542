# SPDX-License-Identifier: MIT
import asyncio


async def echo_client(reader, writer):
    try:
        while data := await reader.read(64 * 1024):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def serve():
    server = await asyncio.start_server(echo_client, "127.0.0.1", 0, backlog=1024)
    print("port", server.sockets[0].getsockname()[1], sep="\t", flush=True)
    await server.serve_forever()


def echo():
    asyncio.run(serve())


SCENARIOS = {"echo": echo, "echo_idle": echo}
