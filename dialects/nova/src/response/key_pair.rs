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
use zeroize::Zeroizing;

use super::python_style::{Object, object, room, secret_object};
use super::time;
use crate::api::Api;
use crate::compute::key_material::{Kind, RACKSPACE_COMMENT};
use crate::request::query::Query;
use crate::route::compute_path::Family;

/// The body about a key pair that was generated.
///
/// # Errors
/// [`Error::GenerationFailed`] if the private key has not the form that its type has, which RSA keys
/// have.
pub(crate) fn generated(api: Api, created: &CreatedKeyPair, user_id: &str) -> Result<Bytes, Error> {
    let text = private_text(created).map_err(|error| Error::GenerationFailed {
        source: error.into(),
    })?;
    let key_pair = &created.key_pair;
    let texts = [key_pair.name.as_str(), user_id, key_pair.public.as_str()];
    let capacity = room(&text) + texts.iter().map(|text| room(text)).sum::<usize>() + NAMES;
    Ok(secret_object(capacity, |body| {
        body.object("keypair", |view| {
            made(view, api, key_pair, Some(&text), user_id);
        });
    }))
}

/// More than the members of a new key pair take for their names, the type and the fingerprint.
const NAMES: usize = 256;

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
    object(|body| {
        body.object("keypair", |view| made(view, api, key_pair, None, user_id));
    })
}

fn made(
    view: &mut Object<'_>,
    api: Api,
    key_pair: &KeyPair,
    private_key: Option<&str>,
    user_id: &str,
) {
    let name = key_pair.name.as_str();
    let public_key = public_text(key_pair);
    let fingerprint = fingerprint_of(&key_pair.public);
    if api.family == Family::Rackspace {
        view.text("fingerprint", &fingerprint);
        view.text("name", name);
        view.lines_if_any("private_key", private_key);
        view.text("public_key", &public_key);
    } else {
        view.lines_if_any("private_key", private_key);
        view.text_if_any("type", kind(api, key_pair));
        view.text("name", name);
        view.text("public_key", &public_key);
        view.text("fingerprint", &fingerprint);
    }
    view.text("user_id", user_id);
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
pub(crate) fn list(api: Api, key_pairs: &[KeyPair], next: Option<&NextPage<'_>>) -> Bytes {
    object(|body| {
        body.list("keypairs", key_pairs, |element, key_pair| {
            element.object("keypair", |view| listed(view, api, key_pair));
        });
        if let Some(next) = next {
            body.list("keypairs_links", &[next.href()], |link, href| {
                link.text("rel", "next");
                link.text("href", href);
            });
        }
    })
}

fn listed(view: &mut Object<'_>, api: Api, key_pair: &KeyPair) {
    let name = key_pair.name.as_str();
    let public_key = public_text(key_pair);
    let fingerprint = fingerprint_of(&key_pair.public);
    if api.family == Family::Rackspace {
        view.text("fingerprint", &fingerprint);
        view.text("name", name);
        view.text("public_key", &public_key);
    } else {
        view.text("name", name);
        view.text("public_key", &public_key);
        view.text("fingerprint", &fingerprint);
        view.text_if_any("type", kind(api, key_pair));
    }
}

/// A time that has not come.
const NEVER: &Option<String> = &None;

/// The body about a key pair that was asked for. `deleted`, `deleted_at` and `updated_at` come from
/// columns that Nova never fills for key pairs.
pub(crate) fn shown(api: Api, key_pair: &KeyPair, user_id: &str) -> Bytes {
    let name = key_pair.name.as_str();
    let public_key = public_text(key_pair);
    let fingerprint = fingerprint_of(&key_pair.public);
    let created_at = time::microseconds(key_pair.created_at);
    let id = key_pair.sequence;
    object(|body| {
        body.object("keypair", |view| {
            if api.family == Family::Rackspace {
                view.text("created_at", &created_at);
                view.value("deleted", &false);
                view.value("deleted_at", NEVER);
                view.text("fingerprint", &fingerprint);
                view.value("id", &id);
                view.text("name", name);
                view.text("public_key", &public_key);
                view.value("updated_at", NEVER);
                view.text("user_id", user_id);
            } else {
                view.text("name", name);
                view.text("public_key", &public_key);
                view.text("fingerprint", &fingerprint);
                view.text("user_id", user_id);
                view.text("created_at", &created_at);
                view.value("deleted", &false);
                view.value("deleted_at", NEVER);
                view.value("id", &id);
                view.value("updated_at", NEVER);
                view.text_if_any("type", kind(api, key_pair));
            }
        });
    })
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
    fn href(&self) -> String {
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
        format!("{}?{}", self.collection, parameters.join("&"))
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
