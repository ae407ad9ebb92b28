"""Calls a server over HTTP with aiohttp, and over WebSocket with aiohttp and with websockets; prints what it got."""

import asyncio
import json
import sys

import aiohttp
import websockets

HTTP, WEBSOCKET = sys.argv[1:]
JSON = {"content-type": "application/json; charset=utf-8"}


def call(method, params, id=1):
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params}


async def post(session, message, **options):
    async with session.post(HTTP, data=json.dumps(message), **{"headers": JSON, **options}) as response:
        return (await response.json())["result"] if response.status == 200 else response.status


async def byte_by_byte(message):
    for byte in json.dumps(message).encode():
        yield bytes([byte])


async def by_aiohttp(answers):
    async with aiohttp.ClientSession() as session:
        answers["a body in chunks"] = await post_stream(session)
        answers["asked before the body is sent"] = await post(session, call("add", [1, 2]), expect100=True)
        answers["a compressed body"] = await post(session, call("add", [1, 2]), compress="gzip")
        answers["a notification"] = await post(session, {"jsonrpc": "2.0", "method": "note", "params": ["hello"]})
        answers["many"] = sum(await asyncio.gather(*[post(session, call("add", [i, 1])) for i in range(100)]))
        async with session.ws_connect(WEBSOCKET, compress=15) as socket:
            await socket.send_json(call("add", [1, 2]))
            answers["a text frame"] = (await socket.receive_json())["result"]
            await socket.send_bytes(json.dumps(call("echo", ["é"])).encode())
            reply = await socket.receive()
            answers["a binary frame"] = [reply.type.name, json.loads(reply.data)["result"]]


async def post_stream(session):
    async with session.post(HTTP, data=byte_by_byte(call("add", [1, 2])), headers=JSON) as response:
        return (await response.json())["result"]


async def by_websockets(answers):
    async with websockets.connect(WEBSOCKET, max_size=None) as socket:
        text = json.dumps(call("echo", ["é" * 1000]))

        async def fragments():
            for start in range(0, len(text), 7):
                yield text[start : start + 7]

        await socket.send(fragments())
        answers["fragments"] = len(json.loads(await socket.recv())["result"])
        await (await socket.ping())
        await socket.send(json.dumps(call("echo", ["x" * 3_000_000])))
        answers["3 MB"] = len(json.loads(await socket.recv())["result"])
        await socket.send("")
        answers["an empty frame"] = json.loads(await socket.recv())["error"]["code"]
        await socket.close()
        answers["closed"] = socket.close_code


async def main():
    answers = {}
    await by_aiohttp(answers)
    await by_websockets(answers)
    print(json.dumps(answers), flush=True)


asyncio.run(main())
