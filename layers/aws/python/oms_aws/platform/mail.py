"""Mail through SES v2: at most once for each cause, and an unknown outcome is never hidden."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from botocore.exceptions import ClientError

from oms.core.refusals import Broken, NotNow
from oms_aws.platform import keys
from oms_aws.platform.senders import Envelope
from oms_aws.platform.table import MOST_ACTIONS, Action, ConditionFailed, Table

LONGEST = timedelta(minutes=1)
"""No step that sends mail runs for so long: a claim that is older is nobody's any more."""


class OutcomeUnknown(Broken):
    """A try was cut off between asking SES and noting its answer: the mail may have gone out.

    It is `final` when that try has certainly ended; before, it may still be noting its answer.
    """

    def __init__(self, text: str, *, final: bool) -> None:
        super().__init__(text)
        self.final = final


class Letter(Protocol):
    """A mail, ready to send."""

    @property
    def subject(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def text(self) -> str: ...


class Claim(NamedTuple):
    """A mail of a kind for a cause, to be sent once; `anyway` is a clerk's word to send it."""

    cause: str
    kind: str
    anyway: bool = False

    @property
    def key(self) -> keys.Key:
        """Where it is noted."""
        return keys.notification(self.cause, self.kind)


class SesMail:
    """Mails to customers."""

    def __init__(self, client: Any, table: Table) -> None:
        self._client = client
        self._table = table

    def claim(self, wanted: Claim, *, at: datetime) -> str | None:
        """Claim the right to send a mail; answers the message id if it was sent already.

        Raises OutcomeUnknown when an earlier try was cut off.
        """
        try:
            self._table.write([self._sending(wanted, at, unless_exists=True)])
        except ConditionFailed:
            item = self._table.get(wanted.key) or {}
            if item.get("state") == "sent":
                return str(item["message_id"])
            if item.get("state") == "sending" and not wanted.anyway:
                since = item.get("since")
                final = not since or at - datetime.fromisoformat(str(since)) > LONGEST
                text = f"{wanted.kind} for {wanted.cause} may have been sent already"
                raise OutcomeUnknown(text, final=final) from None
            self._table.write([self._sending(wanted, at)])
        return None

    def claim_all(self, wanted: Sequence[Claim], *, at: datetime) -> list[str | Exception | None]:
        """Claim mails, each of another cause or kind, in one transaction if nobody did before.

        Answers for each what `claim` answers, or why it was not claimed.
        """
        if 1 < len(wanted) <= MOST_ACTIONS:
            with suppress(ConditionFailed, NotNow):
                self._table.write([self._sending(each, at, unless_exists=True) for each in wanted])
                return [None] * len(wanted)
        return [self._tried(each, at) for each in wanted]

    def _sending(self, each: Claim, at: datetime, *, unless_exists: bool = False) -> Action:
        """The action that claims a mail, if need be only one that nobody has claimed before."""
        claimed = {"state": "sending", "since": at.isoformat()}
        return self._table.put(each.key, claimed, unless_exists=unless_exists)

    def _tried(self, each: Claim, at: datetime) -> str | Exception | None:
        try:
            return self.claim(each, at=at)
        except Exception as error:
            return error

    def send(self, cause: str, kind: str, to: str, letter: Letter, by: Envelope) -> str:
        """Send a claimed mail and answer its message id; a refusal by SES gives the claim back."""
        try:
            answer = self._client.send_email(
                FromEmailAddress=by.sender,
                ReplyToAddresses=[by.reply_to],
                Destination={"ToAddresses": [to]},
                Content={
                    "Simple": {
                        "Subject": {"Data": letter.subject, "Charset": "UTF-8"},
                        "Body": {
                            "Html": {"Data": letter.html, "Charset": "UTF-8"},
                            "Text": {"Data": letter.text, "Charset": "UTF-8"},
                        },
                    }
                },
                EmailTags=[{"Name": "cause", "Value": cause}, {"Name": "kind", "Value": kind}],
            )
        except ClientError:
            key = keys.notification(cause, kind)
            self._table.write([self._table.put(key, {"state": "refused"})])
            raise
        return str(answer["MessageId"])

    def sent(self, cause: str, kind: str, message_id: str) -> Action:
        """The action that notes that the mail has gone out."""
        return self._table.put(
            keys.notification(cause, kind),
            {"kind": "notification", "state": "sent", "message_id": message_id},
        )
