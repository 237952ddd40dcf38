"""What happens to a key pair after it was made."""

import pytest
from conftest import SIGNATURES
from tencentcloud.cvm.v20170312 import models


@pytest.fixture(params=SIGNATURES, ids="-".join)
def client(cloud, request):
    sign, method = request.param
    return cloud.client(sign=sign, method=method)


def change(cloud, key_id, client=None, **attributes):
    request = models.ModifyKeyPairAttributeRequest()
    request._deserialize({"KeyId": key_id, **attributes})
    return (client or cloud.client()).ModifyKeyPairAttribute(request)


def bind(client, call, instances, keys):
    request = getattr(models, f"{call}Request")()
    request.InstanceIds, request.KeyIds, request.ForceStop = instances, keys, True
    return getattr(client, call)(request)


def test_rename_and_describe(cloud, name, fault, client):
    first, second = (cloud.create(name()).KeyPair for _ in range(2))
    renamed = name()
    change(cloud, first.KeyId, client, KeyName=renamed, Description="any text, up to 60 密")
    [found] = cloud.describe(client, KeyIds=[first.KeyId]).KeyPairSet
    assert (found.KeyName, found.Description) == (renamed, "any text, up to 60 密")
    assert found.PublicKey == first.PublicKey
    fault("InvalidKeyPairName.Duplicate", change, cloud, second.KeyId, client, KeyName=renamed)
    fault("InvalidParameterValue", change, cloud, second.KeyId, client, KeyName="a-b")
    fault("InvalidKeyPairId.NotFound", change, cloud, "skey-zzzzzzzz", client, KeyName="a")


def test_delete_all_or_none(cloud, name, fault, client):
    ids = [cloud.create(name()).KeyPair.KeyId for _ in range(3)]
    fault("InvalidKeyPairId.NotFound", cloud.delete, *ids, "skey-zzzzzzzz", client=client)
    assert cloud.describe(client, KeyIds=ids).TotalCount == 3
    cloud.delete(*ids, ids[0], client=client)
    assert cloud.describe(client, KeyIds=ids).KeyPairSet == []


def test_bound_key_pairs_stay(cloud, name, fault, client):
    first, second = (cloud.create(name()).KeyPair.KeyId for _ in range(2))
    instances = ["ins-00000001", "ins-00000002"]
    bind(client, "AssociateInstancesKeyPairs", instances, [first])
    [found] = cloud.describe(client, KeyIds=[first]).KeyPairSet
    assert found.AssociatedInstanceIds == instances
    fault("InvalidParameterValue.KeyPairNotSupported", cloud.delete, first, client=client)
    bind(client, "AssociateInstancesKeyPairs", instances[1:], [second])
    [found] = cloud.describe(client, KeyIds=[first]).KeyPairSet
    assert found.AssociatedInstanceIds == instances[:1]
    bind(client, "DisassociateInstancesKeyPairs", instances, [first, second])
    cloud.delete(first, second, client=client)


def test_pages_and_filters(cloud, name, client):
    mark = name()
    ids = [cloud.create(f"{mark}_{n}", tags={"mark": mark}).KeyPair.KeyId for n in range(5)]
    by_name = [{"Name": "key-name", "Values": [mark]}]
    whole = cloud.describe(client, Filters=by_name)
    assert whole.TotalCount == 5
    assert sorted(found.KeyId for found in whole.KeyPairSet) == sorted(ids)
    pages = [cloud.describe(client, Filters=by_name, Offset=at, Limit=2) for at in (0, 2, 4)]
    assert [len(page.KeyPairSet) for page in pages] == [2, 2, 1]
    paged = [found.KeyId for page in pages for found in page.KeyPairSet]
    assert paged == [found.KeyId for found in whole.KeyPairSet]
    both = by_name + [{"Name": "tag:mark", "Values": [mark, "x"]}]
    assert cloud.describe(client, Filters=both).TotalCount == 5
    neither = by_name + [{"Name": "tag-value", "Values": ["x"]}]
    assert cloud.describe(client, Filters=neither).TotalCount == 0


def test_filters_and_windows_have_rules(cloud, fault, client):
    def faulty(code, **parameters):
        fault(code, cloud.describe, client, **parameters)

    faulty("InvalidFilter", Filters=[{"Name": "colour", "Values": ["x"]}])
    faulty("MissingParameter", Filters=[{"Name": "key-name"}])
    faulty("InvalidParameterValueLimit", Limit=101)
    faulty("InvalidParameterValueOffset", Offset=-1)
    faulty("InvalidKeyPairId.Malformed", KeyIds=["skey-1"])
    both = {"KeyIds": ["skey-zzzzzzzz"], "Filters": [{"Name": "key-name", "Values": ["x"]}]}
    faulty("InvalidParameter", **both)


def test_regions_and_zones(client):
    regions = client.DescribeRegions(models.DescribeRegionsRequest()).RegionSet
    assert "ap-guangzhou" in [region.Region for region in regions]
    zones = client.DescribeZones(models.DescribeZonesRequest()).ZoneSet
    assert "ap-guangzhou-3" in [zone.Zone for zone in zones]


@pytest.mark.parametrize("sign, method", SIGNATURES)
def test_tags_as_terraform_reads_and_writes_them(cloud, name, fault, sign, method):
    key_id = cloud.create(name(), tags={"old": "1", "kept": "2"}).KeyPair.KeyId
    client = cloud.tag_client(sign=sign, method=method)
    resource = f"qcs::cvm:ap-guangzhou:uin/:keypair/{key_id}"
    changes = {
        "Resource": resource,
        "ReplaceTags": [{"TagKey": "a", "TagValue": "b"}],
        "DeleteTags": [{"TagKey": "old"}],
    }
    client.call_json("ModifyResourceTags", changes)
    asked = {
        "ServiceType": "cvm",
        "ResourcePrefix": "keypair",
        "ResourceIds": [key_id],
        "ResourceRegion": "ap-guangzhou",
        "Offset": 0,
        "Limit": 20,
    }
    answer = client.call_json("DescribeResourceTagsByResourceIds", asked)["Response"]
    assert answer["TotalCount"] == 2
    found = {tag["TagKey"]: tag["TagValue"] for tag in answer["Tags"]}
    assert found == {"a": "b", "kept": "2"}
    changes["DeleteTags"] = [{"TagKey": "a"}]
    code = "InvalidParameterValue.DeleteTagsParamError"
    fault(code, client.call_json, "ModifyResourceTags", changes)
