"""Making key pairs through novaclient and openstacksdk."""

import novaclient.exceptions
import openstack.exceptions
import pytest

from conftest import DEMO_USER_ID

# The versions at which what is sent or answered changes, as long as the server makes keys.
GENERATING = ["2.1", "2.2", "2.9", "2.10", "2.35", "2.75", "2.91"]
KEY_TYPES = [
    ("-t", "rsa", "-b", "2048"),
    ("-t", "ed25519"),
    ("-t", "ecdsa", "-b", "256"),
    ("-t", "ecdsa", "-b", "521"),
]


@pytest.mark.parametrize("version", GENERATING)
def test_novaclient_gets_a_generated_key_pair(cloud, name, open_ssh, version):
    nova = cloud.nova(version)
    made = nova.keypairs.create(name)
    assert (made.name, made.user_id) == (name, DEMO_USER_ID)
    open_ssh.check(made.private_key, made.public_key, made.fingerprint)
    assert made.public_key.endswith(" Generated-by-Nova")

    shown = nova.keypairs.get(name)
    assert (shown.public_key, shown.fingerprint) == (made.public_key, made.fingerprint)
    assert not hasattr(shown, "private_key")
    assert name in [pair.name for pair in nova.keypairs.list()]
    nova.keypairs.delete(name)
    with pytest.raises(novaclient.exceptions.NotFound):
        nova.keypairs.get(name)


def test_the_sdk_gets_a_generated_key_pair(cloud, name, open_ssh):
    compute = cloud.sdk().compute
    made = compute.create_keypair(name=name)
    assert (made.name, made.user_id, made.type) == (name, DEMO_USER_ID, "ssh")
    open_ssh.check(made.private_key, made.public_key, made.fingerprint)
    shown = compute.get_keypair(name)
    assert (shown.public_key, shown.private_key) == (made.public_key, None)
    assert compute.find_keypair(name).name == name
    compute.delete_keypair(name, ignore_missing=False)
    assert compute.find_keypair(name) is None


@pytest.mark.parametrize("version", ["2.1", "2.2", "2.10", "2.92", "2.96"])
def test_novaclient_imports_a_public_key(cloud, name, open_ssh, version):
    nova = cloud.nova(version)
    public_key = open_ssh.new_public_key("-t", "ed25519")
    made = nova.keypairs.create(name, public_key)
    assert made.public_key == public_key
    assert made.fingerprint == open_ssh.fingerprint(public_key)
    assert not hasattr(made, "private_key")
    nova.keypairs.delete(name)


@pytest.mark.parametrize("options", KEY_TYPES, ids=lambda options: "-".join(options[1::2]))
def test_the_sdk_imports_every_type(cloud, name, open_ssh, options):
    compute = cloud.sdk().compute
    public_key = open_ssh.new_public_key(*options)
    made = compute.create_keypair(name=name, public_key=public_key)
    assert made.public_key == public_key
    assert made.fingerprint == open_ssh.fingerprint(public_key)
    compute.delete_keypair(name)


def test_a_certificate_is_generated(cloud, name, open_ssh):
    compute = cloud.sdk().compute
    made = compute.create_keypair(name=name, type="x509")
    assert made.type == "x509"
    open_ssh.check_certificate(made.private_key, made.public_key, made.fingerprint)
    compute.delete_keypair(name, ignore_missing=False)
    nova = cloud.nova("2.91")
    made = nova.keypairs.create(name, key_type="x509")
    open_ssh.check_certificate(made.private_key, made.public_key, made.fingerprint)
    assert nova.keypairs.get(name).fingerprint == made.fingerprint
    nova.keypairs.delete(name)


def test_a_certificate_is_imported(cloud, name, open_ssh):
    certificate, fingerprint = open_ssh.new_certificate()
    compute = cloud.sdk().compute
    made = compute.create_keypair(name=name, type="x509", public_key=certificate)
    assert (made.type, made.public_key, made.fingerprint) == ("x509", certificate, fingerprint)
    nova = cloud.nova("2.92")
    shown = nova.keypairs.get(name)
    assert (shown.type, shown.public_key, shown.fingerprint) == ("x509", certificate, fingerprint)
    assert not hasattr(cloud.nova("2.1").keypairs.get(name), "type")
    compute.delete_keypair(name, ignore_missing=False)
    for key_type, public_key, text in (
        ("ssh", certificate, "failed to generate fingerprint"),
        ("x509", open_ssh.new_public_key("-t", "ed25519"), "failed to generate X509 fingerprint."),
    ):
        with pytest.raises(novaclient.exceptions.BadRequest) as refused:
            nova.keypairs.create(name, public_key, key_type=key_type)
        assert refused.value.message.startswith(f"Keypair data is invalid: {text}")


def test_a_taken_name_is_a_conflict(cloud, name):
    nova, compute = cloud.nova("2.10"), cloud.sdk().compute
    nova.keypairs.create(name)
    text = f"Key pair '{name}' already exists."
    with pytest.raises(novaclient.exceptions.Conflict) as refused:
        nova.keypairs.create(name)
    assert refused.value.message == text
    with pytest.raises(openstack.exceptions.ConflictException) as refused:
        compute.create_keypair(name=name)
    assert text in str(refused.value)
    nova.keypairs.delete(name)


@pytest.mark.parametrize("bad", ["a/b", "", " a", "a" * 256, "ключ", "a.b"])
def test_a_bad_name_is_a_bad_request(cloud, bad):
    with pytest.raises(novaclient.exceptions.BadRequest) as refused:
        cloud.nova("2.10").keypairs.create(bad)
    assert refused.value.message.startswith(("Invalid input for field/attribute name.", "An invalid"))
    with pytest.raises(openstack.exceptions.BadRequestException):
        cloud.sdk().compute.create_keypair(name=bad)


def test_names_of_later_versions(cloud, name, open_ssh):
    nova = cloud.nova("2.92")
    public_key = open_ssh.new_public_key("-t", "ed25519")
    made = nova.keypairs.create(f"me@{name}.example", public_key)
    assert cloud.nova("2.1").keypairs.get(made.name).name == made.name
    nova.keypairs.delete(made.name)


@pytest.mark.parametrize("bad", ["ssh-rsa", "ssh-rsa AAAA", "ssh-foo AAAAB3NzaC1yc2E= x", "nonsense"])
def test_a_bad_public_key_is_a_bad_request(cloud, name, bad):
    text = "Keypair data is invalid: failed to generate fingerprint"
    with pytest.raises(novaclient.exceptions.BadRequest) as refused:
        cloud.nova("2.10").keypairs.create(name, bad)
    assert refused.value.message == text
    with pytest.raises(openstack.exceptions.BadRequestException) as refused:
        cloud.sdk().compute.create_keypair(name=name, public_key=bad)
    assert text in str(refused.value)


def test_from_2_92_on_nothing_is_generated(cloud, name):
    answer = cloud.session().post(
        "/os-keypairs",
        json={"keypair": {"name": name}},
        endpoint_filter={"service_type": "compute", "region_name": "RegionOne"},
        headers={"OpenStack-API-Version": "compute 2.92"},
        raise_exc=False,
    )
    assert answer.status_code == 400
    assert answer.json()["badRequest"]["message"].endswith("'public_key' is a required property")


def test_users_do_not_see_each_others_key_pairs(cloud, name):
    cloud.nova().keypairs.create(name)
    other = cloud.nova(user="demo2")
    assert name not in [pair.name for pair in other.keypairs.list()]
    with pytest.raises(novaclient.exceptions.NotFound):
        other.keypairs.get(name)
    made = other.keypairs.create(name)
    other.keypairs.delete(made.name)
    admin = cloud.nova("2.10", user="admin")
    assert admin.keypairs.get(name, user_id=DEMO_USER_ID).name == name
    with pytest.raises(novaclient.exceptions.Forbidden):
        cloud.nova("2.10", user="demo2").keypairs.list(user_id=DEMO_USER_ID)
    cloud.nova().keypairs.delete(name)


def test_the_quota_is_forbidden(own_cloud, name):
    cloud = own_cloud("key_pairs_quota = 1")
    nova = cloud.nova("2.10")
    nova.keypairs.create(name)
    text = "Quota exceeded, too many key pairs."
    for other in (f"{name}-2", name):
        with pytest.raises(novaclient.exceptions.Forbidden) as refused:
            nova.keypairs.create(other)
        assert refused.value.message == text
    with pytest.raises(openstack.exceptions.ForbiddenException) as refused:
        cloud.sdk().compute.create_keypair(name=f"{name}-3")
    assert text in str(refused.value)
    nova.keypairs.delete(name)
    nova.keypairs.create(f"{name}-2")
