"""A client of trio-jsonrpc: asks the server whose URL it is given, and prints what it was answered."""

import json
import sys

import trio
from trio_jsonrpc import JsonRpcApplicationError
from trio_jsonrpc.main import open_jsonrpc_ws


class Refused(JsonRpcApplicationError):
    """Its library keeps the codes of errors only that it has a class for."""

    ERROR_CODE = 4001


async def main():
    async with open_jsonrpc_ws(sys.argv[1]) as client:
        answers = {"add": await client.request("add", [1, 2]), "named": await client.request("add", {"a": 1, "b": 2})}
        results = []

        async def call(number):
            results.append(await client.request("echo", [number]))

        async with trio.open_nursery() as nursery:
            for number in range(100):
                nursery.start_soon(call, number)
        answers["many"] = sum(results)
        try:
            await client.request("fail", [])
        except Refused as error:
            answers["error"] = error.get_error().code
        await client.notify("note", ["hello"])
        answers["notes"] = await client.request("notes", [])
        print(json.dumps(answers), flush=True)


trio.run(main)
