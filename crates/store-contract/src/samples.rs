//! Sample material and records.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keypair_core::ports::NewRecord;
use keypair_core::{
    Attributes, Certificate, KeyName, KeyPair, KeyPairId, KeyPairSeed, Limit, Partition, PublicKey,
    PublicMaterial, QuotaRule, TenantId,
};

/// An Ed25519 public key line.
pub const ED25519_A: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPActzjAC1VLA6jYRWw//CGCgCKZflL52XkdACTwdtVH";

/// Another one.
pub const ED25519_B: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIzdVzs5uTbgeI3C+ArjkPzjSQMEDECw5AhWPKczNI3J";

/// A third one.
pub const ED25519_C: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPIYuav5sH8ckysHLunxvAnk3YGyNb8SiFGbVVFrgR/V";

/// An RSA public key line with a comment.
pub const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCtx5gQz8ixqP7Z8WZ7YZDMI60ebe9EEqBC7k4eStzdXfzv9swo\
nXAuT/21qiwUK6Ujes8qmnIEpRa+GMwkvMORVNa05Fpq8ljPvXgUHSpxZ/uLDDp75mGx1QZyBc4U/mRY/4uQMRjp\
iUrHGsZSPa7dg4p4md75ZQyYEFer8fdC3M8DC+ZgYvIdGzQBl19cEitJzYkSFIXRSwkQnOKf1t+ZfMnw9JkAb/o5\
h3oTveUpj6UXqKL6qSFWPhlvikZ2MmNS3NvzJLSBl0XhpYQxVb4wXksLm/BwFiqmPvuct5yuQmjTAltkhq73evpU\
RHO1AEg7nbL2iPWuoYz9n8PfDgo9 contract@keyglot";

/// An X.509 certificate.
pub const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n\
MIIDCTCCAfGgAwIBAgIUSPA/GgjWZ9XpI23wAEjw94twK4cwDQYJKoZIhvcNAQEL\n\
BQAwEzERMA8GA1UEAwwIY29udHJhY3QwIBcNMjYxMTIzMTUxMDA4WhgPMjEyNjEw\n\
MzAxNTEwMDhaMBMxETAPBgNVBAMMCGNvbnRyYWN0MIIBIjANBgkqhkiG9w0BAQEF\n\
AAOCAQ8AMIIBCgKCAQEAu8QWJl15M1ltFvOHdolf9/qh3qwiibWpyKGZkbP3vPgJ\n\
UeR8h+7TIRVbleneC6dbGINDSmrav0yNJPnjTtOflZ8NrutcDSjYbY+yyHJ0YdCy\n\
w1cvTj3X/FFsNxWFjSJ2zVZQ5jD6HbZRtVczL6rCJ4uXnQHccNgdh410WAFbMe0P\n\
u1ZgoYHGbpPKSuQFL8lI/Pw8wlq3bSDVvtbrhC2mUOVcGtuegHjm/DYR1hxOjaK8\n\
dS6sNT9RmWDuhZt1qMMKavJpCxcIPiD0VQX6aepn3VbF0K/p/rjvzTJeIHsoNlVt\n\
TR1rgLjj52sZIc+lwfNftU2ngOp6UoE3DeHQoCKSTwIDAQABo1MwUTAdBgNVHQ4E\n\
FgQUWhzomqUdsXknplPnbKHT+EpXyIgwHwYDVR0jBBgwFoAUWhzomqUdsXknplPn\n\
bKHT+EpXyIgwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAHKpk\n\
Af/hQ6NcJOejNHpjYsjg3LaZhToErVtGywmUUBFoX94FkC7Q5jeEl7XM7+RahuuK\n\
KhGJ3mGRCfjMFVjB6vbQI/evuF90wb5daTLNAquJ1PkS+tyEmw0X/AewlXqrKtWT\n\
C6i725vKM/dyDrVZEGNOrtisVoSoGhr4OdI5R2tSvwttAWjokRG2lQ/MCvrz4p1p\n\
PLc4QPhUCmEz8IM9L1l4s9cXk9GZgpye8gJs2zBWwvbL8gtpadKRxtP2DdmhUotX\n\
BDPKIbjpzly2XwDjXLwIAWnD+L+BZ2DC6ezhDN2pBaL+x++WbUyTvMVX2rP6DK5t\n\
+kM/wQ2iAw3GczvE3g==\n\
-----END CERTIFICATE-----\n";

/// A parsed name.
pub fn name(text: &str) -> KeyName {
    KeyName::parse(text).expect("a name of a test is a valid name")
}

/// A parsed public key line.
pub fn ssh(line: &str) -> PublicMaterial {
    PublicMaterial::Ssh(PublicKey::parse(line).expect("a sample line is a public key"))
}

/// A parsed certificate.
pub fn x509(pem: &str) -> PublicMaterial {
    PublicMaterial::X509(Certificate::parse(pem).expect("the sample is a certificate"))
}

/// A quota of the tenant's own.
pub fn quota(holder: &str, default: Limit) -> QuotaRule {
    QuotaRule {
        exception: None,
        holder: TenantId::new(holder),
        default,
    }
}

/// A new key pair of that name that is in nobody's way otherwise: its seed and its two identifiers
/// are its own.
pub fn draft(text: &str) -> NewRecord {
    static SEEDS: AtomicU64 = AtomicU64::new(1);
    let number = SEEDS.fetch_add(1, Ordering::Relaxed);
    // Far apart, so that no store gets away with a part of the seed.
    let seed = KeyPairSeed(u128::from(number) << 64 | u128::from(number));
    NewRecord {
        key_pair: KeyPair {
            name: name(text),
            partition: Partition::new("to be replaced by the scope's"),
            seed,
            sequence: 0,
            public: ssh(ED25519_A),
            generated: true,
            created_at: millis(number),
            changed_at: millis(number),
            attributes: Attributes::default(),
            private_key: None,
            attachments: BTreeSet::new(),
        },
        ids: vec![
            KeyPairId::new(format!("skey-{number:08x}")),
            KeyPairId::new(format!("{:032x}", seed.0)),
        ],
        unique_public_key: false,
        receipt: None,
    }
}

/// A time of the year 2023 and so many milliseconds.
pub(crate) fn millis(millis: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000) + Duration::from_millis(millis)
}

/// A map of strings.
pub(crate) fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// Names that sort differently by bytes than by any alphabet, and that hold what stores like to
/// use as separators. In the order of their bytes.
pub(crate) const ODD_NAMES: [&str; 20] = [
    " ", "!", "%", "*", "-", "/", "0", "10", "2", ":", "A", "B", "[a", "a", "a b", "a/b", "a:b",
    "ab", "{a}", "\u{e9}",
];
