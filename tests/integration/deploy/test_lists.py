"""What the real gcloud and bq say when a list is incomplete and when a resource does not exist."""

from collections.abc import Iterator

import pytest

from csvgate_ops.deploy.kinds import custom_role, dataset, function, trigger, trigger_subscription
from csvgate_ops.deploy.plan.model import Place
from csvgate_ops.deploy.run.gcloud import JsonReader, Subprocesses, Unreachable
from standin import sdk
from standin.paging import PAGE_SIZE
from standin.project import Project
from standin.server import StandIn, serving
from standin.warm import warmed

pytestmark = pytest.mark.skipif(sdk.missing() is not None, reason=str(sdk.missing()))

PROJECT = "example-csvgate-dev"
REGION = "europe-west1"
PLACE = Place(PROJECT, REGION, REGION, "EU")
WHERE = f"projects/{PROJECT}/locations/{REGION}"
NAMES = [f"enrich-{number}" for number in range(2 * PAGE_SIZE)]
"""Two pages of triggers."""
APIS = ("eventarc", "pubsub", "cloudfunctions", "iam", "run")


def project() -> Project:
    """A project with some triggers, their subscriptions and functions."""
    made = Project()
    made.apis |= {f"{a}.googleapis.com" for a in APIS}
    for name in NAMES:
        topic, subscription = (
            f"projects/{PROJECT}/{k}/{name}" for k in ("topics", "subscriptions")
        )
        made.subscriptions[name] = {"name": subscription, "topic": topic}
        made.functions[name] = {"name": f"{WHERE}/functions/{name}", "environment": "GEN_2"}
        made.triggers[f"{WHERE}/triggers/{name}"] = {
            "name": f"{WHERE}/triggers/{name}",
            "eventFilters": [{"attribute": "type", "value": "published"}],
            "destination": {"cloudRun": {"service": name, "region": REGION}},
            "serviceAccount": f"csvgate-triggers@{PROJECT}.iam.gserviceaccount.com",
            "transport": {"pubsub": {"topic": topic, "subscription": subscription}},
        }
    return made


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with serving(project()) as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
def run(stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subprocesses]:
    folder = tmp_path_factory.mktemp("lists")
    with warmed(sdk.root(), sdk.environment(stand_in.address, folder)) as environment:
        yield Subprocesses(folder, environment)


@pytest.fixture
def reader(run: Subprocesses) -> JsonReader:
    return JsonReader(run)


@pytest.fixture
def unreachable(stand_in: StandIn) -> Iterator[None]:
    stand_in.project.unreachable = {REGION}
    yield
    stand_in.project.unreachable = set()


def gets(stand_in: StandIn, kind: str) -> int:
    """Return how many single resources of a kind were read."""
    return sum(f"/{kind}/" in str(r) for r in stand_in.recorded)


def test_lists_are_read_to_their_last_page(reader: JsonReader, stand_in: StandIn) -> None:
    stand_in.recorded.clear()
    assert NAMES == sorted(trigger.observe(PLACE, reader, NAMES))
    assert NAMES == sorted(trigger_subscription.observe(PLACE, reader, NAMES))
    assert NAMES == sorted(function.observe(PLACE, reader, NAMES))
    tokens = [r.request.query.get("pageToken") for r in stand_in.recorded]
    # Services are not listed in pages.
    assert (7, 4) == (len(tokens), tokens.count(None)), "two pages of each of three other lists"
    assert 0 == gets(stand_in, "triggers")


@pytest.mark.usefixtures("unreachable")
def test_triggers_that_a_list_leaves_out_are_read_one_by_one(
    reader: JsonReader, stand_in: StandIn
) -> None:
    stand_in.recorded.clear()
    assert NAMES[:2] == sorted(trigger.observe(PLACE, reader, NAMES[:2]))
    assert NAMES[:2] == sorted(trigger_subscription.observe(PLACE, reader, NAMES[:2]))
    assert 2 == gets(stand_in, "triggers")


@pytest.mark.usefixtures("unreachable")
def test_a_list_of_functions_that_leaves_some_out_is_an_error(reader: JsonReader) -> None:
    with pytest.raises(Unreachable, match=f"unreachable for query: {WHERE}"):
        function.observe(PLACE, reader, NAMES)


def test_what_does_not_exist(reader: JsonReader) -> None:
    assert {} == custom_role.observe(PLACE, reader, ["csvgateLoader"])
    assert {} == dataset.observe(PLACE, reader, ["sales"])
    assert NAMES == sorted(trigger.observe(PLACE, reader, ["another", *NAMES]))
    table = (*dataset.bq(PLACE), "--format=json", "show", "sales.orders")
    assert reader.find(table) is None
