//! Claims of new tokens, and what Identity v3 says of a token.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64ct::{Base64UrlUnpadded, Encoding};
use dialect_api::{Project, RequestContext, TokenClaims};
use jiff::Timestamp;
use serde::Serialize;

use super::catalog;
use super::ids::role_id;
use super::session::{Session, shown_method};
use crate::config::{Config, Domain, log_in_name};
use crate::route::Base;

/// What a log-in has found out.
pub(super) struct Proven {
    /// Who it is.
    pub(super) user_id: String,
    /// How that was proved, in the order of use; each once.
    pub(super) methods: Vec<String>,
    /// The token that proved it, if one did.
    pub(super) parent: Option<Arc<TokenClaims>>,
    /// When what proved it stops, if it does.
    pub(super) until: Option<SystemTime>,
}

impl Proven {
    /// The claims of a token that is issued now. One that comes from a token lives as long as that,
    /// and names the audit id of the first of its line; none outlives what it was got by.
    pub(super) fn claims(
        self,
        config: &Config,
        cx: &RequestContext,
        project_id: Option<String>,
        system: bool,
    ) -> TokenClaims {
        let issued_at = whole_seconds(cx.received_at);
        let lifetime = Duration::from_secs(config.identity.token_ttl);
        let own = cx.request_id.0.to_be_bytes();
        let first = self.parent.as_ref().and_then(|it| it.audit_ids.last());
        TokenClaims {
            user_id: self.user_id,
            project_id,
            system,
            methods: self.methods,
            audit_ids: std::iter::once(own).chain(first.copied()).collect(),
            issued_at,
            expires_at: match (self.parent, self.until) {
                (Some(parent), _) => parent.expires_at,
                (None, Some(until)) => whole_seconds(until).min(issued_at + lifetime),
                (None, None) => issued_at + lifetime,
            },
        }
    }
}

fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

/// A time of whole seconds as `2026-11-23T06:45:58` and then `suffix`, which brings the fraction and
/// the zone that a version of the API is known for.
pub(super) fn timestamp(time: SystemTime, suffix: &str) -> String {
    // Times that the calendar does not reach are not issued; the epoch stands in for them.
    let time = Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{}{suffix}", time.strftime("%Y-%m-%dT%H:%M:%S"))
}

/// A time with its microseconds and no zone, which is how gophercloud reads when application
/// credentials stop.
pub(super) fn precise_timestamp(time: SystemTime) -> String {
    let time = Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

/// An answer about a token.
#[derive(Serialize)]
pub(super) struct TokenBody {
    token: Token,
}

#[derive(Serialize)]
struct Token {
    methods: Vec<String>,
    user: User,
    audit_ids: Vec<String>,
    expires_at: String,
    issued_at: String,
    #[serde(flatten)]
    scope: Option<Scope>,
    #[serde(skip_serializing_if = "Option::is_none")]
    catalog: Option<Vec<catalog::Service>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_credential: Option<Credential>,
}

#[derive(Serialize)]
struct User {
    domain: NamedDomain,
    id: String,
    name: String,
    /// Passwords do not expire here.
    password_expires_at: (),
}

/// The one domain.
#[derive(Serialize)]
struct NamedDomain {
    id: &'static str,
    name: &'static str,
}

const DEFAULT_DOMAIN: NamedDomain = NamedDomain {
    id: "default",
    name: "Default",
};

#[derive(Serialize)]
#[serde(untagged)]
enum Scope {
    Project {
        project: NamedProject,
        is_domain: bool,
        roles: Vec<Role>,
    },
    System {
        roles: Vec<Role>,
        system: All,
    },
}

#[derive(Serialize)]
struct NamedProject {
    domain: NamedDomain,
    id: String,
    name: String,
}

#[derive(Serialize)]
struct All {
    all: bool,
}

/// A role as tokens name it.
#[derive(Debug, Serialize)]
pub(super) struct Role {
    id: String,
    name: String,
}

#[derive(Serialize)]
struct Credential {
    id: String,
    name: String,
    /// It may not make or change application credentials.
    restricted: bool,
}

/// What Identity v3 says of a token.
pub(super) fn token_body(
    config: &Config,
    base: &Base,
    session: &Session,
    with_catalog: bool,
) -> TokenBody {
    let claims = &session.claims;
    let audit_id = |id: &[u8; 16]| Base64UrlUnpadded::encode_string(id);
    let shown = |method: &String| shown_method(method).to_owned();
    let scope = scope(session);
    let project_id = session.project.as_ref().map(|project| project.id.as_str());
    let catalog = (with_catalog && scope.is_some()).then(|| catalog::v3(config, base, project_id));
    TokenBody {
        token: Token {
            methods: claims.methods.iter().map(shown).collect(),
            user: User {
                domain: DEFAULT_DOMAIN,
                id: session.user.id.clone(),
                name: log_in_name(&session.user).to_owned(),
                password_expires_at: (),
            },
            audit_ids: claims.audit_ids.iter().map(audit_id).collect(),
            expires_at: timestamp(claims.expires_at, ".000000Z"),
            issued_at: timestamp(claims.issued_at, ".000000Z"),
            scope,
            catalog,
            application_credential: session.credential.as_ref().map(|it| Credential {
                id: it.id.clone(),
                name: it.name.clone(),
                restricted: !it.unrestricted,
            }),
        },
    }
}

fn scope(session: &Session) -> Option<Scope> {
    if let Some(project) = &session.project {
        return Some(Scope::Project {
            project: named(project),
            is_domain: false,
            roles: roles(&session.roles),
        });
    }
    session.claims.system.then(|| Scope::System {
        roles: roles(&session.roles),
        system: All { all: true },
    })
}

fn named(project: &Project) -> NamedProject {
    NamedProject {
        domain: DEFAULT_DOMAIN,
        id: project.id.clone(),
        name: project.name.clone(),
    }
}

/// Roles as tokens name them.
pub(super) fn roles(names: &[String]) -> Vec<Role> {
    let role = |name: &String| Role {
        id: role_id(name),
        name: name.clone(),
    };
    names.iter().map(role).collect()
}

/// The domain whose users come by Identity v3.
pub(super) const V3_DOMAIN: Domain = Domain::Default;

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{precise_timestamp, timestamp};

    #[test]
    fn times_have_the_fraction_that_clients_parse() {
        let time = UNIX_EPOCH + Duration::from_secs(1_795_416_358);
        assert_eq!(timestamp(time, ".000Z"), "2026-11-23T06:45:58.000Z");
        assert_eq!(timestamp(UNIX_EPOCH, "Z"), "1970-01-01T00:00:00Z");
        let precise = UNIX_EPOCH + Duration::from_micros(1_500);
        assert_eq!(precise_timestamp(precise), "1970-01-01T00:00:00.001500");
    }
}
