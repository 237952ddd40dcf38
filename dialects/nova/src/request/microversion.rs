//! Which microversion a request asks for.
//!
//! Source: nova, `api/openstack/wsgi.py`; the `microversion-parse` library.

use std::borrow::Cow;

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

use crate::config::Config;

/// The header of the API working group.
pub(crate) static STANDARD_HEADER: HeaderName = HeaderName::from_static("openstack-api-version");
/// The header of Nova's own, older.
pub(crate) static LEGACY_HEADER: HeaderName =
    HeaderName::from_static("x-openstack-nova-api-version");

/// A version 2.N of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Microversion {
    minor: u16,
}

impl Microversion {
    /// The oldest, and the one that a request gets that asks for none.
    pub(crate) const MIN: Self = Self { minor: 1 };

    /// Version 2.`minor`.
    pub(crate) const fn new(minor: u16) -> Self {
        Self { minor }
    }

    /// N.
    pub(crate) const fn minor(self) -> u16 {
        self.minor
    }
}

impl std::fmt::Display for Microversion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "2.{}", self.minor)
    }
}

/// The newest version that is offered.
pub(crate) fn newest(config: &Config) -> Microversion {
    config
        .max_minor()
        .map_or(Microversion::MIN, Microversion::new)
}

/// Why no version could be agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Disagreement {
    /// What was asked for is no version.
    Malformed {
        /// As it was asked for.
        asked: String,
    },
    /// It is a version that is not offered.
    NotOffered {
        /// As it was asked for.
        asked: String,
    },
}

/// Chooses the version for a request.
///
/// # Errors
/// The [`Disagreement`].
pub(crate) fn negotiate(
    headers: &HeaderMap,
    newest: Microversion,
) -> Result<Microversion, Disagreement> {
    let Some(asked) = asked_for(headers) else {
        return Ok(Microversion::MIN);
    };
    if asked == "latest" {
        return Ok(newest);
    }
    let Some((major, minor)) = asked
        .split_once('.')
        .filter(|(major, minor)| is_number(major) && *major != "0" && is_number(minor))
    else {
        return Err(Disagreement::Malformed { asked });
    };
    let offered = (major == "2").then(|| minor.parse().ok()).flatten();
    offered
        .map(Microversion::new)
        .filter(|version| (Microversion::MIN..=newest).contains(version))
        .ok_or(Disagreement::NotOffered { asked })
}

/// Digits without a zero in front.
fn is_number(text: &str) -> bool {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits && (text == "0" || !text.starts_with('0'))
}

/// What the headers ask for; the standard header goes before the older one.
fn asked_for(headers: &HeaderMap) -> Option<String> {
    let standard = joined(headers, &STANDARD_HEADER).and_then(|text| {
        text.rsplit(',').find_map(|part| {
            let (service, version) = part.trim().split_once(char::is_whitespace)?;
            service
                .eq_ignore_ascii_case("compute")
                .then(|| version.trim().to_owned())
        })
    });
    standard.or_else(|| {
        let text = joined(headers, &LEGACY_HEADER)?;
        text.rsplit(',').next().map(|last| last.trim().to_owned())
    })
}

/// All lines of a header, joined by commas and read as Latin-1 like any header in WSGI.
fn joined<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<Cow<'h, str>> {
    let mut lines = headers.get_all(name).iter().map(latin1);
    let first = lines.next()?;
    Some(lines.fold(first, |all, line| Cow::Owned(format!("{all},{line}"))))
}

fn latin1(value: &HeaderValue) -> Cow<'_, str> {
    match value.to_str() {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(value.as_bytes().iter().copied().map(char::from).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(lines: &[(&HeaderName, &str)]) -> Result<String, Disagreement> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append((*name).clone(), HeaderValue::from_str(value).unwrap());
        }
        negotiate(&headers, Microversion::new(104)).map(|version| version.to_string())
    }

    fn standard(value: &str) -> Result<String, Disagreement> {
        negotiated(&[(&STANDARD_HEADER, value)])
    }

    fn legacy(value: &str) -> Result<String, Disagreement> {
        negotiated(&[(&LEGACY_HEADER, value)])
    }

    #[test]
    fn the_last_part_for_compute_counts() {
        assert_eq!(negotiated(&[]).unwrap(), "2.1");
        assert_eq!(standard("compute 2.10").unwrap(), "2.10");
        assert_eq!(standard("volume 3.0, compute 2.2").unwrap(), "2.2");
        assert_eq!(standard("compute 2.2, volume 3.0").unwrap(), "2.2");
        assert_eq!(standard("compute 2.2, compute 2.10").unwrap(), "2.10");
        assert_eq!(standard("COMPUTE\t  2.2 ").unwrap(), "2.2");
        assert_eq!(standard("compute").unwrap(), "2.1");
        assert_eq!(standard("2.2").unwrap(), "2.1");
        assert_eq!(standard("compute latest").unwrap(), "2.104");
        let lines = [
            (&STANDARD_HEADER, "compute 2.2"),
            (&STANDARD_HEADER, "volume 3.0"),
        ];
        assert_eq!(negotiated(&lines).unwrap(), "2.2");
    }

    #[test]
    fn the_standard_header_goes_before_the_older_one() {
        let both = |value| negotiated(&[(&LEGACY_HEADER, "2.10"), (&STANDARD_HEADER, value)]);
        assert_eq!(both("compute 2.2").unwrap(), "2.2");
        assert_eq!(both("volume 3.0").unwrap(), "2.10");
        assert_eq!(legacy("2.1, 2.35").unwrap(), "2.35");
    }

    #[test]
    fn what_is_no_version_is_malformed() {
        for asked in [
            "2",
            "2.01",
            "02.2",
            "2.1.1",
            "2.2 extra",
            "abc",
            "LATEST",
            "",
            "2.",
            ".2",
            "0.1",
            "-2.1",
            "2.-1",
            "2.1a",
        ] {
            let expected = Err(Disagreement::Malformed {
                asked: asked.to_owned(),
            });
            assert_eq!(legacy(asked), expected, "{asked:?}");
        }
        let expected = Err(Disagreement::Malformed {
            asked: "2.2 extra".to_owned(),
        });
        assert_eq!(standard("compute 2.2 extra"), expected);
        assert_eq!(
            legacy("2.10,"),
            Err(Disagreement::Malformed {
                asked: String::new()
            })
        );
    }

    #[test]
    fn other_versions_are_not_offered() {
        for asked in [
            "2.0",
            "1.9",
            "3.0",
            "2.105",
            "2.999",
            "9.9",
            "2.99999999999999999999",
            "22.1",
        ] {
            let expected = Err(Disagreement::NotOffered {
                asked: asked.to_owned(),
            });
            assert_eq!(legacy(asked), expected, "{asked:?}");
        }
    }
}
