"""The connections of the HTTP client, each checked at the moment it is made.

A name is resolved once, every address it gives is judged by the guard, and
the connection goes to exactly those addresses: what a name server answers the
second time makes no difference.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from crawler.guard import AddressGuard

_TRIES = 3  # addresses of one host


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport, with connections made by the guarded backend."""

    def __init__(self, guard: AddressGuard, connections: int) -> None:
        """Keep as many connections as are used at once."""
        context = ssl.create_default_context()
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=15,
            network_backend=_GuardedBackend(guard),
        )


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolve once, check every address, connect to exactly those."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await _resolve(host, port)
        self._guard.check(host, addresses)
        problem: Exception | None = None
        tried = addresses[:_TRIES]
        share = timeout and timeout / len(tried)  # an address that is silent leaves time for others
        for address in tried:
            try:
                return await self._plain.connect_tcp(address, port, timeout=share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise httpcore.ConnectError(f"{host} does not answer on port {port}") from problem

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        message = "sockets in the file system are never fetched"
        raise httpcore.ConnectError(message)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _resolve(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        message = f"name {host[:200]} cannot be resolved"
        raise httpcore.ConnectError(message) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
