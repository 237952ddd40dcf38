"""Users, projects, roles and application credentials that are made by calls, by OpenStack's SDK."""

import uuid

import keystoneauth1.exceptions
import openstack.exceptions
import pytest
from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3

from conftest import DEMO_PROJECT_ID, DEMO_USER_ID

ADMIN = "identity = { admin = true }"


@pytest.fixture
def admin_cloud(own_cloud):
    """A gateway of the test's own, on which administrators make users and projects."""
    return own_cloud(ADMIN)


@pytest.fixture
def member(admin_cloud, name):
    """A user, in a project of the same name, that were made just now."""
    admin = admin_cloud.sdk("admin")
    project = admin.create_project(name, domain_id="default", description="of tests")
    user = admin.create_user(name, password="its own", domain_id="default", default_project=name)
    assert admin.grant_role("member", user=user.id, project=project.id)
    return user, project


def by_credential(cloud, credential, secret):
    """A session of an application credential."""
    auth = v3.ApplicationCredential(
        auth_url=cloud.auth_url,
        application_credential_id=credential,
        application_credential_secret=secret,
    )
    return keystone_session.Session(auth=auth)


def test_a_user_that_was_made_logs_in_and_has_key_pairs(admin_cloud, member, name):
    user, project = member
    sdk = admin_cloud.sdk(name, password="its own")
    assert sdk.current_user_id == user.id
    assert sdk.current_project_id == project.id
    assert [own.name for own in sdk.identity.user_projects(user.id)] == [name]
    sdk.compute.create_keypair(name="k1")
    assert [key.name for key in sdk.compute.keypairs()] == ["k1"]
    admin = admin_cloud.sdk("admin")
    assert [key.name for key in admin.compute.keypairs(user_id=user.id)] == ["k1"]
    assert list(admin_cloud.sdk().compute.keypairs()) == []


def test_look_ups_find_what_was_made(admin_cloud, member, name):
    user, project = member
    identity = admin_cloud.sdk("admin").identity
    assert identity.find_user(name).id == user.id
    assert identity.find_project(name).description == "of tests"
    assert identity.find_role("member").id == identity.get_role(identity.find_role("member").id).id
    assert identity.find_domain("Default").id == "default"
    assigned = list(identity.role_assignments(scope_project_id=project.id))
    assert [one.user["id"] for one in assigned] == [user.id]
    role = identity.find_role("member")
    assert identity.validate_user_has_project_role(project, user, role)
    assert not identity.validate_user_has_project_role(project, user, identity.find_role("admin"))


def test_names_are_unique_and_the_configs_users_stay(admin_cloud, member, name):
    admin = admin_cloud.sdk("admin")
    with pytest.raises(openstack.exceptions.ConflictException) as taken:
        admin.create_user(name, domain_id="default")
    assert f"Duplicate entry found with name {name} at domain ID default." in str(taken.value)
    with pytest.raises(openstack.exceptions.ConflictException):
        admin.create_project("demo", domain_id="default")
    with pytest.raises(openstack.exceptions.ForbiddenException) as stays:
        admin.identity.delete_user(DEMO_USER_ID)
    assert "declared in the configuration" in str(stays.value)


def test_a_project_that_was_made_has_a_quota(admin_cloud, member, name):
    _, project = member
    admin = admin_cloud.sdk("admin")
    admin.set_compute_quotas(project.id, key_pairs=1)
    assert admin.get_compute_quotas(project.id).key_pairs == 1
    sdk = admin_cloud.sdk(name, password="its own")
    sdk.compute.create_keypair(name="k1")
    with pytest.raises(openstack.exceptions.ForbiddenException):
        sdk.compute.create_keypair(name="k2")


def test_who_is_removed_is_refused_at_once(admin_cloud, member, name):
    user, project = member
    admin = admin_cloud.sdk("admin")
    sdk = admin_cloud.sdk(name, password="its own")
    headers = {"X-Auth-Token": sdk.auth_token}
    keys = f"{admin_cloud.url}/compute/v2.1/os-keypairs"
    assert sdk.session.get(keys, headers=headers, authenticated=False).status_code == 200
    assert admin.delete_user(user.id)
    refused = sdk.session.get(keys, headers=headers, authenticated=False, raise_exc=False)
    assert refused.status_code == 401
    assert not admin.delete_user(user.id)
    assert admin.delete_project(project.id)
    assert admin.get_project(name) is None


def test_others_make_nobody(admin_cloud):
    demo = admin_cloud.sdk()
    with pytest.raises(openstack.exceptions.ForbiddenException):
        demo.create_user("somebody", domain_id="default")
    with pytest.raises(openstack.exceptions.ForbiddenException):
        demo.identity.delete_user("a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0")


def test_an_application_credential_acts_for_its_user(cloud, name):
    identity = cloud.sdk().identity
    made = identity.create_application_credential(
        DEMO_USER_ID, name, description="of tests", roles=[{"name": "reader"}]
    )
    assert len(made.secret) == 86
    session = by_credential(cloud, made.id, made.secret)
    assert session.get_user_id() == DEMO_USER_ID
    assert session.get_project_id() == DEMO_PROJECT_ID
    assert session.auth.get_access(session).role_names == ["reader"]
    keys = f"{cloud.url}/compute/v2.1/os-keypairs"
    # As it stands: left alone, the session would log in again when it is refused.
    own = {"headers": {"X-Auth-Token": session.get_token()}, "authenticated": False}
    assert "keypairs" in session.get(keys, **own).json()
    with pytest.raises(keystoneauth1.exceptions.Unauthorized):
        by_credential(cloud, made.id, "wrong").get_token()

    found = identity.find_application_credential(DEMO_USER_ID, name)
    assert (found.id, found.description, found.secret) == (made.id, "of tests", None)
    listed = identity.application_credentials(DEMO_USER_ID)
    assert made.id in [one.id for one in listed]
    identity.delete_application_credential(DEMO_USER_ID, made.id, ignore_missing=False)
    assert identity.find_application_credential(DEMO_USER_ID, name) is None
    with pytest.raises(keystoneauth1.exceptions.NotFound):
        by_credential(cloud, made.id, made.secret).get_token()
    assert session.get(keys, raise_exc=False, **own).status_code == 401


def test_application_credentials_know_their_limits(cloud, name):
    identity = cloud.sdk().identity
    made = identity.create_application_credential(DEMO_USER_ID, name, secret="its own")
    with pytest.raises(openstack.exceptions.ConflictException):
        identity.create_application_credential(DEMO_USER_ID, name)
    with pytest.raises(openstack.exceptions.BadRequestException):
        identity.create_application_credential(
            DEMO_USER_ID, uuid.uuid4().hex, roles=[{"name": "admin"}]
        )
    with pytest.raises(openstack.exceptions.ForbiddenException):
        identity.create_application_credential("a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0", name)
    with pytest.raises(openstack.exceptions.BadRequestException):
        identity.create_application_credential(
            DEMO_USER_ID, uuid.uuid4().hex, expires_at="2020-01-01T00:00:00"
        )
    # What it gets, it gets by itself and for itself.
    restricted = by_credential(cloud, made.id, "its own")
    more = restricted.post(
        f"{cloud.auth_url}/users/{DEMO_USER_ID}/application_credentials",
        json={"application_credential": {"name": uuid.uuid4().hex}},
        raise_exc=False,
    )
    assert more.status_code == 403
    assert "is not allowed for managing additional application credentials" in more.text
    identity.delete_application_credential(DEMO_USER_ID, made.id)
