//! The variable segments of a path, decoded and checked: step 7 of the order of checks.

use std::borrow::Cow;

use keypair_core::{KeyPairId, Selector};
use percent_encoding::percent_decode_str;

use crate::error::{Error, PathParameter};
use crate::ids::CanonicalUuid;
use crate::validate;

/// A zone of a project.
#[derive(Debug)]
pub(crate) struct Zone {
    pub(crate) project: String,
    pub(crate) name: String,
}

/// The project and the zone of a path.
pub(crate) fn zone(project_segment: &str, zone_segment: &str) -> Result<Zone, Error> {
    Ok(Zone {
        project: project(project_segment)?,
        name: place_name(zone_segment, PathParameter::ZoneName)?,
    })
}

/// The project of a path.
pub(crate) fn project(segment: &str) -> Result<String, Error> {
    place_name(segment, PathParameter::ProjectId)
}

/// The key pair of a path.
pub(crate) fn key_pair(segment: &str) -> Result<Selector, Error> {
    let uuid = uuid(segment, PathParameter::KeyPairId)?;
    Ok(Selector::Id(KeyPairId::new(uuid.to_string())))
}

/// The job of a path.
pub(crate) fn job(segment: &str) -> Result<CanonicalUuid, Error> {
    uuid(segment, PathParameter::JobId)
}

fn place_name(segment: &str, parameter: PathParameter) -> Result<String, Error> {
    decode(segment)
        .filter(|text| validate::is_place_name(text))
        .map(Cow::into_owned)
        .ok_or(Error::InvalidUrlParameter(parameter))
}

fn uuid(segment: &str, parameter: PathParameter) -> Result<CanonicalUuid, Error> {
    decode(segment)
        .and_then(|text| CanonicalUuid::parse(&text))
        .ok_or(Error::InvalidUrlParameter(parameter))
}

/// Decodes a segment once; `None` if what comes out is not UTF-8.
pub(crate) fn decode(segment: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(segment).decode_utf8().ok()
}

#[cfg(test)]
mod tests {
    use super::{key_pair, project};

    #[test]
    fn segments_are_decoded_once() {
        assert_eq!(project("p%2D1").unwrap(), "p-1");
        for segment in ["p%252D1", "p%2Fq", "p%00", "p%", "p%zz", "%ff", "-p", ".."] {
            assert!(project(segment).is_err(), "{segment}");
        }
        let longest = "p".repeat(64);
        assert_eq!(project(&longest).unwrap(), longest);
        assert!(project(&"p".repeat(65)).is_err());
    }

    #[test]
    fn identifiers_are_compared_in_lower_case() {
        let upper = key_pair("3FA85F64-5717-4562-B3FC-2C963F66AFA6").unwrap();
        let lower = key_pair("3fa85f64-5717-4562-b3fc-2c963f66afa6").unwrap();
        assert_eq!(upper, lower);
    }
}
