"""A Telegram Bot API server on loopback: real HTTP, the documented protocol, scripted faults.

The ledger of messages it accepted is the judge of every delivery test. Its
limiter and its message numbers are a model of what Telegram documents.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.telegram_markup import MarkupError, Parsed, parse

TOKEN = "7000000001:AAF-fake_token_for_tests_only_0123456789"
TEXT, CAPTION = 4096, 1024

Reply = tuple[int, dict[str, Any]]


@dataclass
class Posted:
    """A message the server accepted."""

    chat: int
    id: int
    text: str
    buttons: str | None
    thread: int | None
    has_photo: bool
    reply_to: int | None = None
    mine: bool = True
    edits: int = 0
    deleted: bool = False
    silent: bool = False
    history: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


@dataclass
class Fault:
    """What goes wrong, with which method, how often."""

    kind: (
        str  # drop_before | drop_after | 502_before | 502_after | garbage_after | slow_after | ...
    )
    method: str = "*"  # "*": any that posts or changes
    times: int = 1
    seconds: float = 0.0  # of slow_after; retry_after of 429


@dataclass
class Chat:
    """What is particular about a chat."""

    state: str = "ok"  # ok | blocked | kicked | missing | migrated | mute | channel | no_photos
    moved_to: int = 0
    threads: frozenset[int] | None = None  # None: every topic is there
    name: str = ""  # of a public one, without @


class BotApi:
    """The server's state: what it accepted, what it was asked, what shall go wrong."""

    def __init__(
        self, *, limits: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.messages: dict[tuple[int, int], Posted] = {}
        self.requests: list[tuple[str, int, str]] = []  # method, code, chat
        self.chats: dict[int, Chat] = {}
        self.faults: list[Fault] = []
        self.updates: list[dict[str, Any]] = []
        self.confirmed = 0  # updates before this number are not told again
        self.waits: list[int] = []  # seconds that each asking for updates was ready to wait
        self.answered: list[dict[str, str]] = []  # callback queries
        self.limits = limits
        self.clock = clock  # of the limits, in seconds
        self.url = ""
        self.on_request: Any = None  # called with (method, "before" | "after")
        self._next: dict[int, int] = {}
        self._times: dict[int, list[float]] = {}
        self._lock = threading.RLock()

    @property
    def ledger(self) -> list[Posted]:
        """Messages of ours that people can see, oldest first."""
        return [one for one in self.messages.values() if one.mine and not one.deleted]

    def clear(self) -> None:
        """Forget every message: another run begins."""
        with self._lock:
            self.messages.clear()
            self.requests.clear()
            self.faults.clear()
            self._times.clear()

    def fail(self, kind: str, method: str = "*", times: int = 1, seconds: float = 0.0) -> None:
        self.faults.append(Fault(kind, method, times, seconds))

    def human(self, chat: int, text: str = "hello") -> None:
        """Somebody else writes into the chat."""
        self._store(chat, text, {}, has_photo=False, mine=False)

    def speak(self, chat: int, text: str = "Открытых инцидентов нет") -> Posted:
        """The bot writes past the outbox: an answer to somebody's command."""
        return self._store(chat, text, {}, has_photo=False)

    def press(self, message: Posted, data: str, user: dict[str, Any], number: str = "1") -> None:
        """A person presses a button under a message."""
        self.update(
            callback_query={
                "id": number,
                "from": user,
                "chat_instance": "1",
                "data": data,
                "message": self._shown(message),
            }
        )

    def update(self, **what: Any) -> None:
        with self._lock:
            self.updates.append({"update_id": 1000 + len(self.updates), **what})

    # --- answering ---------------------------------------------------------------

    def answer(self, method: str, given: dict[str, str], files: dict[str, bytes]) -> Reply:
        with self._lock:
            name = method.lower()
            handler = getattr(self, f"_{name}", None)
            if handler is None:
                return _error(404, "Not Found: method not found")
            reply: Reply = handler(given, files)
            self.requests.append((name, reply[0], given.get("chat_id", "")))
            return reply

    def take_fault(self, method: str) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                posts = method.lower().startswith(("send", "edit"))
                if fault.times and (
                    fault.method == method.lower() or (fault.method == "*" and posts)
                ):
                    fault.times -= 1
                    return fault
        return None

    def _getme(self, _given: dict[str, str], _files: dict[str, bytes]) -> Reply:
        return _ok({"id": 7, "is_bot": True, "first_name": "nabat", "username": "nabat_bot"})

    def _getupdates(self, given: dict[str, str], _files: dict[str, bytes]) -> Reply:
        self.waits.append(int(given.get("timeout") or 0))
        # Asking from a number on confirms what is before it, for good.
        self.confirmed = max(self.confirmed, int(given.get("offset") or 0))
        return _ok([one for one in self.updates if one["update_id"] >= self.confirmed][:100])

    def _answercallbackquery(self, given: dict[str, str], _files: dict[str, bytes]) -> Reply:
        self.answered.append(given)
        return _ok(True)

    def _sendmessage(self, given: dict[str, str], files: dict[str, bytes]) -> Reply:
        return self._post(given, files, "text", TEXT)

    def _sendphoto(self, given: dict[str, str], files: dict[str, bytes]) -> Reply:
        if not any(one.startswith(b"\x89PNG") for one in files.values()):
            return _error(400, "Bad Request: IMAGE_PROCESS_FAILED")
        if self.chats.get(int(given["chat_id"]), Chat()).state == "no_photos":
            return _error(400, "Bad Request: not enough rights to send photos to the chat")
        return self._post(given, files, "caption", CAPTION)

    def _post(self, given: dict[str, str], files: dict[str, bytes], key: str, limit: int) -> Reply:
        if refused := self._gate(given):
            return refused
        read = _text(given.get(key, ""), given.get("parse_mode"), key, limit)
        if isinstance(read, tuple):
            return read
        chat = int(given["chat_id"])
        if wait := self._too_fast(chat):
            return _error(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        if bad := _bad_buttons(given.get("reply_markup")):
            return bad
        message = self._store(chat, read.text, given, has_photo=bool(files))
        message.links = read.links
        return _ok(self._shown(message))

    def _editmessagetext(self, given: dict[str, str], _files: dict[str, bytes]) -> Reply:
        return self._edit(given, "text", TEXT, photo=False)

    def _editmessagecaption(self, given: dict[str, str], _files: dict[str, bytes]) -> Reply:
        return self._edit(given, "caption", CAPTION, photo=True)

    def _editmessagemedia(self, given: dict[str, str], files: dict[str, bytes]) -> Reply:
        media = json.loads(given["media"])
        if not files:
            return _error(400, "Bad Request: wrong file identifier/HTTP URL specified")
        changed = {
            **given,
            **{k: str(v) for k, v in media.items() if k in ("caption", "parse_mode")},
        }
        return self._edit(changed, "caption", CAPTION, photo=None)

    def _editmessagereplymarkup(self, given: dict[str, str], _files: dict[str, bytes]) -> Reply:
        return self._edit(given, "", 0, photo=None)

    def _edit(self, given: dict[str, str], key: str, limit: int, *, photo: bool | None) -> Reply:
        if refused := self._gate(given):
            return refused
        message = self.messages.get((int(given["chat_id"]), int(given["message_id"])))
        if message is None or message.deleted:
            return _error(400, "Bad Request: message to edit not found")
        if not message.mine:
            return _error(400, "Bad Request: message can't be edited")
        if photo is not None and message.has_photo != photo:
            there = "text" if message.has_photo else "caption"
            return _error(400, f"Bad Request: there is no {there} in the message to edit")
        text = message.text
        if key:
            read = _text(given.get(key, ""), given.get("parse_mode"), key, limit)
            if isinstance(read, tuple):
                return read
            text, message.links = read.text, read.links
        buttons = given.get("reply_markup")
        if (text, buttons) == (message.text, message.buttons) and (photo is not None or not key):
            return _error(
                400, "Bad Request: message is not modified: specified new message content"
            )
        message.history.append(message.text)
        message.text, message.buttons, message.edits = text, buttons, message.edits + 1
        message.has_photo = message.has_photo or (photo is None and bool(key))
        return _ok(self._shown(message))

    def _deletemessage(self, given: dict[str, str], _files: dict[str, bytes]) -> Reply:
        message = self.messages.get((int(given["chat_id"]), int(given["message_id"])))
        if message is None or message.deleted:
            return _error(400, "Bad Request: message to delete not found")
        message.deleted = True
        return _ok(True)

    def _gate(self, given: dict[str, str]) -> Reply | None:
        try:
            number = int(given.get("chat_id", ""))
        except ValueError:
            return _error(400, "Bad Request: chat not found")
        chat = self.chats.get(number, Chat())
        thread = given.get("message_thread_id")
        refusals = {
            "blocked": _error(403, "Forbidden: bot was blocked by the user"),
            "kicked": _error(403, "Forbidden: bot was kicked from the supergroup chat"),
            "missing": _error(400, "Bad Request: chat not found"),
            "mute": _error(400, "Bad Request: not enough rights to send text messages to the chat"),
            "channel": _error(400, "Bad Request: need administrator rights in the channel chat"),
            "migrated": _error(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.moved_to,
            ),
        }
        if chat.state in refusals:
            return refusals[chat.state]
        if thread and chat.threads is not None and int(thread) not in chat.threads:
            return _error(400, "Bad Request: message thread not found")
        return None

    def _too_fast(self, chat: int) -> int:
        if not self.limits:
            return 0
        now = self.clock()
        times = self._times.setdefault(chat, [])
        times[:] = [one for one in times if now - one < 60]
        if chat < 0 and len(times) >= 20:
            return max(1, int(60 - (now - times[0])) + 1)
        if len([one for one in times if now - one < 3]) >= 3:
            return 3
        times.append(now)
        return 0

    def _store(
        self, chat: int, text: str, given: dict[str, str], *, has_photo: bool, mine: bool = True
    ) -> Posted:
        with self._lock:
            number = self._next.get(chat, 100)
            self._next[chat] = number + 1
            thread, reply = given.get("message_thread_id"), given.get("reply_parameters")
            posted = Posted(
                chat=chat,
                id=number,
                text=text,
                buttons=given.get("reply_markup"),
                thread=int(thread) if thread else None,
                has_photo=has_photo,
                reply_to=json.loads(reply)["message_id"] if reply else None,
                mine=mine,
                silent=given.get("disable_notification") == "true",
            )
            self.messages[(chat, number)] = posted
            return posted

    def _shown(self, message: Posted) -> dict[str, Any]:
        kind = "private" if message.chat > 0 else "supergroup"
        name = self.chats.get(message.chat, Chat()).name
        public = {"username": name} if name else {}
        topic = {"is_topic_message": True, "message_thread_id": message.thread}
        return {
            **(topic if message.thread else {}),
            "message_id": message.id,
            "date": 1_700_000_000,
            "chat": {"id": message.chat, "type": kind, "title": "chat", **public},
            "caption" if message.has_photo else "text": message.text,
        }


def _ok(result: Any) -> Reply:
    return 200, {"ok": True, "result": result}


def _error(code: int, description: str, **parameters: Any) -> Reply:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return code, body


def _text(source: str, mode: str | None, key: str, limit: int) -> Any:
    """The text after its markup; the server's refusal when it cannot be read or is too long."""
    read = Parsed(source)
    if (mode or "").lower() == "html":
        try:
            read = parse(source)
        except MarkupError as error:
            return _error(400, f"Bad Request: can't parse entities: {error}")
    if key == "text" and not read.text.strip():
        return _error(400, "Bad Request: message text is empty")
    if len(read.text.encode("utf-16-le")) // 2 > limit:
        what = "message" if key == "text" else "message caption"
        return _error(400, f"Bad Request: {what} is too long")
    return read


def _bad_buttons(markup: str | None) -> Reply | None:
    rows = json.loads(markup)["inline_keyboard"] if markup else []
    for button in (one for row in rows for one in row):
        data = button.get("callback_data")
        if data is not None and not 1 <= len(data.encode()) <= 64:
            return _error(400, "Bad Request: BUTTON_DATA_INVALID")
    return None


class _Handler(BaseHTTPRequestHandler):
    """One request of a bot."""

    protocol_version = "HTTP/1.1"
    api: BotApi

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        path = urlsplit(self.path).path
        token, method = path.removeprefix("/bot").rsplit("/", 1)
        fault = self.api.take_fault(method)
        kind = fault.kind if fault else ""
        if self.api.on_request:
            self.api.on_request(method, "before")
        if kind == "drop_before":
            self.close_connection = True
            self.connection.close()
            return
        if kind == "502_before":
            self._write(502, b"<html>bad gateway</html>")
            return
        code, answer = self._answer(token, method, body, fault)
        if self.api.on_request:
            self.api.on_request(method, "after")
        if kind == "drop_after":
            self.close_connection = True
            self.connection.close()
            return
        if kind == "slow_after" and fault:
            time.sleep(fault.seconds)
        if kind == "garbage_after":
            self._write(200, b"{not json")
        elif kind == "502_after":
            self._write(502, b"<html>bad gateway</html>")
        else:
            self._write(code, json.dumps(answer).encode())

    do_GET = do_POST

    def _answer(self, token: str, method: str, body: bytes, fault: Fault | None) -> Reply:
        if token != TOKEN:
            return _error(401, "Unauthorized")
        refusals = {
            "429": _error(429, "Too Many Requests: retry after 1", retry_after=fault.seconds or 1)
            if fault
            else None,
            "400": _error(400, "Bad Request: can't parse entities: told to fail"),
            "401": _error(401, "Unauthorized"),
            "500_restart": _error(500, "Internal Server Error: restart"),
            "409": _error(409, "Conflict: terminated by other getUpdates request"),
        }
        if fault and refusals.get(fault.kind):
            self.api.requests.append((method.lower(), refusals[fault.kind][0], ""))  # type: ignore[index]
            return refusals[fault.kind]  # type: ignore[return-value]
        given, files = _arguments(self.headers.get("content-type", ""), body)
        return self.api.answer(method, given, files)

    def _write(self, code: int, body: bytes) -> None:
        try:
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the bot is gone; what was accepted stays accepted

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _arguments(kind: str, body: bytes) -> tuple[dict[str, str], dict[str, bytes]]:
    if "json" in kind:
        return {
            k: v if isinstance(v, str) else json.dumps(v) for k, v in json.loads(body).items()
        }, {}
    if "multipart" not in kind:
        return dict(parse_qsl(body.decode(), keep_blank_values=True)), {}
    letter = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body
    )
    given: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in letter.iter_parts():  # type: ignore[attr-defined]
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        if part.get_filename():
            files[name] = content
        else:
            given[name] = content.decode()
    return given, files


@contextmanager
def serving(api: BotApi) -> Iterator[BotApi]:
    """Serve on a free port of loopback until the block ends."""
    handler = type("Handler", (_Handler,), {"api": api})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_address[1]}/bot"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
