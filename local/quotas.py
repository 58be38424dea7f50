"""Service quotas of Step Functions and API Gateway: what is below what the system is built for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from local.stack import Cloud

ORDERS_A_SECOND = 20
TRANSITIONS_AN_ORDER = 11
"""States that an order enters, as `bench cost` counts them."""

ROUTE, STAGE = "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Stage"
RAISE = (
    "aws service-quotas request-service-quota-increase --service-code {service} "
    "--quota-code {code} --desired-value {value} --region {region}"
)


class Quota(NamedTuple):
    """A quota by the words of its name, the least that does, and what is short without it."""

    service: str
    words: tuple[str, ...]
    least: int
    asked: int
    why: str


def below(cloud: Cloud, templates: Mapping[str, Any]) -> Iterator[str]:
    """The quotas that are too low, each with the request that raises it.

    They are found by their names, so that the code to ask with is the one that the account says.
    """
    listed = {service: [*_listed(cloud, service)] for service in ("states", "apigateway")}
    for quota in _wanted(templates):
        for found in listed[quota.service]:
            name = str(found["QuotaName"])
            if not all(word in name.lower() for word in quota.words):
                continue
            if int(found["Value"]) < quota.least:
                how = RAISE.format(
                    service=quota.service,
                    code=found["QuotaCode"],
                    value=quota.asked,
                    region=cloud.region,
                )
                hard = "" if found.get("Adjustable", True) else " (it cannot be raised by request)"
                short = f"{name} is {found['Value']:g}, below {quota.least}"
                yield f"{short}: {quota.why}{hard}.\n{how}"


def _wanted(templates: Mapping[str, Any]) -> Iterator[Quota]:
    starts, enters = ORDERS_A_SECOND, ORDERS_A_SECOND * TRANSITIONS_AN_ORDER
    yield Quota(
        "states",
        ("startexecution", "refill"),
        starts,
        10 * starts,
        "each order starts one execution, and intake stalls beyond it",
    )
    yield Quota(
        "states",
        ("statetransition", "refill"),
        enters,
        5 * enters,
        f"an order enters {TRANSITIONS_AN_ORDER} states, and intake gets slower beyond it "
        "(AWS raises it by itself as an account is used)",
    )
    stages = [each["DefaultRouteSettings"] for each in _of(templates, STAGE)]
    rate = max((int(each["ThrottlingRateLimit"]) for each in stages), default=0)
    yield Quota(
        "apigateway",
        ("throttle rate",),
        rate,
        max(rate, 10_000),
        f"the API lets {rate} requests a second through, and callers get 429 sooner",
    )
    routes = len(_of(templates, ROUTE))
    yield Quota(
        "apigateway",
        ("routes per", "http"),
        routes,
        2 * routes,
        f"the API has {routes} routes, and a deployment fails at the first one too many",
    )


def _listed(cloud: Cloud, service: str) -> Iterator[dict[str, Any]]:
    """What the account may have: its own values, and AWS's defaults where it has none."""
    client, seen = cloud.client("service-quotas"), set[str]()
    for operation in ("list_service_quotas", "list_aws_default_service_quotas"):
        for page in client.get_paginator(operation).paginate(ServiceCode=service):
            for quota in page["Quotas"]:
                if quota["QuotaCode"] not in seen:
                    seen.add(quota["QuotaCode"])
                    yield quota


def _of(templates: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    """The properties of all resources of a kind."""
    return [
        resource.get("Properties", {})
        for template in templates.values()
        for resource in template["Resources"].values()
        if resource["Type"] == kind
    ]
