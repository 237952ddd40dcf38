//! Key pairs as compute shows them. Nova's members come in the order of its views, Rackspace's in
//! that of the alphabet.
//!
//! Source: nova, `api/openstack/compute/views/keypairs.py`; the Cloud Servers guide.

use std::borrow::Cow;

use base64ct::{Base64, Encoding as _};
use bytes::Bytes;
use keypair_core::material::MaterialError;
use keypair_core::{CreatedKeyPair, Error, KeyPair, PublicMaterial, encoding, fingerprint};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{json, secret_json, time};
use crate::api::Api;
use crate::compute::key_material::{Kind, RACKSPACE_COMMENT};
use crate::request::query::Query;
use crate::route::compute_path::Family;

#[derive(Serialize)]
struct Wrapped<T> {
    #[serde(rename = "keypair")]
    inner: T,
}

#[derive(Serialize)]
#[serde(untagged)]
enum New<'k> {
    Nova(Created<'k>),
    Rackspace(RackspaceCreated<'k>),
}

#[derive(Serialize)]
struct Created<'k> {
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<&'k str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    name: &'k str,
    public_key: Cow<'k, str>,
    fingerprint: String,
    user_id: &'k str,
}

#[derive(Serialize)]
struct RackspaceCreated<'k> {
    fingerprint: String,
    name: &'k str,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<&'k str>,
    public_key: Cow<'k, str>,
    user_id: &'k str,
}

#[derive(Serialize)]
struct Listed<'k> {
    name: &'k str,
    public_key: Cow<'k, str>,
    fingerprint: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
}

#[derive(Serialize)]
struct RackspaceListed<'k> {
    fingerprint: String,
    name: &'k str,
    public_key: Cow<'k, str>,
}

#[derive(Serialize)]
struct List<T> {
    #[serde(rename = "keypairs")]
    elements: Vec<Wrapped<T>>,
    #[serde(rename = "keypairs_links", skip_serializing_if = "Option::is_none")]
    links: Option<[Link; 1]>,
}

#[derive(Serialize)]
struct Link {
    rel: &'static str,
    href: String,
}

/// `deleted`, `deleted_at` and `updated_at` come from columns that Nova never fills for key pairs.
#[derive(Serialize)]
struct Shown<'k> {
    name: &'k str,
    public_key: Cow<'k, str>,
    fingerprint: String,
    user_id: &'k str,
    created_at: String,
    deleted: bool,
    deleted_at: Option<String>,
    id: u64,
    updated_at: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
}

#[derive(Serialize)]
struct RackspaceShown<'k> {
    created_at: String,
    deleted: bool,
    deleted_at: Option<String>,
    fingerprint: String,
    id: u64,
    name: &'k str,
    public_key: Cow<'k, str>,
    updated_at: Option<String>,
    user_id: &'k str,
}

/// The body about a key pair that was generated.
///
/// # Errors
/// [`Error::GenerationFailed`] if the private key has not the form that its type has, which RSA keys
/// have.
pub(crate) fn generated(api: Api, created: &CreatedKeyPair, user_id: &str) -> Result<Bytes, Error> {
    let text = private_text(created).map_err(|error| Error::GenerationFailed {
        source: error.into(),
    })?;
    Ok(secret_json(&new(
        api,
        &created.key_pair,
        Some(&text),
        user_id,
    )))
}

/// The private half: PKCS#1 of an OpenSSH key; of a certificate a file with both, in base64.
fn private_text(created: &CreatedKeyPair) -> Result<Zeroizing<String>, MaterialError> {
    let key = &created.private_key;
    match &created.key_pair.public {
        PublicMaterial::Ssh(_) => encoding::to_pkcs1_pem(key),
        PublicMaterial::X509(certificate) => {
            let file = encoding::to_pkcs12_der(key, certificate)?;
            Ok(Zeroizing::new(Base64::encode_string(&file)))
        }
    }
}

/// The body about a key pair that was imported.
pub(crate) fn imported(api: Api, key_pair: &KeyPair, user_id: &str) -> Bytes {
    json(&new(api, key_pair, None, user_id))
}

fn new<'k>(
    api: Api,
    key_pair: &'k KeyPair,
    private_key: Option<&'k str>,
    user_id: &'k str,
) -> Wrapped<New<'k>> {
    let name = key_pair.name.as_str();
    let public_key = public_text(key_pair);
    let fingerprint = fingerprint_of(&key_pair.public);
    if api.family == Family::Rackspace {
        let inner = New::Rackspace(RackspaceCreated {
            fingerprint,
            name,
            private_key,
            public_key,
            user_id,
        });
        return Wrapped { inner };
    }
    let inner = New::Nova(Created {
        private_key,
        kind: kind(api, key_pair),
        name,
        public_key,
        fingerprint,
        user_id,
    });
    Wrapped { inner }
}

/// Where the next page begins.
pub(crate) struct NextPage<'a> {
    /// The address of the list.
    pub(crate) collection: String,
    /// The parameters of this page.
    pub(crate) query: &'a Query,
    /// The name of this page's last key pair.
    pub(crate) marker: &'a str,
}

/// The body of a list.
pub(crate) fn list(api: Api, listed: &[KeyPair], next: Option<&NextPage<'_>>) -> Bytes {
    let links = next.map(NextPage::link);
    if api.family == Family::Rackspace {
        let inner = listed.iter().map(RackspaceListed::of);
        let elements = inner.map(|inner| Wrapped { inner }).collect();
        return json(&List { elements, links });
    }
    let inner = listed.iter().map(|key_pair| Listed::of(api, key_pair));
    let elements = inner.map(|inner| Wrapped { inner }).collect();
    json(&List { elements, links })
}

/// The body about a key pair that was asked for.
pub(crate) fn shown(api: Api, key_pair: &KeyPair, user_id: &str) -> Bytes {
    let name = key_pair.name.as_str();
    let public_key = public_text(key_pair);
    let fingerprint = fingerprint_of(&key_pair.public);
    let created_at = time::microseconds(key_pair.created_at);
    let (deleted, deleted_at, updated_at) = (false, None, None);
    let id = key_pair.sequence;
    if api.family == Family::Rackspace {
        let inner = RackspaceShown {
            created_at,
            deleted,
            deleted_at,
            fingerprint,
            id,
            name,
            public_key,
            updated_at,
            user_id,
        };
        return json(&Wrapped { inner });
    }
    let inner = Shown {
        name,
        public_key,
        fingerprint,
        user_id,
        created_at,
        deleted,
        deleted_at,
        id,
        updated_at,
        kind: kind(api, key_pair),
    };
    json(&Wrapped { inner })
}

impl<'k> Listed<'k> {
    fn of(api: Api, key_pair: &'k KeyPair) -> Self {
        Self {
            name: key_pair.name.as_str(),
            public_key: public_text(key_pair),
            fingerprint: fingerprint_of(&key_pair.public),
            kind: kind(api, key_pair),
        }
    }
}

impl<'k> RackspaceListed<'k> {
    fn of(key_pair: &'k KeyPair) -> Self {
        Self {
            fingerprint: fingerprint_of(&key_pair.public),
            name: key_pair.name.as_str(),
            public_key: public_text(key_pair),
        }
    }
}

/// What Python's `quote_plus` leaves as it is, the space aside.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'_')
    .remove(b'.')
    .remove(b'-')
    .remove(b'~')
    .remove(b' ');

impl NextPage<'_> {
    /// The known parameters sorted by name, each once, the marker in its place or else at the end.
    fn link(&self) -> [Link; 1] {
        let mut parameters = self.query.greatest_of_each();
        let in_place = parameters.contains_key("marker");
        if in_place {
            parameters.insert("marker", self.marker);
        }
        let at_end = (!in_place).then_some(("marker", self.marker));
        let encoded = |(name, value)| {
            let value = utf8_percent_encode(value, KEPT).to_string();
            format!("{name}={}", value.replace(' ', "+"))
        };
        let parameters: Vec<String> = parameters.into_iter().chain(at_end).map(encoded).collect();
        let href = format!("{}?{}", self.collection, parameters.join("&"));
        [Link { rel: "next", href }]
    }
}

fn kind(api: Api, key_pair: &KeyPair) -> Option<&'static str> {
    api.has_types().then(|| Kind::of(&key_pair.public).as_str())
}

/// The public half as it was sent, or as the cloud that generated it spells it: Rackspace's ends in
/// a line feed, which no comment can hold.
fn public_text(key_pair: &KeyPair) -> Cow<'_, str> {
    let text = key_pair.public.as_str();
    let ssh = key_pair.public.as_ssh();
    if key_pair.generated && ssh.is_some_and(|key| key.comment() == RACKSPACE_COMMENT) {
        Cow::Owned(format!("{text}\n"))
    } else {
        Cow::Borrowed(text)
    }
}

fn fingerprint_of(public: &PublicMaterial) -> String {
    match public {
        PublicMaterial::Ssh(key) => fingerprint::md5(key),
        PublicMaterial::X509(certificate) => fingerprint::certificate_sha1(certificate),
    }
}
