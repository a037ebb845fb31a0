"""Send notifications by e-mail: text and HTML, one thread for one incident."""

import hashlib
import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, getaddresses, parseaddr
from typing import ClassVar

from alerts.mail_html import CHART, with_chart
from alerts.notifiers.protocol import DeliveryError, Outcome, Receipt, Reconcile, check_timeout
from alerts.spans import clean
from storage.incident_records import Message, Notification

_PORTS = 65_536
_DEAD = (550, 551, 553, 556)  # no such mailbox, and its like
_POISON = (552, 554)  # too big, refused for what is in it
# Not of the mailbox: who sends, or what, is not let through (RFC 3463).
_POLICY = re.compile(r"5\.(7\.\d|1\.[78]\b)")


class _Wire(EmailPolicy):
    """How a letter is written: a subject keeps the spaces at which its lines are cut.

    The library's own way drops some of them between letters that are no ASCII.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """The header's lines."""
        if name != "Subject" or value.isascii():
            return super().fold_binary(name, value)
        lines = Header(str(value), header_name=name).encode(linesep=self.linesep)
        return f"{name}: {lines}{self.linesep}".encode("ascii")


_WIRE = _Wire(linesep="\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailNotifier:
    """Hand each message to one SMTP server."""

    kind: ClassVar[str] = "email"
    host: str = "localhost"  # of the mail server
    port: int = 25  # 587 with starttls, 465 with tls
    sender: str = "nabat@localhost"  # the address in From
    username: str = ""  # where the server asks for one
    password: str = field(default="", repr=False)  # env:NAME or file:PATH
    starttls: bool = False  # a plain connection that is then encrypted
    tls: bool = False  # encrypted from the start
    timeout: float = 20.0  # seconds
    reconcile: Reconcile = "resend-marked"  # or "hold": unknown whether it arrived

    def __post_init__(self) -> None:
        """Refuse what cannot work together, with the mend."""
        check_timeout(self.timeout)
        if not 0 < self.port < _PORTS:
            message = f"port: write 1 to {_PORTS - 1}, not {self.port}"
            raise ValueError(message)
        if self.tls and self.starttls:
            raise ValueError("tls and starttls: keep one, tls for port 465, starttls for 587")
        if bool(self.username) != bool(self.password):
            raise ValueError("username and password: write both, or none where nobody asks for one")

    def send(self, notification: Notification, message: Message) -> Receipt:
        """Send it; the Message-ID is the same however often this is tried."""
        letter = self.compose(notification, message)
        self._hand_over(letter, notification.address)
        return Receipt(provider_id=str(letter["Message-ID"]))

    def compose(self, notification: Notification, message: Message) -> EmailMessage:
        """The letter as it goes out."""
        letter = EmailMessage()
        letter["From"] = _address(self.sender, outcome="auth")
        letter["To"] = _address(notification.address, outcome="dead")
        letter["Subject"] = clean(message.subject) or "nabat"
        letter["Date"] = format_datetime(notification.created_at)
        letter["Message-ID"] = self._id(notification.key)
        if notification.incident_id is not None:
            thread = self._id(f"incident-{notification.incident_id}")
            letter["In-Reply-To"] = thread
            letter["References"] = thread
            letter["X-Nabat-Incident"] = str(notification.incident_id)
        letter["List-Id"] = f"<{self._list_name(notification)}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter["Precedence"] = "list"
        letter.set_content(message.text.encode("utf-8", "replace").decode("utf-8"))
        if message.html:
            self._add_html(letter, message)
        return letter

    def _add_html(self, letter: EmailMessage, message: Message) -> None:
        if message.photo is None:
            letter.add_alternative(message.html, subtype="html")
            return
        alt = message.text.split("\n📈 ", 1)[-1].split("\n", 1)[0]
        letter.add_alternative(with_chart(message.html, alt), subtype="html")
        _, html = letter.iter_parts()
        html.add_related(message.photo, "image", "png", cid=f"<{CHART}>", filename="chart.png")

    def _hand_over(self, letter: EmailMessage, address: str) -> None:
        """Talk to the server, one step after another: only a broken DATA leaves doubt."""
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise _before_data(error, self.password) from error
        try:
            self._envelope(server, parseaddr(self.sender)[1], parseaddr(address)[1])
            self._data(server, letter)
        finally:
            # The letter is handed over or not by now; a rude goodbye changes nothing.
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _envelope(self, server: smtplib.SMTP, sender: str, address: str) -> None:
        """Name both ends: a refusal of the sender is of us, whoever the letter is for."""
        try:
            server.ehlo_or_helo_if_needed()
            code, text = _told(lambda: server.mail(sender), sender, outcome="auth")
            if code not in (250, 251):
                outcome: Outcome = "auth" if code >= 500 else "not_sent"
                raise DeliveryError(
                    f"the mail server refused {sender}: {code} {text}", outcome=outcome
                )
            code, text = _told(lambda: server.rcpt(address), address, outcome="dead")
            if code not in (250, 251):
                raise _refusal(code, text, policy="not_sent")
        except (OSError, smtplib.SMTPException) as error:
            raise _before_data(error, self.password) from error

    def _data(self, server: smtplib.SMTP, letter: EmailMessage) -> None:
        try:
            code, text = server.data(letter.as_bytes(policy=_WIRE))
        except smtplib.SMTPDataError as error:
            said = _words(error.smtp_error)
            raise _refusal(int(error.smtp_code), said, policy="poison") from error
        except (OSError, smtplib.SMTPException) as error:
            # The connection broke while the letter was handed over: it may have been kept.
            reason = f"the connection to {self.host} broke: {error}"
            raise DeliveryError(reason, outcome="unknown") from error
        if code != 250:
            raise _refusal(code, _words(text), policy="poison")

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context() if self.tls or self.starttls else None
        server: smtplib.SMTP
        if self.tls:
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.starttls:
                server.starttls(context=context)
            if self.username:
                server.login(self.username, self.password)
        except UnicodeEncodeError:
            server.close()
            # Not chained: the error holds the password.
            reason = "the login has letters that this protocol does not take: use plain ASCII"
            raise DeliveryError(reason, outcome="auth") from None
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server

    def _id(self, key: str) -> str:
        name = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]
        return f"<{name}@{self._domain()}>"

    def _list_name(self, notification: Notification) -> str:
        return f"brand-{notification.brand_id or 0}.nabat.{self._domain()}"

    def _domain(self) -> str:
        domain = parseaddr(self.sender)[1].rpartition("@")[2]
        return "".join(c for c in domain if c.isascii() and (c.isalnum() or c in ".-")) or "nabat"


def _address(text: str, *, outcome: Outcome) -> str | Address:
    """The address for a header; DeliveryError of that outcome when it is none at all."""
    if len(getaddresses([text])) > 1:
        reason = f"one address a recipient: not {clean(text)!r}; write a [[recipient]] for each"
        raise DeliveryError(reason, outcome=outcome)
    name, address = parseaddr(text)
    local, at, domain = address.rpartition("@")
    refused = DeliveryError(f"not an e-mail address: {clean(text)!r}", outcome=outcome)
    if not at or not local or not domain or any(c in text for c in "\r\n\0"):
        raise refused
    try:
        return Address(display_name=name, username=local, domain=domain)
    except (ValueError, IndexError) as error:
        raise refused from error


def _told(
    tell: Callable[[], tuple[int, bytes]], address: str, *, outcome: Outcome
) -> tuple[int, str]:
    """The server's answer to one end; DeliveryError of that outcome where it cannot be written."""
    try:
        code, text = tell()
    except UnicodeEncodeError as error:
        raise DeliveryError(f"not an address: {clean(address)}", outcome=outcome) from error
    return code, _words(text)


def _before_data(error: Exception, password: str) -> DeliveryError:
    """Nothing was handed over yet: surely not sent."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        reason = f"the mail server refused the login: {_words(error.smtp_error)}"
        return DeliveryError(_without(reason, password), outcome="auth")
    return DeliveryError(_without(f"no connection to the mail server: {error}", password))


def _refusal(code: int, text: str, *, policy: Outcome) -> DeliveryError:
    """``policy``: what it means here that the server lets us, or such a letter, not through."""
    outcome: Outcome = "not_sent"
    if code in (530, 535):
        outcome = "auth"
    elif code >= 500 and _POLICY.match(text):
        outcome = policy
    elif code in _DEAD:
        outcome = "dead"
    elif code in _POISON:
        outcome = "poison"
    return DeliveryError(f"the mail server answered {code} {text}", outcome=outcome)


def _words(text: bytes | str) -> str:
    return clean(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)[:300]


def _without(text: str, secret: str) -> str:
    return text.replace(secret, "<password>") if secret else text
