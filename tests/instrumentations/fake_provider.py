"""A provider on loopback that plays OpenAI and Anthropic, and remembers what it answered."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anthropic_wire
import openai_wire
from answers import Answer, Question, answer


class FakeProvider:
    """Serves until it is closed. `truth` has one entry a call, in the order of the calls."""

    def __init__(self):
        self.truth: list[dict] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, body: dict) -> tuple[Answer, str | list[str]]:
        """The answer, and its wire form: one text, or the events of a stream."""
        ours = path == anthropic_wire.MESSAGES
        question = anthropic_wire.read(body) if ours else openai_wire.read(path, body)
        prefix = anthropic_wire.ID_PREFIX if ours else openai_wire.ID_PREFIXES[path]
        with self._lock:
            given = answer(question, len(self.truth), prefix)
            reasons = (
                anthropic_wire.finish_reasons(given)
                if ours
                else openai_wire.finish_reasons(path, given)
            )
            counts_writes = path != openai_wire.CHAT
            self.truth.append(_entry(question, given, reasons, counts_writes))
        streams = question.streaming and given.status == 200
        if ours:
            wire = anthropic_wire.stream if streams else anthropic_wire.whole
            form = wire(body, given)
        else:
            wire = openai_wire.stream if streams else openai_wire.whole
            form = wire(path, body, given)
        return given, form if streams else json.dumps(form)


def _entry(
    question: Question, given: Answer, finish_reasons: list[str] | None, counts_writes: bool
) -> dict:
    """What is true of the call. What the provider did not say is null.

    OpenAI's chat API does not count the tokens that are written to the cache.
    """
    answered = given.status == 200
    chats = answered and question.operation == "chat"
    return {
        "operation": question.operation,
        "provider": question.provider,
        "request_model": question.model,
        "response_model": given.model if answered else None,
        "response_id": given.id if chats else None,
        "input_tokens": given.input_tokens if answered else None,
        "output_tokens": given.output_tokens if chats else None,
        "cache_read_tokens": given.cache_read_tokens if chats else None,
        "cache_write_tokens": given.cache_write_tokens if chats and counts_writes else None,
        "reasoning_tokens": given.reasoning_tokens if chats else None,
        "finish_reasons": finish_reasons,
        "streaming": question.streaming,
        "system_text": question.system_text,
        "user_text": question.user_text,
        "output_text": given.text if chats else None,
        "tool_calls": [it.name for it in given.tool_calls] if answered else [],
        "http_status": given.status,
    }


def _handler(provider: FakeProvider):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            given, form = provider.answer(self.path, body)
            self.send_response(given.status)
            # OpenAI's name and Anthropic's name of the same thing.
            self.send_header("x-request-id", f"req_fake{given.number:04}")
            self.send_header("request-id", f"req_fake{given.number:04}")
            if isinstance(form, str):
                self._whole(form)
            else:
                self._stream(form)

        def _whole(self, text: str):
            encoded = text.encode()
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        def _stream(self, events: list[str]):
            self.send_header("Content-Type", "text/event-stream; charset=utf-8")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for event in events:
                encoded = event.encode()
                self.wfile.write(b"%x\r\n%s\r\n" % (len(encoded), encoded))
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *_):
            pass

    return Handler
