//! The `nova` section of the config: every setting, its unit, its default.
//!
//! [`Config::prepare`] refuses what cannot be and gives the directory's accounts. A section without
//! any gets the published demo accounts.

mod accounts;
mod check;
mod demo;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use dialect_api::{Accounts, ConfigProblem, Secret};
use keypair_core::Limit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use accounts::{Domain, log_in_name, with_implied_roles};

/// The key of [`User::roles`] under which stand the roles for the whole system instead of a project.
pub(crate) const SYSTEM: &str = "system";

/// The minor number of the newest microversion there is.
pub(crate) const MAX_MINOR: u16 = 104;

/// Settings of the OpenStack dialect.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The newest compute microversion that is offered, `2.1` to `2.104`. Default `2.104`.
    pub max_microversion: String,
    /// How many key pairs a user may have until an administrator says otherwise; -1 for no limit.
    /// Default 100.
    pub key_pairs_quota: i32,
    /// The most key pairs in one page of a list, 1 and up. Default 1000.
    pub max_limit: u32,
    /// The longest request body in bytes, 1 to 114688. Default 114688.
    pub max_body: usize,
    /// Which cloud is played at `/v2` and `/v2.0`: `rackspace` or `compat`. Default `rackspace`.
    pub v2_flavour: V2Flavour,
    /// The status of a full quota in the rackspace flavour: 413 (Nova until 2014.1) or 403 (later).
    /// Default 413.
    pub rackspace_quota_status: u16,
    /// Whether callers of compute must show a token: `identity` or `none`. Default `identity`.
    pub auth: Auth,
    /// Whom every caller counts as when `auth` is `none`.
    pub auth_none: AnyCaller,
    /// Limits on calls per time, counted for each user. Default: none.
    pub rate_limits: Vec<RateLimit>,
    /// Whether `flavors` answers, with one small flavour; else it is an unknown path. Some test
    /// suites want a flavour before they run anything. Default false.
    pub flavors: bool,
    /// The identity service.
    pub identity: Identity,
    /// Who may log in. Default, with no projects either: the demo accounts.
    pub users: Vec<User>,
    /// What users work in.
    pub projects: Vec<Project>,
    /// Secrets of programs that act for a user in one project.
    pub application_credentials: Vec<ApplicationCredential>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_microversion: "2.104".to_owned(),
            key_pairs_quota: 100,
            max_limit: 1000,
            max_body: 114_688,
            v2_flavour: V2Flavour::default(),
            rackspace_quota_status: 413,
            auth: Auth::default(),
            auth_none: AnyCaller::default(),
            rate_limits: Vec::new(),
            flavors: false,
            identity: Identity::default(),
            users: Vec::new(),
            projects: Vec::new(),
            application_credentials: Vec::new(),
        }
    }
}

/// Which cloud is played at compute's `/v2` and identity's `/v2.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum V2Flavour {
    /// Rackspace Cloud Servers and Cloud Identity: decimal ids, their own faults.
    #[default]
    Rackspace,
    /// What a current Nova serves there: v2.1 at 2.1, looser on input.
    Compat,
}

/// Whether callers of compute must show a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// A token of the identity service, or HTTP Basic.
    #[default]
    Identity,
    /// Any or no token is the user of `auth_none`.
    None,
}

/// Whom every caller counts as when compute asks for no token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AnyCaller {
    /// The user's id: 32 lower-case hex digits, or decimal. Default: the demo user's.
    pub user_id: String,
    /// The project's id: 32 lower-case hex digits, or decimal. Default: the demo project's.
    pub project_id: String,
    /// Role names. Default `member`.
    pub roles: Vec<String>,
}

impl Default for AnyCaller {
    fn default() -> Self {
        Self {
            user_id: demo::USER_ID.to_owned(),
            project_id: demo::PROJECT_ID.to_owned(),
            roles: vec!["member".to_owned()],
        }
    }
}

/// A limit on calls per time, of each user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// The method that is counted, in upper case: `POST`.
    pub verb: String,
    /// Which paths below the compute mount are counted: a path in which `*` stands for any run of
    /// characters, as shown to clients. Default `*`.
    #[serde(default = "any_path")]
    pub uri: String,
    /// The same as clients see it in `limits`, as a regular expression; only shown. Default: made
    /// from `uri`.
    #[serde(default)]
    pub regex: Option<String>,
    /// So many calls, 1 and up …
    pub value: u32,
    /// … in each `second`, `minute`, `hour` or `day`.
    pub unit: RateUnit,
}

fn any_path() -> String {
    "*".to_owned()
}

/// The time in which calls are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RateUnit {
    /// A second.
    Second,
    /// 60 seconds.
    Minute,
    /// 3600 seconds.
    Hour,
    /// 86400 seconds.
    Day,
}

impl RateUnit {
    /// Its length in seconds.
    pub fn seconds(self) -> u32 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
        }
    }
}

/// Settings of the identity service.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// The one region of Identity v3's catalogue. Default `RegionOne`.
    pub region: String,
    /// The regions of Identity v2.0's catalogue in the rackspace flavour, one endpoint each; no
    /// name twice. Default `DFW`.
    pub rackspace_regions: Vec<String>,
    /// The region that Rackspace clients take when told none; one of `rackspace_regions`. Default:
    /// the first of them.
    pub rackspace_default_region: Option<String>,
    /// How long a token is good for, in seconds, 1 to 31536000. Default 86400.
    pub token_ttl: u64,
    /// Whether the compute endpoint in Identity v3's catalogue ends in the project's id, as older
    /// deployments have it. Default false.
    pub endpoint_with_project_id: bool,
    /// Whether administrators may make users, projects and role assignments at run time; they are
    /// kept in the store and count only while this is true. Default false.
    pub admin: bool,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            region: "RegionOne".to_owned(),
            rackspace_regions: vec!["DFW".to_owned()],
            rackspace_default_region: None,
            token_ttl: 86_400,
            endpoint_with_project_id: false,
            admin: false,
        }
    }
}

/// Somebody who may log in.
///
/// The shape of the id says by which door: 32 lower-case hex digits for a user of the domain
/// `Default`, who comes by Identity v3 (and, in the compat flavour, v2.0); a decimal id for a user
/// of the rackspace flavour, who comes by Identity v2.0. A name may be used once on each side.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// 32 lower-case hex digits, or up to 20 decimal digits.
    pub id: String,
    /// Log-in name, 1 to 255 characters.
    pub name: String,
    /// Password, plain or an argon2id PHC string. Default: none, no log-in by password.
    #[serde(default)]
    pub password: Option<Secret>,
    /// API key for Identity v2.0. Default: none.
    #[serde(default)]
    pub api_key: Option<Secret>,
    /// Id of the project that a log-in without a project gets; the user must have a role there.
    /// Default: none, and such a log-in is unscoped.
    #[serde(default)]
    pub default_project: Option<String>,
    /// Role names by project id; under `system` the roles for the whole system. `admin` brings
    /// `member` and `reader` along, `member` brings `reader`. Default: none.
    #[serde(default)]
    pub roles: BTreeMap<String, Vec<String>>,
}

/// What users work in. In the rackspace flavour: a tenant.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// 32 lower-case hex digits, or up to 20 decimal digits.
    pub id: String,
    /// Name, unique among all projects, 1 to 64 characters. Default: the id.
    #[serde(default)]
    pub name: Option<String>,
    /// How many key pairs each user of the project may have until an administrator says otherwise;
    /// -1 for no limit. Default: as for all projects.
    #[serde(default)]
    pub key_pairs_quota: Option<i32>,
}

impl Project {
    /// The name, which is the id where none is set.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

/// A secret with which a program acts for a user in one project (Identity v3).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationCredential {
    /// 32 lower-case hex digits.
    pub id: String,
    /// Name, unique for its user, 1 to 255 characters.
    pub name: String,
    /// Id of the user it stands for.
    pub user: String,
    /// Id of the project it is good for; the user must have a role there.
    pub project: String,
    /// The secret, plain or an argon2id PHC string.
    pub secret: Secret,
    /// The roles it has, all of them roles that the user has in the project. Default: all those.
    #[serde(default)]
    pub roles: Vec<String>,
}

impl Config {
    /// The minor number of the newest microversion; `None` if the setting is not a microversion
    /// from 2.1 to 2.104, which [`Config::prepare`] refuses.
    pub(crate) fn max_minor(&self) -> Option<u16> {
        let digits = self.max_microversion.strip_prefix("2.")?;
        let minor: u16 = digits.parse().ok()?;
        let canonical = digits.starts_with(|first: char| matches!(first, '1'..='9'));
        (canonical && minor <= MAX_MINOR).then_some(minor)
    }

    /// The region that Rackspace clients take when told none.
    pub(crate) fn rackspace_default_region(&self) -> &str {
        let identity = &self.identity;
        let first = identity.rackspace_regions.first();
        let default = identity.rackspace_default_region.as_ref().or(first);
        default.map_or("", String::as_str)
    }

    /// How many key pairs each user of a project may have while no other limit is stored.
    pub(crate) fn limit_of_project(&self, project_id: &str) -> Limit {
        let project = self.projects.iter().find(|it| it.id == project_id);
        let own = project.and_then(|project| project.key_pairs_quota);
        limit(own.unwrap_or(self.key_pairs_quota))
    }

    /// How many key pairs users of projects with no quota of their own may have.
    pub(crate) fn default_limit(&self) -> Limit {
        limit(self.key_pairs_quota)
    }

    /// Checks the section and gives it with its accounts, which are the published demo accounts
    /// where it names none.
    ///
    /// # Errors
    /// The first setting that cannot be, by its key within the section.
    pub(crate) fn prepare(mut self) -> Result<(Self, Accounts), ConfigProblem> {
        let demo = self.users.is_empty()
            && self.projects.is_empty()
            && self.application_credentials.is_empty();
        if demo {
            self.projects = demo::projects(self.v2_flavour);
            self.users = demo::users(self.v2_flavour);
        }
        self.check()?;
        let accounts = Accounts {
            demo,
            ..self.accounts()
        };
        Ok((self, accounts))
    }
}

/// A quota of the config, where less than 0 is no limit.
fn limit(quota: i32) -> Limit {
    u32::try_from(quota).map_or(Limit::Unlimited, Limit::AtMost)
}
