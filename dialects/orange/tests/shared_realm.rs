//! What needs more than one golden file can set up: key pairs of another cloud in a realm that this
//! dialect shares with it, and a project with more jobs than are kept.

#![expect(
    clippy::unwrap_used,
    reason = "the lints see no test in what stands beside the test functions"
)]

use bytes::Bytes;
use dialect_testkit::SharedRealm;
use keypair_core::{PublicKey, PublicMaterial};
use orange::Orange;

/// The project, which is the tenant of the other cloud.
const PROJECT: &str = "p1";

struct World(SharedRealm<Orange>);

/// What a call gave.
struct Answer {
    status: u16,
    /// Where `X-Job-Href` leads.
    job: Option<String>,
    body: String,
}

impl World {
    fn new() -> Self {
        Self(SharedRealm::new("auth.mode = \"none\""))
    }

    fn import(&self, zone: &str, name: &str, public: PublicMaterial) {
        self.0.import(PROJECT, zone, name, public);
    }

    /// Calls the API below its project; every call comes a millisecond after the one before.
    fn call(&self, number: u64, method: &str, path: &str, body: &str) -> Answer {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("/v1/projects/{PROJECT}{path}"))
            .header("content-type", "application/json")
            .body(Bytes::copy_from_slice(body.as_bytes()));
        let answer = self.0.call(number, request.unwrap());
        let job = answer.headers().get("x-job-href");
        let project = format!("/projects/{PROJECT}");
        let below = |href: &http::HeaderValue| {
            let href = href.to_str().unwrap();
            href.strip_prefix(&project).unwrap().to_owned()
        };
        Answer {
            status: answer.status().as_u16(),
            job: job.map(below),
            body: String::from_utf8(answer.into_body().to_vec()).unwrap(),
        }
    }
}

const ED25519: &str = "ssh-ed25519 \
    AAAAC3NzaC1lZDI1NTE5AAAAIKvDmRuVeMvsLFMTpWZdcXA2yy33Tl3ZMKxTJd1p09Qh";
const KEY_PAIRS: &str = "/zones/zone-1/keypairs";
const ID: &str = "00000000-0000-4000-8000-000000000001";

/// A key pair of another cloud: a kind of key and a name that this one takes from nobody.
fn foreign() -> World {
    let world = World::new();
    let key = PublicMaterial::Ssh(PublicKey::parse(ED25519).unwrap());
    world.import("zone-1", "my key, \u{5317}", key);
    world
}

fn shown() -> String {
    format!(
        "{{\"name\":\"my key, \u{5317}\",\"id\":\"{ID}\",\
         \"hRef\":\"/projects/p1{KEY_PAIRS}/{ID}\",\
         \"createdDate\":\"1970-01-01T00:00:00.000Z\",\
         \"lastModifiedDate\":\"1970-01-01T00:00:00.000Z\",\
         \"lastRequesterId\":\"anonymous\",\"provisioningState\":\"active\",\
         \"publicKey\":\"{ED25519}\"}}"
    )
}

#[test]
fn foreign_key_pairs_are_shown_whatever_this_clouds_rules_are() {
    let world = foreign();
    let one = world.call(1, "GET", &format!("{KEY_PAIRS}/{ID}"), "");
    assert_eq!((one.status, one.body), (200, shown()));
    for query in ["", "?name=my+key%2C+%E5%8C%97", "?sort=name"] {
        let all = world.call(2, "GET", &format!("{KEY_PAIRS}{query}"), "");
        assert_eq!((all.status, all.body), (200, format!("[{}]", shown())));
    }
    let other = world.call(3, "GET", "/zones/zone-2/keypairs", "");
    assert_eq!((other.status, other.body.as_str()), (200, "[]"));
}

#[test]
fn a_foreign_key_pair_is_deleted_with_a_job_that_names_it() {
    let world = foreign();
    let deleted = world.call(1, "DELETE", &format!("{KEY_PAIRS}/{ID}"), "");
    assert_eq!(deleted.status, 202);
    let job = world.call(2, "GET", &deleted.job.unwrap(), "");
    assert!(
        job.body
            .contains("\"description\":\"Delete key pair my key, \u{5317}\"")
    );
}

#[test]
fn of_more_than_a_thousand_jobs_the_oldest_are_forgotten() {
    let world = World::new();
    let line = include_str!("fixtures/rsa-3072.pub").trim_end();
    for number in 1..=1002 {
        let body = format!("{{\"name\":\"k{number}\",\"publicKey\":\"{line}\"}}");
        assert_eq!(world.call(number, "POST", KEY_PAIRS, &body).status, 201);
    }
    let job = |number: u64| {
        let path = format!("/jobs/00000000-0000-4000-8000-{number:012x}");
        world.call(2000, "GET", &path, "").status
    };
    assert_eq!((job(1), job(2), job(3), job(1002)), (404, 404, 200, 200));
    let found = world.call(2001, "GET", "/jobs?limit=1", "");
    assert!(
        found
            .body
            .contains("\"description\":\"Create key pair k3\"")
    );
    // The key pairs are all there.
    assert_eq!(
        world
            .call(2002, "DELETE", &format!("{KEY_PAIRS}/{ID}"), "")
            .status,
        202
    );
    assert_eq!((job(3), job(4), job(2002)), (404, 200, 200));
}
