//! This cloud's rules for names, ids, projects and public keys.

mod tags;

use keypair_core::{KeyName, KeyPairId, PublicKey, PublicMaterial, Selector};

pub(crate) use tags::{MAX_TAGS, check_tag, tag_specification};

use crate::config::{AnyInstance, Config, Instances, NameErrorCode};
use crate::error::{Error, NameCode};
use crate::request::Surface;

/// The longest name, in characters. Source: the `CreateKeyPair` page.
const MAX_NAME_CHARS: usize = 25;

/// The longest description, in characters. Source: the `ModifyKeyPairAttribute` page.
const MAX_DESCRIPTION_CHARS: usize = 60;

/// The one type of key that the cloud takes. Source: the `ImportKeyPair` page.
const KEY_TYPE: &str = "ssh-rsa";

/// The sizes of an imported RSA modulus, in bits. Source: the key type that the cloud takes, and
/// what OpenSSH can use.
const IMPORTED_RSA_BITS: std::ops::RangeInclusive<u32> = 1024..=16_384;

/// Under which codes a call reports a bad name: that a name is empty, and that it is too long or
/// holds a bad character.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NameCodes {
    empty: NameCode,
    others: NameCode,
}

impl NameCodes {
    /// Those of the calls that make key pairs.
    pub(crate) fn of_create(surface: Surface, config: &Config) -> Self {
        let others = match (config.name_error_code, surface) {
            (NameErrorCode::Documented, _) | (NameErrorCode::Observed, Surface::Legacy) => {
                NameCode::Own
            }
            (NameErrorCode::Observed, Surface::Version1 | Surface::Tc3) => NameCode::ParameterValue,
        };
        Self {
            empty: NameCode::Own,
            others,
        }
    }

    /// Those of `ModifyKeyPairAttribute`, whose page lists no codes for names.
    pub(crate) fn of_modify() -> Self {
        Self {
            empty: NameCode::ParameterValue,
            others: NameCode::ParameterValue,
        }
    }
}

/// Checks a key pair's name: 1 to 25 letters, digits and underscores.
///
/// # Errors
/// [`Error::NameEmpty`], [`Error::NameTooLong`], [`Error::NameIllegalCharacter`], in this order.
pub(crate) fn key_name(text: &str, codes: NameCodes) -> Result<KeyName, Error> {
    let code = codes.others;
    if text.is_empty() {
        return Err(Error::NameEmpty(codes.empty));
    }
    if text.chars().nth(MAX_NAME_CHARS).is_some() {
        let name = text.to_owned();
        return Err(Error::NameTooLong { name, code });
    }
    let illegal = text
        .chars()
        .find(|character| !character.is_ascii_alphanumeric() && *character != '_');
    if let Some(character) = illegal {
        return Err(Error::NameIllegalCharacter {
            name: text.to_owned(),
            character,
            code,
        });
    }
    KeyName::parse(text).map_err(|problem| keypair_core::Error::InvalidName { problem }.into())
}

/// Checks that a project exists. Project 0, the default one, always does.
///
/// # Errors
/// [`Error::ProjectNotFound`].
pub(crate) fn project(id: i64, config: &Config) -> Result<i64, Error> {
    if id == 0 || config.projects.iter().any(|known| i64::from(*known) == id) {
        Ok(id)
    } else {
        Err(Error::ProjectNotFound(id))
    }
}

/// Checks a description's length.
///
/// # Errors
/// [`Error::DescriptionTooLong`].
pub(crate) fn description(text: &str, surface: Surface) -> Result<String, Error> {
    if text.chars().nth(MAX_DESCRIPTION_CHARS).is_some() {
        return Err(Error::DescriptionTooLong { surface });
    }
    Ok(text.to_owned())
}

/// Reads a public key: one line `ssh-rsa <base64> [comment]`, whitespace around it aside.
///
/// # Errors
/// [`Error::PublicKeyMalformed`].
pub(crate) fn public_key(text: &str) -> Result<PublicMaterial, Error> {
    let line = text.trim();
    // A second line would be a second key to whoever writes this one to a file.
    if has_control_character(line) {
        return Err(Error::PublicKeyMalformed);
    }
    let (key, bits) = PublicKey::parse_sized(line).map_err(|_| Error::PublicKeyMalformed)?;
    let has_good_size = bits.is_some_and(|bits| IMPORTED_RSA_BITS.contains(&bits));
    // The word, not the algorithm: an OpenSSH certificate of an RSA key is none of these.
    if key.type_word() == KEY_TYPE && has_good_size {
        Ok(PublicMaterial::Ssh(key))
    } else {
        Err(Error::PublicKeyMalformed)
    }
}

/// Whether a text has a control character. Key lines are ASCII, so the characters beyond it are
/// looked at only if there are any.
fn has_control_character(text: &str) -> bool {
    // Without a short cut, so that many bytes are looked at in one step.
    text.bytes()
        .fold(false, |found, byte| found | byte.is_ascii_control())
        || (!text.is_ascii() && text.chars().any(char::is_control))
}

/// What the ids of key pairs and instances have behind their prefix: eight letters and digits.
fn has_id_shape(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        rest.len() == 8
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    })
}

/// Checks the shape of a key pair's id, `skey-` and eight letters or digits.
///
/// # Errors
/// [`Error::KeyIdMalformed`].
pub(crate) fn key_id(text: &str) -> Result<Selector, Error> {
    if has_id_shape(text, "skey-") {
        Ok(Selector::Id(KeyPairId::new(text)))
    } else {
        Err(Error::KeyIdMalformed(text.to_owned()))
    }
}

/// Checks the ids of key pairs; repeated ones are given once.
///
/// # Errors
/// [`Error::KeyIdMalformed`].
pub(crate) fn key_ids(texts: &[&str]) -> Result<Vec<Selector>, Error> {
    let mut selectors = Vec::with_capacity(texts.len());
    for text in texts {
        let selector = key_id(text)?;
        if !selectors.contains(&selector) {
            selectors.push(selector);
        }
    }
    Ok(selectors)
}

/// Checks an instance's id.
///
/// # Errors
/// [`Error::InstanceIdMalformed`], [`Error::InstanceIdNotFound`].
pub(crate) fn instance_id(text: &str, config: &Config) -> Result<(), Error> {
    if !has_id_shape(text, "ins-") {
        return Err(Error::InstanceIdMalformed(text.to_owned()));
    }
    match &config.instances {
        Instances::Any(AnyInstance::Any) => Ok(()),
        Instances::Listed(known) if known.contains(text) => Ok(()),
        Instances::Listed(_) => Err(Error::InstanceIdNotFound(text.to_owned())),
    }
}

/// Checks the length of a list.
///
/// # Errors
/// [`Error::TooMany`].
pub(crate) fn at_most(limit: usize, parameter: &'static str, count: usize) -> Result<(), Error> {
    if count > limit {
        return Err(Error::TooMany { parameter, limit });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use dialect_api::WireError as _;

    use super::{NameCodes, description, instance_id, key_id, key_name};
    use crate::config::{Config, Instances, NameErrorCode};
    use crate::request::Surface;

    fn code_of(name: &str, surface: Surface, name_error_code: NameErrorCode) -> &'static str {
        let config = Config {
            name_error_code,
            ..Config::default()
        };
        match key_name(name, NameCodes::of_create(surface, &config)) {
            Ok(_) => "",
            Err(error) => error.code(),
        }
    }

    #[test]
    fn names_are_up_to_25_letters_digits_and_underscores() {
        let documented = |name| code_of(name, Surface::Tc3, NameErrorCode::Documented);
        assert_eq!(documented("aZ09_aZ09_aZ09_aZ09_aZ09_"), "");
        assert_eq!(documented(""), "InvalidKeyPairNameEmpty");
        assert_eq!(
            documented("aZ09_aZ09_aZ09_aZ09_aZ09_x"),
            "InvalidKeyPairNameTooLong"
        );
        for bad in ["a-b", "a b", "a.b", "ä", "密", "a\n", "a\u{0}"] {
            assert_eq!(documented(bad), "InvalidKeyPairNameIncludeIllegalChar");
        }
    }

    #[test]
    fn length_counts_characters_and_wins_over_illegal_ones() {
        let documented = |name: &str| code_of(name, Surface::Tc3, NameErrorCode::Documented);
        assert_eq!(
            documented(&"密".repeat(25)),
            "InvalidKeyPairNameIncludeIllegalChar"
        );
        assert_eq!(documented(&"密".repeat(26)), "InvalidKeyPairNameTooLong");
    }

    #[test]
    fn the_observed_code_is_not_for_the_legacy_entry_nor_for_empty_names() {
        let observed = |name, surface| code_of(name, surface, NameErrorCode::Observed);
        assert_eq!(observed("a-b", Surface::Tc3), "InvalidParameterValue");
        assert_eq!(observed("a-b", Surface::Version1), "InvalidParameterValue");
        assert_eq!(
            observed("a-b", Surface::Legacy),
            "InvalidKeyPairNameIncludeIllegalChar"
        );
        assert_eq!(observed("", Surface::Tc3), "InvalidKeyPairNameEmpty");
    }

    #[test]
    fn ids_have_eight_lower_case_letters_and_digits() {
        assert!(key_id("skey-mv9yzyjj").is_ok());
        for bad in [
            "",
            "skey-",
            "skey-mv9yzyj",
            "skey-mv9yzyjjj",
            "skey-MV9YZYJJ",
            "mv9yzyjj",
        ] {
            assert!(key_id(bad).is_err(), "{bad}");
        }
        let listed = Config {
            instances: Instances::Listed(["ins-00000001".to_owned()].into()),
            ..Config::default()
        };
        assert!(instance_id("ins-00000001", &listed).is_ok());
        assert!(instance_id("ins-00000002", &listed).is_err());
        assert!(instance_id("ins-00000002", &Config::default()).is_ok());
    }

    #[test]
    fn descriptions_have_up_to_60_characters() {
        assert!(description(&"密".repeat(60), Surface::Tc3).is_ok());
        assert!(description(&"密".repeat(61), Surface::Tc3).is_err());
    }
}
