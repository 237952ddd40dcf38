//! Which settings cannot be. The first fault is reported, by its key.

use std::collections::HashSet;

use dialect_api::ConfigProblem;

use super::{
    ApplicationCredential, Auth, Config, Domain, Project, SYSTEM, User, V2Flavour,
    with_implied_roles,
};

/// Nova's own limit on a request body, in bytes. Source: oslo.middleware,
/// `max_request_body_size`.
const MAX_BODY_BYTES: usize = 114_688;
/// A token that outlives a year is a mistake in the unit.
const MAX_TOKEN_TTL_SECONDS: u64 = 31_536_000;
/// Identity's longest user, role and credential name, in characters.
const MAX_NAME_CHARS: usize = 255;
/// Identity's longest project name, in characters.
const MAX_PROJECT_NAME_CHARS: usize = 64;

type Checked = Result<(), ConfigProblem>;

impl Config {
    /// Refuses settings that cannot be.
    ///
    /// # Errors
    /// The first of them, by its key within the section.
    pub(super) fn check(&self) -> Checked {
        self.check_compute()?;
        self.check_rate_limits()?;
        self.check_identity()?;
        self.check_projects()?;
        self.check_users()?;
        self.check_application_credentials()
    }

    fn check_compute(&self) -> Checked {
        require(
            self.max_minor().is_some(),
            "max_microversion",
            "must be a microversion from 2.1 to 2.104",
        )?;
        require(
            self.key_pairs_quota >= -1,
            "key_pairs_quota",
            "must be 0 or more, or -1 for no limit",
        )?;
        require(self.max_limit >= 1, "max_limit", "must be 1 or more")?;
        require(
            (1..=MAX_BODY_BYTES).contains(&self.max_body),
            "max_body",
            "must be from 1 to 114688",
        )?;
        require(
            matches!(self.rackspace_quota_status, 403 | 413),
            "rackspace_quota_status",
            "must be 413 or 403",
        )?;
        if self.auth == Auth::None {
            let ids = [
                ("auth_none.user_id", &self.auth_none.user_id),
                ("auth_none.project_id", &self.auth_none.project_id),
            ];
            for (key, id) in ids {
                self.check_id(key, id)?;
            }
        }
        check_role_names("auth_none.roles", &self.auth_none.roles)
    }

    fn check_rate_limits(&self) -> Checked {
        for (index, rule) in self.rate_limits.iter().enumerate() {
            let key = |field: &str| format!("rate_limits[{index}].{field}");
            require(
                !rule.verb.is_empty() && rule.verb.bytes().all(|byte| byte.is_ascii_uppercase()),
                key("verb"),
                "must be a method in upper case",
            )?;
            require(!rule.uri.is_empty(), key("uri"), "must not be empty")?;
            require(rule.value >= 1, key("value"), "must be 1 or more")?;
        }
        Ok(())
    }

    fn check_identity(&self) -> Checked {
        let identity = &self.identity;
        require(
            !identity.region.is_empty(),
            "identity.region",
            "must not be empty",
        )?;
        let regions = &identity.rackspace_regions;
        require(
            !regions.is_empty(),
            "identity.rackspace_regions",
            "must name at least one region",
        )?;
        let mut seen = HashSet::new();
        for (index, region) in regions.iter().enumerate() {
            let key = format!("identity.rackspace_regions[{index}]");
            require(!region.is_empty(), key.as_str(), "must not be empty")?;
            // gophercloud gives up when two endpoints match a region.
            require(seen.insert(region), key, "is there already")?;
        }
        if let Some(default) = &identity.rackspace_default_region {
            require(
                regions.contains(default),
                "identity.rackspace_default_region",
                "must be one of rackspace_regions",
            )?;
        }
        require(
            (1..=MAX_TOKEN_TTL_SECONDS).contains(&identity.token_ttl),
            "identity.token_ttl",
            "must be from 1 to 31536000 seconds",
        )
    }

    fn check_projects(&self) -> Checked {
        let (mut ids, mut names) = (HashSet::new(), HashSet::new());
        for (index, project) in self.projects.iter().enumerate() {
            let key = |field: &str| format!("projects[{index}].{field}");
            self.check_id(key("id"), &project.id)?;
            require(ids.insert(&project.id), key("id"), "is there already")?;
            check_name(key("name"), project.name(), MAX_PROJECT_NAME_CHARS)?;
            require(
                names.insert(project.name()),
                key("name"),
                "is there already",
            )?;
            require(
                project.key_pairs_quota.is_none_or(|quota| quota >= -1),
                key("key_pairs_quota"),
                "must be 0 or more, or -1 for no limit",
            )?;
        }
        Ok(())
    }

    fn check_users(&self) -> Checked {
        let (mut ids, mut names) = (HashSet::new(), HashSet::new());
        for (index, user) in self.users.iter().enumerate() {
            let key = |field: &str| format!("users[{index}].{field}");
            let domain = self.check_id(key("id"), &user.id)?;
            require(ids.insert(&user.id), key("id"), "is there already")?;
            check_name(key("name"), &user.name, MAX_NAME_CHARS)?;
            require(
                names.insert(domain.directory_name(&user.name)),
                key("name"),
                "is there already",
            )?;
            let secrets = [("password", &user.password), ("api_key", &user.api_key)];
            for (field, secret) in secrets {
                let given = secret.as_ref().is_none_or(|s| !s.expose().is_empty());
                require(given, key(field), "must not be empty")?;
            }
            self.check_roles(index, user, domain)?;
        }
        Ok(())
    }

    fn check_roles(&self, index: usize, user: &User, domain: Domain) -> Checked {
        for (project, roles) in &user.roles {
            let key = format!("users[{index}].roles.{project}");
            if project != SYSTEM {
                require(
                    self.project(project).is_some(),
                    key.as_str(),
                    "no project has that id",
                )?;
                require(
                    Domain::of_id(project) == Some(domain),
                    key.as_str(),
                    "a user and a project must both have hex ids or both decimal ids",
                )?;
            }
            require(
                !roles.is_empty(),
                key.as_str(),
                "must name at least one role",
            )?;
            check_role_names(&key, roles)?;
        }
        if let Some(default) = &user.default_project {
            require(
                default != SYSTEM && user.roles.contains_key(default),
                format!("users[{index}].default_project"),
                "the user has no role in that project",
            )?;
        }
        Ok(())
    }

    fn check_application_credentials(&self) -> Checked {
        let (mut ids, mut names) = (HashSet::new(), HashSet::new());
        for (index, credential) in self.application_credentials.iter().enumerate() {
            let key = |field: &str| format!("application_credentials[{index}].{field}");
            require(
                Domain::of_id(&credential.id) == Some(Domain::Default),
                key("id"),
                "must be 32 lower-case hex digits",
            )?;
            require(ids.insert(&credential.id), key("id"), "is there already")?;
            check_name(key("name"), &credential.name, MAX_NAME_CHARS)?;
            require(
                names.insert((&credential.user, &credential.name)),
                key("name"),
                "the user has one of that name already",
            )?;
            require(
                !credential.secret.expose().is_empty(),
                key("secret"),
                "must not be empty",
            )?;
            self.check_delegation(index, credential)?;
        }
        Ok(())
    }

    /// A credential can hand on only what its user has.
    fn check_delegation(&self, index: usize, credential: &ApplicationCredential) -> Checked {
        let key = |field: &str| format!("application_credentials[{index}].{field}");
        let user = self
            .users
            .iter()
            .find(|user| user.id == credential.user)
            .filter(|user| Domain::of_id(&user.id) == Some(Domain::Default))
            .ok_or_else(|| ConfigProblem::new(key("user"), "no user has that hex id"))?;
        let held = user
            .roles
            .get(&credential.project)
            .filter(|_| credential.project != SYSTEM)
            .ok_or_else(|| {
                ConfigProblem::new(key("project"), "the user has no role in that project")
            })?;
        let held = with_implied_roles(held);
        require(
            credential.roles.iter().all(|role| held.contains(role)),
            key("roles"),
            "the user does not have all of these roles in the project",
        )
    }

    fn project(&self, id: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == id)
    }

    fn check_id(&self, key: impl Into<String>, id: &str) -> Result<Domain, ConfigProblem> {
        let key = key.into();
        let Some(domain) = Domain::of_id(id) else {
            return Err(ConfigProblem::new(
                key,
                "must be 32 lower-case hex digits, or up to 20 decimal digits",
            ));
        };
        require(
            domain == Domain::Default || self.v2_flavour == V2Flavour::Rackspace,
            key,
            "decimal ids belong to v2_flavour = \"rackspace\"",
        )?;
        Ok(domain)
    }
}

fn require(holds: bool, key: impl Into<String>, problem: &str) -> Checked {
    if holds {
        Ok(())
    } else {
        Err(ConfigProblem::new(key, problem))
    }
}

fn check_name(key: String, name: &str, max_chars: usize) -> Checked {
    let length = name.chars().count();
    let problem =
        format!("must have 1 to {max_chars} characters, none of them a control character");
    let good = (1..=max_chars).contains(&length) && !name.chars().any(char::is_control);
    require(good, key, &problem)
}

fn check_role_names(key: &str, roles: &[String]) -> Checked {
    for (index, role) in roles.iter().enumerate() {
        check_name(format!("{key}[{index}]"), role, MAX_NAME_CHARS)?;
    }
    Ok(())
}
