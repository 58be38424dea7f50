"""The log store: an aggregate, its events and its projections are saved in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from oms.core.events import GENESIS, DomainEvent, LogEntry
from oms.core.formats import Formats, carried
from oms.core.pseudonyms import Vault
from oms.core.refusals import Broken, NotNow, Unknown
from oms_aws.platform.attributes import packed, unpacked
from oms_aws.platform.keys import Key
from oms_aws.platform.log import Place, Saved, VersionDiffers, entries_of, event_action, read_log
from oms_aws.platform.table import MOST_ACTIONS, Action, ConditionFailed, Table
from oms_aws.platform.vaults import NO_VAULT, erased_vault, new_vault, stored_vault, vault_action

CHANGE_TRIES = 10
READ_TRIES = 3

Item = Mapping[str, Any]


class Aggregate(Protocol):
    """What is consistent in one write; `events` are those that its last commands led to."""

    @property
    def id(self) -> str: ...
    @property
    def shop(self) -> str: ...
    @property
    def events(self) -> tuple[DomainEvent, ...]: ...


State = TypeVar("State", bound=Aggregate)


class Stored(NamedTuple, Generic[State]):
    """A state as it was read: `version` guards its next save, `sequence` and `hash` its log.

    The `vault` has what stands in the table as pseudonyms. `counts` are the attributes of its item
    that others count up beside the state. `format` is that of its item, and `beyond` what was read,
    if that is a format which only newer code knows.
    """

    state: State
    version: int
    sequence: int
    hash: str
    vault: Vault = NO_VAULT
    counts: Mapping[str, int] = {}
    format: int = 1
    beyond: bytes = b""

    @property
    def hidden(self) -> State:
        """The state as the table has it, with pseudonyms."""
        return self.state if self.vault is NO_VAULT else self.vault.hidden(self.state)[0]


Read = TypeVar("Read", bound=Stored[Any])


class Conflict(Exception):
    """The aggregate has changed since it was read."""


class Guarded(NamedTuple):
    """A write whose condition says something of its own, and what is raised when it fails."""

    action: Action
    objection: Exception


def _nothing(*_: Any) -> tuple[()]:
    return ()


class AggregateKind(Struct, Generic[State, Read], frozen=True, kw_only=True):
    """Kind of aggregate: all that tells the storing of one from that of others.

    The log of one is `name/<id>`, and `noun` is how refusals speak of it. `attributes` of what was
    stored, and of its state as the table has it, are those that lists and the clock find it by;
    `counted` those that others count up in its item without a new version: a save demands that
    they are as they were read. `guarded` are writes with a word to say, from the state before (None
    of a new one) and after, with its events; `projections` those that follow from both as the table
    has them; and `rows` those that may go ahead of the transaction, as they say nothing without the
    aggregate. With a `vault`, what is personal of it lies in there.
    """

    name: str
    noun: str
    formats: Formats[State]
    stored: type[Read]
    key: Callable[[str], Key]
    attributes: Callable[[Read, State], Mapping[str, Any]]
    guarded: Callable[[Table, State | None, State], Iterable[Guarded]] = _nothing
    projections: Callable[[Table, State | None, State], Iterable[Action]] = _nothing
    rows: Callable[[Table, State | None, State, Iterable[str]], Sequence[Action]] = _nothing
    counted: tuple[str, ...] = ()
    vault: Callable[[str], Key] | None = None
    erased: Callable[[State], bool] = lambda _: False

    def item(self, stored: Read, hidden: State) -> dict[str, Any]:
        """The attributes of its item, which has the state as `hidden`."""
        return {
            "kind": self.name,
            "version": stored.version,
            "sequence": stored.sequence,
            "hash": stored.hash,
            "format": stored.format,
            "texts": len(stored.vault.values),
            "state": packed(self._written(stored, hidden)),
            **stored.counts,
            **self.attributes(stored, hidden),
        }

    def _written(self, stored: Read, hidden: State) -> bytes:
        now = msgspec.json.encode(hidden)
        if not (beyond := stored.beyond):
            return now
        known = self.formats.read(beyond, stored.format)
        return carried(beyond, msgspec.json.encode(known), now)

    def read(self, item: Item, known: Vault = NO_VAULT) -> Read:
        """The aggregate in a table item, with what its vault knows."""
        body, format = unpacked(item["state"]), item["format"]
        state = self.formats.read(known.shown(body), format)
        end = item["version"], item["sequence"], item["hash"]
        counts = {name: item[name] for name in self.counted}
        newest = self.formats.newest
        beyond = body if format > newest else b""
        return self.stored(state, *end, known, counts, max(format, newest), beyond)

    def new(self, state: State, **counts: int) -> Read:
        """An aggregate that is not stored yet."""
        return self.stored(state, 0, 0, GENESIS, self.no_vault(), counts, self.formats.newest)

    def no_vault(self) -> Vault:
        """The vault of one that has none yet."""
        return new_vault() if self.vault else NO_VAULT


class Prepared(NamedTuple, Generic[Read]):
    """An aggregate and all that has to be written for it, at once.

    First stands the aggregate itself, and behind it what is `guarded`. `ahead` is what the
    transaction has no room for, and what says nothing while there is no such aggregate.
    """

    stored: Read
    actions: list[Action]
    guarded: tuple[Guarded, ...]
    ahead: tuple[Action, ...] = ()

    def objection(self, failed: tuple[int, ...]) -> Exception:
        """What it means that the actions of these indexes did not hold.

        A new one of which more is there already is one that is sent again.
        """
        first, again = failed[0], self.stored.version == 1 and len(failed) > 1
        if 0 < first <= len(self.guarded) and not again:
            return self.guarded[first - 1].objection
        return Conflict(self.stored.state.id)


class AggregateStore(Generic[State, Read]):
    """Aggregates of one kind in DynamoDB."""

    kind: AggregateKind[State, Read]

    def __init__(
        self, table: Table, now: Callable[[], datetime], new_id: Callable[[str], str]
    ) -> None:
        self._table = table
        self._now = now
        self._new_id = new_id

    # -- reads --------------------------------------------------------------------------------

    def get(self, id: str) -> Read:
        """The aggregate with this id; raises Unknown, and Broken if its vault is not whole."""
        found = self.known(id)
        if found is None:
            raise Unknown(f"{self.kind.name}_unknown", f"There is no {self.kind.noun} {id}.")
        return found

    def known(self, id: str) -> Read | None:
        """The aggregate with this id, if there is one."""
        if self.kind.vault:
            return self.get_many([id]).get(id)
        item = self._table.get(self.kind.key(id))
        return self.kind.read(item) if item else None

    def get_many(self, ids: Iterable[str]) -> dict[str, Read]:
        """The aggregates that exist among the ids; raises Broken if a vault is not whole.

        One and its vault are read at once, not at one time: what had just been written is read
        again.
        """
        found: dict[str, Read] = {}
        left = [*dict.fromkeys(ids)]
        for _ in range(READ_TRIES):
            torn = []
            for id, item, beside in self._read(left):
                vault = stored_vault(beside) if beside else self.kind.no_vault()
                if len(vault.values) >= item.get("texts", 0):
                    found[id] = self.kind.read(item, vault)
                else:
                    torn.append(id)
            if not (left := torn):
                return found
        raise Broken(f"{', '.join(left)}: the vault has lost texts")

    def _read(self, ids: Iterable[str]) -> Iterator[tuple[str, Item, Item | None]]:
        """The items of aggregates that exist, each with that of its vault."""
        key, beside = self.kind.key, self.kind.vault
        wanted = {id: (key(id), beside(id) if beside else None) for id in ids}
        items = self._table.get_many(k for both in wanted.values() for k in both if k)
        found = {Key(item["pk"], item["sk"]): item for item in items}
        return (
            (id, found[own], found.get(vault) if vault else None)
            for id, (own, vault) in wanted.items()
            if own in found
        )

    def log(self, id: str, *, after: int = 0, limit: int | None = None) -> Iterator[LogEntry]:
        """The aggregate's events in order, behind the sequence number `after`."""
        return read_log(self._table, f"{self.kind.name}/{id}", after=after, limit=limit)

    def _listed(
        self, pk: str, *, after: str = "", limit: int | None = None, newest: bool = False
    ) -> list[tuple[str, Read]]:
        """Those in a list of the index GSI1, each with where the list goes on behind it.

        The index leads to them; what they are is read from the table.
        """
        found = self._table.listed("gsi1", pk, after=after, limit=limit, newest=newest)
        places = {Key(each["pk"], each["sk"]): each["gsi1sk"] for each in found}
        items = {Key(i["pk"], i["sk"]): i for i in self._table.get_many(places)}
        return [(place, self.kind.read(items[key])) for key, place in places.items()]

    # -- writes -------------------------------------------------------------------------------

    def prepared(self, seen: Read, state: State, by: Saved) -> Prepared[Read]:
        """What storing the state takes; raises what its guarded writes refuse."""
        kind = self.kind
        bare: State = replace(cast(Any, state), events=())
        (hidden, events), vault = (bare, state.events), seen.vault
        if kind.vault:
            (hidden, events), vault = vault.hidden((hidden, events))
        if kind.erased(bare) and not kind.erased(seen.state):
            bare, vault = hidden, erased_vault(self._now())
        place = Place(f"{kind.name}/{state.id}", state.shop, seen.sequence, seen.hash)
        entries = entries_of(events, place, by, at=self._now(), new_id=self._new_id)
        beside = [event_action(self._table, e, texts=len(vault.values)) for e in entries]
        if kind.vault and (vault is not seen.vault or not seen.version):
            beside.append(vault_action(self._table, kind.vault(state.id), vault))
        sequence, last = place.behind(entries)
        stored = seen._replace(
            state=bare, version=seen.version + 1, sequence=sequence, hash=last, vault=vault
        )
        before = seen.state if seen.version else None
        guarded = tuple(kind.guarded(self._table, before, state))
        was = seen.hidden if seen.version else None
        follows = kind.projections(self._table, was, hidden)
        first = self._put(seen, stored, hidden)
        actions = [first, *(g.action for g in guarded), *beside, *follows, *by.also]
        rows = kind.rows(self._table, before, bare, seen.vault.values.values())
        room = max(0, MOST_ACTIONS - len(actions))
        return Prepared(stored, [*actions, *rows[:room]], guarded, tuple(rows[room:]))

    def _put(self, seen: Read, stored: Read, hidden: State) -> Action:
        key, item = self.kind.key(hidden.id), self.kind.item(stored, hidden)
        if seen.version == 0:
            return self._table.put(key, item, unless_exists=True)
        return self._table.put_if(key, item, version=seen.version, **seen.counts)

    def save(self, seen: Read, state: State, by: Saved) -> Read:
        """Store the state, and an entry of its log for each of its events.

        Raises Conflict, and what its guarded writes object.
        """
        return self.write(self.prepared(seen, state, by))

    def write(self, prepared: Prepared[Read]) -> Read:
        """Store what was prepared; raises as `save`."""
        for start in range(0, len(prepared.ahead), MOST_ACTIONS):
            self._table.write([*prepared.ahead[start : start + MOST_ACTIONS]])
        try:
            self._table.write(prepared.actions)
        except ConditionFailed as error:
            raise prepared.objection(error.failed) from error
        return prepared.stored

    def create(self, state: State, by: Saved) -> Read:
        """Store a new aggregate with its events; raises Conflict when it is there already."""
        return self.save(self.kind.new(state), state, by)

    def save_together(self, prepared: Sequence[Prepared[Any]], also: Sequence[Action] = ()) -> None:
        """Store several aggregates, of any kinds, in one transaction; raises Conflict."""
        try:
            self._table.write([*(a for each in prepared for a in each.actions), *also])
        except ConditionFailed as error:
            raise Conflict(", ".join(each.stored.state.id for each in prepared)) from error

    def change(
        self,
        id: str,
        command: Callable[[State], State],
        by: Saved,
        *,
        seen: Read | None = None,
        if_version: int | None = None,
    ) -> Read:
        """Get, decide, save; again from the start whenever someone else was faster.

        `seen` spares the first reading. Without events nothing is written. Raises what the command
        raises, and NotNow.
        """
        for attempt in range(CHANGE_TRIES):
            if seen is None or attempt:
                seen = self.get(id)
            if if_version is not None and if_version != seen.version:
                raise VersionDiffers(seen.version)
            state = command(seen.state)
            if not state.events:
                return seen
            try:
                return self.save(seen, state, by)
            except Conflict:
                continue
        raise NotNow(f"{id} is being changed by many at once")

    def touched(self, seen: Read) -> Action:
        """The action that makes every other save of the aggregate, as seen, start again."""
        return self._table.update(
            self.kind.key(seen.state.id),
            "SET version = :next",
            {":next": seen.version + 1, ":seen": seen.version},
            condition="version = :seen",
        )

    def unchanged(self, seen: Read) -> Action:
        """The action that demands that the aggregate still is as seen."""
        return self._table.check(self.kind.key(seen.state.id), version=seen.version)
