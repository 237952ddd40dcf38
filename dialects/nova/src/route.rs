//! From a request to an operation: which of the two services, which API, which resource.

pub(crate) mod base;
pub(crate) mod compute_path;
pub(crate) mod resource;

use std::borrow::Cow;
use std::sync::LazyLock;

use dialect_api::{EdgeError, OperationClass, Request, RequestContext};
use http::Method;
use http::request::Parts;

use crate::config::Config;
use crate::error::Error;
use crate::identity;
use crate::route::base::{Service, locate};
use crate::route::compute_path::{Family, Target, target};

pub(crate) use base::Base;

/// Where a request on compute goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destination<'p> {
    /// The path below the mount, as it was sent but for runs of slashes.
    pub(crate) path: Cow<'p, str>,
    /// What it means.
    pub(crate) target: Target,
}

impl<'p> Destination<'p> {
    /// Reads a request's path.
    pub(crate) fn of(config: &Config, head: &'p Parts, cx: &RequestContext) -> Self {
        let location = locate(head.uri.path(), cx.dedicated_listener);
        let path = location.map_or(Cow::Borrowed("/"), |location| location.path);
        let target = target(config, &path);
        Self { path, target }
    }

    /// The API, if the path names one.
    pub(crate) fn family(&self) -> Option<Family> {
        match self.target {
            Target::Version(family) | Target::Below { family, .. } => Some(family),
            Target::Index | Target::Elsewhere => None,
        }
    }
}

/// What a call does, once its path is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `OPTIONS` on anything but a version document.
    Options,
    /// Compute's list of versions.
    ListVersions,
    /// One version of compute, for callers without a token.
    ShowVersion,
    /// Compute's answer to a path below none of its versions.
    ListChoices,
    /// A path or method below a version of compute that is not there: refused after the token.
    Unknown,
    /// A call on compute with a token.
    Compute(Action),
    /// A call on identity.
    Identity(identity::Operation),
}

/// What a call on compute with a token does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// One version of compute, asked for below a project.
    ShowVersion,
    /// Generates or imports a key pair.
    CreateKeyPair,
    /// Lists key pairs.
    ListKeyPairs,
    /// Shows one key pair.
    ShowKeyPair,
    /// Deletes one key pair.
    DeleteKeyPair,
    /// Shows the limits that hold for the caller.
    ShowLimits,
    /// Shows a project's quotas.
    ShowQuotaSet,
    /// Shows a project's quotas and what is used.
    ShowQuotaSetDetail,
    /// Shows the quotas of projects that have none of their own.
    ShowQuotaSetDefaults,
    /// Changes a project's quotas.
    UpdateQuotaSet,
    /// Puts a project's quotas back to the defaults.
    DeleteQuotaSet,
    /// Shows the quotas of a class of projects.
    ShowQuotaClassSet,
    /// Lists the extensions.
    ListExtensions,
    /// Shows one extension.
    ShowExtension,
    /// Lists the flavors, by name.
    ListFlavors,
    /// Lists the flavors with all that they are.
    ListFlavorsDetail,
}

/// Compute's own, in the order of the variants.
const COMPUTE: &[Operation] = &[
    Operation::Options,
    Operation::ListVersions,
    Operation::ShowVersion,
    Operation::ListChoices,
    Operation::Unknown,
    Operation::Compute(Action::ShowVersion),
    Operation::Compute(Action::CreateKeyPair),
    Operation::Compute(Action::ListKeyPairs),
    Operation::Compute(Action::ShowKeyPair),
    Operation::Compute(Action::DeleteKeyPair),
    Operation::Compute(Action::ShowLimits),
    Operation::Compute(Action::ShowQuotaSet),
    Operation::Compute(Action::ShowQuotaSetDetail),
    Operation::Compute(Action::ShowQuotaSetDefaults),
    Operation::Compute(Action::UpdateQuotaSet),
    Operation::Compute(Action::DeleteQuotaSet),
    Operation::Compute(Action::ShowQuotaClassSet),
    Operation::Compute(Action::ListExtensions),
    Operation::Compute(Action::ShowExtension),
    Operation::Compute(Action::ListFlavors),
    Operation::Compute(Action::ListFlavorsDetail),
];

impl dialect_api::Operation for Operation {
    fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Operation>> = LazyLock::new(|| {
            let identity = identity::Operation::all().iter().copied();
            let compute = COMPUTE.iter().copied();
            compute.chain(identity.map(Operation::Identity)).collect()
        });
        &ALL
    }

    fn name(self) -> &'static str {
        match self {
            Self::Options => "options",
            Self::ListVersions => "list_versions",
            Self::ShowVersion => "show_version",
            Self::ListChoices => "list_choices",
            Self::Unknown => "unknown",
            Self::Compute(action) => action.name(),
            Self::Identity(operation) => operation.name(),
        }
    }

    fn class(self) -> OperationClass {
        match self {
            Self::Options
            | Self::ListVersions
            | Self::ShowVersion
            | Self::ListChoices
            | Self::Unknown => OperationClass::Discovery,
            Self::Compute(action) => action.class(),
            Self::Identity(operation) => operation.class(),
        }
    }
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::ShowVersion => "show_version_with_token",
            Self::CreateKeyPair => "create_key_pair",
            Self::ListKeyPairs => "list_key_pairs",
            Self::ShowKeyPair => "show_key_pair",
            Self::DeleteKeyPair => "delete_key_pair",
            Self::ShowLimits => "show_limits",
            Self::ShowQuotaSet => "show_quota_set",
            Self::ShowQuotaSetDetail => "show_quota_set_detail",
            Self::ShowQuotaSetDefaults => "show_quota_set_defaults",
            Self::UpdateQuotaSet => "update_quota_set",
            Self::DeleteQuotaSet => "delete_quota_set",
            Self::ShowQuotaClassSet => "show_quota_class_set",
            Self::ListExtensions => "list_extensions",
            Self::ShowExtension => "show_extension",
            Self::ListFlavors => "list_flavors",
            Self::ListFlavorsDetail => "list_flavors_detail",
        }
    }

    fn class(self) -> OperationClass {
        match self {
            Self::ShowVersion
            | Self::ListExtensions
            | Self::ShowExtension
            | Self::ListFlavors
            | Self::ListFlavorsDetail => OperationClass::Discovery,
            Self::ListKeyPairs
            | Self::ShowKeyPair
            | Self::ShowLimits
            | Self::ShowQuotaSet
            | Self::ShowQuotaSetDetail
            | Self::ShowQuotaSetDefaults
            | Self::ShowQuotaClassSet => OperationClass::Read,
            Self::DeleteKeyPair | Self::UpdateQuotaSet | Self::DeleteQuotaSet => {
                OperationClass::Write
            }
            Self::CreateKeyPair => OperationClass::Generate,
        }
    }
}

/// Finds the operation of a request. On compute a body that is too long is refused here: nothing but
/// `OPTIONS` and the version documents goes before that.
///
/// # Errors
/// [`Error::Edge`]; [`Error::Identity`].
pub(crate) fn operation(
    config: &Config,
    request: &Request,
    cx: &RequestContext,
) -> Result<Operation, Error> {
    let head = &request.head;
    let location =
        locate(head.uri.path(), cx.dedicated_listener).ok_or(EdgeError::RouteNotFound)?;
    let options = head.method == Method::OPTIONS;
    if location.service == Service::Identity {
        let operation = identity::route(config, request, &location.path);
        return operation.map(Operation::Identity).map_err(Error::Identity);
    }
    match target(config, &location.path) {
        Target::Index => Ok(Operation::ListVersions),
        Target::Version(_) => Ok(Operation::ShowVersion),
        Target::Elsewhere | Target::Below { .. } if options => Ok(Operation::Options),
        Target::Elsewhere => Ok(Operation::ListChoices),
        Target::Below { resource, .. } => {
            request.body()?;
            let action = resource.and_then(|resource| resource.action(&head.method));
            Ok(action.map_or(Operation::Unknown, Operation::Compute))
        }
    }
}
