"""What the local cloud would start, and with what environment; nothing is started."""

from pathlib import Path

import pytest

from csvgate.runtime.settings import read
from csvgate_ops.deploy import topology as topo
from csvgate_ops.local.cloud.endpoints import services
from csvgate_ops.local.cloud.environment import emulators, exports, inherited
from csvgate_ops.local.cloud.options import Options, repository
from csvgate_ops.local.cloud.plan import Plan, plan
from csvgate_ops.local.supervisor.component import ExitProbe, GrpcProbe, HttpProbe

DATA = Path("/data")


@pytest.fixture(scope="module")
def planned() -> Plan:
    topology = topo.load(repository() / "deploy" / "topology.yaml")
    options = Options(data_dir=DATA, environment={"CSVGATE_CHUNK_BYTES": "1000"})
    ports = {name: 1001 + i for i, name in enumerate(services(topology))}
    outer = {"PATH": "/bin", "HTTPS_PROXY": "http://proxy:1", "GOOGLE_CLOUD_PROJECT": "theirs"}
    return plan(topology, options, ports, outer)


def component(planned: Plan, name: str):  # type: ignore[no-untyped-def]
    return next(c for c in planned.components if c.name == name)


def test_the_components(planned: Plan) -> None:
    assert {c.name: c.about for c in planned.components} == {
        "guard": None,
        "pubsub": None,
        "storage": None,
        "bigquery": None,
        "mailbox": None,
        "provision-pubsub": "pubsub",
        "provision-storage": "storage",
        "provision-bigquery": "bigquery",
        "validate_and_parse": None,
        "enrich_records": None,
        "notify_stakeholders": None,
        "eventarc": None,
    }


def test_users_of_services_stop_before_them(planned: Plan) -> None:
    assert {c.name for c in planned.components if not c.stop_first} == {
        "guard",
        "pubsub",
        "storage",
        "bigquery",
        "mailbox",
    }


def test_every_component_is_probed(planned: Plan) -> None:
    kinds = {c.name: tuple(type(probe) for probe in c.probes) for c in planned.components}
    assert kinds["bigquery"] == (HttpProbe, GrpcProbe)
    assert kinds["pubsub"] == (GrpcProbe,)
    assert kinds["provision-storage"] == (ExitProbe,)
    assert all(kinds.values())


def test_ports_are_each_given_once(planned: Plan) -> None:
    given = [port for c in planned.components for port in c.ports]
    assert sorted(given) == sorted(planned.ports.values())


def test_servers_behind_the_guard_are_not_on_its_addresses(planned: Plan) -> None:
    guarded = dict(each.split("=", 1) for each in component(planned, "guard").argv[4:])
    assert set(guarded) == {"storage", "bigquery", *planned.topology.functions}
    for name, route in guarded.items():
        port, backend = route.split("=")
        assert int(port) == planned.ports[name]
        host, backend_port = backend.split(":")
        argv = component(planned, name).argv
        assert host in argv
        assert backend_port in argv
        assert host != "127.0.0.1"


def test_a_function_is_told_what_its_settings_need(planned: Plan) -> None:
    function = component(planned, "validate_and_parse")
    settings = read(function.environment)
    assert settings.project == "local-csvgate"
    assert settings.function == "validate_and_parse"
    assert settings.uploads_bucket == "local-csvgate-uploads"
    assert settings.dead_letter_topic == "validate-and-parse-dead-letter"
    assert settings.sendgrid_host == planned.endpoints["mailbox"]
    assert settings.chunk_bytes == 1000
    assert settings.contracts_dir == str(repository() / "contracts")
    assert function.environment["WORKERS"] == "2"
    assert function.environment["THREADS"] == "3"


def test_fake_gcs_tells_of_the_uploads_bucket_alone(planned: Plan) -> None:
    argv = component(planned, "storage").argv
    assert argv[argv.index("-event.bucket") + 1] == "local-csvgate-uploads"
    assert argv[argv.index("-event.pubsub-topic") + 1] == "eventarc-validate-and-parse"


def test_no_component_hears_of_a_proxy_or_of_the_user_s_cloud(planned: Plan) -> None:
    for each in planned.components:
        assert "HTTPS_PROXY" not in each.environment
        assert each.environment["no_proxy"] == "127.0.0.1,localhost"
        assert each.environment["GOOGLE_CLOUD_PROJECT"] == "local-csvgate"


def test_the_endpoints(planned: Plan) -> None:
    assert planned.endpoints["storage"] == "http://127.0.0.1:1001"
    assert planned.endpoints["pubsub"] == "127.0.0.1:1002"
    assert planned.endpoints["bigquery_storage"] == "127.0.0.1:1004"
    assert planned.endpoints["functions"] == {
        "validate_and_parse": "http://127.0.0.1:1007",
        "enrich_records": "http://127.0.0.1:1008",
        "notify_stakeholders": "http://127.0.0.1:1009",
    }


def test_exports_without_a_proxy_say_nothing_of_one(planned: Plan) -> None:
    assert exports(planned.endpoints, {"PATH": "/bin"}) == emulators(planned.endpoints)


def test_exports_add_loopback_to_what_the_user_s_proxy_leaves_alone(planned: Plan) -> None:
    outer = {"https_proxy": "http://proxy:1", "no_proxy": "example.com,localhost"}
    variables = exports(planned.endpoints, outer)
    assert variables["no_proxy"] == "example.com,localhost,127.0.0.1"
    assert variables["NO_PROXY"] == "127.0.0.1,localhost"


def test_little_of_the_user_s_environment_is_inherited() -> None:
    assert inherited({"PATH": "/bin", "LOG_LEVEL": "DEBUG", "PYTHONPATH": "x"}) == {
        "PATH": "/bin",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "PYTHONUNBUFFERED": "1",
    }


def test_options_survive_the_way_to_the_supervisor() -> None:
    options = Options(data_dir=DATA, ports={"storage": 5}, port_base=9, pubsub="google")
    assert Options.from_json(options.to_json()) == options
