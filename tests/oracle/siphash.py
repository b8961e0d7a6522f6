"""SipHash-2-4 with a 128-bit hash, after Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), and the
identifiers of a store, which are computed with it under a key for each domain."""
from __future__ import annotations

import hashlib

WORD = (1 << 64) - 1


def siphash128(key: bytes, data: bytes) -> bytes:
    k0, k1 = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:16], "little")
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D ^ 0xEE, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def turned(value: int, bits: int) -> int:
        return (value << bits | value >> (64 - bits)) & WORD

    def rounds(count: int) -> None:
        for _ in range(count):
            for a, b, left, half in ((0, 1, 13, True), (2, 3, 16, False), (0, 3, 21, False), (2, 1, 17, True)):
                v[a] = (v[a] + v[b]) & WORD
                v[b] = turned(v[b], left) ^ v[a]
                if half:
                    v[a] = turned(v[a], 32)

    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 255])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at:at + 8], "little")
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xEE
    rounds(4)
    low = v[0] ^ v[1] ^ v[2] ^ v[3]
    v[1] ^= 0xDD
    rounds(4)
    return low.to_bytes(8, "little") + (v[0] ^ v[1] ^ v[2] ^ v[3]).to_bytes(8, "little")


def ident(key: bytes, domain: str, data: bytes) -> bytes:
    under = hashlib.blake2b(key + domain.encode() + b"\0", digest_size=16).digest()
    return siphash128(under, data)


if __name__ == "__main__":  # prints the first of the authors' test vectors, then those of tests/unit/test_base.c
    assert siphash128(bytes(range(16)), b"").hex() == "a3817f04ba25a8e66df67214c7550293"
    assert siphash128(bytes(range(16)), b"\0").hex() == "da87c1d86b99af44347659119b22fc45"
    for domain, data in (("session", b""), ("session", b"abc"), ("session", b"\0abc"), ("prompt", b"abc"),
                         ("path", b"x" * 91), ("path", b"x" * 92), ("path", bytes(range(256)) * 4)):
        print(domain, len(data), ident(bytes(range(32)), domain, data).hex())
