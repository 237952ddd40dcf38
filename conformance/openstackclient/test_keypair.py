"""`openstack keypair …`"""

from conftest import ADMIN_ID, DEMO_ID, fingerprint
from programs import run


def fingerprints(listed) -> dict[str, str]:
    """Fingerprints by name."""
    return {row["Name"]: row["Fingerprint"] for row in listed}


def test_the_client_makes_the_key(cloud, name, tmp_path):
    made = cloud.run("keypair", "create", name)
    assert made.code == 0, made.errors
    private = tmp_path / "id"
    private.touch(mode=0o600)
    private.write_text(made.output.rstrip("\n") + "\n")
    shown = cloud.script(f"keypair show --public-key {name}", f"keypair delete {name}")
    assert not shown.errors
    assert shown.output.startswith("ssh-ed25519 ")
    assert run("ssh-keygen", "-y", "-f", private).split()[:2] == shown.output.split()[:2]


def test_the_private_key_goes_to_a_file(cloud, name, tmp_path):
    private, public = tmp_path / "id", tmp_path / "id.pub"
    made, _ = cloud.script(
        f"keypair create --private-key {private} {name} -f json",
        f"keypair show {name} -f json",
        f"keypair delete {name}",
    ).documents
    private.chmod(0o600)
    public.write_text(run("ssh-keygen", "-y", "-f", private))
    assert made["fingerprint"] == fingerprint(public)


def test_a_public_key_is_imported_shown_listed_and_deleted(cloud, name, key):
    made, shown, listed = cloud.script(
        f"keypair create --public-key {key} {name} -f json",
        f"keypair show {name} -f json",
        "keypair list -f json",
    ).documents
    assert (made["name"], made["user_id"], made["type"]) == (name, DEMO_ID, "ssh")
    assert made["fingerprint"] == shown["fingerprint"] == fingerprint(key)
    assert shown["created_at"] and shown["is_deleted"] is False
    assert fingerprints(listed)[name] == made["fingerprint"]
    compute = cloud.sdk().compute
    compute.create_keypair(name=f"{name}-2", public_key=key.read_text())
    cloud.run("keypair", "delete", name, "no-such-key", f"{name}-2").fails_with(
        f"Keypair no-such-key not found for user {DEMO_ID}",
        "1 of 3 keys failed to delete.",
    )
    assert not {name, f"{name}-2"} & {pair.name for pair in compute.keypairs()}


def test_a_list_comes_in_pages(cloud, name, key):
    compute = cloud.sdk().compute
    names = [f"{name}-{letter}" for letter in "abcd"]
    for each in names:
        compute.create_keypair(name=each, public_key=key.read_text())
    all_of_them, some = cloud.script(
        f"keypair list --limit 2 --marker {names[0]} -f json",
        f"keypair list --limit 2 --marker {names[0]} --max-items 2 -f json",
        version="2.35",
    ).documents
    assert list(fingerprints(all_of_them))[:3] == names[1:]
    assert list(fingerprints(some)) == names[1:3]
    lost = cloud.run("keypair", "list", "--marker", "no-such-key", version="2.35")
    lost.fails_with("Marker no-such-key could not be found.")
    for each in names:
        compute.delete_keypair(each)


def test_an_administrator_works_for_others(cloud, name, key):
    made, of_user, of_project, shown = cloud.script(
        f"keypair create --user demo --public-key {key} {name} -f json",
        "keypair list --user demo -f json",
        "keypair list --project demo -f json",
        f"keypair show --user {DEMO_ID} {name} -f json",
        f"keypair delete --user demo {name}",
        user="admin",
    ).documents
    assert made["user_id"] == shown["user_id"] == DEMO_ID
    assert name in fingerprints(of_user) and name in fingerprints(of_project)
    assert name not in {pair.name for pair in cloud.sdk().compute.keypairs()}


def test_members_see_only_their_own(cloud):
    # A name that may not be looked up is taken for an id. A pair that is to be shown is looked for
    # in a list, too.
    refused = "Policy doesn't allow os_compute_api:os-keypairs:index to be performed."
    cloud.script(
        "keypair list --user admin",
        f"keypair list --user {ADMIN_ID}",
        f"keypair show --user {ADMIN_ID} k",
    ).fails_with(refused, refused, refused)


def test_mistakes_are_explained(cloud, name, key, tmp_path):
    compute = cloud.sdk().compute
    compute.create_keypair(name=name, public_key=key.read_text())
    bad = tmp_path / "bad.pub"
    bad.write_text("ssh-rsa AAAA")
    cloud.script(
        f"keypair create {name}",
        "keypair create a/b",
        f"keypair create --public-key {bad} {name}-2",
        f"keypair show {name}-2",
    ).fails_with(
        f"Key pair '{name}' already exists.",
        "'a/b' does not match",
        "Keypair data is invalid: failed to generate fingerprint",
        f"No Keypair found for {name}-2",
    )
    compute.delete_keypair(name)


def test_without_a_token(own_cloud, name, key):
    made, listed = own_cloud('auth = "none"').script(
        f"keypair create --public-key {key} {name} -f json", "keypair list -f json", user="anyone"
    ).documents
    assert made["user_id"] == DEMO_ID
    assert list(fingerprints(listed)) == [name]
