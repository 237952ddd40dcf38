"""Commands about limits, quotas, tokens, the catalogue, versions, users and projects."""

from conftest import DEMO_ID, PASSWORD

FORBIDDEN = "You are not authorized to perform the requested action: identity:"
REFUSED = "The request you have made requires authentication. (HTTP 401)"


def figures(shown) -> dict:
    """A table of two columns as a dictionary."""
    return dict(tuple(row.values()) for row in shown)


def test_what_there_is_can_be_looked_at(cloud):
    limits, quota, catalog, versions, extensions = cloud.script(
        "limits show --absolute -f json",
        "quota show -f json",
        "catalog list -f json",
        "versions show -f json",
        "extension list --compute -f json",
    ).documents
    assert figures(limits)["keypairs"] == 100
    assert figures(quota)["key-pairs"] == 100
    types = {service["Type"]: service["Endpoints"] for service in catalog}
    assert {"identity", "compute"} <= set(types)
    assert {endpoint["url"] for endpoint in types["compute"]} == {f"{cloud.url}/compute/v2.1"}
    found = {
        (row["Service Type"], row["Version"], row["Max Microversion"]): row["Endpoint"]
        for row in versions
    }
    assert found[("compute", "2.1", "2.104")] == f"{cloud.url}/compute/v2.1/"
    assert found[("identity", "3.14", None)] == f"{cloud.url}/identity/v3/"
    assert [row["Alias"] for row in extensions] == ["os-keypairs", "os-quota-sets"]


def test_a_quota_that_is_set_holds(cloud, name, key):
    compute = cloud.sdk("demo2").compute
    quota = len(list(compute.keypairs())) + 1
    set_to = f"quota set --key-pairs {quota} demo2"
    (shown,) = cloud.script(set_to, "quota show demo2 -f json", user="admin").documents
    assert figures(shown)["key-pairs"] == quota
    compute.create_keypair(name=name, public_key=key.read_text())
    cloud.script(f"keypair create {name}-2", set_to, user="demo2").fails_with(
        "Quota exceeded, too many key pairs.", FORBIDDEN + "list_projects"
    )
    compute.delete_keypair(name)
    (shown,) = cloud.script(
        "quota delete --compute demo2", "quota show demo2 -f json", user="admin"
    ).documents
    assert figures(shown)["key-pairs"] == compute.get_limits().absolute.keypairs == 100


def test_a_token_is_issued_used_and_revoked(cloud):
    (token,) = cloud.script("token issue -f json").documents
    assert token["user_id"] == DEMO_ID
    by_token = {
        "OS_AUTH_TYPE": "v3token",
        "OS_AUTH_URL": f"{cloud.url}/identity/v3",
        "OS_TOKEN": token["id"],
        "OS_PROJECT_ID": token["project_id"],
        "OS_IDENTITY_API_VERSION": "3",
    }
    first = cloud.script("keypair list -f json", f"token revoke {token['id']}", settings=by_token)
    assert len(first.documents) == 1
    second = cloud.run("keypair", "list", settings=by_token)
    assert second.code == 1 and "(HTTP 40" in second.errors


def test_wrong_passwords_are_refused(cloud):
    settings = {
        "OS_AUTH_URL": f"{cloud.url}/identity",
        "OS_USERNAME": "demo",
        "OS_PASSWORD": "wrong",
        "OS_PROJECT_NAME": "demo",
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_NAME": "Default",
        "OS_IDENTITY_API_VERSION": "3",
    }
    wrong = cloud.run("token", "issue", settings=settings)
    assert wrong.code == 1 and REFUSED in wrong.errors
    # A URL without a version and a right password are good enough.
    settings["OS_PASSWORD"] = PASSWORD
    (right,) = cloud.script("token issue -f json", settings=settings).documents
    assert right["user_id"] == DEMO_ID


def test_administrators_list_users_and_projects(cloud):
    users, projects, demo = cloud.script(
        "user list -f json", "project list -f json", "user show demo -f json", user="admin"
    ).documents
    names = {"demo", "demo2", "admin"}
    assert {row["Name"] for row in users} >= names
    assert {row["Name"] for row in projects} >= names
    assert demo["id"] == DEMO_ID


def test_members_list_no_users_and_their_own_projects(cloud):
    (projects,) = cloud.script("project list -f json").documents
    assert [row["Name"] for row in projects] == ["demo"]
    cloud.run("user", "list").fails_with(FORBIDDEN + "list_users")


def test_an_application_credential_is_made_used_and_deleted(cloud, name):
    made, listed, shown = cloud.script(
        f"application credential create {name} --role reader -f json",
        "application credential list -f json",
        f"application credential show {name} -f json",
    ).documents
    assert made["id"] in [row["ID"] for row in listed]
    assert shown["name"] == name
    by_credential = {
        "OS_AUTH_TYPE": "v3applicationcredential",
        "OS_AUTH_URL": f"{cloud.url}/identity/v3",
        "OS_APPLICATION_CREDENTIAL_ID": made["id"],
        "OS_APPLICATION_CREDENTIAL_SECRET": made["secret"],
        "OS_IDENTITY_API_VERSION": "3",
    }
    (keys,) = cloud.script("keypair list -f json", settings=by_credential).documents
    assert isinstance(keys, list)
    assert cloud.run("application", "credential", "delete", name).code == 0
    refused = cloud.run("keypair", "list", settings=by_credential)
    assert refused.code == 1 and f"Could not find Application Credential: {made['id']}" in refused.errors


def test_an_administrator_makes_users_and_projects(own_cloud, name, key):
    cloud = own_cloud("identity = { admin = true }")
    project, user, assigned, pair, of_project = cloud.script(
        f"project create {name} -f json",
        f"user create {name} --project {name} --password secret -f json",
        f"role add member --user {name} --project {name}",
        f"role assignment list --project {name} --names -f json",
        f"keypair create --user {name} --public-key {key} k1 -f json",
        f"keypair list --project {name} -f json",
        user="admin",
    ).documents
    assert (project["name"], user["name"]) == (name, name)
    assert [row["Role"] for row in assigned] == ["member"]
    assert pair["user_id"] == user["id"]
    assert [row["Name"] for row in of_project] == ["k1"]
    as_user = {
        "OS_AUTH_URL": f"{cloud.url}/identity/v3",
        "OS_USERNAME": name,
        "OS_PASSWORD": "secret",
        "OS_PROJECT_NAME": name,
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_NAME": "Default",
        "OS_IDENTITY_API_VERSION": "3",
    }
    (keys,) = cloud.script("keypair list -f json", settings=as_user).documents
    assert [row["Name"] for row in keys] == ["k1"]
    cloud.script(
        f"role remove member --user {name} --project {name}",
        f"user delete {name}",
        f"project delete {name}",
        f"user show {name}",
        user="admin",
    ).fails_with(f"No User found for {name}")
