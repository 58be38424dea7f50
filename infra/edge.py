"""The HTTP API in front of the steps: routes, the authoriser, limits and an access log."""

from __future__ import annotations

import json
import re

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Stack, Validations
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.journey import Http

REQUESTS_A_SECOND, BURST = 500, 1000
STRANGERS_A_SECOND, STRANGERS_BURST = 2, 20
"""Requests of no route: whoever scans us must not take functions away from shops, nor cost much."""

DEFAULT = "$default"
KEY_SECONDS = 5
"""How long the API goes on with what the authoriser said of a key, revoked or not."""
# No path: that of a link holds its token, which opens it. The route says which kind it was.
LOGGED = {
    "request": "$context.requestId",
    "route": "$context.routeKey",
    "status": "$context.status",
    "ms": "$context.responseLatency",
    "client": "$context.authorizer.client",
    "key": "$context.authorizer.key",
    "error": "$context.integrationErrorMessage",
}


def place(route: str) -> str:
    """The identity of a route: what its path means, whatever step answers it.

    `GET /v1/orders/{order}` and `GET /v1/orders/{id}` are one route to the API, which has room for
    one of them; under one name CloudFormation changes it in place, whoever answers it from now on.
    """
    return re.sub(r"\{[^}]*\}", "{}", route)


class Edge(Construct):
    """The API: it is made before the steps, which need its address, and gets its routes after them.

    `authoriser` is the ARN of the function that every route which is not public asks, `unrouted`
    of that which answers requests of no route.
    """

    def __init__(self, scope: Construct, *, name: str, authoriser: str, unrouted: str) -> None:
        super().__init__(scope, "Edge")
        self.api = http.HttpApi(self, "Api", create_default_stage=False)
        log = logs.LogGroup(
            self,
            "Log",
            # API Gateway writes to groups below this prefix without a policy of their own.
            log_group_name=f"/aws/vendedlogs/apis/{name}",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        default = self._default(unrouted)
        stage = http.CfnStage(
            self,
            "Stage",
            api_id=self.api.api_id,
            stage_name="$default",
            route_settings={
                DEFAULT: {
                    "ThrottlingRateLimit": STRANGERS_A_SECOND,
                    "ThrottlingBurstLimit": STRANGERS_BURST,
                }
            },
            auto_deploy=True,
            default_route_settings=http.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=REQUESTS_A_SECOND, throttling_burst_limit=BURST
            ),
            access_log_settings=http.CfnStage.AccessLogSettingsProperty(
                destination_arn=log.log_group_arn, format=json.dumps(LOGGED)
            ),
        )
        stage.add_dependency(default)  # whose limits it sets
        self.asked = self._authorised(authoriser)

    def _default(self, function: str) -> http.CfnRoute:
        """The route of what no route is for; with the stage, which sets limits for it alone."""
        integration = http.CfnIntegration(
            self,
            "Unrouted",
            api_id=self.api.api_id,
            integration_type="AWS_PROXY",
            integration_uri=function,
            payload_format_version="2.0",
        )
        route = http.CfnRoute(
            self,
            "Default",
            api_id=self.api.api_id,
            route_key=DEFAULT,
            target=f"integrations/{integration.ref}",
            authorization_type="NONE",
        )
        Validations.of(route).acknowledge(
            Acknowledgment(
                id="AwsSolutions-APIG4",
                reason="Public: it says that there is nothing, and reads nothing.",
            )
        )
        return route

    def _authorised(self, authoriser: str) -> str:
        asked = http.CfnAuthorizer(
            self,
            "Authoriser",
            api_id=self.api.api_id,
            name="authorise_client",
            authorizer_type="REQUEST",
            authorizer_uri=Stack.of(self).format_arn(
                service="apigateway",
                account="lambda",
                resource="path/2015-03-31/functions",
                resource_name=f"{authoriser}/invocations",
            ),
            authorizer_payload_format_version="2.0",
            authorizer_result_ttl_in_seconds=KEY_SECONDS,
            enable_simple_responses=True,
            identity_source=["$request.header.Authorization"],
        )
        return asked.attr_authorizer_id

    def let_ask(self, function: lambda_.Function) -> None:
        """The API may call the function that says who is calling."""
        lambda_.CfnPermission(
            function,
            "Ask",
            action="lambda:InvokeFunction",
            function_name=function.function_arn,
            principal="apigateway.amazonaws.com",
            source_arn=Stack.of(function).format_arn(
                service="execute-api", resource=self.api.api_id, resource_name="authorizers/*"
            ),
        )

    def let_call(self, function: lambda_.Function) -> None:
        """The API may call the function of a step with routes."""
        lambda_.CfnPermission(
            function,
            "Call",
            action="lambda:InvokeFunction",
            function_name=function.function_arn,
            principal="apigateway.amazonaws.com",
            source_arn=Stack.of(function).format_arn(
                service="execute-api", resource=self.api.api_id, resource_name="*/*"
            ),
        )

    def route(self, scope: Construct, step: str, on: Http, function: str) -> None:
        """Sends the step's routes to its function, which is known by its ARN."""
        integration = http.CfnIntegration(
            scope,
            step.replace("/", "-"),
            api_id=self.api.api_id,
            integration_type="AWS_PROXY",
            integration_uri=function,
            payload_format_version="2.0",
        )
        for line in on.routes:
            route = http.CfnRoute(
                scope,
                place(line),
                api_id=self.api.api_id,
                route_key=line,
                target=f"integrations/{integration.ref}",
                authorization_type="NONE" if on.public else "CUSTOM",
                authorizer_id=None if on.public else self.asked,
            )
            if on.public:
                Validations.of(route).acknowledge(
                    Acknowledgment(
                        id="AwsSolutions-APIG4",
                        reason="Public: proven by a signature or a link, or nothing secret.",
                    )
                )

    @property
    def failures(self) -> cloudwatch.Metric:
        return self.api.metric_server_error(period=Duration.minutes(1), statistic="Sum")
