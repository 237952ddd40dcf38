//! Application credentials: secrets with which a user's programs act for the user in one project.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dialect_api::{Delegation, Removal, Response, Secret, User};
use http::StatusCode;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Call;
use super::accounts::{register, removed};
use super::body::json_object;
use super::error::{CREDENTIAL, ChangeError, Error};
use super::fields::Fields;
use super::issue::{Role, precise_timestamp, roles};
use super::resources::{not_found, own_or_administrator};
use super::roles::{role_of_id, role_of_name};
use super::session::{Session, effective_roles};
use super::token::caller;
use super::view::{self, SelfLink};

/// The member of bodies and answers.
const ONE: &str = "application_credential";
const MANY: &str = "application_credentials";

/// Keystone's longest names and secrets, in characters.
const MAX_NAME: usize = 255;
const MAX_SECRET: usize = 255;
/// How many a user may have; Keystone has such a setting too.
const MAX_CREDENTIALS: usize = 1000;

/// An application credential.
#[derive(Serialize)]
struct View<'a> {
    id: &'a str,
    name: &'a str,
    description: Option<&'a str>,
    user_id: &'a str,
    project_id: &'a str,
    /// None is good for the whole system.
    system: (),
    expires_at: Option<String>,
    unrestricted: bool,
    roles: Vec<Role>,
    /// Shown when it is made, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    links: SelfLink,
}

impl<'a> View<'a> {
    fn of(call: Call<'_>, user: &User, credential: &'a Delegation) -> Self {
        // As they were named: those that they bring along show in the token.
        let shown = if credential.roles.is_empty() {
            effective_roles(user, Some(&credential.project_id))
        } else {
            credential.roles.clone()
        };
        let path = format!("users/{}/{MANY}/{}", credential.user_id, credential.id);
        Self {
            id: &credential.id,
            name: &credential.name,
            description: credential.description.as_deref(),
            user_id: &credential.user_id,
            project_id: &credential.project_id,
            system: (),
            expires_at: credential.expires_at.map(precise_timestamp),
            unrestricted: credential.unrestricted,
            roles: roles(&shown),
            secret: None,
            links: SelfLink::to(call, &path),
        }
    }
}

/// `GET /v3/users/{id}/application_credentials`.
pub(super) async fn list(call: Call<'_>) -> Result<Response, Error> {
    let user_id = call.segment(2);
    own_or_administrator(call, &user_id, "list_application_credentials").await?;
    let directory = call.ports.directory;
    let wanted = call.parameter("name");
    let mut found = directory.delegations(&user_id).await?;
    found.retain(|it| wanted.as_deref().is_none_or(|name| name == it.name));
    // Of a user that is not there nothing is, as Keystone has it.
    let user = directory.user_by_id(&user_id).await?.unwrap_or_default();
    let views = found.iter().map(|it| View::of(call, &user, it));
    let path = format!("users/{user_id}/{MANY}");
    Ok(view::list(call, &path, MANY, &views.collect::<Vec<_>>()))
}

/// `GET /v3/users/{id}/application_credentials/{id}`.
pub(super) async fn show(call: Call<'_>) -> Result<Response, Error> {
    let (user_id, id) = (call.segment(2), call.segment(4));
    own_or_administrator(call, &user_id, "get_application_credential").await?;
    let directory = call.ports.directory;
    let found = directory.delegation(Some(&user_id), &id).await?;
    let found = found.ok_or_else(|| not_found(CREDENTIAL, &id))?;
    let user = directory.user_by_id(&user_id).await?.unwrap_or_default();
    let view = View::of(call, &user, &found);
    Ok(view::one(StatusCode::OK, ONE, view))
}

/// `POST /v3/users/{id}/application_credentials`: for oneself, in the project of one's token.
pub(super) async fn create(call: Call<'_>) -> Result<Response, Error> {
    let session = caller(call).await?;
    if session.user.id != call.segment(2) {
        return Err(Error::Forbidden {
            rule: Some("create_application_credential"),
        });
    }
    let body = json_object(call.request)?;
    let empty = Value::Object(Map::new());
    let asked = Asked::read(body.get(ONE).unwrap_or(&empty))?;
    check_unrestricted(&session)?;
    let Some(project) = &session.project else {
        return Err(ChangeError::InvalidCredential {
            detail: "It is good for the project of the token that it is made with, and this token \
                     has none",
        }
        .into());
    };
    let new = Delegation {
        id: String::new(),
        roles: asked.roles(call, &session)?,
        expires_at: asked.expires_at(call.cx.received_at)?,
        name: asked.name,
        description: asked.description,
        user_id: session.user.id.clone(),
        project_id: project.id.clone(),
        unrestricted: asked.unrestricted,
        secret: asked.secret,
    };
    let has = call.ports.directory.delegations(&session.user.id).await?;
    if has.len() >= MAX_CREDENTIALS {
        return Err(ChangeError::TooManyCredentials {
            limit: MAX_CREDENTIALS,
        }
        .into());
    }
    let name = new.name.clone();
    let added = register(call)?.add_delegation(new, call.cx.received_at);
    let (added, secret) = added.await?.ok_or(ChangeError::Conflict {
        what: ONE,
        name,
        in_domain: false,
    })?;
    let view = View {
        secret: Some(secret.expose()),
        ..View::of(call, &session.user, &added)
    };
    Ok(view::one(StatusCode::CREATED, ONE, view))
}

/// `DELETE /v3/users/{id}/application_credentials/{id}`.
pub(super) async fn delete(call: Call<'_>) -> Result<Response, Error> {
    let (user_id, id) = (call.segment(2), call.segment(4));
    let session = own_or_administrator(call, &user_id, "delete_application_credential").await?;
    check_unrestricted(&session)?;
    let removal: Removal = register(call)?.remove_delegation(&user_id, &id).await?;
    removed(removal, CREDENTIAL, &id)
}

/// Who came by an application credential manages none, unless it says so.
fn check_unrestricted(session: &Session) -> Result<(), Error> {
    match &session.credential {
        Some(credential) if !credential.unrestricted => Err(ChangeError::RestrictedToken.into()),
        Some(_) | None => Ok(()),
    }
}

/// What a request asks for.
struct Asked {
    name: String,
    description: Option<String>,
    /// Empty for one to be drawn.
    secret: Secret,
    unrestricted: bool,
    expires_at: Option<String>,
    /// Ids and names of roles; `None` for all that the token has.
    roles: Option<Vec<AskedRole>>,
}

enum AskedRole {
    Id(String),
    Name(String),
}

impl Asked {
    fn read(value: &Value) -> Result<Self, Error> {
        let fields = Fields::root(value, ONE)?;
        let name = fields.name(MAX_NAME)?.to_owned();
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let secret = fields.nullable_text("secret")?.unwrap_or_default();
        if secret.chars().count() > MAX_SECRET {
            return Err(fields.refused("secret", "must have 255 characters at most"));
        }
        // Not looking at them would make a credential stronger than was asked for.
        if fields.has_items("access_rules") {
            return Err(fields.refused("access_rules", "access rules are not kept here"));
        }
        Ok(Self {
            name,
            description: owned(fields.nullable_text("description")?),
            secret: Secret::new(secret),
            unrestricted: fields.flag("unrestricted")?.unwrap_or(false),
            expires_at: owned(fields.nullable_text("expires_at")?),
            roles: asked_roles(&fields)?,
        })
    }

    /// The names of the roles, all of them roles of the token.
    fn roles(&self, call: Call<'_>, session: &Session) -> Result<Vec<String>, Error> {
        let Some(asked) = &self.roles else {
            return Ok(session.roles.clone());
        };
        let mut names = Vec::new();
        for role in asked {
            let name = match role {
                AskedRole::Id(id) => role_of_id(call.config, id),
                AskedRole::Name(name) => {
                    let known = role_of_name(call.config, name);
                    Some(known.ok_or_else(|| not_found("role", name))?)
                }
            };
            let held = name.filter(|name| session.roles.iter().any(|held| held == name));
            let held = held.ok_or(ChangeError::InvalidCredential {
                detail: "Cannot create an application credential with unassigned role",
            })?;
            names.push(held.to_owned());
        }
        Ok(names)
    }

    /// When it stops, which must not have been before now.
    fn expires_at(&self, now: SystemTime) -> Result<Option<SystemTime>, Error> {
        let Some(text) = self.expires_at.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        // Keystone takes all times for UTC, with or without saying so.
        let text = text.strip_suffix('Z').unwrap_or(text);
        let time = DateTime::strptime("%Y-%m-%dT%H:%M:%S%.f", text);
        let time = time.map_err(|_| ChangeError::BadTime)?;
        let time = TimeZone::UTC.to_timestamp(time);
        let micros = time.map_err(|_| ChangeError::BadTime)?.as_microsecond();
        // What was before 1970 is long past.
        let since = Duration::from_micros(u64::try_from(micros).unwrap_or_default());
        let time = UNIX_EPOCH.checked_add(since).ok_or(ChangeError::BadTime)?;
        if time < now {
            return Err(ChangeError::EndIsPast.into());
        }
        Ok(Some(time))
    }
}

fn asked_roles(fields: &Fields<'_>) -> Result<Option<Vec<AskedRole>>, Error> {
    let Some(roles) = fields.objects("roles")?.filter(|roles| !roles.is_empty()) else {
        return Ok(None);
    };
    let role = |role: Fields<'_>| {
        if let Some(id) = role.text("id")?.filter(|id| !id.is_empty()) {
            return Ok(AskedRole::Id(id.to_owned()));
        }
        let name = role
            .text("name")?
            .ok_or_else(|| role.neither_id_nor_name())?;
        Ok(AskedRole::Name(name.to_owned()))
    };
    roles
        .into_iter()
        .map(role)
        .collect::<Result<_, _>>()
        .map(Some)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::super::error::{ChangeError, Error};
    use super::{Asked, Secret};

    fn ends(text: &str) -> Result<Option<u64>, Error> {
        let asked = Asked {
            name: "ci".to_owned(),
            description: None,
            secret: Secret::new(""),
            unrestricted: false,
            expires_at: Some(text.to_owned()),
            roles: None,
        };
        let end = asked.expires_at(UNIX_EPOCH + Duration::from_secs(1000))?;
        Ok(end
            .map(|end| u64::try_from(end.duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap()))
    }

    #[test]
    fn ends_are_read_as_clients_write_them() {
        assert_eq!(ends("").unwrap(), None);
        assert_eq!(ends("1970-01-02T00:00:00").unwrap(), Some(86_400_000_000));
        assert_eq!(ends("1970-01-02T00:00:00Z").unwrap(), Some(86_400_000_000));
        assert_eq!(
            ends("1970-01-02T00:00:00.123456").unwrap(),
            Some(86_400_123_456)
        );
        let past = ends("1970-01-01T00:00:00");
        assert!(matches!(past, Err(Error::Change(ChangeError::EndIsPast))));
        for bad in [
            "tomorrow",
            "1970-01-02T00:00:00+02:00Z",
            "1970-13-01T00:00:00",
            "Z",
        ] {
            let read = ends(bad);
            assert!(
                matches!(read, Err(Error::Change(ChangeError::BadTime))),
                "{bad}"
            );
        }
    }
}
