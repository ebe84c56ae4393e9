from collections.abc import Iterator

import pytest

from integration.mailbox.mailbox_process import Mailbox, mailbox


@pytest.fixture(scope="module")
def shared_mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    with mailbox(tmp_path_factory.mktemp("mailbox")) as running:
        yield running


@pytest.fixture
def box(shared_mailbox: Mailbox) -> Mailbox:
    """One process for the tests of a file: emails of earlier tests are in it, faults are not."""
    shared_mailbox.call("DELETE", "/_faults")
    return shared_mailbox
