"""Codes about the functions themselves, their emails and the delivery of messages."""

from typing import Final

from csvgate_ops.operate.runbook.model import NextStep, OperationalCode, When

FUNCTIONS: Final = (
    OperationalCode(
        "unexpected",
        When.AFTER_RETRIES,
        "An error that csvgate does not anticipate",
        "The function's log has the place in the code: filter by the dead letter's trace. If the "
        "errors started with a deploy, deploy the previous revision. Report the error.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "breaker.open",
        When.NEVER,
        "The function dead-letters nearly everything, so its messages wait in the subscription",
        "`csvgate breaker` shows the codes that opened it: fix their cause. A new revision starts "
        "with a closed breaker; without a deploy, use `csvgate breaker lift`.",
        NextStep.NONE,
    ),
    OperationalCode(
        "settings.invalid",
        When.NEVER,
        "The function was deployed with invalid environment variables and accepts no messages",
        "The function's log names the variables. Correct deploy/topology.yaml and deploy again; "
        "the messages that wait in the subscription are then processed.",
        NextStep.NONE,
    ),
    OperationalCode(
        "platform.max_attempts",
        When.AFTER_RETRIES,
        "Pub/Sub gave up and forwarded the message itself, because the function never gave a "
        "reason",
        "If its breaker was open, the dead letter says so, with the codes that had opened it. "
        "Otherwise the function crashed, ran out of time or memory, or could not start: check its "
        "log at the time of the dead letter.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "unknown",
        When.NEVER,
        "The dead-letter topic holds a message that csvgate did not send",
        "Look at it (`csvgate dlq show`) and find out who publishes to the topic.",
        NextStep.DISCARD,
    ),
    OperationalCode(
        "storage.missing",
        When.AFTER_RETRIES,
        "A bucket, or an object that must exist, does not exist",
        "The message names it. Deploy again to create it, or restore what was deleted.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "deadline.exceeded",
        When.AFTER_RETRIES,
        "Every attempt to read the file took longer than the function may run",
        "After three such attempts the file is rejected as file.too_slow, so the services were "
        "slow or the instance was. Check the function's CPU, memory and timeout in "
        "deploy/topology.yaml.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "rejects.raced",
        When.AFTER_RETRIES,
        "At every attempt another delivery was writing the reject file under the same name",
        "A replay takes another name.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "storage.short",
        When.AFTER_RETRIES,
        "Every attempt received fewer bytes of an object than it has",
        "Check https://status.cloud.google.com.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "storage.corrupt",
        When.AFTER_RETRIES,
        "Every attempt received an object whose checksum differs from the stored one",
        "Download the object with `gcloud storage cp`, which also verifies checksums. If that "
        "fails, have the file uploaded again.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "mail.unsent",
        When.AFTER_RETRIES,
        "SendGrid did not accept the email: it was busy or could not be reached",
        "Check https://status.sendgrid.com and the limits of the account.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "mail.credits",
        When.AFTER_RETRIES,
        "The SendGrid account has sent as many emails as its plan allows",
        "The key is not wrong. Wait until the plan's next period begins, or raise the plan at "
        "SendGrid. Then replay: none of these emails was sent.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "mail.unknown",
        When.AFTER_RETRIES,
        "SendGrid did not confirm in time whether it accepted the email",
        "Check the account's activity at SendGrid. If the email is there, discard the dead letter: "
        "a replay would send it again.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "mail.refused",
        When.AT_ONCE,
        "SendGrid refused the email because of its API key, the sender or an address",
        "The message says which. Renew the secret sendgrid-api-key, verify the sender, or correct "
        "the addresses under the contract's `notify`; then deploy notify_stakeholders.",
        NextStep.REPLAY,
    ),
    OperationalCode(
        "notify.claimed",
        When.AFTER_RETRIES,
        "At every attempt another delivery was sending the same email, or the ledger was too slow",
        "`csvgate status` shows whether the email was sent.",
        NextStep.REPLAY,
    ),
)
