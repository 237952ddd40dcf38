//! JSON as Python writes it, because that is what Nova does: a space behind commas and colons, and
//! nothing but ASCII.

use std::io::{self, Write};

use bytes::Bytes;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use zeroize::Zeroizing;

/// Room for the longest answer with a private key (RSA 4096 and a name of 255 escaped characters):
/// growing would leave copies behind.
const SECRET_BYTES: usize = 16 * 1024;

/// Serialises in Python's style. Wire structs serialise by construction.
pub(crate) fn json<T: Serialize + ?Sized>(body: &T) -> Bytes {
    let mut buffer = Vec::with_capacity(512);
    match body.serialize(&mut Serializer::with_formatter(&mut buffer, PythonStyle)) {
        Ok(()) => Bytes::from(buffer),
        Err(_) => Bytes::new(),
    }
}

/// Serialises in Python's style into memory that is wiped when the last reference goes, for bodies
/// that hold a private key.
pub(crate) fn secret_json<T: Serialize + ?Sized>(body: &T) -> Bytes {
    let mut buffer = Zeroizing::new(Vec::with_capacity(SECRET_BYTES));
    match body.serialize(&mut Serializer::with_formatter(&mut *buffer, PythonStyle)) {
        Ok(()) => Bytes::from_owner(buffer),
        Err(_) => Bytes::new(),
    }
}

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
        // Nearly all text is plain, and this look at it takes many bytes at a time.
        if fragment.is_ascii() && !fragment.contains('\u{7f}') {
            return out.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.bytes().position(|byte| !matches!(byte, b' '..=b'~')) {
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
        assert_eq!(secret_json(&body), expected.as_bytes());
    }
}
