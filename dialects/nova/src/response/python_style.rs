//! JSON as Python writes it, because that is what Nova does: a space behind commas and colons, and
//! nothing but ASCII. What hot calls answer is written member by member; everything else is
//! serialised.

use std::io::{self, Write};

use bytes::Bytes;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use zeroize::Zeroizing;

/// Serialises in Python's style. Wire structs serialise by construction.
pub(crate) fn json<T: Serialize + ?Sized>(body: &T) -> Bytes {
    let mut buffer = Vec::with_capacity(512);
    match body.serialize(&mut Serializer::with_formatter(&mut buffer, PythonStyle)) {
        Ok(()) => Bytes::from(buffer),
        Err(_) => Bytes::new(),
    }
}

/// Writes an object into memory that is wiped when the last reference goes, for bodies that hold a
/// private key. It has room for `capacity` bytes: growing would leave copies behind.
pub(crate) fn secret_object(capacity: usize, write: impl FnOnce(&mut Object<'_>)) -> Bytes {
    let mut buffer = Zeroizing::new(Vec::with_capacity(capacity));
    let place = buffer.as_ptr();
    Object::write(&mut buffer, write);
    debug_assert_eq!(place, buffer.as_ptr(), "a private key was moved");
    Bytes::from_owner(buffer)
}

/// What a text takes at most: a byte that does not stand for itself becomes two, or six.
pub(crate) fn room(text: &str) -> usize {
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' => 2,
        b' '..=b'~' => 1,
        _ => 6,
    };
    text.bytes().map(escaped).sum()
}

/// Writes an object.
pub(crate) fn object(write: impl FnOnce(&mut Object<'_>)) -> Bytes {
    let mut buffer = Vec::with_capacity(1024);
    Object::write(&mut buffer, write);
    Bytes::from(buffer)
}

/// An object that is being written.
pub(crate) struct Object<'b> {
    out: &'b mut Vec<u8>,
    has_members: bool,
}

impl Object<'_> {
    fn write(out: &mut Vec<u8>, write: impl FnOnce(&mut Object<'_>)) {
        out.push(b'{');
        let has_members = false;
        write(&mut Object { out, has_members });
        out.push(b'}');
    }

    /// A member's name, which is plain, and what stands in front of its value.
    fn name(&mut self, name: &'static str) {
        let before: &[u8] = if self.has_members { b", \"" } else { b"\"" };
        self.has_members = true;
        self.out.extend_from_slice(before);
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\": ");
    }

    pub(crate) fn text(&mut self, name: &'static str, text: &str) {
        if stands_for_itself(text) {
            self.name(name);
            self.out.push(b'"');
            self.out.extend_from_slice(text.as_bytes());
            self.out.push(b'"');
        } else {
            self.value(name, text);
        }
    }

    /// A text of many lines, which only the line feeds keep from standing for itself. Without a text
    /// there is no member.
    pub(crate) fn lines_if_any(&mut self, name: &'static str, text: Option<&str>) {
        let Some(text) = text else {
            return;
        };
        if !text.split('\n').all(stands_for_itself) {
            return self.value(name, text);
        }
        self.name(name);
        self.out.push(b'"');
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.out.extend_from_slice(b"\\n");
            }
            self.out.extend_from_slice(line.as_bytes());
        }
        self.out.push(b'"');
    }

    /// Any other value. Plain ones serialise by construction.
    pub(crate) fn value<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) {
        self.name(name);
        let mut serializer = Serializer::with_formatter(&mut *self.out, PythonStyle);
        let written = value.serialize(&mut serializer);
        debug_assert!(written.is_ok(), "{name} cannot be written");
    }

    /// Without a text there is no member.
    pub(crate) fn text_if_any(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    pub(crate) fn object(&mut self, name: &'static str, write: impl FnOnce(&mut Object<'_>)) {
        self.name(name);
        Object::write(self.out, write);
    }

    /// A list of objects.
    pub(crate) fn list<T>(
        &mut self,
        name: &'static str,
        elements: &[T],
        mut write: impl FnMut(&mut Object<'_>, &T),
    ) {
        self.name(name);
        self.out.push(b'[');
        for (index, element) in elements.iter().enumerate() {
            if index > 0 {
                self.out.extend_from_slice(b", ");
            }
            Object::write(self.out, |object| write(object, element));
        }
        self.out.push(b']');
    }
}

/// How Python spaces and escapes.
struct PythonStyle;

impl Formatter for PythonStyle {
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // Nearly all text is plain. Without a way out in the middle the look at it takes many bytes
        // at a time.
        let plain = fragment.bytes().map(is_plain);
        if plain.fold(true, |all, one| all & one) {
            return out.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.bytes().position(|byte| !is_plain(byte)) {
            let (plain, escaped) = rest.split_at(at);
            out.write_all(plain.as_bytes())?;
            let mut chars = escaped.chars();
            if let Some(c) = chars.next() {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
            rest = chars.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}

/// Whether no character of a text is escaped.
fn stands_for_itself(text: &str) -> bool {
    let simple = |byte| matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~');
    // Without a way out in the middle many bytes are looked at in one step.
    text.bytes().fold(true, |all, byte| all & simple(byte))
}

/// Whether a byte stands for itself within a string, the quote and the backslash aside.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Body {
        text: &'static str,
        list: [Option<u8>; 2],
        empty: [u8; 0],
    }

    /// As `json.dumps` of Python prints it.
    #[test]
    fn answers_look_like_pythons() {
        let body = Body {
            text: "a/\"\\\n\u{1}\u{7f}é😀",
            list: [Some(1), None],
            empty: [],
        };
        let expected =
            r#"{"text": "a/\"\\\n\u0001\u007f\u00e9\ud83d\ude00", "list": [1, null], "empty": []}"#;
        assert_eq!(json(&body), expected.as_bytes());
    }

    #[test]
    fn objects_are_written_as_they_are_serialised() {
        let write = |body: &mut Object<'_>| {
            body.text("plain", "ssh-rsa AAAA+/= me@here");
            body.lines_if_any("lines", Some("\na/\n\nb\n"));
            body.lines_if_any("line", Some("é\n"));
            body.lines_if_any("no lines", None);
            body.text("text", "a/\"\\\n\u{1}\u{7f}é😀");
            body.text_if_any("missing", None);
            body.list("list", &[1, 2], |element, number| {
                element.value("n", number);
            });
            body.list::<u8>("empty", &[], |_, _| ());
            body.object("inner", |inner| inner.value("null", &None::<u8>));
        };
        let expected = concat!(
            r#"{"plain": "ssh-rsa AAAA+/= me@here", "lines": "\na/\n\nb\n", "line": "\u00e9\n", "text": "a/\"\\\n\u0001\u007f\u00e9\ud83d\ude00", "#,
            r#""list": [{"n": 1}, {"n": 2}], "empty": [], "inner": {"null": null}}"#
        );
        assert_eq!(object(write), expected.as_bytes());
        assert_eq!(secret_object(expected.len(), write), expected.as_bytes());
    }
}
