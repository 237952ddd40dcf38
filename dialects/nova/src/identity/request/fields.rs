//! JSON objects that know where in the log-in they stand, for messages that say so.

use serde_json::{Map, Value};

use crate::identity::error::Error;

/// An object of the log-in.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    /// Where it stands below `auth`, with slashes: `identity/password/user`. Empty for `auth`.
    path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// `auth` itself.
    pub(super) fn root(value: &'a Value) -> Result<Self, Error> {
        match value {
            Value::Object(map) => Ok(Self {
                path: String::new(),
                map,
            }),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => Err(wrong_type("auth", "object")),
        }
    }

    /// Whether the member is there, whatever it is.
    pub(super) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// Whether the member is text.
    pub(super) fn is_text(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(Value::is_string)
    }

    /// A member that must be an object, if it is there.
    pub(super) fn object(&self, name: &str) -> Result<Option<Self>, Error> {
        match self.map.get(name) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(Self {
                path: self.path_of(name),
                map,
            })),
            Some(_) => Err(wrong_type(&self.path_of(name), "object")),
        }
    }

    /// A member that must be there, and an object.
    pub(super) fn required(&self, name: &str) -> Result<Self, Error> {
        self.object(name)?.ok_or_else(|| self.lacks(name))
    }

    /// A member that must be text, if it is there.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>, Error> {
        match self.map.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong_type(&self.path_of(name), "string")),
        }
    }

    /// A member that must be there, and text.
    pub(super) fn required_text(&self, name: &str) -> Result<&'a str, Error> {
        self.text(name)?.ok_or_else(|| self.lacks(name))
    }

    /// A member that must be there, and a list of texts.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<&'a str>, Error> {
        let path = self.path_of(name);
        let Some(Value::Array(items)) = self.map.get(name) else {
            return Err(if self.has(name) {
                wrong_type(&path, "array")
            } else {
                self.lacks(name)
            });
        };
        let text = |(position, item): (usize, &'a Value)| {
            let wrong = || wrong_type(&format!("{path}/{position}"), "string");
            item.as_str().ok_or_else(wrong)
        };
        items.iter().enumerate().map(text).collect()
    }

    /// That it has neither of the two members that name it.
    pub(super) fn neither_id_nor_name(&self) -> Error {
        schema(format!(
            "Invalid input for field {}: id or name must be present.",
            self.path
        ))
    }

    fn lacks(&self, name: &str) -> Error {
        let problem = format!("'{name}' is a required property");
        if self.path.is_empty() {
            schema(problem)
        } else {
            schema(format!(
                "Invalid input for field '{}': {problem}",
                self.path
            ))
        }
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}/{name}", self.path)
        }
    }
}

/// Unlike Keystone's, the message does not hold the value: it may be a secret.
fn wrong_type(path: &str, kind: &str) -> Error {
    schema(format!(
        "Invalid input for field '{path}': not of type '{kind}'"
    ))
}

fn schema(message: String) -> Error {
    Error::Schema { message }
}
