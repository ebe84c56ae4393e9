"""The faults that a test can ask of the mailbox."""

from http.client import RemoteDisconnected

import pytest

from integration.mailbox.mailbox_process import Mailbox, request


def test_fails_as_often_as_asked_and_then_takes_it(box: Mailbox) -> None:
    box.fault(status=429, times=2, headers={"Retry-After": "7"})
    answers = [box.send(request()) for _ in range(3)]
    assert [answer.status for answer in answers] == [429, 429, 202]
    assert answers[0].headers["Retry-After"] == "7"
    assert answers[0].headers["X-RateLimit-Remaining"] == "0"


def test_credits_are_used_up_as_at_sendgrid(box: Mailbox) -> None:
    box.fault(no_credits=True)
    answer = box.send(request(custom_args={"upload_id": "no credits"}))
    assert answer.status == 401
    assert answer.json["errors"] == [
        {"message": "Maximum credits exceeded", "field": None, "help": None}
    ]
    assert box.emails("?upload_id=no%20credits") == []
    assert box.send(request()).status == 202


def test_faults_come_in_the_order_they_were_asked_for(box: Mailbox) -> None:
    box.fault(status=500)
    box.fault(status=503, message="later")
    assert [plan["status"] for plan in box.call("GET", "/_faults").json] == [500, 503]
    assert [box.send(request()).status for _ in range(3)] == [500, 503, 202]


def test_faults_can_be_taken_back(box: Mailbox) -> None:
    box.fault(status=500, times=100)
    assert box.call("DELETE", "/_faults").json == []
    assert box.send(request()).status == 202


def test_a_dropped_connection_has_taken_the_email(box: Mailbox) -> None:
    box.fault(drop=True)
    with pytest.raises(RemoteDisconnected):
        box.send(request(custom_args={"upload_id": "dropped"}))
    assert len(box.emails("?upload_id=dropped")) == 1


@pytest.mark.parametrize(
    "plan", [None, [], {"status": 200}, {"times": 0}, {"delay_seconds": -1}, {"stauts": 500}]
)
def test_a_nonsensical_fault_is_a_400(box: Mailbox, plan: object) -> None:
    answer = box.call("POST", "/_faults", plan)
    assert answer.status == 400
    assert answer.json["errors"]
    assert box.call("GET", "/_faults").json == []


def test_a_form_of_another_site_cannot_ask_for_faults(box: Mailbox) -> None:
    body, headers = b'{"status": 500}', {"Content-Type": "text/plain"}
    assert box.call("POST", "/_faults", body, headers).status == 415
