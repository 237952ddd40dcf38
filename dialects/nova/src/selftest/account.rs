//! Who logs in, and how: the accounts of a section whose secret stands there in the clear.

use dialect_api::selftest::{self, Answer, text_at};
use dialect_api::{ConfigProblem, Secret};
use serde_json::{Value as Json, json};

use crate::config::{Config, SYSTEM, User};

/// What a hashed secret starts with: it checks a log-in but cannot make one.
const HASHED: &str = "$argon2";

/// An account that can log in.
pub(super) enum Account {
    /// A user of Identity v3, and the project in which it works.
    User {
        name: String,
        password: Secret,
        project: String,
    },
    /// A program that acts for a user of Identity v3.
    Program {
        name: String,
        id: String,
        secret: Secret,
    },
    /// A user of Identity v2.0, and its tenant.
    Tenant {
        name: String,
        credential: V2Credential,
        tenant: String,
    },
}

/// What a user of Identity v2.0 shows.
pub(super) enum V2Credential {
    Password(Secret),
    ApiKey(Secret),
}

/// The account of this name, else the first: users before programs.
///
/// # Errors
/// There is none whose secret stands in the section in the clear.
pub(super) fn choose(config: Config, wanted: Option<&str>) -> Result<Account, ConfigProblem> {
    let mut accounts: Vec<_> = config.users.into_iter().filter_map(user).collect();
    let programs = config.application_credentials.into_iter();
    accounts.extend(
        programs
            .filter(|program| is_plain(&program.secret))
            .map(|program| Account::Program {
                name: program.name,
                id: program.id,
                secret: program.secret,
            }),
    );
    let chosen =
        selftest::choose(&accounts, Account::name, wanted, "users").map_err(|problem| {
            let hint = "(one is needed whose secret is no hash, and who has a role in a project)";
            ConfigProblem::new(problem.key, format!("{} {hint}", problem.problem))
        })?;
    let at = accounts.iter().position(|one| std::ptr::eq(one, chosen));
    Ok(accounts.swap_remove(at.unwrap_or_default()))
}

fn is_plain(secret: &Secret) -> bool {
    !secret.expose().starts_with(HASHED)
}

/// The user with a project; `None` if it cannot log in to one.
fn user(user: User) -> Option<Account> {
    let with_role = || user.roles.keys().find(|project| *project != SYSTEM);
    let project = user.default_project.as_ref().or_else(with_role)?.clone();
    let password = user.password.filter(is_plain);
    let is_decimal = user.id.len() <= 20 && user.id.bytes().all(|byte| byte.is_ascii_digit());
    if is_decimal {
        let api_key = user.api_key.map(V2Credential::ApiKey);
        return Some(Account::Tenant {
            name: user.name,
            credential: password.map(V2Credential::Password).or(api_key)?,
            tenant: project,
        });
    }
    Some(Account::User {
        name: user.name,
        password: password?,
        project,
    })
}

impl Account {
    fn name(&self) -> &str {
        match self {
            Self::User { name, .. } | Self::Program { name, .. } | Self::Tenant { name, .. } => {
                name
            }
        }
    }

    /// The tenant in compute's paths, where they have one.
    pub(super) fn tenant(&self) -> Option<&str> {
        match self {
            Self::User { .. } | Self::Program { .. } => None,
            Self::Tenant { tenant, .. } => Some(tenant),
        }
    }

    /// The path of the log-in.
    pub(super) fn path(&self) -> &'static str {
        match self {
            Self::User { .. } | Self::Program { .. } => "/identity/v3/auth/tokens",
            Self::Tenant { .. } => "/identity/v2.0/tokens",
        }
    }

    /// The body of the log-in.
    pub(super) fn body(&self) -> Json {
        match self {
            Self::User {
                name,
                password,
                project,
            } => json!({ "auth": {
                "identity": { "methods": ["password"], "password": { "user": {
                    "name": name, "domain": { "id": "default" }, "password": password.expose(),
                } } },
                "scope": { "project": { "id": project } },
            } }),
            Self::Program { id, secret, .. } => json!({ "auth": { "identity": {
                "methods": ["application_credential"],
                "application_credential": { "id": id, "secret": secret.expose() },
            } } }),
            Self::Tenant {
                name,
                credential: V2Credential::Password(password),
                tenant,
            } => json!({ "auth": {
                "passwordCredentials": { "username": name, "password": password.expose() },
                "tenantId": tenant,
            } }),
            Self::Tenant {
                name,
                credential: V2Credential::ApiKey(key),
                tenant,
            } => json!({ "auth": {
                "RAX-KSKEY:apiKeyCredentials": { "username": name, "apiKey": key.expose() },
                "tenantId": tenant,
            } }),
        }
    }

    /// The token in the answer to the log-in.
    pub(super) fn token(&self, answer: &Answer) -> Option<String> {
        match self {
            Self::User { .. } | Self::Program { .. } => {
                answer.header("x-subject-token").map(str::to_owned)
            }
            Self::Tenant { .. } => {
                let json = answer.json();
                text_at(&json, "/access/token/id").map(str::to_owned)
            }
        }
    }
}

/// Whether the catalogue in the answer to a log-in, of either version, names compute.
pub(super) fn catalog_has_compute(json: &Json) -> bool {
    let catalogs = ["/token/catalog", "/access/serviceCatalog"];
    let catalogs = catalogs
        .into_iter()
        .filter_map(|place| json.pointer(place)?.as_array());
    catalogs
        .flatten()
        .any(|service| text_at(service, "/type") == Some("compute"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Account, choose};
    use crate::config::Config;

    const USER: &str = "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0";
    const PROJECT: &str = "0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d";

    fn chosen(users: &serde_json::Value, wanted: Option<&str>) -> Result<Account, String> {
        let section = json!({ "users": users, "projects": [{ "id": PROJECT }, { "id": "7" }] });
        let config: Config = serde_json::from_value(section).unwrap();
        choose(config, wanted).map_err(|problem| problem.to_string())
    }

    fn user(id: &str, name: &str, project: &str, password: &str) -> serde_json::Value {
        json!({ "id": id, "name": name, "password": password, "roles": { project: ["member"] } })
    }

    #[test]
    fn the_first_user_who_can_log_in_to_a_project_is_chosen() {
        let hashed = user(USER, "hashed", PROJECT, "$argon2id$v=19$…");
        let system = user(USER, "system", "system", "plain");
        let good = user(USER, "good", PROJECT, "plain");
        let later = user(USER, "later", PROJECT, "plain");
        let users = json!([hashed, system, good, later]);
        assert_eq!(chosen(&users, None).unwrap().name(), "good");
        assert_eq!(chosen(&users, Some("later")).unwrap().name(), "later");
        let error = chosen(&users, Some("hashed")).err().unwrap();
        assert!(
            error.starts_with("users: names no account `hashed`"),
            "{error}"
        );
    }

    #[test]
    fn the_shape_of_the_id_says_by_which_door() {
        let v3 = chosen(&json!([user(USER, "u", PROJECT, "p")]), None).unwrap();
        assert_eq!((v3.path(), v3.tenant()), ("/identity/v3/auth/tokens", None));
        let v2 = chosen(&json!([user("1", "u", "7", "p")]), None).unwrap();
        assert_eq!(
            (v2.path(), v2.tenant()),
            ("/identity/v2.0/tokens", Some("7"))
        );
    }
}
