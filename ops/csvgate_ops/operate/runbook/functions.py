"""Codes of the functions as such, of the emails they send and of how messages reach them."""

from typing import Final

from csvgate_ops.operate.runbook.model import How, Operational, Then

FUNCTIONS: Final = (
    Operational(
        "unexpected",
        How.RETRIED,
        "An error that nobody foresaw",
        "The function's log has it whole: filter by the letter's trace. If it began with a deploy, "
        "deploy the revision before it. Report it.",
        Then.REPLAY,
    ),
    Operational(
        "breaker.open",
        How.NEVER,
        "The function dead-letters nearly everything, so its messages wait in the subscription",
        "`csvgate breaker` says what tripped it: mend that code. Deploying a new revision starts "
        "with a closed breaker; otherwise `csvgate breaker lift`.",
        Then.NONE,
    ),
    Operational(
        "settings.invalid",
        How.NEVER,
        "The function was deployed with wrong environment variables and takes no messages",
        "The function's log names the variables. Correct deploy/topology.yaml and deploy again; "
        "what waits in the subscription goes through.",
        Then.NONE,
    ),
    Operational(
        "platform.max_attempts",
        How.RETRIED,
        "Pub/Sub gave up and forwarded the message itself: the function was never able to say why",
        "It crashed, ran out of time or memory, could not start, or its breaker was open all the "
        "while. See its log for the time of the letter, and `csvgate breaker`.",
        Then.REPLAY,
    ),
    Operational(
        "unknown",
        How.NEVER,
        "A message in a dead-letter topic that csvgate did not put there",
        "Look at it (`csvgate dlq show`) and find out who publishes to the topic.",
        Then.DISCARD,
    ),
    Operational(
        "storage.missing",
        How.RETRIED,
        "A bucket, or an object that must be there, does not exist",
        "The message names it. Deploy again to create it, or restore what was deleted.",
        Then.REPLAY,
    ),
    Operational(
        "storage.short",
        How.RETRIED,
        "Fewer bytes of an object came than it has, time and again",
        "See https://status.cloud.google.com.",
        Then.REPLAY,
    ),
    Operational(
        "storage.corrupt",
        How.RETRIED,
        "An object arrived with another checksum than it was stored with, time and again",
        "Download it with `gcloud storage cp`, which checks too. If that fails, have the file "
        "uploaded again.",
        Then.REPLAY,
    ),
    Operational(
        "mail.unsent",
        How.RETRIED,
        "SendGrid did not take the email: it was busy, or could not be reached",
        "See https://status.sendgrid.com and the limits of the account.",
        Then.REPLAY,
    ),
    Operational(
        "mail.unknown",
        How.RETRIED,
        "SendGrid did not say whether it took the email",
        "See the activity of the account at SendGrid: discard the letter if the email is there; a "
        "replay sends it again.",
        Then.REPLAY,
    ),
    Operational(
        "mail.refused",
        How.AT_ONCE,
        "SendGrid refused the email: its key, the sender or an address",
        "The message says which. Renew the secret sendgrid-api-key, verify the sender, or mend the "
        "addresses in the contract's `notify`; deploy notify_stakeholders.",
        Then.REPLAY,
    ),
    Operational(
        "notify.claimed",
        How.RETRIED,
        "Another delivery of the same email was under way at each attempt",
        "`csvgate status` says whether the email was sent.",
        Then.REPLAY,
    ),
)
