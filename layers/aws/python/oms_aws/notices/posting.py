"""Posting: the mails that the events of a delivery cause, claimed, sent and noted together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from oms.billing.documenting import note_notification
from oms.core.refusals import NotNow
from oms.returns.withdrawal import Withdrawal
from oms.returns.withdrawing import acknowledged
from oms_aws.billing.opening import store_of
from oms_aws.notices.customer_mails import mails_for
from oms_aws.notices.keeper_mails import tell_keeper
from oms_aws.notices.mailing import Mail
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.aggregates import AggregateStore, Conflict, Prepared, Stored
from oms_aws.platform.log import Saved
from oms_aws.platform.logs import logger
from oms_aws.platform.mail import Claim
from oms_aws.platform.queue import EventNotice
from oms_aws.platform.senders import envelope
from oms_aws.platform.table import MOST_ACTIONS, Unwritable

Held = Stored[Any]
"""An order, a collective invoice, or a withdrawal."""


class Post(NamedTuple):
    """A mail that an event causes, and whose it is; `places` are those of its signals."""

    places: tuple[int, ...]
    signal: EventNotice
    held: Held
    mail: Mail

    @property
    def claim(self) -> Claim:
        """The right to send it, which is given once."""
        return Claim(self.signal.id, self.mail.kind, self.signal.redriven > 0)


class Sent(NamedTuple):
    """A mail that has gone out."""

    post: Post
    message_id: str


def post(signals: Sequence[EventNotice], oms: NoticesWiring) -> dict[int, Exception]:
    """Send the mails of a delivery; answers the places of signals that are to come again, and why.

    Those it is of are read in one request, and that mails went out is noted in one transaction.
    """
    failed: dict[int, Exception] = {}
    sent: list[Sent] = []
    for each, claimed in _claimed(_posts(signals, failed, oms), oms):
        try:
            if isinstance(claimed, Exception):
                raise claimed
            if claimed is None:  # else it was sent and noted before
                sent.append(Sent(each, _send(each, oms)))
        except Exception as error:
            failed |= dict.fromkeys(each.places, error)
    for unnoted, why in _noted(sent, oms):
        failed |= dict.fromkeys(unnoted.post.places, why)
    return failed


def _posts(
    signals: Sequence[EventNotice], failed: dict[int, Exception], oms: NoticesWiring
) -> list[Post]:
    """The mails to send; `failed` gets the places of signals that lead to none, and why."""
    held = _read(signals, oms)
    posts: dict[tuple[str, str], Post] = {}
    for place, signal in enumerate(signals):
        try:
            if signal.aggregate.startswith("webhook/"):
                tell_keeper(signal, oms)
                continue
            known = held.get(signal.aggregate) or _store(signal.aggregate, oms).get(_id(signal))
            for mail in mails_for(signal, known.state, oms):
                same = posts.get((signal.id, mail.kind))
                places = (*same.places, place) if same else (place,)
                posts[signal.id, mail.kind] = Post(places, signal, known, mail)
        except Exception as error:
            failed[place] = error
    return [*posts.values()]


def _store(aggregate: str, oms: NoticesWiring) -> AggregateStore[Any, Any]:
    return oms.withdrawals if aggregate.startswith("withdrawal/") else store_of(aggregate, oms)


def _id(signal: EventNotice) -> str:
    return signal.aggregate.partition("/")[2]


def _read(signals: Sequence[EventNotice], oms: NoticesWiring) -> dict[str, Held]:
    """Orders of the signals by aggregate; none if they cannot be read at once, or there is one."""
    ids = {_id(each) for each in signals if each.aggregate.startswith("order/")}
    if len(ids) < 2:
        return {}
    try:
        found = oms.orders.get_many(ids)
        oms.catalogue.cached_products(sku for seen in found.values() for sku in seen.order.skus)
        return {f"order/{id}": seen for id, seen in found.items()}
    except Exception as error:
        logger.warning("not read together", extra={"why": repr(error)})
        return {}


def _claimed(
    posts: Sequence[Post], oms: NoticesWiring
) -> Iterator[tuple[Post, str | Exception | None]]:
    """Each mail with its claim: None to send it, its id if it was sent, or why it cannot be."""
    claims = oms.mail.claim_all([each.claim for each in posts], at=oms.now())
    return zip(posts, claims, strict=True)


def _send(each: Post, oms: NoticesWiring) -> str:
    shop = oms.catalogue.cached_shop(each.held.state.shop)
    by = envelope(shop, (oms.settings.sender, *oms.settings.senders))
    return oms.mail.send(each.signal.id, each.mail.kind, each.mail.to, each.mail.letter, by)


# -- notes ----------------------------------------------------------------------------------------


def _noted(sent: Sequence[Sent], oms: NoticesWiring) -> Iterator[tuple[Sent, Exception]]:
    """Note the mails: as many together as one transaction holds, one of each order, others alone.

    Answers those that could not be noted, and why.
    """
    first: dict[str, Sent] = {}
    for each in sent:
        first.setdefault(each.post.signal.aggregate, each)
    together = [*first.values()] if len(first) > 1 else []
    done: list[Sent] = []
    try:
        done = _noted_together(together, oms)
    except (Conflict, NotNow, Unwritable) as error:
        logger.warning("not noted together", extra={"why": repr(error), "mails": len(together)})
    except Exception as error:  # whether they are noted is not known: their claims say so next time
        yield from ((each, error) for each in together)
        done = together
    for each in sent:
        if each not in done:
            try:
                _note(each, oms, read=len(sent) == 1)
            except Exception as error:
                yield each, error


def _noted_together(sent: Sequence[Sent], oms: NoticesWiring) -> list[Sent]:
    """Note mails of different orders in one transaction; answers those that it holds.

    Raises Conflict, NotNow and Unwritable when none is noted.
    """
    done: list[Sent] = []
    prepared: list[Prepared[Any]] = []
    for each in sent:
        seen, by = each.post.held, _by(each, oms)
        state = _told(each, seen.state, oms)
        more = _store(each.post.signal.aggregate, oms).prepared(seen, state, by)
        if sum(len(some.actions) for some in (*prepared, more)) <= MOST_ACTIONS:
            prepared.append(more)
            done.append(each)
    if prepared:
        oms.orders.save_together(prepared)
    return done


def _note(each: Sent, oms: NoticesWiring, *, read: bool) -> None:
    """Note one mail; `read` says that what it is of was read just now."""
    store, id = _store(each.post.signal.aggregate, oms), _id(each.post.signal)
    seen = each.post.held if read else None
    store.change(id, lambda state: _told(each, state, oms), _by(each, oms), seen=seen)


def _told(each: Sent, state: Any, oms: NoticesWiring) -> Any:
    kind, cause = each.post.mail.kind, each.post.signal.id
    if isinstance(state, Withdrawal):
        return acknowledged(state, each.message_id, at=oms.now())
    return note_notification(state, kind, cause, each.message_id, oms.now())


def _by(each: Sent, oms: NoticesWiring) -> Saved:
    """Who notes it, with the mark that it is out, which the event that says so comes along with."""
    kind, cause = each.post.mail.kind, each.post.signal.id
    return Saved("auftakt", cause, (oms.mail.sent(cause, kind, each.message_id),))
