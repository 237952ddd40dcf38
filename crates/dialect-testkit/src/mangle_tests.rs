use bytes::Bytes;
use http::request::Parts;
use proptest::prelude::{any, proptest};
use proptest::sample::Index;

use super::{Mangling, any_mangling, damage, vec};
use crate::edit::Edit;

fn request(headers: &[(&str, &str)]) -> (Parts, Bytes) {
    let mut request = http::Request::post("/keys?limit=2");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (head, body) = request
        .body(Bytes::from_static(b"{\"name\":1}"))
        .unwrap()
        .into_parts();
    (head, body)
}

proptest! {
    #[test]
    fn any_damage_leaves_a_request_or_none(
        manglings in vec(any_mangling(), 1..6),
    ) {
        for headers in [&[][..], &[("a", "1")], &[("a", "1"), ("b", "2")]] {
            let (head, body) = request(headers);
            // That it comes back at all is what is tested: nothing in there may panic.
            if let Some((head, _)) = damage(&head, &body, &manglings) {
                assert!(head.headers.len() <= headers.len() + manglings.len());
            }
        }
    }

    #[test]
    fn swapped_headers_have_each_others_values(one in any::<Index>(), other in any::<Index>()) {
        let (head, body) = request(&[("a", "1"), ("b", "2")]);
        let (head, _) = damage(&head, &body, &[Mangling::SwapHeaders(one, other)]).unwrap();
        let expected = if one.index(2) == other.index(2) { ("1", "2") } else { ("2", "1") };
        assert_eq!((&head.headers["a"], &head.headers["b"]), (
            &expected.0.parse().unwrap(),
            &expected.1.parse().unwrap(),
        ));
    }

    #[test]
    fn what_is_no_request_any_more_is_left_out(at in any::<Index>()) {
        let (head, body) = request(&[("a", "1")]);
        let line_feed = Edit::Insert { at, bytes: b"\n".to_vec() };
        let header = Mangling::Header(at, line_feed.clone());
        assert!(damage(&head, &body, &[header]).is_none());
        assert!(damage(&head, &body, &[Mangling::Target(line_feed)]).is_none());
    }
}
