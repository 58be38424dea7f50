"""The HTTP API in front of the steps: routes, the authoriser, limits and an access log."""

from __future__ import annotations

import json

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Validations
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.journey import Http, Step

REQUESTS_A_SECOND, BURST = 500, 1000
LOGGED = {
    "request": "$context.requestId",
    "route": "$context.routeKey",
    "path": "$context.path",
    "status": "$context.status",
    "ms": "$context.responseLatency",
    "client": "$context.authorizer.client",
    "error": "$context.integrationErrorMessage",
}


class Edge(Construct):
    """The API: it is made before the steps, which need its address; routes are added after them."""

    def __init__(self, scope: Construct, *, name: str) -> None:
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
        http.CfnStage(
            self,
            "Stage",
            api_id=self.api.api_id,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=http.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=REQUESTS_A_SECOND, throttling_burst_limit=BURST
            ),
            access_log_settings=http.CfnStage.AccessLogSettingsProperty(
                destination_arn=log.log_group_arn, format=json.dumps(LOGGED)
            ),
        )
        self._authoriser: http.IHttpRouteAuthorizer | None = None

    def ask(self, function: lambda_.Function) -> None:
        """Every route that is not public asks this function who is calling."""
        self._authoriser = authorizers.HttpLambdaAuthorizer(
            "Authoriser",
            function,
            response_types=[authorizers.HttpLambdaResponseType.SIMPLE],
            identity_source=["$request.header.Authorization"],
            results_cache_ttl=Duration.minutes(5),
        )

    def route(self, step: Step, on: Http, function: lambda_.Function) -> None:
        """Sends the step's routes to its function."""
        integration = integrations.HttpLambdaIntegration(
            step.verb_noun, function, scope_permission_to_route=False
        )
        for line in on.routes:
            method, path = line.split(" ")
            routes = self.api.add_routes(
                path=path,
                methods=[http.HttpMethod[method]],
                integration=integration,
                authorizer=None if on.public else self._authoriser,
            )
            if on.public:
                Validations.of(routes[0]).acknowledge(
                    Acknowledgment(
                        id="AwsSolutions-APIG4",
                        reason="Public: proven by a signature or a link, or nothing secret.",
                    )
                )

    @property
    def failures(self) -> cloudwatch.Metric:
        return self.api.metric_server_error(period=Duration.minutes(1), statistic="Sum")
