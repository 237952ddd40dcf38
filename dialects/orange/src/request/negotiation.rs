//! `Accept` and `Content-Type`.

use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};

/// Whether the caller takes JSON: it names no media types at all, or the most specific range that
/// fits `application/json` has a weight above 0. A weight that cannot be read counts as 1.
pub(crate) fn accepts_json(headers: &HeaderMap) -> bool {
    let mut names_any = false;
    let mut best: Option<(u8, f32)> = None;
    for value in headers.get_all(ACCEPT) {
        // A value that is not text names media types all the same, and none of them is ours.
        let Ok(text) = value.to_str() else {
            names_any = true;
            continue;
        };
        for range in text.split(',').map(str::trim) {
            names_any |= !range.is_empty();
            let Some(rank) = rank(range) else { continue };
            if best.is_none_or(|known| rank > known) {
                best = Some(rank);
            }
        }
    }
    best.map_or(!names_any, |(_, weight)| weight > 0.0)
}

/// How specific a media range is, and its weight; `None` if `application/json` is not in it.
fn rank(range: &str) -> Option<(u8, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let specificity = match parts.next()?.to_ascii_lowercase().as_str() {
        "application/json" => 3,
        "application/*" => 2,
        "*/*" => 1,
        _ => return None,
    };
    let weight = parts
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
        .map_or(1.0, |(_, value)| value.trim().parse().unwrap_or(1.0));
    Some((specificity, weight))
}

/// Whether the body is said to be `application/json` or `application/*+json`.
pub(crate) fn sends_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|text| {
            let media_type = text.split(';').next().unwrap_or_default();
            is_json(&media_type.trim().to_ascii_lowercase())
        })
}

fn is_json(media_type: &str) -> bool {
    let Some(subtype) = media_type.strip_prefix("application/") else {
        return false;
    };
    subtype == "json"
        || subtype
            .strip_suffix("+json")
            .is_some_and(|stem| !stem.is_empty() && !stem.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use http::header::{ACCEPT, CONTENT_TYPE, HeaderName};
    use http::{HeaderMap, HeaderValue};

    use super::{accepts_json, sends_json};

    fn headers(name: &HeaderName, values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn json_is_acceptable_unless_media_types_are_named_without_it() {
        for accepted in [
            &[][..],
            &[""],
            &["application/json"],
            &["Application/JSON; charset=utf-8"],
            &["*/*"],
            &["application/*"],
            &["text/html, application/json;q=0.1"],
            &["text/html", "*/*;q=0.8"],
            &["*/*;q=0, application/json"],
            &["application/json;q=high"],
        ] {
            assert!(accepts_json(&headers(&ACCEPT, accepted)), "{accepted:?}");
        }
        for refused in [
            &["text/html"][..],
            &["application/xml"],
            &["application/jsonx"],
            &["application/json;q=0"],
            &["application/json;q=0, */*"],
            &["application/*;q=0.0, */*;q=1"],
            &["*/*; q=0"],
        ] {
            assert!(!accepts_json(&headers(&ACCEPT, refused)), "{refused:?}");
        }
    }

    #[test]
    fn a_body_must_be_said_to_be_json() {
        for json in [
            "application/json",
            "APPLICATION/JSON",
            "application/json;charset=utf-8",
            "application/vnd.orange.v1+json",
        ] {
            assert!(sends_json(&headers(&CONTENT_TYPE, &[json])), "{json}");
        }
        for other in [
            "",
            "text/json",
            "application/+json",
            "application/jsonp",
            "application/x-www-form-urlencoded",
            "application/a b+json",
        ] {
            assert!(!sends_json(&headers(&CONTENT_TYPE, &[other])), "{other}");
        }
        assert!(!sends_json(&HeaderMap::new()));
    }
}
