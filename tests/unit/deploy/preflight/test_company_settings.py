"""Keys, a subnet, and places of messages and secrets, as companies set them."""

from typing import Any

import pytest

from csvgate_ops.deploy.environment.model import KmsKeys, Network
from csvgate_ops.deploy.preflight.examine import Outcome, examine
from unit.deploy.plan.environments import environment
from unit.deploy.preflight.recorded import Recorded, all_of, answers, check, faults, request

PROJECT = "example-csvgate-prod"
AT = f"--project={PROJECT}"
RING = "projects/example-keys/locations/europe-west1/keyRings/csvgate/cryptoKeys"
ALL = KmsKeys(
    buckets=f"{RING}/buckets",
    topics=f"{RING}/rest",
    datasets=f"{RING}/rest",
    functions=f"{RING}/rest",
)
ENABLED = {"purpose": "ENCRYPT_DECRYPT", "primary": {"state": "ENABLED"}}
OFFICE = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/networks/office"
SUBNET = {"name": "functions", "network": OFFICE, "ipCidrRange": "10.8.0.0/26"}
SUBNETS = "gcloud compute networks subnets"


def preflight(changed: dict[str, Any], granted: Any = all_of, **settings: Any) -> Outcome:
    """Run the checks on the production environment with other settings."""
    chosen = environment("prod").model_copy(update=settings)
    known = {"kms keys describe": ENABLED, "subnets describe": SUBNET, **answers(PROJECT)}
    rest = {words: answer for words, answer in known.items() if words not in changed}
    return examine(request(Recorded({**changed, **rest}), "prod", chosen, granted))


def denied(*values: str) -> dict[str, Any]:
    return {"listPolicy": {"deniedValues": list(values)}}


def allowed(*values: str) -> dict[str, Any]:
    return {"listPolicy": {"allowedValues": list(values)}}


def test_keys_that_are_enabled() -> None:
    outcome = preflight({}, kms_key=ALL)
    assert [] == faults(outcome)
    assert ["is enabled"] * 2 == [check(outcome, f"key {n}").result for n in ("buckets", "rest")]


@pytest.mark.parametrize(
    ("answer", "code", "fix"),
    [
        (
            "ERROR: (gcloud.kms.keys.describe) NOT_FOUND: CryptoKey not found.",
            "key.missing",
            "gcloud kms keys create buckets --keyring=csvgate --location=europe-west1 "
            "--project=example-keys --purpose=encryption",
        ),
        (
            {**ENABLED, "primary": {"state": "DISABLED"}},
            "key.state",
            "gcloud kms keys versions enable VERSION --key=buckets --keyring=csvgate "
            "--location=europe-west1 --project=example-keys",
        ),
        ({"purpose": "ASYMMETRIC_SIGN"}, "key.purpose", ""),
    ],
)
def test_keys_that_cannot_encrypt(answer: Any, code: str, fix: str) -> None:
    outcome = preflight({"kms keys describe buckets ": answer}, kms_key=ALL)
    ((found, _, commands),) = faults(outcome)
    assert (code, (fix,) if fix else ()) == (found, commands)


def test_the_policy_about_keys_is_satisfied_by_keys() -> None:
    policy = {
        "restrictNonCmekServices": denied("storage.googleapis.com", "run.googleapis.com"),
    }
    assert [] == faults(preflight(policy, kms_key=ALL))
    found = faults(preflight(policy, kms_key=KmsKeys(buckets=f"{RING}/buckets")))
    assert ["policy.encryption"] == [code for code, *_ in found]
    assert "set `kms_key.functions` in deploy/env/prod.yaml" in found[0][1]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("projects/example-keys", []),
        ("under:projects/example-keys", []),
        ("under:projects/others", ["policy.key_project"]),
        ("under:folders/123", []),
    ],
)
def test_the_policy_about_projects_of_keys(entry: str, code: list[str]) -> None:
    outcome = preflight({"restrictCmekCryptoKeyProjects": allowed(entry)}, kms_key=ALL)
    assert code == [found for found, *_ in faults(outcome)]
    by_hand = [c for c in outcome.checks if "by hand" in c.skipped]
    assert len(by_hand) == entry.startswith("under:folders")


def test_a_role_on_keys_of_the_project_can_be_granted() -> None:
    needed = set[str]()

    def granted(permissions: Any) -> frozenset[str]:
        needed.update(permissions)
        return frozenset(permissions)

    preflight({}, granted, kms_key=ALL)
    assert "cloudkms.cryptoKeys.setIamPolicy" not in needed
    own = ALL.model_copy(update={"topics": f"{RING}/own".replace("example-keys", PROJECT)})
    preflight({}, granted, kms_key=own)
    assert "cloudkms.cryptoKeys.setIamPolicy" in needed


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({"connector": "csvgate"}, "vpcaccess"),
        ({"connector": "projects/net-host/locations/europe-west1/connectors/shared"}, ""),
        ({"subnet": "functions"}, "compute"),
        ({"subnet": "projects/net-host/regions/europe-west1/subnetworks/shared"}, ""),
    ],
)
def test_permissions_on_a_network_of_a_host_project_are_not_asked_of_this_project(
    settings: dict[str, Any], asked: str
) -> None:
    needed = set[str]()

    def granted(permissions: Any) -> frozenset[str]:
        needed.update(permissions)
        return frozenset(permissions)

    preflight({}, granted, network=Network(**settings))
    services = {name.partition(".")[0] for name in needed} & {"vpcaccess", "compute"}
    assert ({asked} - {""}) == services


def through(**settings: Any) -> Network:
    return Network(egress="all-traffic", **settings)


def test_a_subnet_that_is_ready() -> None:
    outcome = preflight({}, network=through(subnet="functions"))
    assert [] == faults(outcome)
    assert "is ready" == check(outcome, "subnet functions").result
    assert "way-out" == check(outcome, "Cloud NAT of network office").result


@pytest.mark.parametrize(
    ("changed", "code", "fix"),
    [
        (
            {"subnets describe": "ERROR: (gcloud.compute.networks.subnets.describe) not found"},
            "network.missing",
            f"{SUBNETS} create functions --region=europe-west1 {AT} --network=NETWORK "
            "--range=RANGE",
        ),
        (
            {"subnets describe": {**SUBNET, "ipCidrRange": "10.8.0.0/28"}},
            "network.range",
            f"{SUBNETS} expand-ip-range functions --region=europe-west1 {AT} --prefix-length=26",
        ),
        (
            {"routers list": []},
            "network.nat",
            f"gcloud compute routers create csvgate --network=office --region=europe-west1 {AT}",
        ),
    ],
)
def test_faults_of_a_subnet(changed: dict[str, Any], code: str, fix: str) -> None:
    ((found, _, commands),) = faults(preflight(changed, network=through(subnet="functions")))
    assert (code, fix) == (found, commands[0])


def test_the_reason_is_the_whole_message_where_gcloud_writes_it_on_two_lines() -> None:
    failed = (
        "ERROR: (gcloud.compute.networks.subnets.describe) Could not fetch resource:\n"
        " - Quota exceeded for quota metric 'Queries'\n"
    )
    outcome = preflight({"subnets describe": failed}, network=through(subnet="functions"))
    (said,) = [c.skipped for c in outcome.checks if "subnet" in c.skipped]
    assert said.endswith("Could not fetch resource: Quota exceeded for quota metric 'Queries'")


def test_a_subnet_of_a_host_project() -> None:
    path = "projects/net-host/regions/europe-west1/subnetworks/shared"
    chosen = environment("prod").model_copy(update={"network": through(subnet=path)})
    run = Recorded({"subnets describe": SUBNET, **answers(PROJECT)})
    assert [] == faults(examine(request(run, "prod", chosen)))
    asked = [command for command in run.asked if "subnets" in command or "routers" in command]
    assert 2 == len(asked)
    assert all("--project=net-host" in command for command in asked)


def test_a_subnet_does_not_satisfy_a_policy_that_demands_a_connector() -> None:
    policy = {"requireVPCConnector": {"booleanPolicy": {"enforced": True}}}
    found = faults(preflight(policy, network=through(subnet="functions")))
    assert ["policy.connector"] == [code for code, *_ in found]
    assert [] == faults(preflight(policy))


def test_places_of_messages_and_secrets() -> None:
    policy = {"describe gcp.resourceLocations": allowed("in:eu-locations")}
    assert ["policy.secret"] == [code for code, *_ in faults(preflight(policy))]
    assert [] == faults(preflight(policy, secret_locations=("europe-west1",)))
    elsewhere = {"secret_locations": ("us-east1",), "message_storage_regions": ("us-west1",)}
    found = faults(preflight(policy, **elsewhere))
    assert ["policy.location"] * 2 == [code for code, *_ in found]
    assert "messages in us-west1: set `message_storage_regions`" in found[0][1]
    assert "secrets in us-east1: set `secret_locations`" in found[1][1]
