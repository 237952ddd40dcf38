//! JSON text as the encoder of Go's standard library writes it: it escapes what could be HTML, and
//! it takes bytes that are no UTF-8.

/// The most bytes of JSON that one byte of text becomes.
pub(crate) const MAX_EXPANSION: usize = 6;

/// What stands for a byte that is no UTF-8.
const REPLACEMENT: &[u8] = br"\ufffd";

/// Appends a text as a JSON string.
pub(crate) fn push_string(json: &mut Vec<u8>, text: &[u8]) {
    json.push(b'"');
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            push_character(json, character);
        }
        for _ in chunk.invalid() {
            json.extend_from_slice(REPLACEMENT);
        }
    }
    json.push(b'"');
}

/// Appends texts as an array of JSON strings.
pub(crate) fn push_array<T: AsRef<[u8]>>(json: &mut Vec<u8>, texts: impl IntoIterator<Item = T>) {
    json.push(b'[');
    for (index, text) in texts.into_iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        push_string(json, text.as_ref());
    }
    json.push(b']');
}

/// Appends one character of a string.
fn push_character(json: &mut Vec<u8>, character: char) {
    match character {
        '"' | '\\' => json.extend([b'\\', character as u8]),
        '\n' => json.extend_from_slice(br"\n"),
        '\r' => json.extend_from_slice(br"\r"),
        '\t' => json.extend_from_slice(br"\t"),
        '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
            json.extend_from_slice(format!("\\u{:04x}", u32::from(character)).as_bytes());
        }
        other => json.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_EXPANSION, push_array, push_string};

    fn string(text: &[u8]) -> String {
        let mut json = Vec::new();
        push_string(&mut json, text);
        String::from_utf8(json).unwrap()
    }

    #[test]
    fn characters_are_escaped_as_the_cloud_does() {
        for (text, json) in [
            ("plain 100%'", r#""plain 100%'""#),
            ("\"\\/", r#""\"\\/""#),
            ("\n\r\t", r#""\n\r\t""#),
            (
                "\0\u{8}\u{c}\u{1f}\u{7f}",
                "\"\\u0000\\u0008\\u000c\\u001f\u{7f}\"",
            ),
            ("<b>&", r#""\u003cb\u003e\u0026""#),
            ("\u{2028}\u{2029}", r#""\u2028\u2029""#),
            ("\u{e9}\u{1f600}\u{fffd}", "\"\u{e9}\u{1f600}\u{fffd}\""),
        ] {
            assert_eq!(string(text.as_bytes()), json);
        }
    }

    #[test]
    fn each_byte_that_is_no_utf_8_is_replaced() {
        // A truncated sequence of three is two such bytes, an encoded surrogate three.
        assert_eq!(
            string(b"a\xffb\xe2\x82c\xed\xa0\x80"),
            r#""a\ufffdb\ufffd\ufffdc\ufffd\ufffd\ufffd""#
        );
    }

    #[test]
    fn nothing_expands_beyond_the_bound() {
        for byte in 0..=u8::MAX {
            assert!(string(&[byte]).len() <= MAX_EXPANSION + 2);
        }
    }

    #[test]
    fn arrays_are_compact() {
        let mut json = Vec::new();
        push_array(&mut json, ["a", "b&"]);
        push_array(&mut json, [""; 0]);
        assert_eq!(json, br#"["a","b\u0026"][]"#);
    }
}
