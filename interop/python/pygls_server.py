"""A language server made with pygls, on standard input and output."""

import asyncio

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("theirs", "1")


@server.feature(types.TEXT_DOCUMENT_HOVER)
def hover(params: types.HoverParams):
    document = server.workspace.get_text_document(params.text_document.uri)
    return types.Hover(contents=document.lines[params.position.line].strip())


@server.command("slow")
async def slow(*_):
    await asyncio.sleep(30)


server.start_io()
