"""A file of counts has arrived: they are taken as those of a batch are."""

from __future__ import annotations

from oms_aws.edges.counts import take_upload
from oms_aws.edges.queue import Signal, queue
from oms_aws.uploads import FOLDER
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    """S3 names the file, the clock the upload whose file it told nobody of."""
    take_upload(signal.aggregate.removeprefix(f"{FOLDER}/").removeprefix("upload/"), oms)
