"""Clients in Go, Java and Node, each run by its language's own test runner."""

import pathlib

import toolchains

from conftest import CREDENTIAL_ID, CREDENTIAL_SECRET

HERE = pathlib.Path(__file__).resolve().parent


def variables(cloud, team) -> dict[str, str]:
    """Where the two gateways are, and how a program logs in to the second."""
    return {
        "KEYGLOT_URL": cloud.url,
        "KEYGLOT_TEAM_URL": team.url,
        "KEYGLOT_TEAM_CREDENTIAL": CREDENTIAL_ID,
        "KEYGLOT_TEAM_SECRET": CREDENTIAL_SECRET,
    }


def test_gophercloud(cloud, team, administered):
    settings = variables(cloud, team) | {"KEYGLOT_ADMINISTERED_URL": administered.url}
    toolchains.go_tests(HERE / "gophercloud", "gophercloud v2", **settings)


def test_openstack4j(cloud, team):
    toolchains.maven_tests(HERE / "openstack4j", "OpenStack4j", **variables(cloud, team))


def test_pkgcloud(cloud, team):
    toolchains.node_tests(HERE / "pkgcloud", "pkgcloud", **variables(cloud, team))
