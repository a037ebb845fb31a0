"""No spelling of a private address gets past the guard."""

import pytest

from crawler.guard import AddressGuard, AddressRefusedError

PRIVATE = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1",
    "ff02::1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::", "fec0::1", "feff::1",
    "192.0.0.192", "64:ff9b::c000:c0", "::7f00:1", "64:ff9b:1::a00:1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused_with_the_mend(address: str) -> None:
    """Loopback, private, link-local, and IPv4 wrapped in IPv6."""
    with pytest.raises(AddressRefusedError, match="allow_addresses"):
        AddressGuard().check("evil.example", [address])


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2a00:1450:4001:81b::200e", "64:ff9b::808:808"]
)
def test_public_addresses_pass(address: str) -> None:
    """The web is open."""
    AddressGuard().check("good.example", [address])


def test_one_private_address_among_public_ones_is_enough() -> None:
    """A name that answers with both is a trap."""
    with pytest.raises(AddressRefusedError):
        AddressGuard().check("evil.example", ["93.184.216.34", "10.0.0.1"])


def test_listed_networks_pass_and_no_others() -> None:
    """The config opens exactly what it names."""
    guard = AddressGuard.of(["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"])
    guard.check("localhost", ["127.0.0.1", "10.200.0.1", "fd00::5", "::ffff:127.0.0.1"])
    for other in ("127.0.0.2", "192.168.0.1", "fc00::1"):
        with pytest.raises(AddressRefusedError):
            guard.check("other", [other])


def test_what_is_no_network_is_refused_when_read() -> None:
    """A typo in the config does not open everything."""
    with pytest.raises(ValueError, match="localhost"):
        AddressGuard.of(["localhost"])
