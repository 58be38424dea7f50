"""A shop's mails come from the shop, and only from where the deployment may send."""

from __future__ import annotations

from email.parser import HeaderParser
from email.policy import SMTP
from email.utils import getaddresses
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local import allowances
from oms_aws.platform.senders import address, covered
from tests.world.merchant import SELLER, Merchant
from tests.world.world import World

PUT = "PUT /v1/shops/{shop}"
OURS = "orders@berg-beutel.example"


def store(merchant: Merchant, **mail: str) -> Any:
    body = {"name": "Berg & Beutel", "seller": SELLER, "support_email": "hilfe@berg.example"}
    answer = merchant.world.call(PUT, merchant.clerk, {**body, "mail": mail}, shop="berg-beutel")
    merchant.world.pass_time(minutes=1)
    return answer


def sent(merchant: Merchant) -> tuple[str, str]:
    """From whom the newest mail came, and where its answers go."""
    merchant.place(merchant.request(RUCK_45=1))
    merchant.world.settle()
    mail = merchant.world.outside.mails[-1]
    return mail.sender, mail.reply_to


def test_without_rules_it_is_the_shop_by_the_deployments_sender(merchant: Merchant) -> None:
    assert sent(merchant) == (
        f"berg-beutel <{OURS}>",
        "berg-beutel <hilfe@berg-beutel.example>",
    )


def test_a_shop_has_a_sender_and_a_reply_address_of_its_own(merchant: Merchant) -> None:
    wanted = {"sender": OURS, "sender_name": "Berg, Beutel", "reply_to": "service@berg.example"}
    assert store(merchant, **wanted, reply_to_name="Service").status == 200
    assert sent(merchant) == (
        f'"Berg, Beutel" <{OURS}>',
        "Service <service@berg.example>",
    )


def test_a_sender_that_is_not_verified_is_refused_and_says_what_is(merchant: Merchant) -> None:
    for sender in ("bank@victim.example", f"x{OURS}", "orders@Berg-Beutel.example", f"{OURS}.x.de"):
        answer = store(merchant, sender=sender)
        assert answer.status == 422
        (wrong,) = answer.body["errors"]
        assert wrong["field"] == "mail.sender"
        assert OURS in wrong["reason"]


@pytest.mark.parametrize(
    "mail",
    [
        {"sender_name": "A\r\nBcc: x@y.example"},
        {"reply_to_name": "A\u2028B"},
        {"reply_to": "a@b.example\r\nBcc: x@y.example"},
        {"reply_to": "a@b.example,c@d.example"},
        {"reply_to": "ä@b.example"},
        {"reply_to": "no address"},
        {"reply_to": "a@b.example\n"},
        {"sender_name": "x" * 101},
    ],
    ids=repr,
)
def test_what_would_add_to_a_header_is_refused(merchant: Merchant, mail: dict[str, str]) -> None:
    assert store(merchant, **mail).status == 422


def test_a_sender_that_the_deployment_lost_gives_way_and_the_check_names_it(
    world: World, merchant: Merchant
) -> None:
    settings = world.ports("master/keep_shops").settings
    object.__setattr__(settings, "senders", ("berg.example",))
    assert store(merchant, sender="post@berg.example").status == 200
    assert sent(merchant)[0] == f"Berg & Beutel <{OURS}>"
    clients = {"dynamodb": world.dynamodb, "cloudformation": Formation(world.table.name)}
    cloud: Any = SimpleNamespace(client=clients.__getitem__)
    (said,) = allowances._shops(cloud, (OURS,))
    assert "berg-beutel sends as post@berg.example" in said
    assert not [*allowances._shops(cloud, (OURS, "berg.example"))]


class Formation:
    """CloudFormation as far as it says where the table is."""

    def __init__(self, table: str) -> None:
        self._table = table

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803
        return {"Stacks": [{"Outputs": [{"OutputKey": "TableName", "OutputValue": self._table}]}]}


@pytest.mark.parametrize(
    ("sender", "senders", "is_covered"),
    [
        ("a@b.example", ("a@b.example",), True),
        ("a@b.example", ("b.example",), True),
        ("a@sub.b.example", ("b.example",), False),
        ("a@evilb.example", ("b.example",), False),
        ("b.example@evil.example", ("b.example",), False),
        ("A@b.example", ("a@b.example",), False),
        ("a@b.example", (), False),
    ],
)
def test_a_sender_is_covered_as_the_role_would_let_it(
    sender: str, senders: tuple[str, ...], is_covered: bool
) -> None:
    assert covered(sender, senders) is is_covered


@given(name=st.text(max_size=200))
def test_a_name_is_text_in_one_line_and_never_another_address(name: str) -> None:
    header = address(name, "a@b.example")
    assert header.isascii()
    assert header.isprintable()
    assert all(len(word) <= 75 for word in header.split() if word.startswith("=?"))
    read = HeaderParser(policy=SMTP).parsestr(f"From: {header}\r\n\r\n")
    assert [each.addr_spec for each in read["From"].addresses] == ["a@b.example"]
    assert [mail for _, mail in getaddresses([header])] == ["a@b.example"]
