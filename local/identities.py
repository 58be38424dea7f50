"""IAM is enforced in the embedded cloud: a function signs as the role that its template names."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from ministack import app as emulator
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import iam, lambda_svc, stepfunctions, sts

from local import leading

Context = dict[str, Any]


class Identities:
    """The credentials of functions' roles; from one seed, so that a signed address outlives a
    restart as long as it says.
    """

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_hex(32))
        self._seed = bytes.fromhex(file.read_text())

    def know_all(self) -> None:
        """Make every deployed function's credentials known, before any of them is called."""
        for _, function in lambda_svc._functions.all_items():
            self.of(function.get("config") or function)

    def of(self, config: dict[str, Any]) -> dict[str, str]:
        """The environment in which a function signs as its role, which is known from now on."""
        given = self.drawn(config)
        key = given["AWS_ACCESS_KEY_ID"]
        if key not in sts._sessions:
            sts.register_session(key, _session(config, given))
        return given

    def drawn(self, config: dict[str, Any]) -> dict[str, str]:
        """The credentials that belong to a function and its role."""
        who = f"{config['Role']} {config['FunctionName']}"

        def drawn(what: str) -> bytes:
            return hmac.digest(self._seed, f"{what} {who}".encode(), hashlib.sha256)

        return {
            "AWS_ACCESS_KEY_ID": "ASIA" + base64.b32encode(drawn("id")).decode()[:16],
            "AWS_SECRET_ACCESS_KEY": base64.urlsafe_b64encode(drawn("secret")).decode(),
            "AWS_SESSION_TOKEN": base64.urlsafe_b64encode(drawn("token")).decode(),
        }


def _session(config: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
    role, name = str(config["Role"]), str(config["FunctionName"])
    account, role_name = role.split(":")[4], role.rpartition("/")[2]
    return {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{role_name}/{name}",
        "AccountId": account,
        "PrincipalType": "AssumedRole",
        "UserId": f"{sts._role_id(role)}:{name}",
        "SecretAccessKey": given["AWS_SECRET_ACCESS_KEY"],
        "SessionToken": given["AWS_SESSION_TOKEN"],
    }


def judge_as_aws() -> None:
    """Tell the emulator what it leaves out of a request, and that loopback stands for TLS."""
    _name_leading_keys()
    _name_flows()
    _name_senders()
    _keep_policies_parsed()
    pin = emulator.pin_request_origin
    emulator.pin_request_origin = lambda address, secure: pin(address, True)


class _Keyed(str):
    """The ARN of a table, with the partition keys that parts of a transaction name in it."""

    keys: list[str]


def _name_leading_keys() -> None:
    context, enforce = iam_actions.dynamodb_service_context, iam_evaluator.enforce

    def with_keys(body: bytes) -> Context:
        named = leading.named(_parsed(body))
        found: Context = context(body)
        return {**found, leading.KEYS: named} if named else found

    def checks(action: str, body: bytes, region: str, account: str) -> list[tuple[str, str]]:
        """Each action on each table is judged once, by all keys that it is done to."""
        together: dict[tuple[str, str], _Keyed] = {}
        for part in leading.parts(_parsed(body)):
            arn = _Keyed(iam_actions._dynamodb_table_arn(part.table, region, account))
            arn.keys = []
            together.setdefault((part.action, part.table), arn).keys.append(part.key)
        return [(f"dynamodb:{act}", arn) for (act, _), arn in together.items()]

    def enforcing(
        access_key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Context | None = None,
    ) -> Any:
        if isinstance(resource_arn, _Keyed):
            service_context = {**(service_context or {}), leading.KEYS: resource_arn.keys}
        return enforce(access_key, action, service, region, resource_arn, service_context)

    iam_actions.dynamodb_service_context = with_keys
    iam_actions.dynamodb_transaction_checks = checks
    iam_evaluator.enforce = enforcing


def _name_flows() -> None:
    """A task's token does not say which flow it is of: the answer is judged as one to the first."""
    extract = iam_actions.extract_resource_arn

    def with_flow(service: str, method: str, path: str, headers: Context, *more: Any) -> str:
        found: str = extract(service, method, path, headers, *more)
        if "SendTask" in headers.get("x-amz-target", ""):
            flows = stepfunctions._state_machines.all_items()
            return next((str(key[2]) for key, _ in flows), found)
        return found

    iam_actions.extract_resource_arn = with_flow


def _name_senders() -> None:
    """A mail is judged by its sender: the identity, and the address as a condition."""
    enforce = emulator._enforce_ses_v2

    def enforcing(
        method: str, path: str, headers: Context, body: bytes, query: Context, request: str
    ) -> Any:
        if not path.endswith("/outbound-emails"):
            return enforce(method, path, headers, body, query, request)
        address = parseaddr(str(_parsed(body).get("FromEmailAddress", "")))[1]
        region = emulator.extract_region(headers, query)
        arn = f"arn:aws:ses:{region}:{get_account_id()}:identity/{address}"
        return emulator._enforce_data_plane(
            "sesv2",
            "ses:SendEmail",
            headers,
            query,
            request,
            resource_arn=arn,
            service_context={"ses:FromAddress": address},
            named_resource=arn,
        )

    emulator._enforce_ses_v2 = enforcing


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _keep_policies_parsed() -> None:
    """A role's policies are parsed once, and again when they are other ones."""
    gather: Callable[[str, str], Any] = iam_evaluator._gather_role_policies
    known: dict[str, tuple[tuple[Any, ...], Any]] = {}

    def gathered(name: str, account: str) -> Any:
        role = iam._roles.get_scoped(account, None, name) or {}
        written = (*(role.get("InlinePolicies") or {}).values(), *role.get("AttachedPolicies", ()))
        if name not in known or known[name][0] != written:
            known[name] = (written, gather(name, account))
        return known[name][1]

    iam_evaluator._gather_role_policies = gathered
