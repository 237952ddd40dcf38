//! A request as this cloud reads it: which entry it came in by, its common parameters, and the
//! parameters of its action.

pub(crate) mod decode;
pub(crate) mod form;
pub(crate) mod multipart;
pub(crate) mod schema;

use std::borrow::Cow;

use bytes::Bytes;
use dialect_api::Request;
use http::header::{AsHeaderName, HeaderName};
use http::request::Parts;
use http::{Method, header};
use serde::de::IgnoredAny;

use crate::error::Error;
use form::Parameters;

/// The longest query of a GET, in bytes. Source: API 3.0 documentation, 32 KB.
const MAX_QUERY_BYTES: usize = 32 * 1024;

/// The longest form under signature version 1, in bytes. Source: API 3.0 documentation, 1 MB.
const MAX_FORM_BYTES: usize = 1024 * 1024;

/// The longest body under TC3, in bytes. Source: API 3.0 documentation, 10 MB.
pub(crate) const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;

/// The path of the legacy entry.
const LEGACY_PATH: &str = "/v2/index.php";

/// Whether a path is the legacy entry's. The Node SDK appends a slash to every path in its
/// endpoint.
pub(crate) fn is_legacy_path(path: &str) -> bool {
    path.strip_suffix('/').unwrap_or(path) == LEGACY_PATH
}

/// The entry that a request came in by: path and kind of signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// `/v2/index.php`, signature version 1.
    Legacy,
    /// `/`, signature version 1.
    Version1,
    /// Any path, signature version 3.
    Tc3,
}

impl Surface {
    fn of(head: &Parts) -> Self {
        let signed_by_header =
            head.headers.contains_key(&ACTION) || head.headers.contains_key(header::AUTHORIZATION);
        if signed_by_header {
            Self::Tc3
        } else if is_legacy_path(head.uri.path()) {
            Self::Legacy
        } else {
            Self::Version1
        }
    }
}

/// A parameter that every action has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Common {
    Action,
    Version,
    Region,
    Timestamp,
    Nonce,
    SecretId,
    Signature,
    SignatureMethod,
    Token,
}

static ACTION: HeaderName = HeaderName::from_static("x-tc-action");
static VERSION: HeaderName = HeaderName::from_static("x-tc-version");
static REGION: HeaderName = HeaderName::from_static("x-tc-region");
static TIMESTAMP: HeaderName = HeaderName::from_static("x-tc-timestamp");
static TOKEN: HeaderName = HeaderName::from_static("x-tc-token");

impl Common {
    /// Its name as a parameter; errors call it so on every entry.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Action => "Action",
            Self::Version => "Version",
            Self::Region => "Region",
            Self::Timestamp => "Timestamp",
            Self::Nonce => "Nonce",
            Self::SecretId => "SecretId",
            Self::Signature => "Signature",
            Self::SignatureMethod => "SignatureMethod",
            Self::Token => "Token",
        }
    }

    /// The header that carries it under TC3; what only signature version 1 has is in none.
    fn header(self) -> Option<&'static HeaderName> {
        match self {
            Self::Action => Some(&ACTION),
            Self::Version => Some(&VERSION),
            Self::Region => Some(&REGION),
            Self::Timestamp => Some(&TIMESTAMP),
            Self::Token => Some(&TOKEN),
            Self::Nonce | Self::SecretId | Self::Signature | Self::SignatureMethod => None,
        }
    }
}

/// A request, read as far as its own syntax goes.
#[derive(Debug)]
pub(crate) struct Message<'r> {
    /// The entry.
    pub(crate) surface: Surface,
    /// Method, target and headers.
    pub(crate) head: &'r Parts,
    /// The parameters of query and form. Empty for a TC3 POST, whose query is not signed.
    pub(crate) parameters: Parameters<'r>,
    /// The body of a POST; empty for a GET.
    pub(crate) body: &'r [u8],
}

impl<'r> Message<'r> {
    /// Reads a request: method, sizes, query and form.
    ///
    /// # Errors
    /// [`Error::UnsupportedProtocol`], [`Error::RequestTooLarge`], [`Error::SignedFormTooLarge`],
    /// [`Error::QuerySyntax`], in this order.
    pub(crate) fn read(request: &'r Request) -> Result<Self, Error> {
        let head = &request.head;
        let surface = Surface::of(head);
        let is_post = head.method == Method::POST;
        if !is_post && head.method != Method::GET {
            return Err(Error::UnsupportedProtocol);
        }
        let query = head.uri.query().unwrap_or_default();
        if query.len() > MAX_QUERY_BYTES {
            return Err(Error::RequestTooLarge);
        }
        let body = if is_post {
            sized_body(request, surface)?
        } else {
            &[]
        };
        let mut parameters = Parameters::new(surface == Surface::Legacy);
        let is_signed_by_parameter = surface != Surface::Tc3;
        if is_signed_by_parameter || !is_post {
            parameters.extend(query.as_bytes())?;
        }
        if is_signed_by_parameter {
            parameters.extend(body)?;
        }
        Ok(Self {
            surface,
            head,
            parameters,
            body,
        })
    }

    /// Checks the syntax of a TC3 body without keeping anything of it: whoever sends it is not
    /// known yet.
    ///
    /// # Errors
    /// [`Error::BodySyntax`], [`Error::MultipartSyntax`].
    pub(crate) fn check_body(&self) -> Result<(), Error> {
        match self.payload()? {
            Payload::Parameters => Ok(()),
            Payload::Json(body) => check_json_object(body),
            Payload::Multipart(parts) => {
                parts
                    .iter()
                    .filter(|part| part.is_json)
                    .try_for_each(|part| {
                        serde_json::from_slice::<IgnoredAny>(part.content)
                            .map(|_| ())
                            .map_err(|_| Error::BodySyntax)
                    })
            }
        }
    }

    /// Where the action's parameters are.
    ///
    /// # Errors
    /// [`Error::MultipartSyntax`].
    pub(crate) fn payload(&self) -> Result<Payload<'r>, Error> {
        if self.surface != Surface::Tc3 || self.head.method != Method::POST {
            return Ok(Payload::Parameters);
        }
        match multipart::boundary(self.header(header::CONTENT_TYPE).unwrap_or_default()) {
            Some(boundary) => multipart::split(self.body, &boundary).map(Payload::Multipart),
            None => Ok(Payload::Json(self.body)),
        }
    }

    /// A common parameter, if it is there and not empty. An empty one counts as absent: Go's v1
    /// requests carry `Region=` when the client has no region.
    pub(crate) fn common(&self, parameter: Common) -> Option<&str> {
        let value = match self.surface {
            Surface::Tc3 => self.header(parameter.header()?),
            Surface::Legacy | Surface::Version1 => self.parameters.get(parameter.name()),
        };
        value.filter(|text| !text.is_empty())
    }

    /// A required common parameter.
    ///
    /// # Errors
    /// [`Error::MissingParameter`].
    pub(crate) fn require(&self, parameter: Common) -> Result<&str, Error> {
        self.common(parameter)
            .ok_or_else(|| Error::MissingParameter(parameter.name().to_owned()))
    }

    /// A header's value, if it is there and is text.
    pub(crate) fn header(&self, name: impl AsHeaderName) -> Option<&'r str> {
        let value = self.head.headers.get(name)?;
        value.to_str().ok()
    }

    /// The host that the request names, as it stands. Some clients send a whole URL, or a path
    /// behind the port.
    pub(crate) fn host(&self) -> Cow<'r, str> {
        match self.head.headers.get(header::HOST) {
            Some(host) => String::from_utf8_lossy(host.as_bytes()),
            None => self
                .head
                .uri
                .authority()
                .map_or(Cow::Borrowed(""), |known| Cow::Borrowed(known.as_str())),
        }
    }
}

/// Where the parameters of an action are.
#[derive(Debug)]
pub(crate) enum Payload<'r> {
    /// Among those of query and form.
    Parameters,
    /// In a JSON object.
    Json(&'r [u8]),
    /// In the parts of a form.
    Multipart(Vec<multipart::Part<'r>>),
}

fn sized_body(request: &Request, surface: Surface) -> Result<&[u8], Error> {
    let (limit, too_large) = match surface {
        Surface::Tc3 => (MAX_BODY_BYTES, Error::RequestTooLarge),
        Surface::Legacy | Surface::Version1 => (MAX_FORM_BYTES, Error::SignedFormTooLarge),
    };
    match request.body().map(Bytes::as_ref) {
        Ok(body) if body.len() <= limit => Ok(body),
        Ok(_) | Err(_) => Err(too_large),
    }
}

/// An empty body is an empty object.
fn check_json_object(body: &[u8]) -> Result<(), Error> {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None => Ok(()),
        Some(b'{') => serde_json::from_slice::<IgnoredAny>(body)
            .map(|_| ())
            .map_err(|_| Error::BodySyntax),
        Some(_) => Err(Error::BodySyntax),
    }
}
