"""Lists and their pages, through openstacksdk, novaclient and keystoneauth."""

import novaclient.exceptions
import openstack.exceptions
import pytest

from conftest import COMPUTE, DEMO_PROJECT_ID, DEMO_USER_ID

PAGES = {"OpenStack-API-Version": "compute 2.35"}


@pytest.fixture
def five(cloud, name, open_ssh):
    """Names of five key pairs of the demo user, sorted."""
    nova = cloud.nova("2.10")
    names = [f"{name}-{letter}" for letter in "abcde"]
    public_key = open_ssh.new_public_key("-t", "ed25519")
    for each in names:
        nova.keypairs.create(each, public_key)
    yield names
    for each in names:
        nova.keypairs.delete(each)


def names_of(pairs) -> list[str]:
    return [pair.name for pair in pairs]


def test_novaclient_walks_through_pages(cloud, five):
    keypairs = cloud.nova("2.35").keypairs
    assert names_of(keypairs.list(limit=2, marker=five[0])) == five[1:3]
    assert names_of(keypairs.list(limit=3, marker=five[1])) == five[2:]
    walked, marker = [], None
    while page := names_of(keypairs.list(limit=2, marker=marker)):
        assert len(page) <= 2
        walked += page
        marker = page[-1]
    assert walked == names_of(keypairs.list()) == sorted(walked)
    assert set(five) <= set(walked)


def test_the_sdk_follows_the_links_to_the_end(cloud, five):
    compute = cloud.sdk(compute_default_microversion="2.35").compute
    whole = names_of(compute.keypairs())
    assert set(five) <= set(whole)
    assert names_of(compute.keypairs(limit=2)) == whole
    assert names_of(compute.keypairs(limit=len(whole))) == whole
    assert names_of(compute.keypairs(limit=2, paginated=False)) == whole[:2]
    assert names_of(compute.keypairs(limit=1, marker=five[2], paginated=False)) == [five[3]]


@pytest.mark.parametrize("path", ["", f"/{DEMO_PROJECT_ID}"], ids=["plain", "with-project-id"])
def test_a_full_page_links_to_the_next(cloud, five, path):
    session = cloud.session()
    keys = f"{cloud.url}/compute/v2.1{path}/os-keypairs"
    page = session.get(f"{keys}?limit=2&marker={five[0]}", headers=PAGES).json()
    (link,) = page["keypairs_links"]
    assert link == {"rel": "next", "href": f"{keys}?limit=2&marker={five[2]}"}
    following = session.get(link["href"], headers=PAGES).json()["keypairs"]
    assert [entry["keypair"]["name"] for entry in following] == five[3:5]
    assert "keypairs_links" not in session.get(keys, headers=PAGES).json()


def test_pages_are_as_long_as_the_server_says(own_cloud, name, open_ssh):
    cloud = own_cloud("max_limit = 2")
    nova = cloud.nova("2.35")
    public_key = open_ssh.new_public_key("-t", "ed25519")
    names = [f"{name}-{number}" for number in range(5)]
    for each in names:
        nova.keypairs.create(each, public_key)
    assert names_of(nova.keypairs.list()) == names_of(nova.keypairs.list(limit=9)) == names[:2]
    assert names_of(cloud.sdk(compute_default_microversion="2.35").compute.keypairs()) == names


def test_an_administrator_walks_through_another_users_pages(cloud, five):
    keypairs = cloud.nova("2.35", user="admin").keypairs
    page = keypairs.list(user_id=DEMO_USER_ID, limit=2, marker=five[0])
    assert names_of(page) == five[1:3]
    sdk = cloud.sdk("admin", compute_default_microversion="2.35")
    assert set(five) <= set(names_of(sdk.compute.keypairs(user_id=DEMO_USER_ID, limit=2)))
    assert not set(five) & set(names_of(keypairs.list()))


def test_a_marker_that_is_not_there_is_a_bad_request(cloud, five):
    nova = cloud.nova("2.35", user="demo2")
    for marker in ("nosuch", five[0]):
        with pytest.raises(novaclient.exceptions.BadRequest) as refused:
            nova.keypairs.list(limit=1, marker=marker)
        assert refused.value.message == f"Marker {marker} could not be found."


def test_other_users_lists_are_forbidden(cloud):
    text = "Policy doesn't allow os_compute_api:os-keypairs:index to be performed."
    with pytest.raises(novaclient.exceptions.Forbidden) as refused:
        cloud.nova("2.35", user="demo2").keypairs.list(user_id=DEMO_USER_ID)
    assert refused.value.message == text
    with pytest.raises(openstack.exceptions.ForbiddenException) as refused:
        list(cloud.sdk("demo2").compute.keypairs(user_id=DEMO_USER_ID))
    assert text in str(refused.value)


def test_unknown_parameters_are_refused_from_2_75_on(cloud):
    session = cloud.session()
    keys = "/os-keypairs?bogus=1"
    assert session.get(keys, endpoint_filter=COMPUTE, microversion="2.74").status_code == 200
    answer = session.get(keys, endpoint_filter=COMPUTE, microversion="2.75", raise_exc=False)
    assert answer.status_code == 400
    text = "Additional properties are not allowed ('bogus' was unexpected)"
    assert answer.json()["badRequest"]["message"] == text
