"""What a URL and an address are: the pure half of the guard, over inputs that nobody thought of."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from autogpt_lite.errors import OutboundBlockedError
from autogpt_lite.net.addresses import (
    is_metadata_address,
    is_public_address,
    parse_allowed,
    parse_host,
    parse_url,
    plain_address,
)

addresses_v4 = st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address)
addresses_v6 = st.integers(0, 2**128 - 1).map(ipaddress.IPv6Address)


@given(st.one_of(addresses_v4, addresses_v6))
def test_what_counts_as_public_is_never_private_for_the_standard_library(address):
    if is_public_address(address):
        assert plain_address(address).is_global or plain_address(address).version == 6
        assert not any((address.is_loopback, address.is_link_local, address.is_multicast, address.is_unspecified))


@given(addresses_v4)
def test_an_ipv4_address_is_judged_the_same_inside_an_ipv6_one(address):
    for prefix in (0xFFFF << 32, 0x64FF9B << 96):
        embedded = ipaddress.IPv6Address(prefix | int(address))
        assert plain_address(embedded) == address
        assert is_public_address(embedded) == is_public_address(address)
        assert is_metadata_address(embedded) == is_metadata_address(address)


@pytest.mark.parametrize(
    "text", ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "64:ff9b::808:808"]
)
def test_addresses_of_the_internet_are_public(text):
    assert is_public_address(ipaddress.ip_address(text))


@given(st.text(alphabet="ab.:/@#?[]%\\0x1-_ \t\né", max_size=30))
def test_a_url_is_either_refused_or_read_by_both_parsers_alike(rest):
    try:
        target = parse_url("http://" + rest)
    except OutboundBlockedError:
        return
    assert (target.url.host, target.url.port) == (target.host, target.port)
    assert URL(str(target.url)).host == target.host
    assert target.url.user is None


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{}", "{:#x}", "{:#o}", "0{:o}"]))
def test_no_number_is_taken_for_a_host(number, spelling):
    with pytest.raises(OutboundBlockedError):
        parse_host(spelling.format(number).replace("0o", "0"))


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("Example.COM", "example.com"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("my_host", "my_host"),
        ("3com.com", "3com.com"),
        ("192.168.1.10", "192.168.1.10"),
        ("[2606:4700:0:0::1]", "2606:4700::1"),
    ],
)
def test_proper_hosts_have_one_spelling(text, parsed):
    assert parse_host(text) == parsed


def test_a_host_that_is_not_ascii_is_answered_with_its_ascii_form():
    with pytest.raises(OutboundBlockedError, match=r"xn--bcher-kva\.example"):
        parse_url("https://bücher.example/")


@pytest.mark.parametrize(
    ("base", "location", "url"),
    [
        ("http://a.test/x/y", "z", "http://a.test/x/z"),
        ("http://a.test/x/y", "/z?a=b#c", "http://a.test/z?a=b"),
        ("https://a.test/", "//b.test/z", "https://b.test/z"),
        ("http://a.test:8080/", "https://a.test/", "https://a.test/"),
    ],
)
def test_a_location_is_read_relative_to_the_page_it_came_from(base, location, url):
    assert str(parse_url(location, base=URL(base)).url) == url


def test_allowed_entries_of_one_machine_compare_alike():
    assert {parse_allowed(f"{host}:80") for host in ("localhost", "LOCALHOST", "127.0.0.1", "[::1]")} == {("localhost", 80)}
