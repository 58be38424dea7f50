"""What is not done at once is tried again, then kept, then noticed."""

from __future__ import annotations

import json

import pytest

from infra.journey import JOURNEY, DeadLetters, Queue, Step, Stream
from tests.infra.deployed import Resource, Template, ending

QUEUES = [step for step in JOURNEY if isinstance(step.on, Queue)]
LETTERS = ("auftakt-dead-letters", "auftakt-dead-letters.fifo")
every_queue_step = pytest.mark.parametrize("step", QUEUES, ids=lambda step: step.name)


def leads_to(arn: object, name: str) -> bool:
    """Whether an ARN, as the template joins it, is that of the queue of that name."""
    return str(arn).endswith(f":{name}']]}}")


def source(template: Template, queue: str) -> Resource:
    """The event source mapping that reads a queue."""
    arn = {"Fn::GetAtt": [queue, "Arn"]}
    mappings = template.of("Lambda::EventSourceMapping").values()
    (found,) = [mapping for mapping in mappings if mapping["EventSourceArn"] == arn]
    return found


def alarms(template: Template, queue: str) -> set[str]:
    """The metrics of a queue that an alarm looks at."""
    name = {"Fn::GetAtt": [queue, "QueueName"]}
    return {
        alarm["MetricName"]
        for alarm in template.of("CloudWatch::Alarm").values()
        if name in [dimension["Value"] for dimension in alarm.get("Dimensions", [])]
    }


def test_there_is_no_queue_but_those_of_the_steps(template: Template) -> None:
    names = {f"auftakt-{step.stage}-{step.verb_noun}{ending(step)}" for step in QUEUES}
    names |= {*LETTERS}
    assert {queue["QueueName"] for queue in template.of("SQS::Queue").values()} == names


@every_queue_step
def test_only_what_never_reaches_a_step_is_given_up_by_the_queue(
    template: Template, step: Step
) -> None:
    """The step counts its tries; SQS counts throttled deliveries, too, so it hardly ever does."""
    policy = template.queue(step)[1]["RedrivePolicy"]
    assert leads_to(policy["deadLetterTargetArn"], f"auftakt-dead-letters{ending(step)}")
    assert policy["maxReceiveCount"] == 1_000


@every_queue_step
def test_what_works_in_turn_has_a_queue_for_each_group(template: Template, step: Step) -> None:
    assert isinstance(step.on, Queue)
    queues = [template.queue(step)[1]]
    order = ("FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit")
    found = {tuple(queue.get(name) for name in order) for queue in queues}
    in_turn = (True, True, "messageGroup", "perMessageGroupId")
    assert found == {in_turn if step.on.in_turn else (None, None, None, None)}
    if step.on.in_turn:
        # FIFO queues deliver ten messages at most, and know neither windows nor delays.
        assert step.on.batch <= 10
        assert not step.on.events


@every_queue_step
def test_an_event_is_not_given_out_again_while_a_step_works(template: Template, step: Step) -> None:
    """And what was throttled comes again soon after."""
    seconds = template.queue(step)[1]["VisibilityTimeout"]
    assert step.seconds < seconds <= step.seconds + 30


@every_queue_step
def test_events_come_in_batches_that_may_fail_in_part(template: Template, step: Step) -> None:
    assert isinstance(step.on, Queue)
    mapping = source(template, template.queue(step)[0])
    assert mapping["FunctionName"] == {"Ref": template.function(step)[0]}
    assert mapping["BatchSize"] == step.on.batch
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": step.on.side_by_side}


@every_queue_step
def test_a_queue_collects_the_events_of_the_journey_bare(template: Template, step: Step) -> None:
    assert isinstance(step.on, Queue)
    arn = {"Fn::GetAtt": [template.queue(step)[0], "Arn"]}
    rules = template.of("Events::Rule").values()
    found = [rule for rule in rules if rule["Targets"][0]["Arn"] == arn]
    if not step.on.events and not step.on.arrives and not step.on.every:
        assert not found
        return
    (rule,) = found
    if step.on.every:
        assert "Clock.Struck" in rule["Targets"][0]["InputTransformer"]["InputTemplate"]
        return
    if step.on.arrives:
        assert rule["EventPattern"]["source"] == ["aws.s3"]
        assert rule["EventPattern"]["detail-type"] == ["Object Created"]
        assert rule["EventPattern"]["detail"]["object"] == {"key": [{"prefix": step.on.arrives}]}
        assert "EventBusName" not in rule
        return
    types = {} if "*" in step.on.events else {"detail-type": [*step.on.events]}
    assert rule["EventPattern"] == {"source": ["auftakt"], **types}
    assert rule["Targets"][0]["InputPath"] == "$.detail"
    assert "EventBusName" in rule


@every_queue_step
def test_a_queue_that_is_behind_is_noticed(template: Template, step: Step) -> None:
    assert "ApproximateAgeOfOldestMessage" in alarms(template, template.queue(step)[0])


def test_what_a_rule_cannot_deliver_is_tried_for_a_day_and_kept(template: Template) -> None:
    rules = template.of("Events::Rule").values()
    assert rules
    for target in (target for rule in rules for target in rule["Targets"]):
        retry = {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185}
        assert target["RetryPolicy"] == retry
        assert leads_to(target["DeadLetterConfig"]["Arn"], LETTERS[0])


def test_rules_may_give_up_and_nobody_else_from_outside(template: Template) -> None:
    (id,) = [i for i, q in template.of("SQS::Queue").items() if q["QueueName"] == LETTERS[0]]
    (policy,) = [
        p for p in template.of("SQS::QueuePolicy").values() if p["Queues"] == [{"Ref": id}]
    ]
    (allowed,) = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    assert allowed["Action"] == "sqs:SendMessage"
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    assert ":rule/*" in str(allowed["Condition"]["ArnLike"]["aws:SourceArn"])


@pytest.mark.parametrize("name", LETTERS)
def test_a_dead_letter_is_noticed_and_kept(template: Template, name: str) -> None:
    (id,) = [i for i, queue in template.of("SQS::Queue").items() if queue["QueueName"] == name]
    (keeper,) = [step for step in JOURNEY if isinstance(step.on, DeadLetters)]
    assert "NumberOfMessagesReceived" in alarms(template, id)
    (mapping,) = [
        mapping
        for mapping in template.of("Lambda::EventSourceMapping").values()
        if leads_to(mapping["EventSourceArn"], name)
    ]
    assert mapping["FunctionName"] == {"Ref": template.function(keeper)[0]}


def test_every_alarm_tells_the_team(template: Template) -> None:
    (topic,) = template.of("SNS::Topic")
    for alarm in template.of("CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == [{"Ref": topic}]


def test_the_alarms_may_publish(template: Template) -> None:
    statements = template.the("SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    assert "cloudwatch.amazonaws.com" in str(statements)


def test_the_stream_carries_new_events_only_and_loses_none(template: Template) -> None:
    (step,) = [step for step in JOURNEY if isinstance(step.on, Stream)]
    function = template.function(step)[0]
    (mapping,) = [
        mapping
        for mapping in template.of("Lambda::EventSourceMapping").values()
        if mapping["FunctionName"] == {"Ref": function}
    ]
    (pattern,) = mapping["FilterCriteria"]["Filters"]
    assert json.loads(pattern["Pattern"]) == {
        "eventName": ["INSERT"],
        "dynamodb": {"NewImage": {"kind": {"S": ["event"]}}},
    }
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["MaximumRetryAttempts"] == 100
    on_failure = mapping["DestinationConfig"]["OnFailure"]["Destination"]
    assert leads_to(on_failure, LETTERS[0])
