"""Small orders files for the protocol's tests."""

HEADER = b"order_id,customer_id,email,country,currency,amount,quantity,ordered_at,status,notes\n"


def row(number: int, amount: str = "10.50") -> bytes:
    """One valid row, unless `amount` is not."""
    return (
        f"ORD-{number:08d},C0000001,a{number}@example.com,DE,EUR,{amount},1,"
        f"2026-11-20T10:00:00Z,NEW,note {number}\n"
    ).encode()


def orders(valid: int, bad: int = 0) -> bytes:
    """A header, then `valid` good rows with `bad` ones spread among them."""
    rows = [row(n) for n in range(valid)]
    for n in range(bad):
        rows.insert(n * 3, row(10_000 + n, amount="twelve"))
    return HEADER + b"".join(rows)
