//! From the parameters of a request to the arguments of an action: names against the action's
//! table, texts and JSON values into the declared types.
//!
//! Text (query, form, multipart part) is coerced to the declared type; JSON has types of its own
//! and is held to them.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::schema::{self, Field, Kind};
use super::{Message, Payload};
use crate::config::{Config, UnknownParams};
use crate::error::Error;
use crate::route::Operation;

mod arguments;

pub(crate) use arguments::{Argument, Arguments};

/// The deepest declared name, `TagSpecification.0.Tags.0.Key`, has five parts. What follows stays
/// in one piece, so that a name made of dots builds no deep tree.
const MAX_NAME_PARTS: usize = 6;

/// Reads the arguments of an action.
///
/// # Errors
/// [`Error::BodySyntax`], [`Error::MultipartSyntax`], [`Error::UnknownParameter`],
/// [`Error::MissingParameter`], [`Error::WrongType`], in this order.
pub(crate) fn read(
    operation: Operation,
    message: &Message<'_>,
    config: &Config,
) -> Result<Arguments, Error> {
    let table = schema::fields(operation);
    let mut decoder = Decoder { unknown: None };
    let root = Path::Root;
    let arguments = match message.payload()? {
        Payload::Parameters => decoder.fields(table, from_parameters(message), &root),
        Payload::Json(body) => decoder.fields(table, from_json(body)?, &root),
        Payload::Multipart(parts) => decoder.fields(table, from_parts(&parts)?, &root),
    };
    if let (Some(name), UnknownParams::Reject) = (decoder.unknown, config.unknown_params) {
        return Err(Error::UnknownParameter(name));
    }
    if let Some(name) = arguments.first_missing(table, &root) {
        return Err(Error::MissingParameter(name));
    }
    if let Some(parameter) = arguments.first_mistyped(table, &root) {
        let surface = message.surface;
        return Err(Error::WrongType { parameter, surface });
    }
    Ok(arguments)
}

/// A parameter before its type is looked at.
enum Source {
    /// Text, or dotted names below this one.
    Dotted(Dotted),
    /// A JSON value.
    Json(Value),
}

/// Text, or dotted names below this one, or (from a careless client) both.
#[derive(Default)]
struct Dotted {
    text: Option<String>,
    members: BTreeMap<String, Dotted>,
}

/// Names and what they hold, each name once.
trait Given: Iterator<Item = (String, Source)> {}

impl<I: Iterator<Item = (String, Source)>> Given for I {}

fn from_parameters(message: &Message<'_>) -> impl Given {
    let mut root = Dotted::default();
    for (name, value) in message.parameters.capitalised() {
        let node = name
            .splitn(MAX_NAME_PARTS, '.')
            .fold(&mut root, |node, part| {
                node.members.entry(part.to_owned()).or_default()
            });
        node.text = Some(value.to_owned());
    }
    dotted_members(root.members)
}

fn dotted_members(members: BTreeMap<String, Dotted>) -> impl Given {
    members
        .into_iter()
        .map(|(name, node)| (name, Source::Dotted(node)))
}

fn json_members(members: Map<String, Value>) -> impl Given {
    members
        .into_iter()
        .map(|(name, value)| (name, Source::Json(value)))
}

fn from_json(body: &[u8]) -> Result<impl Given, Error> {
    let members = if body.iter().all(u8::is_ascii_whitespace) {
        Map::new()
    } else {
        serde_json::from_slice(body).map_err(|_| Error::BodySyntax)?
    };
    Ok(json_members(members))
}

fn from_parts(parts: &[super::multipart::Part<'_>]) -> Result<impl Given, Error> {
    let mut given = BTreeMap::new();
    for part in parts {
        let source = if part.is_json {
            Source::Json(serde_json::from_slice(part.content).map_err(|_| Error::BodySyntax)?)
        } else {
            let text = std::str::from_utf8(part.content).map_err(|_| Error::MultipartSyntax)?;
            Source::Dotted(Dotted {
                text: Some(text.to_owned()),
                members: BTreeMap::new(),
            })
        };
        given.insert(part.name.to_owned(), source);
    }
    Ok(given.into_iter())
}

/// Where a parameter stands; printed only for errors.
pub(crate) enum Path<'a> {
    /// Above the top-level parameters.
    Root,
    /// A member.
    Member(&'a Path<'a>, &'a str),
    /// An element of a list.
    Element(&'a Path<'a>, u64),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(Self::Root, name) => f.write_str(name),
            Self::Member(parent, name) => write!(f, "{parent}.{name}"),
            Self::Element(parent, index) => write!(f, "{parent}.{index}"),
        }
    }
}

/// Walks what was given along what is declared.
struct Decoder {
    /// The first undeclared name in byte order.
    unknown: Option<String>,
}

impl Decoder {
    fn report(&mut self, path: &Path<'_>) {
        let name = path.to_string();
        if self.unknown.as_ref().is_none_or(|first| name < *first) {
            self.unknown = Some(name);
        }
    }

    fn fields(&mut self, table: &'static [Field], given: impl Given, path: &Path<'_>) -> Arguments {
        let mut arguments = Arguments::default();
        for (name, source) in given {
            let Some(field) = table.iter().find(|field| field.name == name) else {
                let is_common =
                    matches!(path, Path::Root) && schema::COMMON.contains(&name.as_str());
                if !is_common {
                    self.report(&Path::Member(path, &name));
                }
                continue;
            };
            let path = Path::Member(path, field.name);
            let argument = match source {
                Source::Json(value) => self.json(&field.kind, value, &path),
                Source::Dotted(node) => self.dotted(&field.kind, node, &path),
            };
            if let Some(argument) = argument {
                arguments.add(field.name, argument);
            }
        }
        arguments
    }

    /// A null is as good as nothing.
    fn json(&mut self, kind: &'static Kind, value: Value, path: &Path<'_>) -> Option<Argument> {
        let argument = match (kind, value) {
            (_, Value::Null) => return None,
            (Kind::Text, Value::String(text)) => Argument::Text(text),
            (Kind::Integer, Value::Number(number)) => number
                .as_i64()
                .map_or(Argument::Mistyped, Argument::Integer),
            (Kind::Boolean, Value::Bool(_)) => Argument::Boolean,
            (Kind::List(element), Value::Array(values)) => {
                let elements = (0..).zip(values).map(|(index, value)| {
                    let path = Path::Element(path, index);
                    let argument = self.json(element, value, &path);
                    (index, argument.unwrap_or(Argument::Mistyped))
                });
                Argument::List(elements.collect())
            }
            (Kind::Struct(table), Value::Object(members)) => {
                Argument::Struct(self.fields(table, json_members(members), path))
            }
            (
                Kind::Text | Kind::Integer | Kind::Boolean | Kind::List(_) | Kind::Struct(_),
                Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_),
            ) => Argument::Mistyped,
        };
        Some(argument)
    }

    fn dotted(&mut self, kind: &'static Kind, node: Dotted, path: &Path<'_>) -> Option<Argument> {
        let Dotted { text, members } = node;
        match kind {
            Kind::Text | Kind::Integer | Kind::Boolean => {
                for name in members.keys() {
                    self.report(&Path::Member(path, name));
                }
                text.map(|text| coerce(kind, text))
            }
            Kind::List(element) => {
                let elements = self.elements(element, members, path);
                Some(text.map_or(Argument::List(elements), |_| Argument::Mistyped))
            }
            Kind::Struct(table) => {
                let arguments = self.fields(table, dotted_members(members), path);
                Some(text.map_or(Argument::Struct(arguments), |_| Argument::Mistyped))
            }
        }
    }

    /// The elements of a list in the order of their numbers, which start and go on as they like:
    /// the documentation counts from 1 on the legacy entry, the SDKs from 0.
    fn elements(
        &mut self,
        kind: &'static Kind,
        members: BTreeMap<String, Dotted>,
        path: &Path<'_>,
    ) -> Vec<(u64, Argument)> {
        let mut elements = BTreeMap::new();
        for (name, node) in members {
            match index(&name) {
                Some(index) => {
                    let path = Path::Element(path, index);
                    if let Some(argument) = self.dotted(kind, node, &path) {
                        elements.insert(index, argument);
                    }
                }
                None => self.report(&Path::Member(path, &name)),
            }
        }
        elements.into_iter().collect()
    }
}

fn index(name: &str) -> Option<u64> {
    let is_decimal = name.bytes().all(|byte| byte.is_ascii_digit());
    is_decimal.then(|| name.parse().ok()).flatten()
}

fn coerce(kind: &Kind, text: String) -> Argument {
    match kind {
        Kind::Text => Argument::Text(text),
        Kind::Integer => integer(&text).map_or(Argument::Mistyped, Argument::Integer),
        // Python sends `True`, Go and Node `true`.
        Kind::Boolean
            if ["true", "false"]
                .iter()
                .any(|word| text.eq_ignore_ascii_case(word)) =>
        {
            Argument::Boolean
        }
        Kind::Boolean | Kind::List(_) | Kind::Struct(_) => Argument::Mistyped,
    }
}

/// An optional minus and decimal digits. (Rust's own parser takes a plus as well.)
pub(crate) fn integer(text: &str) -> Option<i64> {
    if text.starts_with('+') {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{index, integer};

    #[test]
    fn integers_are_an_optional_minus_and_digits() {
        assert_eq!(integer("0"), Some(0));
        assert_eq!(integer("-12"), Some(-12));
        for text in [
            "",
            "-",
            "+1",
            "-+1",
            "--1",
            "1.0",
            "0x1",
            " 1",
            "1e3",
            "9223372036854775808",
        ] {
            assert_eq!(integer(text), None, "{text:?}");
        }
    }

    #[test]
    fn indices_are_digits() {
        assert_eq!(index("10"), Some(10));
        for text in ["", "-1", "+1", "a", "1a", "18446744073709551616"] {
            assert_eq!(index(text), None, "{text:?}");
        }
    }
}
