"""What tells the team of trouble: one topic, one alarm per way to fail, one dashboard."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

MINUTE = Duration.minutes(1)
OLD = Duration.minutes(15)


class Watch(Construct):
    """The team's topic and everything that may publish to it."""

    def __init__(self, scope: Construct, *, mail: str | None) -> None:
        super().__init__(scope, "Watch")
        self.topic = sns.Topic(self, "Topic", display_name="Auftakt alarms", enforce_ssl=True)
        # A topic policy of our own replaces the default one, so alarms must be let in by name.
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        if mail:
            self.topic.add_subscription(subscriptions.EmailSubscription(mail))

    def alarm(
        self,
        scope: Construct,
        name: str,
        metric: cloudwatch.IMetric,
        text: str,
        *,
        over: float = 0,
        minutes: int = 1,
    ) -> cloudwatch.Alarm:
        """Tells the team when the metric was over the bound for that many minutes on end."""
        alarm = cloudwatch.Alarm(
            scope,
            name,
            metric=metric,
            threshold=over,
            evaluation_periods=minutes,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=text,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        return alarm

    def letters(self, scope: Construct, name: str, queue: sqs.Queue) -> None:
        """Letters are picked up at once, so their being received is counted, not their waiting."""
        metric = queue.metric_number_of_messages_received(period=MINUTE, statistic="Sum")
        text = "A step gave up: GET /v1/dead-letters names it, and the reason"
        self.alarm(scope, name, metric, text)

    def waiting(self, scope: Construct, step: str, queue: sqs.Queue) -> None:
        """A queue whose oldest event waits too long has a step that is too slow or does not run."""
        metric = queue.metric_approximate_age_of_oldest_message(period=MINUTE, statistic="Maximum")
        text = f"{step} is {OLD.to_minutes():.0f} minutes behind"
        self.alarm(scope, "Behind", metric, text, over=OLD.to_seconds(), minutes=3)

    def lagging(self, scope: Construct, step: str, function: lambda_.Function) -> None:
        """Events that stay in the table's stream reach nobody."""
        metric = function.metric("IteratorAge", period=MINUTE, statistic="Maximum")
        self.alarm(scope, "Behind", metric, f"{step} is behind", over=60_000, minutes=3)

    def failing(self, scope: Construct, step: str, function: lambda_.Function) -> None:
        """For steps whose failures show up neither in a queue nor in a flow nor in an answer."""
        metric = function.metric_errors(period=MINUTE, statistic="Sum")
        self.alarm(scope, "Failing", metric, f"{step} fails", minutes=3)

    def everything(self, api: cloudwatch.Metric) -> None:
        """The alarms that are not one step's, and the page on which to look first."""
        errors, throttles = _of_all_functions("Errors"), _of_all_functions("Throttles")
        self.alarm(self, "Errors", errors, "Functions fail again and again", over=10, minutes=5)
        self.alarm(self, "Throttles", throttles, "Functions wait for capacity", minutes=5)
        self.alarm(self, "Answers", api, "The API answers with 5xx", over=5, minutes=3)
        board = cloudwatch.Dashboard(self, "Dashboard", default_interval=Duration.hours(3))
        board.add_widgets(
            _graph("Answers with 5xx", [api]),
            _graph("Functions", [errors, throttles]),
        )
        self._board = board

    def queues(self, queues: Mapping[str, str], letters: Mapping[str, str]) -> None:
        """Adds every step's queue, and the dead letters, by their names, to the dashboard."""
        age = [
            _of_queue(name, "ApproximateAgeOfOldestMessage", "Maximum", step)
            for step, name in queues.items()
        ]
        dead = [
            _of_queue(name, "NumberOfMessagesReceived", "Sum", step)
            for step, name in letters.items()
        ]
        self._board.add_widgets(_graph("Oldest event, s", age), _graph("Dead letters", dead))


def _of_queue(queue: str, name: str, statistic: str, label: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/SQS",
        metric_name=name,
        dimensions_map={"QueueName": queue},
        statistic=statistic,
        label=label,
    )


def _of_all_functions(name: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/Lambda", metric_name=name, period=MINUTE, statistic="Sum"
    )


def _graph(title: str, metrics: list[cloudwatch.Metric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=12)
