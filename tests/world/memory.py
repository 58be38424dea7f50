"""What a world stores, kept as bytes and put into another that is as new as it was."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.world.functions import MORNING
from tests.world.world import World

Attributes = dict[str, Any]


@dataclass(frozen=True)
class Memory:
    """A world's table, stream and parameters, how far its time is, and its owner's attributes."""

    stored: bytes
    parameters: tuple[tuple[str, str], ...]
    passed: timedelta
    requests: int
    owner: Attributes

    @classmethod
    def of(cls, world: World, owner: Attributes) -> Memory:
        """Remember a world of which nothing has been told to anybody yet."""
        assert not any(world.outside.queues.values())
        assert not world.executions
        assert not world.objects()
        found = world.client("ssm").get_parameters_by_path(
            Path="/", Recursive=True, WithDecryption=True
        )
        named = tuple((each["Name"], each["Value"]) for each in found["Parameters"])
        stored = pickle.dumps((world.stored.items, world.stored.stream_shard.items))
        return cls(stored, named, world.time - MORNING, world.requests, dict(owner))

    def into(self, world: World) -> Attributes:
        """Let a new world be as the remembered one was; answers its owner's attributes."""
        world.stored.items, world.stored.stream_shard.items = pickle.loads(self.stored)
        for name, value in self.parameters:
            world.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString")
        world.time += self.passed
        world.requests = self.requests
        return dict(self.owner)


def is_new(world: World) -> bool:
    """Whether nothing has happened in a world, and nothing unforeseen will."""
    tame = not (world.chaos.interleave or world.chaos.repeat or world.chaos.shuffle or world.traps)
    return tame and world.time == MORNING and not world.requests and not world.stored.items
