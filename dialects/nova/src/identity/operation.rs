//! What the identity service does.

use dialect_api::OperationClass;

/// One thing that the identity service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// The list of versions.
    ListIdentityVersions,
    /// The document of version 3.
    ShowIdentityV3,
    /// The document of version 2.0.
    ShowIdentityV2,
    /// Log-in, version 3.
    IssueToken,
    /// What a token says.
    ShowToken,
    /// Revokes a token.
    RevokeToken,
    /// Log-in, version 2.0.
    IssueV2Token,
    /// The caller's tenants, version 2.0.
    ListTenants,
    /// What a token says, version 2.0.
    ShowV2Token,
    /// Revokes the caller's token, version 2.0.
    RevokeV2Token,
    /// Something about users, projects and what goes with them.
    Accounts(AccountOperation),
}

/// One thing that Identity v3 does about users, projects and what goes with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountOperation {
    /// The catalogue of the caller's token.
    ShowCatalog,
    /// The projects that the caller has a role in.
    ListOwnProjects,
    /// All users.
    ListUsers,
    /// One user.
    ShowUser,
    /// Makes a user.
    CreateUser,
    /// Removes a user.
    DeleteUser,
    /// The projects that a user has a role in.
    ListProjectsOfUser,
    /// All projects.
    ListProjects,
    /// One project.
    ShowProject,
    /// Makes a project.
    CreateProject,
    /// Removes a project.
    DeleteProject,
    /// All roles.
    ListRoles,
    /// One role.
    ShowRole,
    /// A user's roles in a project.
    ListGrants,
    /// Whether a user has a role in a project.
    CheckGrant,
    /// Gives a user a role in a project.
    Grant,
    /// Takes a role in a project from a user.
    WithdrawGrant,
    /// Who has which role where.
    ListRoleAssignments,
    /// All domains.
    ListDomains,
    /// One domain.
    ShowDomain,
    /// A user's application credentials.
    ListCredentials,
    /// Makes an application credential.
    CreateCredential,
    /// One application credential.
    ShowCredential,
    /// Removes an application credential.
    DeleteCredential,
}

impl Operation {
    /// Every operation.
    pub(crate) const fn all() -> &'static [Self] {
        use AccountOperation as Account;
        &[
            Self::ListIdentityVersions,
            Self::ShowIdentityV3,
            Self::ShowIdentityV2,
            Self::IssueToken,
            Self::ShowToken,
            Self::RevokeToken,
            Self::IssueV2Token,
            Self::ListTenants,
            Self::ShowV2Token,
            Self::RevokeV2Token,
            Self::Accounts(Account::ShowCatalog),
            Self::Accounts(Account::ListOwnProjects),
            Self::Accounts(Account::ListUsers),
            Self::Accounts(Account::ShowUser),
            Self::Accounts(Account::CreateUser),
            Self::Accounts(Account::DeleteUser),
            Self::Accounts(Account::ListProjectsOfUser),
            Self::Accounts(Account::ListProjects),
            Self::Accounts(Account::ShowProject),
            Self::Accounts(Account::CreateProject),
            Self::Accounts(Account::DeleteProject),
            Self::Accounts(Account::ListRoles),
            Self::Accounts(Account::ShowRole),
            Self::Accounts(Account::ListGrants),
            Self::Accounts(Account::CheckGrant),
            Self::Accounts(Account::Grant),
            Self::Accounts(Account::WithdrawGrant),
            Self::Accounts(Account::ListRoleAssignments),
            Self::Accounts(Account::ListDomains),
            Self::Accounts(Account::ShowDomain),
            Self::Accounts(Account::ListCredentials),
            Self::Accounts(Account::CreateCredential),
            Self::Accounts(Account::ShowCredential),
            Self::Accounts(Account::DeleteCredential),
        ]
    }

    /// Stable label.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ListIdentityVersions => "list_identity_versions",
            Self::ShowIdentityV3 => "show_identity_v3",
            Self::ShowIdentityV2 => "show_identity_v2",
            Self::IssueToken => "issue_token",
            Self::ShowToken => "show_token",
            Self::RevokeToken => "revoke_token",
            Self::IssueV2Token => "issue_v2_token",
            Self::ListTenants => "list_tenants",
            Self::ShowV2Token => "show_v2_token",
            Self::RevokeV2Token => "revoke_v2_token",
            Self::Accounts(operation) => operation.name(),
        }
    }

    /// All of identity is cheap, and most of it is open.
    #[expect(
        clippy::unused_self,
        reason = "the dialect asks each operation for its class"
    )]
    pub(crate) fn class(self) -> OperationClass {
        OperationClass::Discovery
    }
}

impl AccountOperation {
    /// Stable label.
    fn name(self) -> &'static str {
        match self {
            Self::ShowCatalog => "show_catalog",
            Self::ListOwnProjects => "list_own_projects",
            Self::ListUsers => "list_users",
            Self::ShowUser => "show_user",
            Self::CreateUser => "create_user",
            Self::DeleteUser => "delete_user",
            Self::ListProjectsOfUser => "list_projects_of_user",
            Self::ListProjects => "list_projects",
            Self::ShowProject => "show_project",
            Self::CreateProject => "create_project",
            Self::DeleteProject => "delete_project",
            Self::ListRoles => "list_roles",
            Self::ShowRole => "show_role",
            Self::ListGrants => "list_grants",
            Self::CheckGrant => "check_grant",
            Self::Grant => "grant_role",
            Self::WithdrawGrant => "withdraw_role",
            Self::ListRoleAssignments => "list_role_assignments",
            Self::ListDomains => "list_domains",
            Self::ShowDomain => "show_domain",
            Self::ListCredentials => "list_application_credentials",
            Self::CreateCredential => "create_application_credential",
            Self::ShowCredential => "show_application_credential",
            Self::DeleteCredential => "delete_application_credential",
        }
    }
}
