//! The description of this API from which clients are generated, since the vendor publishes none.

use bytes::Bytes;
use dialect_api::{Response, response};
use http::StatusCode;

use crate::response::JSON;

/// The document as it stands in the crate's folder.
const DOCUMENT: &[u8] = include_bytes!("../openapi.json");

/// The document.
pub(crate) fn document() -> Response {
    response(StatusCode::OK, JSON, Bytes::from_static(DOCUMENT))
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::Value;

    use super::document;
    use crate::route::{self, Operation};
    use crate::validate::MAX_NAME_CHARS;

    const METHODS: [Method; 7] = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
    ];

    fn parsed() -> Value {
        serde_json::from_slice(document().body()).unwrap()
    }

    /// What the document calls an operation; `None` for what it does not describe.
    fn operation_id(operation: Operation) -> Option<&'static str> {
        match operation {
            Operation::CreateKeyPair => Some("keyPairCreate"),
            Operation::FindKeyPairs => Some("keyPairFind"),
            Operation::GetKeyPair => Some("keyPairGet"),
            Operation::DeleteKeyPair => Some("keyPairDelete"),
            Operation::GetJob => Some("jobGet"),
            Operation::FindJobs => Some("jobFind"),
            Operation::GetOpenApi | Operation::UnsupportedMethod => None,
        }
    }

    #[test]
    fn the_document_describes_exactly_what_is_routed() {
        let document = parsed();
        let paths = document["paths"].as_object().unwrap();
        assert_eq!(paths.len(), 4);
        for (template, item) in paths {
            let path = format!("/v1{}", template.replace(['{', '}'], ""));
            let route = route::parse(&path, &[]).unwrap();
            for method in METHODS {
                let described = item[method.as_str().to_lowercase()]["operationId"].as_str();
                let routed = operation_id(route.resource.operation(&method));
                assert_eq!(described, routed, "{method} {template}");
            }
        }
    }

    #[test]
    fn the_document_states_the_limits_that_hold_by_default() {
        let document = parsed();
        let settings = crate::Config::default().check().unwrap().0;
        let fields = &document["components"]["schemas"]["KeyPairInRequest"]["properties"];
        assert_eq!(fields["name"]["maxLength"], MAX_NAME_CHARS);
        assert_eq!(
            fields["publicKey"]["minLength"],
            settings.public_key.min_length
        );
        assert_eq!(
            fields["publicKey"]["maxLength"],
            settings.public_key.max_length
        );
        assert!(fields["tags"]["maxProperties"].is_u64());
        // A client must not refuse a longer key that another dialect has stored.
        for schema in ["KeyPairCreated", "KeyPairInResponse"] {
            let shown = &document["components"]["schemas"][schema]["properties"]["publicKey"];
            assert!(shown["type"] == "string" && shown.get("maxLength").is_none());
        }
    }
}
