"""How clients find, ask for and get microversions."""

import keystoneauth1.exceptions
import novaclient.exceptions
import openstack.utils
import pytest
from keystoneauth1 import adapter
from novaclient import api_versions

from conftest import COMPUTE

BOTH = ["OpenStack-API-Version", "X-OpenStack-Nova-API-Version"]


@pytest.mark.parametrize("asked, got", [("2.1", "2.1"), ("2.35", "2.35"), ("latest", "2.104")])
def test_keystoneauth_gets_the_version_that_it_asks_for(cloud, asked, got):
    answer = cloud.session().get("/os-keypairs", endpoint_filter=COMPUTE, microversion=asked)
    assert answer.headers["OpenStack-API-Version"] == f"compute {got}"
    assert answer.headers["X-OpenStack-Nova-API-Version"] == got
    assert [word.strip() for word in answer.headers["Vary"].split(",")] == BOTH


def test_an_adapter_discovers_the_range(cloud):
    compute = adapter.Adapter(cloud.session(), service_type="compute", region_name="RegionOne")
    data = compute.get_endpoint_data()
    assert (data.min_microversion, data.max_microversion) == ((2, 1), (2, 104))
    assert compute.get_api_major_version() == (2, 1)
    versions = compute.get_all_version_data()["RegionOne"]["public"]["compute"]
    assert {version["version"] for version in versions} == {"2.0", "2.1"}


def test_the_sdk_knows_what_is_supported(cloud):
    compute = cloud.sdk().compute
    assert openstack.utils.supports_microversion(compute, "2.104")
    assert not openstack.utils.supports_microversion(compute, "2.105")
    assert openstack.utils.maximum_supported_microversion(compute, "2.92") == "2.92"


def test_novaclient_takes_the_newest_that_both_know(cloud):
    client = cloud.nova("2.1")
    found = api_versions.discover_version(client, api_versions.APIVersion("2.latest"))
    assert found.get_string() == novaclient.API_MAX_VERSION.get_string()


def test_an_older_server_is_asked_for_less(own_cloud, name):
    cloud = own_cloud('max_microversion = "2.60"')
    client = cloud.nova("2.1")
    found = api_versions.discover_version(client, api_versions.APIVersion("2.latest"))
    assert found.get_string() == "2.60"
    made = cloud.nova("2.60").keypairs.create(name)
    assert made.private_key
    with pytest.raises(novaclient.exceptions.NotAcceptable) as refused:
        cloud.nova("2.61").keypairs.list()
    text = "Version 2.61 is not supported by the API. Minimum is 2.1 and maximum is 2.60."
    assert refused.value.message == text


def test_versions_that_do_not_exist_are_refused(cloud):
    session = cloud.session()
    with pytest.raises(keystoneauth1.exceptions.NotAcceptable):
        session.get("/os-keypairs", endpoint_filter=COMPUTE, microversion="2.999")
    answer = session.get(
        "/os-keypairs",
        endpoint_filter=COMPUTE,
        headers={"OpenStack-API-Version": "compute LATEST"},
        raise_exc=False,
    )
    assert answer.status_code == 400
    assert "LATEST is of invalid format" in answer.json()["badRequest"]["message"]
