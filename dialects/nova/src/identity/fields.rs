//! JSON objects that know where in a body they stand, for messages that say so.

use serde_json::{Map, Value};

use super::error::Error;

/// An object of a body.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    /// Where it stands below the body's one member, with slashes: `identity/password/user`. Empty
    /// for that member.
    path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// The body's one member, and what it is called.
    pub(super) fn root(value: &'a Value, name: &str) -> Result<Self, Error> {
        match value {
            Value::Object(map) => Ok(Self {
                path: String::new(),
                map,
            }),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => Err(wrong_type(name, "object")),
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

    /// A member that is text if it is there and not `null`.
    pub(super) fn nullable_text(&self, name: &str) -> Result<Option<&'a str>, Error> {
        if self.map.get(name).is_some_and(Value::is_null) {
            return Ok(None);
        }
        self.text(name)
    }

    /// A member that is true or false if it is there and not `null`.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Error> {
        match self.map.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(wrong_type(&self.path_of(name), "boolean")),
        }
    }

    /// A member that is a list of objects if it is there and not `null`.
    pub(super) fn objects(&self, name: &str) -> Result<Option<Vec<Self>>, Error> {
        let path = self.path_of(name);
        let items = match self.map.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(wrong_type(&path, "array")),
        };
        let object = |(position, item): (usize, &'a Value)| {
            let path = format!("{path}/{position}");
            match item.as_object() {
                Some(map) => Ok(Self { path, map }),
                None => Err(wrong_type(&path, "object")),
            }
        };
        items
            .iter()
            .enumerate()
            .map(object)
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// Whether a member is there and says anything.
    pub(super) fn has_items(&self, name: &str) -> bool {
        match self.map.get(name) {
            None | Some(Value::Null) => false,
            Some(Value::Array(items)) => !items.is_empty(),
            Some(_) => true,
        }
    }

    /// The name, which must be there: 1 to `max` characters, not all of them white space.
    pub(super) fn name(&self, max: usize) -> Result<&'a str, Error> {
        let name = self.required_text("name")?;
        if name.trim().is_empty() || name.chars().count() > max {
            let problem = format!("must have 1 to {max} characters that are not all white space");
            return Err(self.refused("name", &problem));
        }
        Ok(name)
    }

    /// That a member cannot be what it is.
    pub(super) fn refused(&self, name: &str, problem: &str) -> Error {
        let path = self.path_of(name);
        schema(format!("Invalid input for field '{path}': {problem}"))
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
