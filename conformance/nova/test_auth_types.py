"""Clients that do not log in with a password: the auth types `none`, `admin_token`, `http_basic`
and application credentials."""

import keystoneauth1.exceptions
import openstack
import pytest
from keystoneauth1 import http_basic, noauth, token_endpoint
from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3
from novaclient import client as nova_client

from conftest import (
    CREDENTIAL_ID,
    CREDENTIAL_SECRET,
    DEMO_USER_ID,
    PASSWORD,
    TEAM_ID,
)


def compute_url(cloud) -> str:
    return f"{cloud.url}/compute/v2.1"


def nova(auth):
    """novaclient with another auth type."""
    return nova_client.Client("2.10", session=keystone_session.Session(auth=auth))


def sdk(auth_type: str, **auth):
    """openstacksdk with another auth type."""
    return openstack.connect(
        load_yaml_config=False, load_envvars=False, auth_type=auth_type, auth=auth)


def check(nova, compute, name, open_ssh, user_id=DEMO_USER_ID):
    """Both clients make, list, show and delete key pairs of one user."""
    made = nova.keypairs.create(name)
    open_ssh.check(made.private_key, made.public_key, made.fingerprint)
    assert made.user_id == user_id
    assert name in [pair.name for pair in compute.keypairs()]
    assert compute.get_keypair(name).fingerprint == made.fingerprint
    compute.delete_keypair(name, ignore_missing=False)
    assert name not in [pair.name for pair in nova.keypairs.list()]


def test_none(own_cloud, name, open_ssh):
    cloud = own_cloud('auth = "none"')
    endpoint = compute_url(cloud)
    connection = sdk("none", endpoint=endpoint)
    check(nova(noauth.NoAuth(endpoint)), connection.compute, name, open_ssh)
    data = connection.compute.get_endpoint_data()
    assert (data.min_microversion, data.max_microversion) == ((2, 1), (2, 104))


def test_none_is_one_configured_user(own_cloud, name):
    user = "ab" * 16
    cloud = own_cloud(
        f"""
        auth = "none"
        [nova.auth_none]
        user_id = "{user}"
        project_id = "{'cd' * 16}"
        roles = ["admin"]
        """
    )
    client = nova(noauth.NoAuth(compute_url(cloud)))
    assert client.keypairs.create(name).user_id == user
    assert client.keypairs.create(name, user_id=DEMO_USER_ID).user_id == DEMO_USER_ID


def test_admin_token(cloud, name, open_ssh):
    endpoint, token = compute_url(cloud), cloud.session().get_token()
    compute = sdk("admin_token", endpoint=endpoint, token=token).compute
    check(nova(token_endpoint.Token(endpoint, token)), compute, name, open_ssh)
    with pytest.raises(keystoneauth1.exceptions.Unauthorized):
        keystone_session.Session(auth=token_endpoint.Token(endpoint, "wrong")).get(
            f"{endpoint}/os-keypairs"
        )


def test_http_basic(cloud, name, open_ssh):
    endpoint = compute_url(cloud)
    auth = {"endpoint": endpoint, "username": "demo", "password": PASSWORD}
    compute = sdk("http_basic", **auth).compute
    check(nova(http_basic.HTTPBasicAuth(**auth)), compute, name, open_ssh)
    auth["password"] = "wrong"
    with pytest.raises(keystoneauth1.exceptions.Unauthorized):
        keystone_session.Session(auth=http_basic.HTTPBasicAuth(**auth)).get(
            f"{endpoint}/os-keypairs"
        )


@pytest.mark.parametrize(
    "who",
    [
        {"application_credential_id": CREDENTIAL_ID},
        {"application_credential_name": "ci", "username": "alice", "user_domain_id": "default"},
    ],
    ids=["by-id", "by-name"],
)
def test_an_application_credential(team, name, open_ssh, who):
    secret = {"application_credential_secret": CREDENTIAL_SECRET}
    auth = v3.ApplicationCredential(auth_url=team.auth_url, **who, **secret)
    session = keystone_session.Session(auth=auth)
    assert session.get_project_id() == TEAM_ID
    connection = openstack.connect(
        load_yaml_config=False,
        load_envvars=False,
        auth_type="v3applicationcredential",
        auth={"auth_url": team.auth_url, **who, **secret},
        region_name="RegionOne",
    )
    client = nova_client.Client("2.10", session=session, region_name="RegionOne")
    check(client, connection.compute, name, open_ssh, session.get_user_id())


def test_an_application_credential_with_a_wrong_secret(team):
    auth = v3.ApplicationCredential(
        auth_url=team.auth_url,
        application_credential_id=CREDENTIAL_ID,
        application_credential_secret="wrong",
    )
    with pytest.raises(keystoneauth1.exceptions.Unauthorized):
        keystone_session.Session(auth=auth).get_token()
