//! What a request's `Content-Type` says of its body, and what its `Accept` prefers in the answer.

use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::request::Parts;
use percent_encoding::percent_decode_str;

/// JSON.
pub(crate) const JSON: &str = "application/json";
/// JSON under Nova's own name.
pub(crate) const VENDOR_JSON: &str = "application/vnd.openstack.compute+json";
/// A web page.
pub(crate) const HTML: &str = "text/html";

/// Whether the body may be read as JSON. No type, an empty one and `text/plain` mean JSON too;
/// parameters are left out and the case counts.
pub(crate) fn is_readable(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return true;
    };
    let Ok(text) = value.to_str() else {
        return false;
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    matches!(essence, "" | "text/plain" | JSON | VENDOR_JSON)
}

/// The type of a successful answer: JSON, under Nova's own name if the client prefers that. A path
/// that ends in `.json` goes before what the client prefers.
pub(crate) fn preferred_json(head: &Parts) -> &'static str {
    if ends_in_json(head.uri.path()) || !head.headers.contains_key(ACCEPT) {
        return JSON;
    }
    let mut best = Best {
        media_type: JSON,
        quality: -1.0,
        asterisks: 2,
    };
    for media_type in [JSON, VENDOR_JSON] {
        let lines = head.headers.get_all(ACCEPT).iter();
        let texts = lines.filter_map(|line| line.to_str().ok());
        for element in texts.flat_map(|text| text.split(',')) {
            best.consider(media_type, element);
        }
    }
    best.media_type
}

fn ends_in_json(path: &str) -> bool {
    const END: &str = ".json";
    // Nearly every path is plain.
    if !path.contains('%') {
        return path.ends_with(END);
    }
    let path: Vec<u8> = percent_decode_str(path).collect();
    path.ends_with(END.as_bytes())
}

/// What Nova's own reading of `Accept` likes best so far. It is another one than that of the layer
/// below: parameters do not narrow a range, and a quality of zero forbids nothing.
///
/// Source: nova, `api/openstack/urlmap.py`.
struct Best {
    media_type: &'static str,
    quality: f64,
    /// How many there are in the range that it was found by; fewer are better.
    asterisks: usize,
}

impl Best {
    fn consider(&mut self, media_type: &'static str, element: &str) {
        let mut parts = element.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| part.strip_prefix("q="));
        let Ok(quality) = quality.map_or(Ok(1.0), str::parse::<f64>) else {
            return;
        };
        let asterisks = range.matches('*').count();
        let fits = match range.strip_suffix("/*") {
            Some("*") => true,
            Some(class) => media_type.split('/').next() == Some(class),
            None => range == media_type,
        };
        let better =
            quality > self.quality || (quality >= self.quality && asterisks < self.asterisks);
        if fits && better {
            *self = Self {
                media_type,
                quality,
                asterisks,
            };
        }
    }
}

/// The one of the offers that `Accept` prefers, the earlier of two that it likes equally; `None`
/// if it likes none of them or is not there.
pub(crate) fn preferred(headers: &HeaderMap, offers: &[&'static str]) -> Option<&'static str> {
    let accept = accepted(headers);
    let mut best = None;
    for offer in offers {
        let quality = accept.quality(offer);
        if quality > best.map_or(0, |(_, quality)| quality) {
            best = Some((*offer, quality));
        }
    }
    best.map(|(offer, _)| offer)
}

/// The media ranges of `Accept`, each with its quality in thousandths; `None` if the header breaks
/// the grammar, and then says nothing against anything.
struct Accepted<'h>(Option<Vec<(&'h str, u16)>>);

fn accepted(headers: &HeaderMap) -> Accepted<'_> {
    let mut ranges = Vec::new();
    for line in headers.get_all(ACCEPT) {
        let elements = line.to_str().unwrap_or("no ASCII").split(',');
        for element in elements.map(str::trim).filter(|it| !it.is_empty()) {
            match media_range(element) {
                Some(Range::Bare(range, quality)) => ranges.push((range, quality)),
                Some(Range::Narrowed) => {}
                None => return Accepted(None),
            }
        }
    }
    Accepted(Some(ranges))
}

/// An element of `Accept`.
enum Range<'h> {
    /// A type, and its quality in thousandths.
    Bare(&'h str, u16),
    /// One with parameters of its own, which no offer has.
    Narrowed,
}

/// Reads an element; `None` if it breaks the grammar. Source: RFC 9110, 12.5.1.
fn media_range(text: &str) -> Option<Range<'_>> {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next()?;
    let (class, kind) = range.split_once('/')?;
    if !is_token(class) || !is_token(kind) {
        return None;
    }
    let mut bare = true;
    let mut quality = 1000;
    for parameter in parts {
        let (name, value) = parameter.split_once('=')?;
        if name.eq_ignore_ascii_case("q") {
            // What follows the quality extends it, and means nothing.
            quality = thousandths(value)?;
            break;
        }
        bare = false;
    }
    Some(if bare {
        Range::Bare(range, quality)
    } else {
        Range::Narrowed
    })
}

fn is_token(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(fits)
}

/// A quality, `0` to `1` with up to three digits behind the point. Source: RFC 9110, 12.4.2.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let fraction: u16 = format!("{fraction:0<3}").parse().ok().filter(|_| digits)?;
    match (whole, fraction) {
        ("0", _) => Some(fraction),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

impl Accepted<'_> {
    /// How much a type is liked: what its most exact range says, in thousandths.
    fn quality(&self, media_type: &str) -> u16 {
        let class = media_type.split('/').next().unwrap_or_default();
        let fits = |range: &str| {
            if range.eq_ignore_ascii_case(media_type) {
                Some(2)
            } else if range
                .strip_suffix("/*")
                .is_some_and(|c| c.eq_ignore_ascii_case(class))
            {
                Some(1)
            } else {
                (range == "*/*").then_some(0)
            }
        };
        let Some(ranges) = &self.0 else {
            return 1000;
        };
        let fitting = ranges
            .iter()
            .filter_map(|(range, quality)| Some((fits(range)?, *quality)));
        // Of two ranges that are equally exact the first counts.
        let best = fitting.reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.map_or(0, |(_, quality)| quality)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::HeaderName;

    use super::*;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn only_json_and_nothing_in_particular_are_readable() {
        assert!(is_readable(&HeaderMap::new()));
        for fine in [
            "",
            "text/plain",
            "text/plain; charset=utf-8",
            "application/json",
            "application/json; charset=UTF-8",
            "application/vnd.openstack.compute+json",
        ] {
            assert!(is_readable(&with(CONTENT_TYPE, fine)), "{fine:?}");
        }
        for other in [
            "application/JSON",
            "application/xml",
            "multipart/form-data",
            "text/html",
            "json",
            "é",
        ] {
            assert!(!is_readable(&with(CONTENT_TYPE, other)), "{other:?}");
        }
    }

    #[test]
    fn the_most_exact_range_gives_the_quality() {
        let choice = |accept: &str| preferred(&with(ACCEPT, accept), &[HTML, JSON]);
        assert_eq!(preferred(&HeaderMap::new(), &[HTML, JSON]), None);
        assert_eq!(choice(""), None);
        assert_eq!(choice("application/json"), Some(JSON));
        assert_eq!(choice("APPLICATION/JSON"), Some(JSON));
        assert_eq!(choice("text/html"), Some(HTML));
        assert_eq!(choice("*/*"), Some(HTML));
        assert_eq!(choice("application/json, */*"), Some(HTML));
        assert_eq!(choice("application/json, */*;q=0.5"), Some(JSON));
        assert_eq!(choice("application/*, text/html;q=0.999"), Some(JSON));
        assert_eq!(choice("text/html;q=0, */*"), Some(JSON));
        assert_eq!(choice("image/png"), None);
        assert_eq!(choice("*/*;q=0"), None);
        assert_eq!(
            choice("application/json;q=0.5;a, text/html;q=0.4"),
            Some(JSON)
        );
        assert_eq!(choice("application/json;version=1"), None);
        assert_eq!(choice(", ,application/json"), Some(JSON));
        for broken in [
            "application/json;q=2",
            "application/json;q=0.1234",
            "json",
            "a/b, c",
            "a/b;c",
            "/",
            "é/b",
        ] {
            assert_eq!(choice(broken), Some(HTML), "{broken}");
        }
    }

    #[test]
    fn vendor_json_must_be_preferred() {
        let choice = |path: &str, accept: &str| {
            let request = http::Request::get(path).header(ACCEPT, accept);
            let (head, ()) = request.body(()).unwrap().into_parts();
            preferred_json(&head)
        };
        assert_eq!(choice("/", "*/*"), JSON);
        assert_eq!(choice("/", VENDOR_JSON), VENDOR_JSON);
        assert_eq!(choice("/", "application/xml"), JSON);
        let vendor = |parameters: &str| choice("/", &format!("{VENDOR_JSON}{parameters}"));
        for fine in [
            ";version=2.1",
            ";q=0",
            ", nonsense",
            ", */*",
            ", application/*",
        ] {
            assert_eq!(vendor(fine), VENDOR_JSON, "{fine}");
        }
        for less in [", application/json", ";q=0.5, */*", ";q=x"] {
            assert_eq!(vendor(less), JSON, "{less}");
        }
        assert_eq!(choice("/a.json", VENDOR_JSON), JSON);
        assert_eq!(choice("/a%2Ejson", VENDOR_JSON), JSON);
        assert_eq!(choice("/a.json/", VENDOR_JSON), VENDOR_JSON);
    }
}
