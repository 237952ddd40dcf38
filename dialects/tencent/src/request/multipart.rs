//! `multipart/form-data`: each part is one top-level parameter.

use crate::error::Error;

/// One part of a form.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part<'r> {
    /// The parameter's name.
    pub(crate) name: &'r str,
    /// Whether the content is JSON; else it is text.
    pub(crate) is_json: bool,
    /// The content.
    pub(crate) content: &'r [u8],
}

/// The boundary that a content type names, if it is a multipart form's.
pub(crate) fn boundary(content_type: &str) -> Option<String> {
    let mut items = content_type.split(';');
    let media_type = items.next()?.trim();
    if !media_type.eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    // Without a boundary it is a multipart form all the same, one that no part can be found in.
    Some(attribute(items, "boundary").unwrap_or_default().to_owned())
}

/// Splits a form into its parts.
///
/// # Errors
/// [`Error::MultipartSyntax`] for a form whose parts cannot be told apart or have no name.
pub(crate) fn split<'r>(body: &'r [u8], boundary: &str) -> Result<Vec<Part<'r>>, Error> {
    if boundary.is_empty() {
        return Err(Error::MultipartSyntax);
    }
    let first = format!("--{boundary}");
    let next = format!("\r\n--{boundary}");
    let (_, mut rest) = cut(body, first.as_bytes()).ok_or(Error::MultipartSyntax)?;
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        let (part, behind) = rest
            .strip_prefix(b"\r\n")
            .and_then(|rest| cut(rest, next.as_bytes()))
            .ok_or(Error::MultipartSyntax)?;
        parts.push(read_part(part)?);
        rest = behind;
    }
}

fn read_part(part: &[u8]) -> Result<Part<'_>, Error> {
    let (headers, content) = cut(part, b"\r\n\r\n").ok_or(Error::MultipartSyntax)?;
    let headers = std::str::from_utf8(headers).map_err(|_| Error::MultipartSyntax)?;
    let value_of = |wanted: &str| {
        headers.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case(wanted).then_some(value)
        })
    };
    let name = value_of("content-disposition")
        .and_then(|value| attribute(value.split(';'), "name"))
        .ok_or(Error::MultipartSyntax)?;
    let content_type = value_of("content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    Ok(Part {
        name,
        is_json: media_type.eq_ignore_ascii_case("application/json"),
        content,
    })
}

/// The value of `key=value` or `key="value"` among a header's items.
fn attribute<'a>(mut items: impl Iterator<Item = &'a str>, key: &str) -> Option<&'a str> {
    items.find_map(|item| {
        let (name, value) = item.split_once('=')?;
        let value = value.trim();
        let unquoted = value
            .strip_prefix('"')
            .and_then(|value| value.strip_suffix('"'));
        name.trim()
            .eq_ignore_ascii_case(key)
            .then_some(unquoted.unwrap_or(value))
    })
}

/// What stands before and behind the first occurrence of a separator.
fn cut<'a>(text: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = text
        .windows(separator.len())
        .position(|window| window == separator)?;
    let (before, rest) = text.split_at_checked(at)?;
    Some((before, rest.strip_prefix(separator)?))
}

#[cfg(test)]
mod tests {
    use super::{Part, boundary, split};

    const NODE_FORM: &[u8] = b"--b1\r\nContent-Disposition: form-data; name=\"KeyName\"\r\n\r\n\
        Tencent\r\n--b1\r\ncontent-disposition: form-data; name=\"Tags\"\r\n\
        Content-Type: application/json; charset=utf-8\r\n\r\n[1]\r\n--b1--\r\n";

    #[test]
    fn boundaries_may_be_quoted() {
        assert_eq!(
            boundary("multipart/form-data; boundary=b1").as_deref(),
            Some("b1")
        );
        assert_eq!(
            boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"b 1\"").as_deref(),
            Some("b 1")
        );
        assert_eq!(boundary("application/json"), None);
    }

    #[test]
    fn parts_carry_text_or_json() {
        let parts = split(NODE_FORM, "b1").unwrap();
        assert_eq!(
            parts,
            [
                Part {
                    name: "KeyName",
                    is_json: false,
                    content: b"Tencent"
                },
                Part {
                    name: "Tags",
                    is_json: true,
                    content: b"[1]"
                }
            ]
        );
    }

    #[test]
    fn a_form_that_stops_short_is_refused() {
        for length in 0..NODE_FORM.len() - "--\r\n".len() {
            assert!(split(&NODE_FORM[..length], "b1").is_err(), "{length} bytes");
        }
        assert!(split(NODE_FORM, "").is_err());
    }
}
