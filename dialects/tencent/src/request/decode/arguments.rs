//! The arguments of an action, in the types that its table declares.

use super::Path;
use crate::error::Error;
use crate::request::schema::{Field, Kind};

/// One argument.
#[derive(Debug)]
pub(crate) enum Argument {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// True or false; no action reads which.
    Boolean,
    /// A list: each element with the number that it was sent under.
    List(Vec<(u64, Argument)>),
    /// Named members.
    Struct(Arguments),
    /// There, but of another type than declared. None is left once an action gets its arguments.
    Mistyped,
}

/// Arguments by name, each name once. No action has so many that a map would find one sooner.
#[derive(Debug, Default)]
pub(crate) struct Arguments(Vec<(&'static str, Argument)>);

impl Arguments {
    pub(super) fn add(&mut self, name: &'static str, argument: Argument) {
        self.0.push((name, argument));
    }

    fn get(&self, name: &str) -> Option<&Argument> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map(|(_, argument)| argument)
    }

    /// A text, if it is there.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Argument::Text(text) => Some(text),
            Argument::Integer(_)
            | Argument::Boolean
            | Argument::List(_)
            | Argument::Struct(_)
            | Argument::Mistyped => None,
        }
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// [`Error::MissingParameter`].
    pub(crate) fn required_text(&self, name: &str) -> Result<&str, Error> {
        self.text(name)
            .ok_or_else(|| Error::MissingParameter(name.to_owned()))
    }

    /// A number, if it is there.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Argument::Integer(number) => Some(*number),
            Argument::Text(_)
            | Argument::Boolean
            | Argument::List(_)
            | Argument::Struct(_)
            | Argument::Mistyped => None,
        }
    }

    /// A number that must be there.
    ///
    /// # Errors
    /// [`Error::MissingParameter`].
    pub(crate) fn required_integer(&self, name: &str) -> Result<i64, Error> {
        self.integer(name)
            .ok_or_else(|| Error::MissingParameter(name.to_owned()))
    }

    /// The texts of a list; none if it is not there.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        let texts = self
            .elements(name)
            .iter()
            .filter_map(|(_, element)| match element {
                Argument::Text(text) => Some(text.as_str()),
                Argument::Integer(_)
                | Argument::Boolean
                | Argument::List(_)
                | Argument::Struct(_)
                | Argument::Mistyped => None,
            });
        texts.collect()
    }

    /// The structs of a list, each with the number that it was sent under; none if it is not
    /// there.
    pub(crate) fn structs(&self, name: &str) -> Vec<(u64, &Arguments)> {
        let structs = self
            .elements(name)
            .iter()
            .filter_map(|(index, element)| match element {
                Argument::Struct(members) => Some((*index, members)),
                Argument::Text(_)
                | Argument::Integer(_)
                | Argument::Boolean
                | Argument::List(_)
                | Argument::Mistyped => None,
            });
        structs.collect()
    }

    fn elements(&self, name: &str) -> &[(u64, Argument)] {
        match self.get(name) {
            Some(Argument::List(elements)) => elements,
            Some(
                Argument::Text(_)
                | Argument::Integer(_)
                | Argument::Boolean
                | Argument::Struct(_)
                | Argument::Mistyped,
            )
            | None => &[],
        }
    }

    /// The first required parameter in the table's order that is not there.
    pub(super) fn first_missing(&self, table: &'static [Field], path: &Path<'_>) -> Option<String> {
        table.iter().find_map(|field| {
            let path = Path::Member(path, field.name);
            match self.get(field.name) {
                None => field.required.then(|| path.to_string()),
                Some(Argument::List(elements)) if elements.is_empty() => {
                    field.required.then(|| path.to_string())
                }
                Some(argument) => argument.first_missing(&field.kind, &path),
            }
        })
    }

    /// The first parameter in the table's order that is of another type than declared.
    pub(super) fn first_mistyped(
        &self,
        table: &'static [Field],
        path: &Path<'_>,
    ) -> Option<String> {
        table.iter().find_map(|field| {
            let path = Path::Member(path, field.name);
            self.get(field.name)?.first_mistyped(&field.kind, &path)
        })
    }
}

impl Argument {
    fn first_missing(&self, kind: &'static Kind, path: &Path<'_>) -> Option<String> {
        match (self, kind) {
            (Self::List(elements), Kind::List(kind)) => {
                elements.iter().find_map(|(index, element)| {
                    element.first_missing(kind, &Path::Element(path, *index))
                })
            }
            (Self::Struct(members), Kind::Struct(table)) => members.first_missing(table, path),
            (_, _) => None,
        }
    }

    fn first_mistyped(&self, kind: &'static Kind, path: &Path<'_>) -> Option<String> {
        match (self, kind) {
            (Self::Mistyped, _) => Some(path.to_string()),
            (Self::List(elements), Kind::List(kind)) => {
                elements.iter().find_map(|(index, element)| {
                    element.first_mistyped(kind, &Path::Element(path, *index))
                })
            }
            (Self::Struct(members), Kind::Struct(table)) => members.first_mistyped(table, path),
            (_, _) => None,
        }
    }
}
