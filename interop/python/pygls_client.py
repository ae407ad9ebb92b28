"""Starts a program, given by its command, speaks to it as pygls does, and prints what it got."""

import asyncio
import json
import sys

from pygls.client import JsonRPCClient
from pygls.exceptions import JsonRpcException


async def main():
    client = JsonRPCClient()
    asked = []

    @client.feature("window/ask")
    def ask(params):
        asked.append("ask")
        return "yes"

    @client.feature("window/tell")
    def tell(params):
        asked.append("tell")

    await client.start_io(*sys.argv[1:])
    call = client.protocol.send_request_async
    answers = {
        "add": await call("add", {"a": 1, "b": 2}),
        "text": await call("echo", {"value": "é🙂"}),
        "many": sum(await asyncio.gather(*[call("add", {"a": i, "b": 1}) for i in range(100)])),
        "nothing": await call("nothing"),
    }
    try:
        await call("fail")
    except JsonRpcException as error:
        answers["error"] = [error.code, error.message]
    client.protocol.notify("note", {"text": "hello"})
    answers["notes"] = await call("notes")
    answers["called back"] = [await call("askBack"), asked]
    print(json.dumps(answers), flush=True)
    client.protocol.notify("exit")
    await client.stop()


asyncio.run(main())
