//! JSON as Python reads it, which is what Nova's texts are made from: members keep the order in
//! which they came, the last of several members of one name wins, `NaN` and the infinities are
//! numbers, integers have any size, and a string may hold half a surrogate pair.

mod reader;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use reader::parse;
pub(crate) use text::Text;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without fraction and exponent, in the digits that it was written in.
    Integer(String),
    /// Any other number.
    Float(f64),
    /// A string.
    String(Text),
    /// An array.
    Array(Vec<Value>),
    /// An object: no name twice, in the order in which the names first came.
    Object(Vec<(Text, Value)>),
}

impl Value {
    /// The member of an object; `None` for other values.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        let Self::Object(members) = self else {
            return None;
        };
        let found = members.iter().find(|(known, _)| known.is(name));
        found.map(|(_, value)| value)
    }

    /// The string, if it is one.
    pub(crate) fn as_text(&self) -> Option<&Text> {
        match self {
            Self::String(text) => Some(text),
            Self::Null
            | Self::Bool(_)
            | Self::Integer(_)
            | Self::Float(_)
            | Self::Array(_)
            | Self::Object(_) => None,
        }
    }
}

/// The bytes are not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotJson;
