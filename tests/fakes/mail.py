"""SendGrid in memory: it refuses what SendGrid would refuse, and keeps all other emails."""

from dataclasses import replace

from csvgate.ports import Email
from csvgate.runtime.errors import Permanent, Transient
from fakes.effects import Effects

MAX_RECIPIENTS = 1000


class FakeMailer:
    """`sent` holds the delivered emails in order. An address given twice gets one email. Without
    `has_credits`, the account's plan allows no more emails."""

    def __init__(self, effects: Effects | None = None) -> None:
        self.sent: list[Email] = []
        self.effects = effects or Effects()
        self.has_credits = True

    def send(self, email: Email) -> str:
        recipients: dict[str, str] = {}
        for address in email.recipients:
            recipients.setdefault(address.casefold(), address)
        problem = _problem(email, len(recipients))
        if problem:
            raise Permanent("mail.refused", problem)
        if not self.has_credits:
            raise Transient("mail.credits", "Maximum credits exceeded")
        kept = replace(email, recipients=tuple(recipients.values()))
        self.effects.do("mail.send", email.subject, lambda: self.sent.append(kept))
        return f"message-{len(self.sent)}"


def _problem(email: Email, recipients: int) -> str | None:
    if recipients == 0:
        return "personalizations: must have at least one personalization"
    if recipients > MAX_RECIPIENTS:
        return "personalizations: there is a limit of 1000 total recipients per request"
    if not all("@" in each for each in email.recipients):
        return "personalizations: does not contain a valid address"
    if "@" not in email.sender:
        return "from.email: does not contain a valid address"
    if not email.subject:
        return "subject: the subject is required"
    if not email.html or not email.text:
        return "content: must be a string at least one character in length"
    return None
