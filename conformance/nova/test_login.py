"""Log-in and discovery, the way OpenStack's clients do it."""

import keystoneauth1.exceptions
import openstack.exceptions
import pytest
import requests
from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import generic, v3

from conftest import DEMO_PROJECT_ID, DEMO_USER_ID, PASSWORD

REFUSED = "The request you have made requires authentication."


def test_a_log_in_gives_user_and_project(cloud):
    session = cloud.session()
    assert session.get_user_id() == DEMO_USER_ID
    assert session.get_project_id() == DEMO_PROJECT_ID
    access = session.auth.get_access(session)
    assert access.username == "demo"
    assert access.project_name == "demo"
    assert sorted(access.role_names) == ["member", "reader"]
    assert 0 < len(access.auth_token) < 255


def test_the_catalogue_leads_to_both_services(cloud):
    session = cloud.session()
    for interface in ("public", "internal", "admin"):
        found = session.get_endpoint(
            service_type="compute", interface=interface, region_name="RegionOne"
        )
        assert found == f"{cloud.url}/compute/v2.1"
    assert session.get_endpoint(service_type="identity") == f"{cloud.url}/identity/v3"
    with pytest.raises(keystoneauth1.exceptions.EndpointNotFound):
        session.get_endpoint(service_type="compute", region_name="Nowhere")


def test_a_url_without_a_version_leads_to_version_3(cloud):
    auth = generic.Password(
        auth_url=f"{cloud.url}/identity",
        username="demo",
        password=PASSWORD,
        project_name="demo",
        user_domain_id="default",
        project_domain_id="default",
    )
    session = keystone_session.Session(auth=auth)
    assert session.get_user_id() == DEMO_USER_ID
    assert session.auth.get_access(session).version == "v3"


def test_the_sdk_discovers_compute(cloud):
    compute = cloud.sdk().compute
    data = compute.get_endpoint_data()
    assert data.url == f"{cloud.url}/compute/v2.1/"
    assert (data.min_microversion, data.max_microversion) == ((2, 1), (2, 104))


def test_novaclient_discovers_versions(cloud):
    version = cloud.nova("2.1").versions.get_current()
    assert (version.id, version.min_version, version.version) == ("v2.1", "2.1", "2.104")


@pytest.mark.parametrize(
    "user, password", [("demo", "wrong"), ("nobody", PASSWORD), ("DEMO", PASSWORD)]
)
def test_wrong_credentials_are_refused_in_keystones_words(cloud, user, password):
    session = cloud.session(user, password, project_name="demo", project_domain_id="default")
    with pytest.raises(keystoneauth1.exceptions.Unauthorized) as refused:
        session.get_token()
    assert refused.value.http_status == 401
    # keystoneauth adds the answer's `X-Openstack-Request-Id`.
    assert refused.value.message.startswith(f"{REFUSED} (HTTP 401) (Request-ID: req-")


def test_the_sdk_reports_a_wrong_password(cloud):
    with pytest.raises(openstack.exceptions.SDKException) as refused:
        cloud.sdk(password="wrong").authorize()
    assert REFUSED in str(refused.value)


def test_a_project_of_others_is_refused(cloud):
    session = cloud.session("demo", project_name="demo2", project_domain_id="default")
    with pytest.raises(keystoneauth1.exceptions.Unauthorized):
        session.get_token()


def test_a_token_can_be_rescoped_and_then_calls(cloud):
    unscoped = cloud.session("demo", unscoped=True)
    assert unscoped.get_project_id() is None
    auth = v3.Token(
        auth_url=cloud.auth_url,
        token=unscoped.get_token(),
        project_name="demo",
        project_domain_id="default",
    )
    session = keystone_session.Session(auth=auth)
    assert session.get_project_id() == DEMO_PROJECT_ID
    keys = session.get(
        "/os-keypairs", endpoint_filter={"service_type": "compute", "region_name": "RegionOne"}
    )
    assert "keypairs" in keys.json()


def test_a_revoked_token_is_no_good_any_more(cloud):
    session = cloud.session()
    token = session.get_token()
    own = {"X-Auth-Token": token, "X-Subject-Token": token}
    tokens = f"{cloud.auth_url}/auth/tokens"
    assert requests.get(tokens, headers=own, timeout=30).status_code == 200
    assert requests.delete(tokens, headers=own, timeout=30).status_code == 204
    assert requests.get(tokens, headers=own, timeout=30).status_code == 401
    keys = requests.get(
        f"{cloud.url}/compute/v2.1/os-keypairs", headers={"X-Auth-Token": token}, timeout=30
    )
    assert keys.status_code == 401
    assert keys.headers["WWW-Authenticate"] == f'Keystone uri="{cloud.auth_url}"'


def test_the_sdk_finds_itself_and_its_project(cloud):
    sdk = cloud.sdk()
    assert sdk.identity.get_user(DEMO_USER_ID).name == "demo"
    assert sdk.identity.get_project(DEMO_PROJECT_ID).name == "demo"


def test_look_ups_of_others_end_politely(cloud):
    sdk = cloud.sdk()
    with pytest.raises(openstack.exceptions.ForbiddenException):
        sdk.identity.get_user("a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0")
    with pytest.raises(openstack.exceptions.ForbiddenException):
        list(sdk.identity.users())
    admin = cloud.sdk("admin")
    assert {user.name for user in admin.identity.users()} == {"demo", "demo2", "admin"}
    assert admin.identity.find_user("demo").id == DEMO_USER_ID
    assert admin.identity.find_project("demo").id == DEMO_PROJECT_ID


def test_an_application_credential_logs_in_with_its_own_roles(own_cloud):
    credential = "26bb287fd56a41f58a4d8a4b4d14fd1b"
    cloud = own_cloud(
        f"""
        [[nova.projects]]
        id = "{DEMO_PROJECT_ID}"
        name = "demo"

        [[nova.users]]
        id = "{DEMO_USER_ID}"
        name = "demo"
        password = "secret"
        roles = {{ "{DEMO_PROJECT_ID}" = ["admin"] }}

        [[nova.application_credentials]]
        id = "{credential}"
        name = "ci"
        user = "{DEMO_USER_ID}"
        project = "{DEMO_PROJECT_ID}"
        secret = "s3cret"
        roles = ["member"]
        """
    )
    auth = v3.ApplicationCredential(
        auth_url=cloud.auth_url,
        application_credential_id=credential,
        application_credential_secret="s3cret",
    )
    session = keystone_session.Session(auth=auth)
    assert session.get_project_id() == DEMO_PROJECT_ID
    assert sorted(session.auth.get_access(session).role_names) == ["member", "reader"]
    others = f"{cloud.url}/compute/v2.1/os-keypairs?user_id=somebody"
    answer = session.get(others, headers={"OpenStack-API-Version": "compute 2.10"}, raise_exc=False)
    assert answer.status_code == 403
