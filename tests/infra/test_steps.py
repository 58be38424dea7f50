"""Each line of the journey is deployed as it says."""

from __future__ import annotations

import json

from infra.edge import DEFAULT, place
from infra.journey import JOURNEY, Authoriser, Http, Queue, Step
from local import stack, synth
from tests.infra.deployed import Template

EVERYWHERE = {
    "TABLE", "BUS", "DOCUMENTS", "UPLOADS", "QUEUES", "PUBLIC_URL", "SENDER",
    "STEP", "LOCK", "SECONDS", "POWERTOOLS_SERVICE_NAME", "LOG_LEVEL",
}  # fmt: skip


def test_there_is_one_function_a_step_and_no_other(template: Template) -> None:
    names = {function["FunctionName"] for function in template.of("Lambda::Function").values()}
    assert names == {f"auftakt-{step.stage}-{step.verb_noun}" for step in JOURNEY}


def test_a_step_runs_as_its_line_says(template: Template, step: Step) -> None:
    _, function = template.function(step)
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["arm64"]
    assert function["Handler"] == "handler.handler"
    assert function["Timeout"] == step.seconds
    assert function["MemorySize"] == step.memory
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert len(function["Layers"]) == 3 + len(step.layers)


def test_a_step_finds_its_surroundings(template: Template, step: Step) -> None:
    _, function = template.function(step)
    found = function["Environment"]["Variables"]
    flows = {"INTAKE"} if any(grant.startswith("flow:") for grant in step.may) else set()
    secrets = {"SECRETS"} if any(grant.startswith("secrets:") for grant in step.may) else set()
    tries = {"TRIES"} if isinstance(step.on, Queue) else set()
    assert found.keys() == EVERYWHERE | flows | secrets | tries
    assert found["STEP"] == step.name
    assert found["SECONDS"] == str(step.seconds)
    if isinstance(step.on, Queue):
        assert found["TRIES"] == str(step.on.tries)


def test_a_step_keeps_its_log_for_a_while(template: Template, step: Step) -> None:
    _, function = template.function(step)
    log = template.resources[function["LoggingConfig"]["LogGroup"]["Ref"]]["Properties"]
    assert log["RetentionInDays"] == 30


def test_a_step_on_the_clock_is_woken_by_a_rate(template: Template) -> None:
    for step in JOURNEY:
        if isinstance(step.on, Queue) and step.on.every:
            queue, _ = template.queue(step)
            rules = [
                rule["ScheduleExpression"]
                for rule in template.of("Events::Rule").values()
                if rule["Targets"][0]["Arn"] == {"Fn::GetAtt": [queue, "Arn"]}
            ]
            hourly = step.on.every == 60
            assert rules == ["rate(1 hour)" if hourly else f"rate({step.on.every} minutes)"]


def test_routes_are_those_of_the_journey(template: Template) -> None:
    wanted = {
        route: step.on.public
        for step in JOURNEY
        if isinstance(step.on, Http)
        for route in step.on.routes
    } | {DEFAULT: True}
    routes = template.of("ApiGatewayV2::Route").values()
    assert {route["RouteKey"] for route in routes} == wanted.keys()
    for route in routes:
        public = wanted[route["RouteKey"]]
        assert route["AuthorizationType"] == ("NONE" if public else "CUSTOM")
        assert ("AuthorizerId" in route) is not public


def test_a_route_keeps_its_place_whatever_step_answers_it() -> None:
    """CloudFormation makes before it deletes, and the API has room for each route once."""
    assert place("GET /v1/orders/{order}") == place("GET /v1/orders/{id}")
    assert place("GET /v1/orders/{order}") != place("PUT /v1/orders/{order}")
    routes = [
        place(route) for step in JOURNEY if isinstance(step.on, Http) for route in step.on.routes
    ]
    assert len(routes) == len({*routes})


def test_routes_are_in_one_stack_under_names_of_their_own() -> None:
    holders = {}
    for name in stack.names(synth.outline()):
        content = json.loads(stack.template(synth.outline(), name).read_text())
        for id, resource in content["Resources"].items():
            key = resource.get("Properties", {}).get("RouteKey", DEFAULT)
            if key != DEFAULT:
                holders[id] = name
    assert {*holders.values()} == {"Auftakt-routes"}
    steps = {step.verb_noun.replace("_", "") for step in JOURNEY}
    assert not [id for id in holders if any(step in id for step in steps)]


def test_requests_of_no_route_have_a_limit_of_their_own(template: Template) -> None:
    """Without it, whoever scans us takes functions away from shops."""
    routes = template.of("ApiGatewayV2::Route")
    (name,) = [name for name, route in routes.items() if route["RouteKey"] == DEFAULT]
    target = routes[name]["Target"]["Fn::Join"][1][-1]["Ref"]
    uri = json.dumps(template.of("ApiGatewayV2::Integration")[target]["IntegrationUri"])
    assert "records-show_docs" in uri
    limits = template.the("ApiGatewayV2::Stage")["RouteSettings"][DEFAULT]
    assert limits["ThrottlingRateLimit"] <= 2
    (stage,) = [r for r in template.resources.values() if r["Type"] == "AWS::ApiGatewayV2::Stage"]
    assert name in stage["DependsOn"]


def test_a_step_with_routes_may_be_called_by_the_api(template: Template, step: Step) -> None:
    if isinstance(step.on, Http):
        function, _ = template.function(step)
        arn = {"Fn::GetAtt": [function, "Arn"]}
        (may,) = [p for p in template.of("Lambda::Permission").values() if p["FunctionName"] == arn]
        assert may["Principal"] == "apigateway.amazonaws.com"
        asked = [
            str(each["IntegrationUri"])
            for each in template.of("ApiGatewayV2::Integration").values()
        ]
        assert [uri for uri in asked if f":function:auftakt-{step.stage}-{step.verb_noun}'" in uri]


def test_the_authoriser_is_asked_of_a_key_every_five_seconds(template: Template) -> None:
    authoriser = template.the("ApiGatewayV2::Authorizer")
    (step,) = [step for step in JOURNEY if isinstance(step.on, Authoriser)]
    assert f":function:auftakt-{step.stage}-{step.verb_noun}/invocations" in str(
        authoriser["AuthorizerUri"]
    )
    assert authoriser["AuthorizerResultTtlInSeconds"] == 5
    assert authoriser["EnableSimpleResponses"] is True
    assert authoriser["IdentitySource"] == ["$request.header.Authorization"]


def test_the_api_has_limits_and_an_access_log(template: Template) -> None:
    stage = template.the("ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert "$context.requestId" in stage["AccessLogSettings"]["Format"]
