//! Requests to compute: headers, bodies, queries.

pub(crate) mod json;
pub(crate) mod key_pair;
pub(crate) mod media;
pub(crate) mod microversion;
pub(crate) mod query;
