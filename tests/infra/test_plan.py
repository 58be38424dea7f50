"""What stands between two deployments is found in the templates, before anything is changed."""

from __future__ import annotations

from typing import Any

import pytest

from local import states
from local.plan import plan, told
from local.stack import Cloud, DeploymentFailed

Template = dict[str, Any]


def table(*indexes: str, projected: str = "ALL", **more: Any) -> Template:
    made = [
        {
            "IndexName": name,
            "KeySchema": [{"AttributeName": f"{name}pk", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": projected},
        }
        for name in indexes
    ]
    properties = {"KeySchema": ["pk", "sk"], "GlobalSecondaryIndexes": made, **more}
    return {"Type": "AWS::DynamoDB::Table", "Properties": properties}


def route(key: str) -> Template:
    return {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": key}}


def queue(name: str) -> Template:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}


def stack(**resources: Template) -> Template:
    return {"Resources": resources}


def exporting(template: Template, name: str, value: Any) -> Template:
    outputs = {**template.get("Outputs", {}), name: {"Value": value, "Export": {"Name": name}}}
    return {**template, "Outputs": outputs}


def importing(name: str) -> Template:
    return {"Type": "AWS::Lambda::Url", "Properties": {"Of": {"Fn::ImportValue": name}}}


REFUSED: dict[str, tuple[Template, Template, str]] = {
    "two new indexes": (table("a"), table("a", "b", "c"), "one at a time"),
    "one for another": (table("a"), table("b"), "one at a time"),
    "another projection": (table("a"), table("a", projected="KEYS_ONLY"), "another name"),
    "another key": (table(), table(KeySchema=["id"]), "replaced by an empty one"),
    "another type": (table(), queue("x"), "turns from"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_fail_or_lose_data_is_refused(name: str) -> None:
    old, new, word = REFUSED[name]
    found = plan({"Auftakt": stack(Table=old)}, {"Auftakt": stack(Table=new)})
    assert len(found.refusals) == 1
    assert word in found.refusals[0]


def test_one_new_index_a_deployment_is_allowed() -> None:
    before, after = {"Auftakt": stack(T=table("a"))}, {"Auftakt": stack(T=table("a", "b"))}
    assert plan(before, after).refusals == ()


def test_the_same_again_is_nothing_to_do() -> None:
    same = {"Auftakt": stack(Table=table("a")), "Auftakt-routes": stack(R=route("GET /a"))}
    assert plan(same, same).empty()


def test_a_route_under_another_id_is_taken_away_before_it_is_made() -> None:
    before = {"Auftakt-a": stack(Old=route("GET /a/{x}"), Other=queue("q"))}
    after = {"Auftakt-a": stack(Other=queue("q")), "Auftakt-b": stack(New=route("GET /a/{y}"))}
    found = plan(before, after)
    assert found.release == {"Auftakt-a": {**stack(Other=queue("q")), "Outputs": {}}}
    assert found.expand["Auftakt-b"] == after["Auftakt-b"]


def test_a_queue_is_not_made_anew_under_another_id() -> None:
    found = plan({"Auftakt-a": stack(Old=queue("q"))}, {"Auftakt-b": stack(New=queue("q"))})
    assert "lose what is in it" in found.refusals[0]


def test_a_queue_that_would_be_replaced_takes_consent() -> None:
    """Turned into a FIFO queue under its logical id, it is another one: the old one is deleted."""
    before = {"Auftakt-a": stack(Q=queue("q"), R=queue("r"))}
    turned = {"QueueName": "q.fifo", "FifoQueue": True}
    after = {"Auftakt-a": stack(Q={"Type": "AWS::SQS::Queue", "Properties": turned}, R=queue("r"))}
    (refusal,) = plan(before, after).refusals
    assert "Auftakt-a.Q" in refusal
    assert "QueueName and FifoQueue" in refusal
    assert "--lose Auftakt-a.Q" in refusal
    assert plan(before, after, ["Auftakt-a.R"]).refusals == (refusal,)
    way = plan(before, after, ["Auftakt-a.Q"])
    assert way.refusals == ()
    assert "Auftakt-a.Q: the queue is replaced, and the messages in it are lost" in [*told(way)]


def test_what_leaves_stays_until_the_new_is_there_and_its_queue_empty() -> None:
    rule = {"Type": "AWS::Events::Rule", "Properties": {"Targets": [{"Ref": "Old"}]}}
    before = {"Auftakt-a": stack(Old=queue("old"), Rule=rule)}
    after = {"Auftakt-a": stack(New=queue("new"))}
    found = plan(before, after)
    assert found.expand["Auftakt-a"]["Resources"].keys() == {"Old", "Rule", "New"}
    assert found.quieten["Auftakt-a"]["Resources"].keys() == {"Old", "New"}
    assert found.queues == (("Auftakt-a", "Old"),)
    assert found.contract == after


def test_what_leaves_keeps_the_code_it_was_made_for() -> None:
    def layer(key: str) -> Template:
        return {"Type": "AWS::Lambda::LayerVersion", "Properties": {"Key": key}}

    def function(name: str) -> Template:
        properties = {"FunctionName": name, "Layers": [{"Ref": "Layer"}]}
        return {"Type": "AWS::Lambda::Function", "Properties": properties}

    before = {"Auftakt-a": stack(Layer=layer("old"), Old=function("old"))}
    after = {"Auftakt-a": stack(Layer=layer("new"), New=function("new"))}
    made = plan(before, after).expand["Auftakt-a"]["Resources"]
    assert made["New"]["Properties"]["Layers"] == [{"Ref": "Layer"}]
    assert made["Old"]["Properties"]["Layers"] == [{"Ref": "KeptLayer"}]
    assert made["KeptLayer"] == layer("old")
    assert made["Layer"] == layer("new")


def test_an_export_outlives_those_who_import_it() -> None:
    ground = stack(Table=table())
    before = {"Auftakt": exporting(ground, "x", "1"), "Auftakt-a": stack(U=importing("x"))}
    after = {"Auftakt": ground, "Auftakt-a": stack(Q=queue("q"))}
    found = plan(before, after)
    assert "Auftakt" not in found.expand
    assert [*found.contract] == ["Auftakt-a", "Auftakt"]
    assert found.refusals == ()


def test_an_export_in_use_keeps_its_value() -> None:
    ground, user = stack(Table=table()), stack(U=importing("x"))
    before = {"Auftakt": exporting(ground, "x", "1"), "Auftakt-a": user}
    after = {"Auftakt": exporting(ground, "x", "2"), "Auftakt-a": user}
    assert "another value" in plan(before, after).refusals[0]


def test_nothing_is_imported_before_it_is_exported() -> None:
    wanted = {"Auftakt-a": stack(U=importing("x")), "Auftakt-b": exporting(stack(), "x", "1")}
    assert "no stack before it exports" in plan({}, wanted).refusals[0]


def test_stages_that_are_gone_are_deleted_last() -> None:
    ground = {"Auftakt": stack(Table=table())}
    found = plan({**ground, "Auftakt-a": stack(Old=queue("q"))}, ground)
    assert found.leaving == ("Auftakt-a",)
    assert found.release == {}
    assert found.queues == (("Auftakt-a", "Old"),)


STATES = [
    f"{verb}_{end}"
    for verb in ("CREATE", "UPDATE", "DELETE", "ROLLBACK", "UPDATE_ROLLBACK", "IMPORT")
    for end in ("IN_PROGRESS", "FAILED", "COMPLETE")
    if f"{verb}_{end}" not in ("DELETE_COMPLETE", "IMPORT_FAILED")
]
STATES += [
    "REVIEW_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "IMPORT_ROLLBACK_IN_PROGRESS",
    "IMPORT_ROLLBACK_FAILED",
    "IMPORT_ROLLBACK_COMPLETE",
]


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_a_stack_is_known_with_its_remedy(state: str) -> None:
    said = states.name_of(state, "Auftakt-a")
    assert (said is None) is (state in states.SETTLED)
    assert said is None or "none of the states" not in said


class Formation:
    """CloudFormation as far as one stack's states go; each call leads from one to the next."""

    def __init__(self, *states: str) -> None:
        self.states, self.called = [*states], list[str]()

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803
        state = self.states[0]
        if state.endswith("IN_PROGRESS") and state != "REVIEW_IN_PROGRESS":
            self.states.pop(0)
        return {"Stacks": [{"StackName": StackName, "StackStatus": state}]}

    def __getattr__(self, name: str) -> Any:
        def call(**given: Any) -> None:
            self.called.append(name)
            self.states.pop(0)

        return call


class Session:
    def __init__(self, formation: Formation) -> None:
        self._formation = formation

    def client(self, name: str, **settings: Any) -> Any:
        return self._formation


SETTLING: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "all is well": (("UPDATE_COMPLETE",), []),
    "under way": (("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"), []),
    "a failed rollback": (
        ("UPDATE_ROLLBACK_FAILED", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"),
        ["continue_update_rollback"],
    ),
    "a stopped update": (("UPDATE_FAILED", "UPDATE_ROLLBACK_COMPLETE"), ["rollback_stack"]),
    "a failed creation": (("ROLLBACK_COMPLETE", "DELETE_COMPLETE"), ["delete_stack"]),
    "a set for review": (("REVIEW_IN_PROGRESS", "DELETE_COMPLETE"), ["delete_stack"]),
}


@pytest.mark.parametrize("name", SETTLING)
def test_a_stack_is_brought_to_where_it_can_be_changed(name: str) -> None:
    path, calls = SETTLING[name]
    formation = Formation(*path)
    found = states.settle(_cloud(formation), "Auftakt-a", lambda text: None)
    assert formation.called == calls
    assert (found is None) is (path[-1] == "DELETE_COMPLETE")


def test_a_deletion_that_failed_takes_a_person() -> None:
    with pytest.raises(DeploymentFailed, match="--delete"):
        states.settle(_cloud(Formation("DELETE_FAILED")), "Auftakt-a", lambda text: None)


def _cloud(formation: Formation) -> Cloud:
    return Cloud(Session(formation), "123456789012", "eu-central-1", hollow=True)
