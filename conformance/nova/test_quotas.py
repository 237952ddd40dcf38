"""Limits and quotas: what is shown is what creates run into."""

import contextlib

import novaclient.exceptions
import openstack.exceptions
import pytest

FULL = "Quota exceeded, too many key pairs."
DEMO2_PROJECT_ID = "0d020d020d020d020d020d020d020d02"


@contextlib.contextmanager
def room_for(cloud, more: int, admin):
    """Gives the second demo project a quota for so many more key pairs, for a while."""
    quota = len(cloud.nova("2.10", user="demo2").keypairs.list()) + more
    changed = admin.quotas.update(DEMO2_PROJECT_ID, key_pairs=quota)
    assert changed.key_pairs == quota
    try:
        yield quota
    finally:
        admin.quotas.delete(DEMO2_PROJECT_ID)


@pytest.mark.parametrize("version", ["2.1", "2.36", "2.57", "2.96"])
def test_novaclient_shows_and_changes_the_quota(cloud, name, open_ssh, version):
    admin, member = cloud.nova(version, user="admin"), cloud.nova(version, user="demo2")
    public_key = open_ssh.new_public_key("-t", "ed25519")
    with room_for(cloud, 1, admin) as quota:
        assert member.quotas.get(DEMO2_PROJECT_ID).key_pairs == quota
        detail = member.quotas.get(DEMO2_PROJECT_ID, detail=True)
        assert detail.key_pairs == {"limit": quota, "in_use": 0, "reserved": 0}
        shown = {limit.name: limit.value for limit in member.limits.get().absolute}
        assert shown["maxTotalKeypairs"] == quota
        member.keypairs.create(name, public_key)
        with pytest.raises(novaclient.exceptions.Forbidden) as refused:
            member.keypairs.create(f"{name}-2", public_key)
        assert refused.value.message == FULL
    member.keypairs.create(f"{name}-2", public_key)
    for each in (name, f"{name}-2"):
        member.keypairs.delete(each)
    assert member.quotas.defaults(DEMO2_PROJECT_ID).key_pairs == 100
    assert member.quotas.get(DEMO2_PROJECT_ID).key_pairs == 100
    assert admin.quota_classes.get("default").key_pairs == 100


def test_the_sdk_shows_and_changes_the_quota(cloud, name):
    admin, member = cloud.sdk("admin").compute, cloud.sdk("demo2").compute
    quota = len(list(member.keypairs()))
    changed = admin.update_quota_set(DEMO2_PROJECT_ID, key_pairs=quota)
    assert changed.key_pairs == quota
    assert member.get_quota_set(DEMO2_PROJECT_ID).key_pairs == quota
    assert member.get_limits().absolute.keypairs == quota
    with pytest.raises(openstack.exceptions.ForbiddenException) as refused:
        member.create_keypair(name=name)
    assert FULL in str(refused.value)
    admin.revert_quota_set(DEMO2_PROJECT_ID)
    assert member.get_quota_set(DEMO2_PROJECT_ID).key_pairs == 100
    assert member.get_quota_set_defaults(DEMO2_PROJECT_ID).key_pairs == 100


def test_members_change_nothing_and_see_their_own(cloud):
    member = cloud.nova("2.57")
    refusals = {
        "update": lambda: member.quotas.update(DEMO2_PROJECT_ID, key_pairs=1),
        "delete": lambda: member.quotas.delete(DEMO2_PROJECT_ID),
        "show": lambda: member.quotas.get(DEMO2_PROJECT_ID),
        "detail": lambda: member.quotas.get(DEMO2_PROJECT_ID, detail=True),
    }
    for rule, call in refusals.items():
        with pytest.raises(novaclient.exceptions.Forbidden) as refused:
            call()
        text = f"Policy doesn't allow os_compute_api:os-quota-sets:{rule} to be performed."
        assert refused.value.message == text
    with pytest.raises(novaclient.exceptions.Forbidden):
        member.quota_classes.get("default")
    with pytest.raises(novaclient.exceptions.Forbidden):
        member.limits.get(tenant_id=DEMO2_PROJECT_ID)


def test_quotas_that_cannot_be_are_bad_requests(cloud):
    admin = cloud.nova("2.57", user="admin")
    with pytest.raises(novaclient.exceptions.BadRequest) as refused:
        admin.quotas.update(DEMO2_PROJECT_ID, key_pairs=-2)
    assert "-2 is less than the minimum of -1" in refused.value.message
    with pytest.raises(novaclient.exceptions.BadRequest) as refused:
        admin.quotas.update("0123", key_pairs=1)
    assert refused.value.message == "Project ID 0123 is not a valid project."
