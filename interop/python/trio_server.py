"""A server of trio-jsonrpc on any port, which it prints."""

import trio
import trio_websocket
from trio_jsonrpc import JsonRpcMethodNotFoundError
from trio_jsonrpc.main import jsonrpc_server
from trio_jsonrpc.transport.ws import WebSocketTransport


def answer(request):
    params = request.params
    if request.method == "add":
        return params["a"] + params["b"] if isinstance(params, dict) else params[0] + params[1]
    if request.method == "echo":
        return params[0]
    raise JsonRpcMethodNotFoundError("no such method")


async def serve(handshake):
    socket = await handshake.accept()
    async with trio.open_nursery() as nursery:
        peer = jsonrpc_server(WebSocketTransport(socket), nursery)
        async for request in peer.iter_requests():
            try:
                await peer.respond_with_result(request, answer(request))
            except JsonRpcMethodNotFoundError as error:
                await peer.respond_with_error(request, error.get_error())
        nursery.cancel_scope.cancel()


async def main():
    async with trio.open_nursery() as nursery:
        server = await nursery.start(trio_websocket.serve_websocket, serve, "127.0.0.1", 0, None)
        print(server.port, flush=True)


trio.run(main)
