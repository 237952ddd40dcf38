//! Rules for tags.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::request::decode::Arguments;

/// The most tags of a key pair. Source: the tag service's limits page.
pub(crate) const MAX_TAGS: usize = 50;

/// The longest tag key and value, in characters. Source: the tag service's limits page.
const MAX_KEY_CHARS: usize = 127;
const MAX_VALUE_CHARS: usize = 255;

/// The one type of resource that the key pair calls take tags for.
const RESOURCE_TYPE: &str = "keypair";

/// Reads the tags of `TagSpecification`; `None` if it is not there.
///
/// # Errors
/// [`Error::InvalidValue`] for another resource type, a key or value of a length that cannot be,
/// and a repeated key; [`Error::TagKeyReserved`]; [`Error::TagQuota`].
pub(crate) fn tag_specification(
    arguments: &Arguments,
) -> Result<Option<BTreeMap<String, String>>, Error> {
    let specifications = arguments.structs("TagSpecification");
    if specifications.is_empty() {
        return Ok(None);
    }
    let mut tags = BTreeMap::new();
    for (at, specification) in specifications {
        if specification.required_text("ResourceType")? != RESOURCE_TYPE {
            let parameter = format!("TagSpecification.{at}.ResourceType");
            return Err(Error::InvalidValue(parameter));
        }
        for (tag_at, tag) in specification.structs("Tags") {
            let path = format!("TagSpecification.{at}.Tags.{tag_at}");
            let key = tag.required_text("Key")?;
            let value = tag.text("Value").unwrap_or_default();
            check_tag(
                key,
                value,
                [&format!("{path}.Key"), &format!("{path}.Value")],
            )?;
            if tags.insert(key.to_owned(), value.to_owned()).is_some() {
                return Err(Error::InvalidValue(format!("{path}.Key")));
            }
        }
    }
    if tags.len() > MAX_TAGS {
        return Err(Error::TagQuota(MAX_TAGS));
    }
    Ok(Some(tags))
}

/// Checks one tag; `names` is what errors call its key and its value.
///
/// # Errors
/// [`Error::InvalidValue`], [`Error::TagKeyReserved`].
pub(crate) fn check_tag(key: &str, value: &str, names: [&str; 2]) -> Result<(), Error> {
    let [key_name, value_name] = names;
    if key.is_empty() || key.chars().nth(MAX_KEY_CHARS).is_some() {
        return Err(Error::InvalidValue(key_name.to_owned()));
    }
    if value.chars().nth(MAX_VALUE_CHARS).is_some() {
        return Err(Error::InvalidValue(value_name.to_owned()));
    }
    if key.starts_with("qcs:") || key == "project" {
        return Err(Error::TagKeyReserved(key.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use dialect_api::WireError as _;

    use super::check_tag;

    #[test]
    fn keys_and_values_have_their_lengths_and_some_keys_are_reserved() {
        let check = |key: &str, value: &str| match check_tag(key, value, ["K", "V"]) {
            Ok(()) => "",
            Err(error) => error.code(),
        };
        assert_eq!(check(&"密".repeat(127), &"密".repeat(255)), "");
        assert_eq!(check("", ""), "InvalidParameterValue");
        assert_eq!(check(&"k".repeat(128), ""), "InvalidParameterValue");
        assert_eq!(check("k", &"v".repeat(256)), "InvalidParameterValue");
        assert_eq!(check("qcs:k", ""), "FailedOperation.TagKeyReserved");
        assert_eq!(check("project", ""), "FailedOperation.TagKeyReserved");
        assert_eq!(check("projects", ""), "");
    }
}
