//! Who is calling: signatures version 1 and TC3, the time window, session tokens.

mod hosts;
pub(crate) mod tc3;
pub(crate) mod v1;

use std::time::{SystemTime, UNIX_EPOCH};

use dialect_api::{AccessKey, Caller, Directory, ProjectAccess, RequestContext};
use http::header::AUTHORIZATION;
use keypair_core::TenantId;
use subtle::ConstantTimeEq as _;

use crate::config::{Auth, Config};
use crate::error::Error;
use crate::region;
use crate::request::decode::integer;
use crate::request::{Common, Message, Surface};

/// Whose key pairs everybody shares while signatures are not checked.
const OPEN_ACCOUNT: &str = "default";

/// Finds out who is calling, then checks the request's region, which the cloud does before it
/// counts the call against the rate limit.
///
/// # Errors
/// In this order: [`Error::InvalidAuthorization`], [`Error::SecretIdNotFound`],
/// [`Error::SignatureExpired`], [`Error::SignatureFailure`], [`Error::TokenFailure`],
/// [`Error::RegionUnknown`] or [`Error::RegionUnsupported`].
pub(crate) fn authenticate(
    message: &Message<'_>,
    cx: &RequestContext,
    directory: &dyn Directory,
    config: &Config,
) -> Result<Caller, Error> {
    let caller = match config.auth {
        Auth::Off => Caller::anonymous(TenantId::new(OPEN_ACCOUNT)),
        Auth::Verify => verify(message, cx, directory, config)?,
    };
    let region = message.common(Common::Region).unwrap_or_default();
    region::check(region, message.surface, config)?;
    Ok(caller)
}

fn verify(
    message: &Message<'_>,
    cx: &RequestContext,
    directory: &dyn Directory,
    config: &Config,
) -> Result<Caller, Error> {
    let timestamp = message.require(Common::Timestamp)?;
    let hosts = || hosts::candidates(message, config);
    let key = match message.surface {
        Surface::Tc3 => {
            let authorization =
                tc3::Authorization::parse(message.header(AUTHORIZATION).unwrap_or_default())?;
            let key = find(directory, authorization.secret_id)?;
            check_time(timestamp, cx.received_at, config)?;
            let signed = tc3::verify(message, &authorization, timestamp, hosts(), &key.secret);
            signed.then_some(key)
        }
        Surface::Legacy | Surface::Version1 => {
            let key = find(directory, message.require(Common::SecretId)?)?;
            check_time(timestamp, cx.received_at, config)?;
            v1::verify(message, hosts(), &key.secret).then_some(key)
        }
    };
    let key = key.ok_or(Error::SignatureFailure)?;
    check_token(message, key)?;
    Ok(Caller {
        tenant: key.account.clone(),
        name: key.id.clone(),
        projects: ProjectAccess::Any,
        claims: None,
        roles: Vec::new(),
    })
}

fn find<'d>(directory: &'d dyn Directory, secret_id: &str) -> Result<&'d AccessKey, Error> {
    directory
        .access_key(secret_id)
        .ok_or(Error::SecretIdNotFound)
}

/// The request's timestamp may lie `skew_secs` before or behind the clock, no more.
fn check_time(timestamp: &str, now: SystemTime, config: &Config) -> Result<(), Error> {
    if config.skew_secs == 0 {
        return Ok(());
    }
    let server_time = now.duration_since(UNIX_EPOCH).map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    });
    let timestamp = integer(timestamp).ok_or(Error::CommonParameterType("Timestamp"))?;
    if server_time.abs_diff(timestamp) > config.skew_secs {
        return Err(Error::SignatureExpired { server_time });
    }
    Ok(())
}

/// A credential without a session token does not mind one.
fn check_token(message: &Message<'_>, key: &AccessKey) -> Result<(), Error> {
    let Some(expected) = &key.session_token else {
        return Ok(());
    };
    let given = message.common(Common::Token).unwrap_or_default();
    if bool::from(expected.expose().as_bytes().ct_eq(given.as_bytes())) {
        Ok(())
    } else {
        Err(Error::TokenFailure)
    }
}
