"""A file of counts has arrived: they are taken as those of a batch are."""

from __future__ import annotations

from oms_aws.platform.queue import EventNotice, queue
from oms_aws.platform.uploads import FOLDER
from oms_aws.sourcing.count_files import take_upload
from oms_aws.sourcing.wiring import SourcingWiring


@queue
def handler(signal: EventNotice, oms: SourcingWiring) -> None:
    """S3 names the file, the clock the upload whose file it told nobody of."""
    take_upload(signal.aggregate.removeprefix(f"{FOLDER}/").removeprefix("upload/"), oms)
