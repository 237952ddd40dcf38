//! The description of this API from which clients are generated, since the cloud publishes none.

use bytes::Bytes;
use dialect_api::{Response, empty_response, response};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};

use crate::config::DEFAULT_BASE_PATH;

/// Where it is served, whatever the base path.
pub(crate) const PATH: &str = "/openapi/locksmith.json";
/// It is no answer of the cloud's, so it says what it is.
const JSON: &str = "application/json";
/// The document as it stands in the crate's folder.
const DOCUMENT: &str = include_str!("../openapi.json");
/// Where the document says the base path.
const SERVER: &str = r#""servers": [{"url": "/locksmith"}]"#;

/// The document, with the base path that holds here.
pub(crate) fn document(prefix: &str, method: &Method) -> Response {
    if *method == Method::HEAD {
        let mut answer = empty_response(StatusCode::OK);
        let json = HeaderValue::from_static(JSON);
        answer.headers_mut().insert(CONTENT_TYPE, json);
        return answer;
    }
    let body = match prefix {
        DEFAULT_BASE_PATH => Bytes::from_static(DOCUMENT.as_bytes()),
        // Nothing in a base path needs escaping.
        "" => DOCUMENT
            .replacen(SERVER, r#""servers": [{"url": "/"}]"#, 1)
            .into(),
        other => {
            let server = format!(r#""servers": [{{"url": "{other}"}}]"#);
            DOCUMENT.replacen(SERVER, &server, 1).into()
        }
    };
    response(StatusCode::OK, JSON, body)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use http::{Method, Request};
    use serde_json::Value;

    use super::{PATH, document};
    use crate::route::{Operation, route};
    use crate::validate::Slug;

    fn parsed(prefix: &str) -> Value {
        serde_json::from_slice(document(prefix, &Method::GET).body()).unwrap()
    }

    fn routed(method: &Method, path: &str) -> Option<Operation> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(())
            .unwrap();
        route("", false, &request.into_parts().0).ok()
    }

    #[test]
    fn the_document_describes_exactly_what_is_routed() {
        let described = parsed("/locksmith");
        let paths = described["paths"].as_object().unwrap();
        for (path, item) in paths {
            for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
                let operation = item[method.as_str().to_lowercase()]["operationId"].as_str();
                let routed = routed(&method, path);
                // These two take any method.
                if matches!(routed, Some(Operation::Health | Operation::Version)) {
                    assert!(item["get"].is_object(), "{path}");
                    continue;
                }
                assert_eq!(operation.is_some(), routed.is_some(), "{method} {path}");
            }
        }
        let mut operations = BTreeSet::new();
        for item in paths.values() {
            for operation in item.as_object().unwrap().values() {
                operations.insert(operation["operationId"].as_str().unwrap());
            }
        }
        assert_eq!(
            operations.into_iter().collect::<Vec<_>>(),
            [
                "createKeyPair",
                "createKeyPairByLaterRoute",
                "createKeyStore",
                "createKeyStoreByLaterRoute",
                "health",
                "listKeyPairs",
                "listKeyStores",
                "readKeyPair",
                "version",
            ]
        );
    }

    #[test]
    fn the_document_says_the_base_path_that_holds() {
        for (prefix, url) in [
            ("/locksmith", "/locksmith"),
            ("", "/"),
            ("/pki/a", "/pki/a"),
        ] {
            assert_eq!(parsed(prefix)["servers"][0]["url"], url);
        }
        assert_eq!(routed(&Method::GET, PATH), Some(Operation::GetOpenApi));
    }

    #[test]
    fn ids_of_the_document_are_slugs() {
        let examples = &parsed("")["components"]["examples"];
        for (example, list) in [("KeyPairList", "key_pairs"), ("KeyStoreList", "key_stores")] {
            for id in examples[example]["value"][list].as_array().unwrap() {
                let id = id.as_str().unwrap();
                assert_eq!(Slug::of(id).as_str(), id);
            }
        }
    }
}
