"""How each type of pulumi-gcp is read as a resource of a plan, or as what a role is on."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from csvgate_ops.deploy.kinds import bucket as bucket_kind
from csvgate_ops.deploy.kinds import function as function_kind
from csvgate_ops.deploy.kinds import labels, traffic
from csvgate_ops.deploy.kinds import scheduler_job as scheduler_kind
from csvgate_ops.deploy.kinds.kind import seconds
from csvgate_ops.deploy.plan.model import Key, Place, Resource
from unit.deploy.pulumi.properties import Properties


def optional(p: Properties, key: str | None = None) -> dict[str, Any]:
    """The fields that an environment may leave out: labels and the path of a key."""
    found = p.get("labels")
    return {
        **({"labels": labels.observed({"labels": found})} if found is not None else {}),
        **({"kms_key": key} if key else {}),
    }


def api(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project, disableOnDestroy=False)
    return Resource(Key("api", p["service"]))


def agent(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project)
    return Resource(Key("agent", p["service"]))


def account(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project)
    return Resource(Key("account", p["accountId"]), {"display_name": p["displayName"]})


def custom_role(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project, stage="GA")
    fields = {"title": p["title"], "permissions": ",".join(p["permissions"])}
    return Resource(Key("custom-role", p["roleId"]), fields)


def secret(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project)
    replication = p.part("replication")
    replicas = replication.part("userManaged").parts("replicas")
    locations = ",".join(sorted(replica["location"] for replica in replicas))
    fields = optional(p)
    if locations:
        fields["locations"] = locations
    else:
        replication.constant(auto={})
    return Resource(Key("secret", p["secretId"]), fields)


def repository(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project, location=place.region, format="DOCKER")
    return Resource(Key("repository", p["repositoryId"]), optional(p, p.get("kmsKeyName")))


def bucket(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project)
    assert isinstance(p["forceDestroy"], bool)
    rules = [
        {
            "action": rule["action"],
            "condition": {
                {"matchesPrefixes": "matchesPrefix"}.get(name, name): value
                for name, value in rule["condition"].items()
            },
        }
        for rule in p.get("lifecycleRules") or ()
    ]
    fields = {
        "location": p["location"].lower(),
        "uniform_access": p["uniformBucketLevelAccess"],
        "public_access_prevention": p["publicAccessPrevention"],
        "versioning": p.part("versioning")["enabled"],
        "soft_delete": p.part("softDeletePolicy")["retentionDurationSeconds"],
        "retention": int(p.part("retentionPolicy").get("retentionPeriod", 0)),
        "lifecycle": bucket_kind.lifecycle(rules),
        **optional(p, p.part("encryption").get("defaultKmsKeyName")),
    }
    return Resource(Key("bucket", p["name"]), fields)


def topic(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project)
    fields = {
        "retention": seconds(p.get("messageRetentionDuration")),
        **optional(p, p.get("kmsKeyName")),
    }
    if regions := p.part("messageStoragePolicy").get("allowedPersistenceRegions"):
        fields["storage_regions"] = ",".join(sorted(regions))
    return Resource(Key("topic", p["name"]), fields)


def subscription(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project)
    fields = {
        "topic": p["topic"],
        "ack_deadline": p["ackDeadlineSeconds"],
        "retention": seconds(p["messageRetentionDuration"]),
        "expires": p.part("expirationPolicy")["ttl"] or "never",
        **optional(p),
    }
    return Resource(Key("subscription", p["name"]), fields)


def dataset(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project)
    assert isinstance(p["deleteContentsOnDestroy"], bool)
    fields = {
        "location": p["location"],
        "description": p["description"],
        **optional(p, p.part("defaultEncryptionConfiguration").get("kmsKeyName")),
    }
    return Resource(Key("dataset", p["datasetId"]), fields)


def function(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project, location=place.region)
    name, source = p["name"], p["labels"][function_kind.SOURCE_LABEL]
    assert traffic.messages() == p["labels"][traffic.MESSAGES_LABEL]
    others = labels.observed({"labels": p["labels"]})
    assert p["labels"].keys() == {
        *(function_kind.SOURCE_LABEL, traffic.MESSAGES_LABEL),
        *labels.as_mapping(others),
    }
    build, service = p.part("buildConfig"), p.part("serviceConfig")
    build.constant(environmentVariables=function_kind.BUILD_VARIABLES)
    stored = build.part("source").part("storageSource")
    stored.constant(bucket=f"{place.project}-function-sources", object=f"{name}-{source}.zip")
    service.constant(allTrafficOnLatestRevision=True)
    fields = {
        "source": source,
        "runtime": build["runtime"],
        "entry_point": build["entryPoint"],
        "memory": service["availableMemory"],
        "cpu": service["availableCpu"],
        "concurrency": service["maxInstanceRequestConcurrency"],
        "min_instances": service["minInstanceCount"],
        "max_instances": service["maxInstanceCount"],
        "timeout": service["timeoutSeconds"],
        "service_account": service["serviceAccountEmail"],
        "build_service_account": build["serviceAccount"],
        "repository": build["dockerRepository"],
        "ingress": _kebab(service["ingressSettings"]).removeprefix("allow-"),
        "connector": service.get("vpcConnector", ""),
        **_network(service),
        "environment": json.dumps(service["environmentVariables"], sort_keys=True),
        "secrets": function_kind.secrets(_secrets(place, service)),
        **({"labels": others} if others else {}),
        **({"kms_key": p["kmsKeyName"]} if p.get("kmsKeyName") else {}),
    }
    return Resource(Key("function", name), fields)


def _network(service: Properties) -> dict[str, Any]:
    """The connection to a subnet, or the egress of a connector."""
    egress = _kebab(service.get("vpcConnectorEgressSettings", ""))
    direct = _kebab(service.get("directVpcEgress", "")).removeprefix("vpc-egress-")
    fields: dict[str, Any] = {"subnet": "", "tags": "", "egress": egress or direct}
    for interface in service.parts("directVpcNetworkInterfaces"):
        fields["subnet"] = interface["subnetwork"]
        fields["tags"] = ",".join(interface.get("tags") or ())
        if network := interface.get("network"):
            fields["network"] = network
    return fields


def _secrets(place: Place, service: Properties) -> dict[str, str]:
    found = {}
    for each in service.parts("secretEnvironmentVariables"):
        each.constant(projectId=place.project)
        found[each["key"]] = f"{each['secret']}:{each['version']}"
    for volume in service.parts("secretVolumes"):
        volume.constant(projectId=place.project)
        for version in volume.parts("versions"):
            path = f"{volume['mountPath']}/{version['path']}"
            found[path] = f"{volume['secret']}:{version['version']}"
    return found


def _kebab(enum: str) -> str:
    return enum.lower().replace("_", "-")


def proxied_service(place: Place, p: Properties) -> Resource:
    p.constant(__provider="csvgate_pulumi.proxied_service._Provider")
    where, _, name = p["service"].rpartition("/services/")
    assert f"projects/{place.project}/locations/{place.region}" == where
    return Resource(Key("function", name), {"iap": p["iap"], "source": p["source"]})


PARTS: Final = {"pulumi-python:dynamic/csvgate:ProxiedService": proxied_service}
"""Types that set further fields of a resource that another type has registered."""


def trigger(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project)
    criteria = {each["attribute"]: each["value"] for each in p["matchingCriterias"]}
    service = p.part("destination").part("cloudRunService")
    service.constant(region=place.region)
    topic = p.part("transport").part("pubsub").get("topic", "")
    prefix = f"projects/{place.project}/topics/"
    assert topic == "" or topic.startswith(prefix)
    fields = {
        "location": p["location"],
        "type": criteria.pop("type"),
        "bucket": criteria.pop("bucket", ""),
        "topic": topic.removeprefix(prefix),
        "service": service["service"],
        "service_account": p["serviceAccount"],
        **optional(p),
    }
    assert {} == criteria
    return Resource(Key("trigger", p["name"]), fields)


def trigger_subscription(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project, __provider="csvgate_pulumi.patched_subscription._Provider")
    return Resource(Key("trigger-subscription", _trigger(p["subscription"])), p["policies"])


def _trigger(subscription: str) -> str:
    """The trigger of a subscription, as the mocks name it."""
    return subscription.split(".")[2]


def job(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project, region=place.region)
    target = p.part("httpTarget")
    token, headers, body = target.part("oidcToken"), target.get("headers"), target.get("body")
    fields = {
        "schedule": p["schedule"],
        "time_zone": p["timeZone"],
        "uri": target["uri"],
        "method": target["httpMethod"],
        "headers": scheduler_kind.headers(headers or {}),
        "body": base64.b64decode(body).decode() if body else "",
        "service_account": token["serviceAccountEmail"],
        "audience": token["audience"],
        "attempt_deadline": seconds(p["attemptDeadline"]),
        "max_retry_attempts": p.part("retryConfig")["retryCount"],
        "paused": p["paused"],
    }
    return Resource(Key("scheduler-job", p["name"]), fields)


def budget(_place: Place, p: Properties) -> Resource:
    amount = p.part("amount").part("specifiedAmount")
    fields = {
        "amount": f"{amount['units']}{amount.get('currencyCode', '')}",
        "thresholds": ",".join(f"{r['thresholdPercent']:g}" for r in p.parts("thresholdRules")),
        "projects": ",".join(p.part("budgetFilter")["projects"]),
    }
    return Resource(Key("budget", f"{p['billingAccount']}/{p['displayName']}"), fields)


RESOURCES: Final[Mapping[str, Callable[[Place, Properties], Resource]]] = {
    "gcp:projects/service:Service": api,
    "gcp:projects/serviceIdentity:ServiceIdentity": agent,
    "gcp:serviceaccount/account:Account": account,
    "gcp:projects/iAMCustomRole:IAMCustomRole": custom_role,
    "gcp:secretmanager/secret:Secret": secret,
    "gcp:artifactregistry/repository:Repository": repository,
    "gcp:storage/bucket:Bucket": bucket,
    "gcp:pubsub/topic:Topic": topic,
    "gcp:pubsub/subscription:Subscription": subscription,
    "gcp:bigquery/dataset:Dataset": dataset,
    "gcp:cloudfunctionsv2/function:Function": function,
    "gcp:eventarc/trigger:Trigger": trigger,
    "pulumi-python:dynamic/csvgate:PatchedSubscription": trigger_subscription,
    "gcp:cloudscheduler/job:Job": job,
    "gcp:billing/budget:Budget": budget,
}


def _in_project(kind: str, name: str, **where: str) -> Callable[[Place, Properties], Key]:
    def read(place: Place, p: Properties) -> Key:
        p.constant(project=place.project, **{n: getattr(place, v) for n, v in where.items()})
        return Key(kind, p[name] if name else "")

    return read


def _on_account(place: Place, p: Properties) -> Key:
    prefix, domain = f"projects/{place.project}/serviceAccounts/", place.email("")
    path = p["serviceAccountId"]
    assert path.startswith(prefix)
    assert path.endswith(domain)
    return Key("account", path.removeprefix(prefix).removesuffix(domain))


def _on_subscription(place: Place, p: Properties) -> Key:
    p.constant(project=place.project)
    name = p["subscription"]
    if name.startswith("eventarc."):
        return Key("trigger-subscription", _trigger(name))
    return Key("subscription", name)


def _on_topic(place: Place, p: Properties) -> Key:
    p.constant(project=place.project)
    name = p["topic"]
    made = name.startswith("eventarc.")
    return Key("trigger-topic", name.partition(".")[2]) if made else Key("topic", name)


ROLES: Final[Mapping[str, Callable[[Place, Properties], Key]]] = {
    "gcp:projects/iAMMember:IAMMember": _in_project("project", ""),
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": lambda _place, p: Key(
        "kms-key", p["cryptoKeyId"]
    ),
    "gcp:serviceaccount/iAMMember:IAMMember": _on_account,
    "gcp:storage/bucketIAMMember:BucketIAMMember": lambda _place, p: Key("bucket", p["bucket"]),
    "gcp:pubsub/topicIAMMember:TopicIAMMember": _on_topic,
    "gcp:iap/webCloudRunServiceIamMember:WebCloudRunServiceIamMember": _in_project(
        "iap-service", "cloudRunServiceName", location="region"
    ),
    "gcp:bigquery/datasetIamMember:DatasetIamMember": _in_project("dataset", "datasetId"),
    "gcp:secretmanager/secretIamMember:SecretIamMember": _in_project("secret", "secretId"),
    "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": _in_project(
        "repository", "repository", location="region"
    ),
    "gcp:cloudrunv2/serviceIamMember:ServiceIamMember": _in_project(
        "function", "name", location="region"
    ),
    "gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember": _on_subscription,
}


def storage_agent(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project)
    return Resource(Key("agent", "storage.googleapis.com"))


def bigquery_agent(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project)
    return Resource(Key("agent", "bigquery.googleapis.com"))


def kms_key(_place: Place, p: Properties) -> Resource:
    return Resource(Key("kms-key", f"{p['keyRing']}/cryptoKeys/{p['name']}"))


def secret_version(place: Place, p: Properties) -> Resource:
    p.constant(project=place.project, fetchSecretData=False)
    return Resource(Key("secret-version", f"{p['secret']}/{p.get('version', 'latest')}"))


def number(place: Place, p: Properties) -> None:
    p.constant(projectId=place.project)


CALLS: Final[Mapping[str, Callable[[Place, Properties], Resource | None]]] = {
    "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": storage_agent,
    "gcp:bigquery/getDefaultServiceAccount:getDefaultServiceAccount": bigquery_agent,
    "gcp:kms/getKMSCryptoKey:getKMSCryptoKey": kms_key,
    "gcp:secretmanager/getSecretVersion:getSecretVersion": secret_version,
    "gcp:organizations/getProject:getProject": number,
}
