//! This cloud's rules on values: names of projects and zones, identifiers, and the fields of a new
//! key pair, in this cloud's order.

use std::collections::BTreeMap;

use keypair_core::{Algorithm, KeyName, PublicKey};

use crate::config::PublicKeyConfig;
use crate::error::{Error, FieldProblem};
use crate::request::json::Json;

/// The most characters of a key pair's name. Source: seed.
pub(crate) const MAX_NAME_CHARS: usize = 40;
/// The most characters of a description; the vendor states none.
const MAX_DESCRIPTION_CHARS: usize = 1024;
/// The most tags; the vendor states none.
const MAX_TAGS: usize = 50;
/// The most characters of a tag's key; the vendor states none.
const MAX_TAG_KEY_CHARS: usize = 128;
/// The most characters of a tag's value; the vendor states none.
const MAX_TAG_VALUE_CHARS: usize = 256;
/// The smallest RSA key that is worth storing, in bits.
const MIN_RSA_BITS: u32 = 2048;

/// Whether a text can be a `projectId` or a `zoneName`: `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`.
pub(crate) fn is_place_name(text: &str) -> bool {
    let rest_is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    text.len() <= 64
        && text.bytes().all(rest_is_plain)
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
}

/// Whether a value can be an `X-Requester-Id`: 1 to 128 visible ASCII characters.
pub(crate) fn is_requester_id(value: &[u8]) -> bool {
    (1..=128).contains(&value.len()) && value.iter().all(u8::is_ascii_graphic)
}

/// A new key pair as the body of a create describes it, every rule kept.
#[derive(Debug)]
pub(crate) struct NewKeyPair {
    pub(crate) name: KeyName,
    pub(crate) description: Option<String>,
    pub(crate) tags: Option<BTreeMap<String, String>>,
    /// The key to import; `None` to generate one.
    pub(crate) public_key: Option<PublicKey>,
}

/// Checks the members of the body. Members that this cloud does not know are passed over.
pub(crate) fn new_key_pair(
    mut members: BTreeMap<String, Json>,
    limits: PublicKeyConfig,
) -> Result<NewKeyPair, Error> {
    // `null` counts as absent.
    let mut take = |member: &str| members.remove(member).filter(|value| *value != Json::Null);
    let name = name(take("name"))?;
    Ok(NewKeyPair {
        name,
        description: description(take("description")).map_err(Error::InvalidField)?,
        tags: tags(take("tags")).map_err(Error::InvalidField)?,
        public_key: public_key(take("publicKey"), limits).map_err(Error::InvalidField)?,
    })
}

/// The vendor's pattern for names is a lone character class, `[A-Za-z0-9-]`; it is read as meant,
/// for every character of the name.
fn name(value: Option<Json>) -> Result<KeyName, Error> {
    let text = match value {
        None => return Err(Error::MissingName),
        Some(Json::Text(text)) => text,
        Some(_) => return Err(Error::InvalidField(FieldProblem::NameType)),
    };
    if !(1..=MAX_NAME_CHARS).contains(&text.chars().count()) {
        return Err(Error::InvalidField(FieldProblem::NameLength));
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !text.bytes().all(is_plain) {
        return Err(Error::InvalidField(FieldProblem::NameCharacters));
    }
    KeyName::parse(&text)
        .map_err(|problem| Error::from(keypair_core::Error::InvalidName { problem }))
}

fn description(value: Option<Json>) -> Result<Option<String>, FieldProblem> {
    match value {
        None => Ok(None),
        Some(Json::Text(text)) if text.chars().count() > MAX_DESCRIPTION_CHARS => {
            Err(FieldProblem::DescriptionLength)
        }
        Some(Json::Text(text)) => Ok(Some(text)),
        Some(_) => Err(FieldProblem::DescriptionType),
    }
}

fn tags(value: Option<Json>) -> Result<Option<BTreeMap<String, String>>, FieldProblem> {
    let members = match value {
        None => return Ok(None),
        Some(Json::Object(members)) => members,
        Some(_) => return Err(FieldProblem::TagsType),
    };
    let tags = members
        .into_iter()
        .map(|(key, value)| match value {
            Json::Text(text) => Ok((key, text)),
            Json::Null | Json::Object(_) | Json::Other => Err(FieldProblem::TagsType),
        })
        .collect::<Result<BTreeMap<_, _>, _>>()?;
    let fits = |(key, value): (&String, &String)| {
        (1..=MAX_TAG_KEY_CHARS).contains(&key.chars().count())
            && value.chars().count() <= MAX_TAG_VALUE_CHARS
    };
    if tags.len() <= MAX_TAGS && tags.iter().all(fits) {
        Ok(Some(tags))
    } else {
        Err(FieldProblem::TagsSize)
    }
}

/// The line without white space around it, its length with the comment checked before anything
/// else. The length rule is the only reason why ed25519, ECDSA and small RSA keys are refused.
fn public_key(
    value: Option<Json>,
    limits: PublicKeyConfig,
) -> Result<Option<PublicKey>, FieldProblem> {
    let text = match value {
        None => return Ok(None),
        Some(Json::Text(text)) => text,
        Some(_) => return Err(FieldProblem::PublicKeyType),
    };
    let line = text.trim_matches(|character: char| character.is_ascii_whitespace());
    let length = line.chars().count();
    let (min, max) = (limits.min_length, limits.max_length);
    if !(min..=max).contains(&length) {
        return Err(FieldProblem::PublicKeyLength { length, min, max });
    }
    // A line break in a comment would be written into `authorized_keys` as it is.
    if line.contains(['\r', '\n', '\0']) {
        return Err(FieldProblem::PublicKeyMalformed);
    }
    let (key, rsa_bits) =
        PublicKey::parse_sized(line).map_err(|_| FieldProblem::PublicKeyMalformed)?;
    let is_weak =
        key.algorithm() == Algorithm::Rsa && rsa_bits.is_none_or(|bits| bits < MIN_RSA_BITS);
    if is_weak {
        return Err(FieldProblem::PublicKeyWeak);
    }
    Ok(Some(key))
}
