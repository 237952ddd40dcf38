//! The vendor's general table of errors: code, message and description, to the letter, and the
//! status that each has here.
//!
//! Source: section 7 of the wire specification. Known and never sent: 25 (missing header), 27
//! (missing query-string parameter), 51 (forbidden requester), 52 (forbidden user), 63 (request
//! time-out), 64 (length required), 65 (precondition failed), 67 (request-URI too long: the
//! connection is refused before any dialect is known), 69 (gateway time-out).

use http::StatusCode;

/// One row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fault {
    /// The usual status.
    pub(super) status: StatusCode,
    /// What programs tell errors apart by.
    pub(super) code: u16,
    /// The short text.
    pub(super) message: &'static str,
    /// The long text of errors that have no words of their own.
    pub(super) description: &'static str,
}

const fn fault(
    status: StatusCode,
    code: u16,
    message: &'static str,
    description: &'static str,
) -> Fault {
    Fault {
        status,
        code,
        message,
        description,
    }
}

pub(super) const INTERNAL_ERROR: Fault = fault(
    StatusCode::INTERNAL_SERVER_ERROR,
    1,
    "Internal error",
    "Unexpected error, please contact support",
);
pub(super) const UNAVAILABLE: Fault = fault(
    StatusCode::SERVICE_UNAVAILABLE,
    5,
    "The service is temporarily unavailable",
    "Service probably in maintenance. Please retry later.",
);
pub(super) const OVER_CAPACITY: Fault = fault(
    StatusCode::SERVICE_UNAVAILABLE,
    6,
    "Orange API is over capacity, retry later !",
    "The service faces too much requests and can not handle the call.",
);
pub(super) const INVALID_URL_PARAMETER: Fault = fault(
    StatusCode::BAD_REQUEST,
    20,
    "Invalid URL parameter value",
    "",
);
pub(super) const MISSING_BODY: Fault = fault(
    StatusCode::BAD_REQUEST,
    21,
    "Missing body",
    "The request body is empty.",
);
pub(super) const INVALID_BODY: Fault = fault(
    StatusCode::BAD_REQUEST,
    22,
    "Invalid body",
    "The posted body is not well-formed and thus can not be parsed.",
);
pub(super) const MISSING_BODY_FIELD: Fault = fault(
    StatusCode::BAD_REQUEST,
    23,
    "Missing body field",
    "Field \"name\" is required.",
);
pub(super) const INVALID_BODY_FIELD: Fault =
    fault(StatusCode::BAD_REQUEST, 24, "Invalid body field", "");
pub(super) const INVALID_HEADER: Fault = fault(
    StatusCode::BAD_REQUEST,
    26,
    "Invalid header value",
    "Header \"X-Requester-Id\" is not valid.",
);
pub(super) const INVALID_QUERY_PARAMETER: Fault = fault(
    StatusCode::BAD_REQUEST,
    28,
    "Invalid query-string parameter value",
    "",
);
pub(super) const MISSING_CREDENTIALS: Fault = fault(
    StatusCode::UNAUTHORIZED,
    40,
    "Missing credentials",
    "The requested service needs credentials, but none were provided.",
);
pub(super) const INVALID_CREDENTIALS: Fault = fault(
    StatusCode::UNAUTHORIZED,
    41,
    "Invalid credentials",
    "The requested service needs credentials, but the ones provided were invalid.",
);
pub(super) const EXPIRED_CREDENTIALS: Fault = fault(
    StatusCode::UNAUTHORIZED,
    42,
    "Expired credentials",
    "The requested service needs credentials, and the ones provided were out-of-date.",
);
pub(super) const ACCESS_DENIED: Fault = fault(
    StatusCode::FORBIDDEN,
    50,
    "Access denied",
    "The application that makes the request is not authorized to access this endpoint.",
);
pub(super) const TOO_MANY_REQUESTS: Fault = fault(
    StatusCode::TOO_MANY_REQUESTS,
    53,
    "Too many requests",
    "The application has made too many calls and has exceeded the rate limit for this service.",
);
pub(super) const RESOURCE_NOT_FOUND: Fault = fault(
    StatusCode::NOT_FOUND,
    60,
    "Resource not found",
    "The requested URI or the requested resource does not exist.",
);
pub(super) const METHOD_NOT_ALLOWED: Fault = fault(
    StatusCode::METHOD_NOT_ALLOWED,
    61,
    "Method not allowed",
    "The URI does not support the requested method.",
);
pub(super) const NOT_ACCEPTABLE: Fault = fault(
    StatusCode::NOT_ACCEPTABLE,
    62,
    "Not acceptable",
    "The Accept incoming header does not match any available content-type.",
);
pub(super) const REQUEST_ENTITY_TOO_LARGE: Fault = fault(
    StatusCode::PAYLOAD_TOO_LARGE,
    66,
    "Request entity too large",
    "The body of a request (PATCH, POST and PUT methods) is larger than the server is willing or \
     able to process.",
);
pub(super) const UNSUPPORTED_MEDIA_TYPE: Fault = fault(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    68,
    "Unsupported Media Type",
    "The format of the posted body is not supported by the endpoint.",
);
