import pytest

from csvgate_ops.local.cloud.errors import CloudError
from csvgate_ops.local.cloud.ports import FREE_RANGE, choose

SERVICES = ("storage", "pubsub", "mailbox")


def all_free(_port: int) -> bool:
    return True


def test_a_base_numbers_the_services() -> None:
    chosen = choose(SERVICES, base=5000, wanted={}, remembered={}, free=all_free)
    assert chosen == {"storage": 5000, "pubsub": 5001, "mailbox": 5002}


def test_a_service_s_own_port_goes_before_the_base() -> None:
    chosen = choose(SERVICES, base=5000, wanted={"pubsub": 7}, remembered={}, free=all_free)
    assert chosen == {"storage": 5000, "pubsub": 7, "mailbox": 5002}


def test_ports_are_remembered() -> None:
    before = choose(SERVICES, base=None, wanted={}, remembered={}, free=all_free)
    assert all(port in FREE_RANGE for port in before.values())
    assert len(set(before.values())) == 3
    assert choose(SERVICES, base=None, wanted={}, remembered=before, free=all_free) == before


def test_a_remembered_port_in_use_is_replaced() -> None:
    remembered = {"storage": 21000, "pubsub": 21001, "mailbox": 21002}
    chosen = choose(
        SERVICES, base=None, wanted={}, remembered=remembered, free=lambda p: p != 21001
    )
    assert chosen["storage"] == 21000
    assert chosen["mailbox"] == 21002
    assert chosen["pubsub"] not in remembered.values()


def test_a_port_asked_for_that_is_in_use_is_an_error() -> None:
    with pytest.raises(CloudError) as caught:
        choose(SERVICES, base=5000, wanted={}, remembered={}, free=lambda p: p != 5001)
    assert caught.value.fault.component == "pubsub"
    assert "port 5001 is in use" in caught.value.fault.message
    assert caught.value.fault.remedy


@pytest.mark.parametrize(
    "wanted", [{"storage": 1, "pubsub": 1}, {"storage": 0}, {"storage": 65536}]
)
def test_impossible_ports(wanted: dict[str, int]) -> None:
    with pytest.raises(CloudError, match="out of range or given twice"):
        choose(SERVICES, base=None, wanted=wanted, remembered={}, free=all_free)


def test_an_unknown_service_is_named_with_the_known_ones() -> None:
    with pytest.raises(CloudError, match=r"storge.*\n.*storage, pubsub, mailbox"):
        choose(SERVICES, base=None, wanted={"storge": 5}, remembered={}, free=all_free)
