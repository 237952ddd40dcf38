//! The filters of `DescribeKeyPairs`.

use keypair_core::KeyPair;

use crate::error::Error;
use crate::request::decode::{Arguments, integer};
use crate::response::project_id;
use crate::validate;

/// The most filters of a call, and values of a filter. Source: the `DescribeKeyPairs` page.
const MAX_FILTERS: usize = 10;
const MAX_VALUES: usize = 5;

/// One filter: a key pair passes if any value fits.
#[derive(Debug)]
pub(super) struct Filter {
    subject: Subject,
    values: Vec<String>,
}

/// What a filter looks at.
#[derive(Debug)]
enum Subject {
    ProjectId,
    KeyName,
    TagKey,
    TagValue,
    /// The value of the tag with this key.
    Tag(String),
}

impl Filter {
    /// Reads filters.
    ///
    /// # Errors
    /// [`Error::TooMany`]; then for each filter [`Error::FilterUnsupported`],
    /// [`Error::FilterValueLimit`], [`Error::InvalidValue`] for a project id that is no number.
    pub(super) fn read_all(filters: &[(u64, &Arguments)]) -> Result<Vec<Self>, Error> {
        validate::at_most(MAX_FILTERS, "Filters", filters.len())?;
        filters
            .iter()
            .map(|(at, filter)| Self::read(*at, filter))
            .collect()
    }

    fn read(at: u64, filter: &Arguments) -> Result<Self, Error> {
        let name = filter.required_text("Name")?;
        let subject = match (name, name.strip_prefix("tag:")) {
            ("project-id", _) => Subject::ProjectId,
            ("key-name", _) => Subject::KeyName,
            ("tag-key", _) => Subject::TagKey,
            ("tag-value", _) => Subject::TagValue,
            (_, Some(key)) if !key.is_empty() => Subject::Tag(key.to_owned()),
            (_, _) => return Err(Error::FilterUnsupported(name.to_owned())),
        };
        let values = filter.texts("Values");
        if values.len() > MAX_VALUES {
            return Err(Error::FilterValueLimit {
                filter: name.to_owned(),
                limit: MAX_VALUES,
            });
        }
        let is_number = |value: &&str| integer(value).is_some();
        if matches!(subject, Subject::ProjectId) && !values.iter().all(is_number) {
            return Err(Error::InvalidValue(format!("Filters.{at}.Values")));
        }
        let values = values.into_iter().map(str::to_owned).collect();
        Ok(Self { subject, values })
    }

    /// Whether a key pair passes.
    pub(super) fn passes(&self, key_pair: &KeyPair) -> bool {
        self.values.iter().any(|value| self.fits(key_pair, value))
    }

    fn fits(&self, key_pair: &KeyPair, value: &str) -> bool {
        let mut tags = key_pair.attributes.tags.iter().flatten();
        match &self.subject {
            Subject::ProjectId => integer(value) == Some(project_id(key_pair)),
            // Terraform strips the anchors off its pattern and narrows the result down itself,
            // which makes sense only if a part of the name is enough.
            Subject::KeyName => key_pair.name.as_str().contains(value),
            Subject::TagKey => tags.any(|(key, _)| key == value),
            Subject::TagValue => tags.any(|(_, own)| own == value),
            Subject::Tag(wanted) => tags.any(|(key, own)| key == wanted && own == value),
        }
    }
}
