"""A server of jsonrpcserver over HTTP on any port, which it prints."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from jsonrpcserver import Success, dispatch, method


@method
def add(a, b):
    return Success(a + b)


@method
def echo(value):
    return Success(value)


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        answer = dispatch(self.rfile.read(int(self.headers["content-length"])).decode()).encode()
        self.send_response(200 if answer else 204)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
print(server.server_port, flush=True)
server.serve_forever()
