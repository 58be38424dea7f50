"""Opens a world: a fresh deployment on moto, from the templates."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from moto import mock_aws

from oms_aws.platform import wiring
from tests.world import clients
from tests.world.blueprint import REGION, Blueprint, blueprint
from tests.world.faults import ORDERLY, Chaos
from tests.world.reading import quick_reads
from tests.world.transactions import quick_transactions
from tests.world.world import World


@contextmanager
def opened(*, seed: int = 0, chaos: Chaos = ORDERLY) -> Iterator[World]:
    """A fresh deployment; it is gone afterwards."""
    made = blueprint()
    with _environment(), mock_aws(), clients.shared(), quick_transactions(), quick_reads():
        _create(made)
        world = World(made, seed=seed, chaos=chaos)
        try:
            with clients.watched(world):
                yield world
        finally:
            wiring.held.clear()


@contextmanager
def _environment() -> Iterator[None]:
    before = dict(os.environ)
    os.environ |= {"AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _create(made: Blueprint) -> None:
    name, table = made.table
    taken = ("AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema")
    stream = {"StreamEnabled": True, **table["StreamSpecification"]}
    clients.client("dynamodb").create_table(
        TableName=name, StreamSpecification=stream, **{n: table[n] for n in taken}
    )
    bucket, properties = made.bucket
    s3 = clients.client("s3")
    s3.create_bucket(
        Bucket=bucket.lower(),
        ObjectLockEnabledForBucket=properties["ObjectLockEnabled"],
        CreateBucketConfiguration={"LocationConstraint": REGION},
    )
    s3.create_bucket(Bucket=made.uploads, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object_lock_configuration(
        Bucket=bucket.lower(),
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": properties["ObjectLockConfiguration"]["Rule"],
        },
    )
