//! What there is below a version of compute, and what can be done to it.

use http::Method;

use crate::route::Action;

/// What a path below a version names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    /// A version's document: that of an id, or with none the version's own.
    Version(String),
    /// The key pairs.
    KeyPairs,
    /// The key pair of a name.
    KeyPair(String),
    /// The limits that hold for the caller.
    Limits,
    /// A project's quotas.
    QuotaSet(String),
    /// The same with what is used.
    QuotaSetDetail(String),
    /// The quotas of projects that have none of their own.
    QuotaSetDefaults(String),
    /// The quotas of a class of projects.
    QuotaClassSet(String),
    /// The extensions.
    Extensions,
    /// The extension of an alias.
    Extension(String),
    /// The flavors, by name.
    Flavors,
    /// The flavors with all that they are.
    FlavorsDetail,
}

impl Resource {
    /// The methods that the resource has, sorted by name.
    pub(crate) fn methods(&self) -> &'static [Method] {
        const READ: &[Method] = &[Method::GET];
        const COLLECTION: &[Method] = &[Method::GET, Method::POST];
        const MEMBER: &[Method] = &[Method::DELETE, Method::GET];
        const SETTING: &[Method] = &[Method::DELETE, Method::GET, Method::PUT];
        match self {
            Self::KeyPairs => COLLECTION,
            Self::KeyPair(_) => MEMBER,
            Self::QuotaSet(_) => SETTING,
            Self::Version(_)
            | Self::Limits
            | Self::QuotaSetDetail(_)
            | Self::QuotaSetDefaults(_)
            | Self::QuotaClassSet(_)
            | Self::Extensions
            | Self::Extension(_)
            | Self::Flavors
            | Self::FlavorsDetail => READ,
        }
    }

    /// What a method does to the resource.
    pub(crate) fn action(&self, method: &Method) -> Option<Action> {
        match method.as_str() {
            "GET" => Some(self.read()),
            "POST" => (*self == Self::KeyPairs).then_some(Action::CreateKeyPair),
            "PUT" => matches!(self, Self::QuotaSet(_)).then_some(Action::UpdateQuotaSet),
            "DELETE" if matches!(self, Self::KeyPair(_)) => Some(Action::DeleteKeyPair),
            "DELETE" if matches!(self, Self::QuotaSet(_)) => Some(Action::DeleteQuotaSet),
            _ => None,
        }
    }

    fn read(&self) -> Action {
        match self {
            Self::Version(_) => Action::ShowVersion,
            Self::KeyPairs => Action::ListKeyPairs,
            Self::KeyPair(_) => Action::ShowKeyPair,
            Self::Limits => Action::ShowLimits,
            Self::QuotaSet(_) => Action::ShowQuotaSet,
            Self::QuotaSetDetail(_) => Action::ShowQuotaSetDetail,
            Self::QuotaSetDefaults(_) => Action::ShowQuotaSetDefaults,
            Self::QuotaClassSet(_) => Action::ShowQuotaClassSet,
            Self::Extensions => Action::ListExtensions,
            Self::Extension(_) => Action::ShowExtension,
            Self::Flavors => Action::ListFlavors,
            Self::FlavorsDetail => Action::ListFlavorsDetail,
        }
    }

    /// The part of the path that is the caller's to choose; empty where there is none.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Version(name)
            | Self::KeyPair(name)
            | Self::QuotaSet(name)
            | Self::QuotaSetDetail(name)
            | Self::QuotaSetDefaults(name)
            | Self::QuotaClassSet(name)
            | Self::Extension(name) => name,
            Self::KeyPairs
            | Self::Limits
            | Self::Extensions
            | Self::Flavors
            | Self::FlavorsDetail => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_and_actions_agree() {
        let name = || "a".to_owned();
        for resource in [
            Resource::Version(name()),
            Resource::KeyPairs,
            Resource::KeyPair(name()),
            Resource::Limits,
            Resource::QuotaSet(name()),
            Resource::QuotaSetDetail(name()),
            Resource::QuotaSetDefaults(name()),
            Resource::QuotaClassSet(name()),
            Resource::Extensions,
            Resource::Extension(name()),
            Resource::Flavors,
            Resource::FlavorsDetail,
        ] {
            let methods = resource.methods();
            assert!(methods.is_sorted_by_key(Method::as_str), "{resource:?}");
            for method in [
                Method::GET,
                Method::POST,
                Method::PUT,
                Method::DELETE,
                Method::PATCH,
            ] {
                let acts = resource.action(&method).is_some();
                assert_eq!(acts, methods.contains(&method), "{method} {resource:?}");
            }
        }
    }
}
