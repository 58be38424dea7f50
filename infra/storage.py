"""What outlives a call: a table with its stream, buckets of documents and uploads, one bus."""

from __future__ import annotations

from typing import cast

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Stack, Validations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_s3 as s3
from constructs import Construct

DOCUMENTS = "auftakt-documents"
NUMBERS = "numbers"
"""The folder of the documents that says which numbers stand on papers (`counterfoils`)."""
UPLOADS = "auftakt-uploads"
UPLOADS_LIVE = Duration.days(7)
INDEXES = ("gsi1", "gsi2", "gsi3")
# What the lists show, and no order's whole state: every change of it would be written twice.
FULFILMENT = ["body"]
RESERVATION = ["order_id", "filled"]
LISTED = ["external_number", "status", "created_at", "total", "currency"]


class Storage(Construct):
    """The table, the documents, uploads and the bus; `keep` guards the first two."""

    def __init__(self, scope: Construct, *, keep: bool, lock: str, retention_days: int) -> None:
        super().__init__(scope, "Storage")
        policy = RemovalPolicy.RETAIN if keep else RemovalPolicy.DESTROY
        self.table = self._table(policy, keep)
        self.stream = self.table.table_stream_arn or ""
        self.documents = self._documents(policy, lock, Duration.days(retention_days))
        self.indexes = INDEXES
        # Named, because cdk-nag's findings name it.
        exported = Stack.of(self).export_value(self.documents.bucket_arn, name=DOCUMENTS)
        self.bucket = exported
        self.objects = f"{exported}/*"
        self.uploads = self._uploads()
        exported = Stack.of(self).export_value(self.uploads.bucket_arn, name=UPLOADS)
        self.uploaded = f"{exported}/*"
        self.bus = events.EventBus(self, "Bus", description="The news of Auftakt, for any listener")

    def _table(self, policy: RemovalPolicy, keep: bool) -> dynamodb.Table:
        table = dynamodb.Table(
            self,
            "Table",
            partition_key=_text("pk"),
            sort_key=_text("sk"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            stream=dynamodb.StreamViewType.NEW_IMAGE,
            time_to_live_attribute="expires",
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=keep,
            removal_policy=policy,
        )
        table.add_global_secondary_index(
            index_name="gsi1",
            partition_key=_text("gsi1pk"),
            sort_key=_text("gsi1sk"),
            projection_type=dynamodb.ProjectionType.INCLUDE,
            non_key_attributes=[*LISTED, *FULFILMENT, *RESERVATION],
        )
        table.add_global_secondary_index(
            index_name="gsi2",
            partition_key=_text("gsi2pk"),
            sort_key=_text("gsi2sk"),
            projection_type=dynamodb.ProjectionType.INCLUDE,
            non_key_attributes=LISTED,
        )
        table.add_global_secondary_index(
            index_name="gsi3",
            partition_key=_text("gsi3pk"),
            sort_key=_text("gsi3sk"),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )
        return table

    def _documents(self, policy: RemovalPolicy, lock: str, retention: Duration) -> s3.Bucket:
        rule = {
            "GOVERNANCE": s3.ObjectLockRetention.governance,
            "COMPLIANCE": s3.ObjectLockRetention.compliance,
        }[lock]
        bucket = s3.Bucket(
            self,
            "Documents",
            object_lock_enabled=True,
            object_lock_default_retention=rule(retention),
            versioned=True,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            removal_policy=policy,
        )
        Validations.of(bucket).acknowledge(
            Acknowledgment(
                id="AwsSolutions-S1",
                reason="Only functions of this stack read it, and each logs its reads; who wants "
                "S3's own log turns on CloudTrail data events for the account.",
            )
        )
        return bucket

    def _uploads(self) -> s3.Bucket:
        """What callers send by file: read once, then of no use, so nothing of it stays."""
        bucket = s3.Bucket(
            self,
            "Uploads",
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=UPLOADS_LIVE, abort_incomplete_multipart_upload_after=UPLOADS_LIVE
                )
            ],
            removal_policy=RemovalPolicy.DESTROY,
        )
        # By the resource itself: the construct's own way would deploy a function for it.
        resource = cast(s3.CfnBucket, bucket.node.default_child)
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )
        Validations.of(bucket).acknowledge(
            Acknowledgment(
                id="AwsSolutions-S1",
                reason="Each object is written by a form that a step signed, and read by one step; "
                "both are in their logs.",
            )
        )
        return bucket


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
