//! A body is held against a schema as Nova's checker does it: members first, in the schema's
//! order, then what is missing, then what is unknown; the first fault gives the whole message.
//!
//! Source: nova, `api/validation/validators.py`, with the texts of Python's `jsonschema`.

use crate::request::json::{Text, Value};
use crate::validate::amount;
use crate::validate::names::{NameFault, NameRule};
use crate::validate::python_repr::{repr, repr_text, str_of};

/// What a value must be.
#[derive(Debug)]
pub(crate) enum Rule {
    /// A string.
    Text,
    /// One of these strings; the list as Python prints it.
    OneOf(&'static [&'static str], &'static str),
    /// A key pair's name.
    Name(NameRule),
    /// A number of things.
    Amount,
    /// True or false in one of many spellings.
    Truth,
    /// An object.
    Object(Object),
}

/// What an object must be.
#[derive(Debug)]
pub(crate) struct Object {
    /// Its members, in the order in which they are looked at.
    pub(crate) members: &'static [(&'static str, Rule)],
    /// The members that must be there, in the order in which they are missed.
    pub(crate) required: &'static [&'static str],
    /// What becomes of other members.
    pub(crate) others: Others,
}

/// What becomes of members that a schema does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    /// They are a fault.
    Refused,
    /// They mean nothing. Messages still show them: Nova drops them after it has looked at the rest.
    Dropped,
}

/// Holds a body against a schema.
///
/// # Errors
/// Nova's message for the first fault.
pub(crate) fn check(schema: &Object, body: &Value) -> Result<(), String> {
    check_object(schema, None, body)
}

/// The value that a fault is about: the member's name, or `None` for the body as a whole.
type Field = Option<&'static str>;

/// At the root a text stands alone, below it is wrapped.
fn message(field: Field, value: &Value, text: &str) -> String {
    match field {
        None => text.to_owned(),
        Some(field) => format!(
            "Invalid input for field/attribute {field}. Value: {}. {text}",
            str_of(value)
        ),
    }
}

fn wrong_type(field: Field, value: &Value, wanted: &str) -> String {
    let text = format!("{} is not of type {wanted}", repr(value));
    message(field, value, &text)
}

fn check_object(schema: &Object, field: Field, value: &Value) -> Result<(), String> {
    let Value::Object(members) = value else {
        return Err(wrong_type(field, value, "'object'"));
    };
    for (name, rule) in schema.members {
        if let Some(member) = value.member(name) {
            check_value(rule, name, member)?;
        }
    }
    let missing = schema
        .required
        .iter()
        .find(|name| value.member(name).is_none());
    if let Some(name) = missing {
        let text = format!("'{name}' is a required property");
        return Err(message(field, value, &text));
    }
    if schema.others == Others::Refused {
        let known = |name: &Text| schema.members.iter().any(|(known, _)| name.is(known));
        let unknown: Vec<&Text> = members
            .iter()
            .map(|(name, _)| name)
            .filter(|name| !known(name))
            .collect();
        if !unknown.is_empty() {
            return Err(message(field, value, &unexpected(unknown)));
        }
    }
    Ok(())
}

/// The text about members or parameters that nobody knows.
pub(crate) fn unexpected(mut names: Vec<&Text>) -> String {
    // By code points: what half a surrogate pair sorts as is of no account.
    names.sort_unstable();
    let verb = if names.len() == 1 { "was" } else { "were" };
    let names: Vec<String> = names.into_iter().map(repr_text).collect();
    let names = names.join(", ");
    format!("Additional properties are not allowed ({names} {verb} unexpected)")
}

fn check_value(rule: &Rule, field: &'static str, value: &Value) -> Result<(), String> {
    let field = Some(field);
    match rule {
        Rule::Text => match value.as_text() {
            Some(_) => Ok(()),
            None => Err(wrong_type(field, value, "'string'")),
        },
        Rule::OneOf(choices, printed) => {
            let Some(chosen) = value.as_text() else {
                return Err(wrong_type(field, value, "'string'"));
            };
            if choices.iter().any(|choice| chosen.is(choice)) {
                return Ok(());
            }
            let text = format!("{} is not one of {printed}", repr(value));
            Err(message(field, value, &text))
        }
        Rule::Name(rule) => check_name(*rule, field, value),
        Rule::Amount => match amount::read(value) {
            Ok(_) => Ok(()),
            Err(text) => Err(message(field, value, &text)),
        },
        Rule::Truth => check_truth(field, value),
        Rule::Object(object) => check_object(object, field, value),
    }
}

fn check_truth(field: Field, value: &Value) -> Result<(), String> {
    const SPELLINGS: [&str; 20] = [
        "True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes", "False", "FALSE",
        "false", "0", "OFF", "Off", "off", "NO", "No", "no",
    ];
    const PRINTED: &str = "[True, 'True', 'TRUE', 'true', '1', 'ON', 'On', 'on', 'YES', 'Yes', \
                           'yes', False, 'False', 'FALSE', 'false', '0', 'OFF', 'Off', 'off', \
                           'NO', 'No', 'no']";
    if matches!(value, Value::Bool(_)) {
        return Ok(());
    }
    let Some(text) = value.as_text() else {
        return Err(wrong_type(field, value, "'boolean', 'string'"));
    };
    if SPELLINGS.iter().any(|spelling| text.is(spelling)) {
        return Ok(());
    }
    let text = format!("{} is not one of {PRINTED}", repr(value));
    Err(message(field, value, &text))
}

fn check_name(rule: NameRule, field: Field, value: &Value) -> Result<(), String> {
    let Some(name) = value.as_text() else {
        return Err(wrong_type(field, value, "'string'"));
    };
    rule.check(name).map_err(|fault| match fault {
        NameFault::NotPrintable(alone) => alone.to_owned(),
        NameFault::Empty => message(field, value, "'' should be non-empty"),
        NameFault::TooLong => message(field, value, &format!("{} is too long", repr(value))),
        NameFault::Pattern(pattern) => message(
            field,
            value,
            &format!("{} does not match {pattern}", repr(value)),
        ),
    })
}
