"""The shell script with which an owner lets GitHub plan, deploy and check one environment."""

import shlex
from collections.abc import Iterator, Mapping

from csvgate_ops.deploy.deployer.accounts import ACCOUNTS, DEPLOYER, PLANNER, RECONCILER, Account
from csvgate_ops.deploy.deployer.conditions import granted_roles, in_buckets, may_grant
from csvgate_ops.deploy.deployer.permissions import DEPLOYS, GRANT, READS
from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.plan import policies
from csvgate_ops.deploy.plan.model import Binding, Command, Desired, Resource
from csvgate_ops.deploy.plan.script import shell_line

_READ_BUCKETS = ("uploads", "ledger", "rejects", "staging")
"""The buckets that the smoke test and `csvgate reconcile` read."""
_APIS = ("iam", "iamcredentials", "sts", "cloudresourcemanager")
_HEAD = """\
#!/usr/bin/env bash
# Lets {repository} on GitHub plan, deploy and check environment {name} in {project}.
# An owner of the project runs it once, and again when deploy/topology.yaml has new accounts, custom
# roles or roles on the project. It can be repeated without harm.
set -euo pipefail
export CLOUDSDK_CORE_DISABLE_PROMPTS=1
project={project}
PROJECT_NUMBER=$(gcloud projects describe "$project" '--format=value(projectNumber)')
pools="projects/$PROJECT_NUMBER/locations/global/workloadIdentityPools"

exists() {{ "$@" > /dev/null 2>&1; }}

try() {{ # COMMAND: again for two minutes, because a new account or role takes time to spread
  local pause
  for pause in 5 10 20 40 45 ""; do
    "$@" && return
    [[ $pause ]] || return 1
    echo "retrying in $pause s: a new account or role may not have spread yet" >&2
    sleep "$pause"
  done
}}

account() {{ # NAME DISPLAY_NAME
  exists gcloud iam service-accounts describe "$(email "$1")" "--project=$project" ||
    gcloud iam service-accounts create "$1" "--display-name=$2" "--project=$project"
}}

email() {{ echo "$1@$project.iam.gserviceaccount.com"; }}

custom_role() {{ # NAME TITLE PERMISSIONS
  local verb=create
  ! exists gcloud iam roles describe "$1" "--project=$project" || verb=update
  gcloud iam roles "$verb" "$1" "--title=$2" "--permissions=$3" --stage=GA "--project=$project"
}}

grant() {{ # ACCOUNT ROLE [CONDITION]: on the project; it replaces the role's earlier conditions
  local member title
  member="serviceAccount:$(email "$1")"
  title="csvgate ${{2##*/}}"
  exists gcloud projects remove-iam-policy-binding "$project" "--member=$member" "--role=$2" \\
    --all || true
  try gcloud projects add-iam-policy-binding "$project" "--member=$member" "--role=$2" \\
    "--condition=${{3:+^;^title=$title;expression=}}${{3:-None}}"
}}

used_by() {{ # ACCOUNT MEMBER ROLE: on the account
  try gcloud iam service-accounts add-iam-policy-binding "$(email "$1")" "--member=$2" \\
    "--role=$3" "--project=$project"
}}

jobs() {{ # ACCOUNT GITHUB_ENVIRONMENT: jobs of the GitHub environment act as the account
  used_by "$1" "principalSet://iam.googleapis.com/$pools/github/attribute.environment/$2" \\
    roles/iam.workloadIdentityUser
}}
"""
_PROVIDER = """\
pool=(gcloud iam workload-identity-pools)
exists "${{pool[@]}}" describe github --location=global "--project=$project" ||
  "${{pool[@]}}" create github --location=global --display-name=GitHub "--project=$project"
verb=create-oidc
! exists "${{pool[@]}}" providers describe csvgate --location=global \\
  --workload-identity-pool=github "--project=$project" || verb=update-oidc
"${{pool[@]}}" providers "$verb" csvgate --location=global --workload-identity-pool=github \\
  --issuer-uri=https://token.actions.githubusercontent.com \\
  --attribute-mapping=google.subject=assertion.sub,attribute.environment=assertion.environment \\
  {condition} \\
  "--project=$project"
"""
_TAIL = """
# The variables of the GitHub environments
if command -v gh > /dev/null; then
  set_variables() {{ # GITHUB_ENVIRONMENT ACCOUNT
    gh variable set GCP_PROJECT --repo {repository} --env "$1" --body "$project"
    gh variable set SERVICE_ACCOUNT --repo {repository} --env "$1" --body "$(email "$2")"
    gh variable set WORKLOAD_IDENTITY_PROVIDER --repo {repository} --env "$1" \\
      --body "$pools/github/providers/csvgate"
  }}
{calls}
fi
"""


def bootstrap(name: str, repository: str, desired: Desired, buckets: Mapping[str, str]) -> str:
    """Return the script. `repository` is `owner/name` on GitHub, and `buckets` are the names of the
    buckets by their keys in the topology."""
    values = {"name": name, "repository": repository, "project": desired.place.project}
    accepted = shlex.quote(f"--attribute-condition={_accepted(name, repository)}")
    calls = "\n".join(f"  set_variables {a.environment(name)} {a.name}" for a in ACCOUNTS)
    return "".join(
        (
            _HEAD.format(**values),
            _section("APIs and service agents", _apis(desired)),
            "\n# Tokens of GitHub: of this repository and these environments only\n",
            _PROVIDER.format(condition=accepted),
            _section("Accounts and custom roles of the topology", _of_topology(desired)),
            _section("The accounts of GitHub's jobs", _accounts(name)),
            _section("What they may do", _roles(desired, buckets)),
            _section("Keys of Google's service agents", _keys(desired)),
            _TAIL.format(repository=repository, calls=calls),
        )
    )


def _section(title: str, lines: Iterator[str]) -> str:
    return "\n".join((f"\n# {title}", *lines, ""))


def _call(*words: str) -> str:
    return shlex.join(words)


def _apis(desired: Desired) -> Iterator[str]:
    wanted = {r.key.name for r in desired.resources if r.key.kind == "api"}
    names = sorted(wanted | {f"{name}.googleapis.com" for name in _APIS})
    # At most 20 in one request.
    for start in range(0, len(names), 20):
        project = f"--project={desired.place.project}"
        yield _call("gcloud", "services", "enable", *names[start : start + 20], project)
    for resource in desired.resources:
        if resource.key.kind == "agent":
            yield from _created(desired, resource)


def _created(desired: Desired, resource: Resource) -> Iterator[str]:
    for step in KINDS[resource.key.kind].create(desired.place, resource):
        if isinstance(step, Command):
            yield shell_line(step.argv)


def _accepted(name: str, repository: str) -> str:
    """Return the condition on tokens: the repository, and for each GitHub environment the branch.
    Without it, tokens of any repository on GitHub would be accepted."""
    environments = " || ".join(
        f'assertion.environment == "{account.environment(name)}"'
        + (' && assertion.ref == "refs/heads/main"' if account.main_only else "")
        for account in ACCOUNTS
    )
    return f'assertion.repository == "{repository}" && ({environments})'


def _of_topology(desired: Desired) -> Iterator[str]:
    """Yield what the deployer must not do itself, because it could give itself more permissions."""
    for resource in desired.resources:
        fields = {name: str(value) for name, value in resource.fields.items()}
        if resource.key.kind == "account":
            yield _call("account", resource.key.name, fields["display_name"])
        elif resource.key.kind == "custom-role":
            given = (fields["title"], fields["permissions"])
            yield _call("custom_role", resource.key.name, *given)
    for binding in desired.bindings:
        if binding.on.kind == "account":
            yield f"try {shell_line(policies.grant(desired.place, binding).argv)}"


def _accounts(name: str) -> Iterator[str]:
    for account in ACCOUNTS:
        yield _call("account", account.name, account.purpose)
        yield _call("jobs", account.name, account.environment(name))


def _roles(desired: Desired, buckets: Mapping[str, str]) -> Iterator[str]:
    own = f"projects/{desired.place.project}/roles"
    yield _call("custom_role", "csvgatePlan", PLANNER.purpose, ",".join(READS))
    yield _call("custom_role", "csvgateDeploy", DEPLOYER.purpose, ",".join(DEPLOYS))
    yield _call("custom_role", "csvgateGrant", "csvgate grants roles", ",".join(GRANT))
    yield _grant(PLANNER, f"{own}/csvgatePlan")
    yield _grant(DEPLOYER, f"{own}/csvgateDeploy")
    yield _grant(DEPLOYER, f"{own}/csvgateGrant", may_grant(granted_roles(desired)))
    deployer = f"serviceAccount:{desired.place.email(DEPLOYER.name)}"
    for resource in desired.resources:
        if resource.key.kind == "account":
            yield _call("used_by", resource.key.name, deployer, "roles/iam.serviceAccountUser")
    read = in_buckets([buckets[key] for key in _READ_BUCKETS])
    yield _grant(DEPLOYER, "roles/storage.objectViewer", read)
    yield _grant(DEPLOYER, "roles/storage.objectCreator", in_buckets([buckets["uploads"]]))
    contracts = in_buckets([buckets["contracts"]])
    yield _grant(PLANNER, "roles/storage.objectViewer", contracts)
    yield _grant(DEPLOYER, "roles/storage.objectUser", contracts)
    yield _grant(RECONCILER, "roles/storage.objectViewer", read)
    yield _grant(RECONCILER, "roles/bigquery.jobUser")
    yield _grant(RECONCILER, "roles/bigquery.dataViewer")


def _keys(desired: Desired) -> Iterator[str]:
    """Yield the roles on keys of Cloud KMS, which the deployer must not change. A key of another
    project also needs its owner's consent to being read by these accounts."""
    for key in dict.fromkeys(b.on for b in desired.bindings if b.on.kind == "kms-key"):
        for account in (PLANNER, DEPLOYER):
            member = f"serviceAccount:{desired.place.email(account.name)}"
            viewer = Binding(key, "roles/cloudkms.viewer", member)
            yield f"try {shell_line(policies.grant(desired.place, viewer).argv)}"
    for binding in desired.bindings:
        if binding.on.kind == "kms-key":
            yield f"try {shell_line(policies.grant(desired.place, binding).argv)}"


def _grant(account: Account, role: str, *condition: str) -> str:
    return _call("grant", account.name, role, *condition)
