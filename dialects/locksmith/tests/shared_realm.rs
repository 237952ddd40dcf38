//! Key pairs of another cloud in a realm that this dialect shares with it.

#![expect(
    clippy::unwrap_used,
    reason = "the lints see no test in what stands beside the test functions"
)]

use bytes::Bytes;
use dialect_testkit::SharedRealm;
use keypair_core::{PublicKey, PublicMaterial};
use locksmith::Locksmith;

/// The tenant of anonymous callers.
const TENANT: &str = "default";

struct World(SharedRealm<Locksmith>);

impl World {
    fn new() -> Self {
        Self(SharedRealm::new(""))
    }

    fn import(&self, folder: &str, name: &str, public: PublicMaterial) {
        self.0.import(TENANT, folder, name, public);
    }

    /// The body of the answer to a `GET` below the API's prefix.
    fn get(&self, target: &str) -> String {
        self.get_in("shared", target)
    }

    fn get_in(&self, realm: &str, target: &str) -> String {
        let request = http::Request::get(format!("/locksmith/v1{target}"));
        let request = request.body(Bytes::new()).unwrap();
        let answer = self.0.call_in(realm, 1, request);
        String::from_utf8(answer.into_body().to_vec()).unwrap()
    }
}

/// Base64 of the PEM of `ed25519.pub`, label `PUBLIC KEY`, made by another program.
const ED25519: &str = "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUNvd0JRWURLMlZ3QXlFQU94dHNDTjdhU0dUUmRh\
                       UlpDNEpZeUVBVnpIVUI3U3Bvb0Z1Rzl3MTk5RkE9Ci0tLS0tRU5EIFBVQkxJQyBLRVktLS0tLQo=";

fn key(line: &str) -> PublicMaterial {
    PublicMaterial::Ssh(PublicKey::parse(line).unwrap())
}

fn rsa() -> PublicMaterial {
    key(include_str!("fixtures/openvpn-server.pub"))
}

fn ed25519() -> PublicMaterial {
    key(include_str!("fixtures/ed25519.pub"))
}

fn dsa() -> PublicMaterial {
    key(include_str!("fixtures/dsa.pub"))
}

fn listing(ids: &str) -> String {
    format!(
        "{{\"status\":\"success\",\"errors\":[],\
         \"messages\":[\"Listing of Key Pair IDs in Key Store 'zone-1'\"],\"key_pairs\":[{ids}]}}"
    )
}

#[test]
fn foreign_key_pairs_are_listed_by_the_slugs_of_their_names() {
    let world = World::new();
    for name in ["My Laptop", "my-laptop", "!!!", "Zebra", "\u{5317}\u{4eac}"] {
        world.import("zone-1", name, rsa());
    }
    world.import("zone-1", "no form to send", dsa());
    assert_eq!(
        world.get("/keys?key_store_id=zone-1"),
        listing(r#""bei-jing","my-laptop","zebra""#)
    );
}

#[test]
fn folders_whose_names_are_no_slugs_are_no_key_stores() {
    let world = World::new();
    for folder in ["", "Zone 2", "zone-1"] {
        world.import(folder, "a", rsa());
    }
    assert_eq!(
        world.get("/keystores"),
        "{\"status\":\"success\",\"errors\":[],\"messages\":[\"Listings of Key Stores\"],\
         \"key_stores\":[\"default\",\"zone-1\"]}"
    );
    assert!(
        world
            .get("/keys?key_store_id=Zone%202")
            .contains("invalid-key-store")
    );
}

#[test]
fn a_foreign_rsa_key_is_read_like_one_of_this_cloud() {
    let world = World::new();
    world.import("zone-1", "My Laptop", rsa());
    let golden = include_str!("golden/read_key_pair/public-key.http");
    let start = golden.find("\"key_pair\":{\"public_key\":").unwrap();
    let public_key = &golden[start..golden[start..].find(",\"private_key\"").unwrap() + start];
    let body = world.get("/key?key_pair_id=my-laptop&key_store_id=zone-1");
    assert_eq!(
        body,
        format!(
            "{{\"status\":\"success\",\"errors\":[],\"messages\":[\"Public Key for Key Pair ID \
             'my-laptop' (my-laptop) in Key Store 'zone-1'\"],{public_key}}}}}"
        )
    );
}

#[test]
fn a_foreign_key_of_another_algorithm_comes_as_public_key_info() {
    let world = World::new();
    world.import("zone-1", "My Laptop", ed25519());
    let body = world.get("/keys?key_pair_id=My+Laptop&key_store_id=zone-1");
    let expected = format!("\"key_pair\":{{\"public_key\":\"{ED25519}\"}}}}");
    assert!(body.ends_with(&expected), "{body}");
}

#[test]
fn of_names_with_one_slug_the_slug_itself_is_read_and_else_the_first() {
    let world = World::new();
    for (name, public) in [
        ("a b", ed25519()),
        ("a-b", rsa()),
        ("C d", ed25519()),
        ("c d", rsa()),
    ] {
        world.import("zone-1", name, public);
    }
    let exact = world.get("/key?key_pair_id=a-b&key_store_id=zone-1");
    assert!(
        exact.contains("success") && !exact.contains(ED25519),
        "{exact}"
    );
    let first = world.get("/key?key_pair_id=c-d&key_store_id=zone-1");
    assert!(first.contains(ED25519), "{first}");
}

#[test]
fn foreign_key_pairs_have_no_private_key_to_read() {
    let world = World::new();
    world.import("zone-1", "My Laptop", rsa());
    for id in ["my-laptop", "nobody"] {
        let body = world.get(&format!(
            "/key?key_pair_id={id}&key_store_id=zone-1&passphrase="
        ));
        assert!(body.starts_with("{\"status\":\"no-private-key\""), "{body}");
    }
    world.import("zone-1", "dsa", dsa());
    let body = world.get("/key?key_pair_id=dsa&key_store_id=zone-1");
    assert!(
        body.starts_with("{\"status\":\"invalid-key-pair-id\""),
        "{body}"
    );
}

#[test]
fn another_realm_shows_nothing() {
    let world = World::new();
    world.import("default", "My Laptop", rsa());
    let body = world.get_in("locksmith", "/key?key_pair_id=my-laptop");
    assert!(
        body.starts_with("{\"status\":\"invalid-key-pair-id\""),
        "{body}"
    );
}
