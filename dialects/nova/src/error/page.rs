//! Answers of the layer below Nova's own: unknown paths and bodies that are too long. They come in
//! the form that `Accept` prefers.
//!
//! Source: the `WebOb` library, `exc.py`.

use bytes::Bytes;
use dialect_api::{Response, response};
use http::request::Parts;
use http::{Method, StatusCode};
use serde::Serialize;

use crate::request::media::{HTML, JSON, preferred};
use crate::response::json;

const PAGE_TYPE: &str = "text/html; charset=UTF-8";

/// A refusal of that layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    /// The status.
    pub(super) status: StatusCode,
    /// The status in words, where they are not those of the HTTP standard.
    pub(super) title: &'static str,
    /// One sentence, in which no character means anything in HTML.
    pub(super) explanation: String,
}

#[derive(Serialize)]
struct JsonPage<'p> {
    message: String,
    code: &'p str,
    title: &'static str,
}

impl Page {
    /// A path or method that is not there.
    pub(super) fn not_found() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            title: "Not Found",
            explanation: "The resource could not be found.".to_owned(),
        }
    }

    /// A body that is too long.
    pub(super) fn too_large(limit_bytes: usize) -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            title: "Request Entity Too Large",
            explanation: format!(
                "Request is too large. Larger than max_request_body_size ({limit_bytes})."
            ),
        }
    }

    /// The answer, in the form that the request's headers prefer. To a `HEAD` it has no form, and
    /// calls itself a page.
    pub(super) fn answer(&self, head: &Parts) -> Response {
        if head.method == Method::HEAD {
            return response(self.status, PAGE_TYPE, Bytes::new());
        }
        let Self {
            title, explanation, ..
        } = self;
        let status = format!("{} {title}", self.status.as_u16());
        match preferred(&head.headers, &[HTML, JSON]) {
            Some(JSON) => {
                let body = JsonPage {
                    message: format!("{explanation}<br /><br />\n\n\n"),
                    code: &status,
                    title,
                };
                response(self.status, JSON, json(&body))
            }
            Some(_) => {
                let body = format!(
                    "<html>\n <head>\n  <title>{status}</title>\n </head>\n <body>\n  \
                     <h1>{status}</h1>\n  {explanation}<br /><br />\n\n\n\n </body>\n</html>"
                );
                response(self.status, PAGE_TYPE, Bytes::from(body))
            }
            None => {
                let body = format!("{status}\n\n{explanation}\n\n   ");
                response(self.status, "text/plain; charset=UTF-8", Bytes::from(body))
            }
        }
    }
}
