"""Keep the crawler out of private networks, whatever a feed or redirect names.

Pure. The check is made on the addresses being connected to, never on the name
in the link, so no spelling of an address and no name server can get around it.
What the config lists in ``[crawl] allow_addresses`` is let through.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# What Python, or an older one, takes for public: protocols' own, where some clouds keep their
# metadata, and what was site-local once.
_INTERNAL = (ipaddress.ip_network("192.0.0.0/24"), ipaddress.ip_network("fec0::/10"))


class AddressRefusedError(Exception):
    """A connection into a private network; the message names the mend."""


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Which addresses may be connected to: the public ones and the networks listed."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def of(cls, networks: Iterable[str]) -> "AddressGuard":
        """Build it from ``allow_addresses``; raises ValueError naming what is no network."""
        return cls(allowed=tuple(ipaddress.ip_network(text, strict=False) for text in networks))

    def check(self, host: str, addresses: Sequence[str]) -> None:
        """Raise AddressRefusedError unless every address of the host may be connected to."""
        for text in addresses:
            address = ipaddress.ip_address(text.split("%")[0])
            if not self._may_connect(address):
                message = (
                    f"{host} is at the private address {address}; to fetch it, add "
                    f'"{address}/{address.max_prefixlen}" to [crawl] allow_addresses'
                )
                raise AddressRefusedError(message)

    def _may_connect(self, address: Address) -> bool:
        inner = _inner(address)
        listed = any(
            candidate in network
            for network in self.allowed
            for candidate in {address, inner}
            if candidate.version == network.version
        )
        return listed or (_is_public(address) and _is_public(inner))


def _inner(address: Address) -> Address:
    """The IPv4 address an IPv6 one carries inside, else the address itself."""
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: Address) -> bool:
    is_mapped = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None
    if is_mapped or address in _NAT64:
        return True  # judged by the address inside
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or any(address in network for network in _INTERNAL)
    )
