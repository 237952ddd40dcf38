//! Which requests are this dialect's, and which action each of them asks for.

use dialect_api::{OperationClass, Request, RequestContext};
use http::Method;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::config::{Auth, Config};
use crate::error::Error;
use crate::request::decode::integer;
use crate::request::{Common, Message, Surface, is_legacy_path};

/// An action of the cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Generates a key pair.
    CreateKeyPair,
    /// Stores a public key.
    ImportKeyPair,
    /// Lists key pairs.
    DescribeKeyPairs,
    /// Renames or describes a key pair.
    ModifyKeyPairAttribute,
    /// Deletes key pairs.
    DeleteKeyPairs,
    /// Binds key pairs to instances.
    AssociateInstancesKeyPairs,
    /// Takes key pairs off instances.
    DisassociateInstancesKeyPairs,
    /// Lists regions.
    DescribeRegions,
    /// Lists zones.
    DescribeZones,
    /// Lists the tags of key pairs.
    DescribeResourceTagsByResourceIds,
    /// Sets and drops tags of a key pair.
    ModifyResourceTags,
}

/// The service that an action belongs to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Service {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its one version.
    pub(crate) version: &'static str,
}

const CVM: Service = Service {
    name: "cvm",
    version: "2017-03-12",
};

const TAG: Service = Service {
    name: "tag",
    version: "2018-08-13",
};

impl Operation {
    const ALL: [Self; 11] = [
        Self::CreateKeyPair,
        Self::ImportKeyPair,
        Self::DescribeKeyPairs,
        Self::ModifyKeyPairAttribute,
        Self::DeleteKeyPairs,
        Self::AssociateInstancesKeyPairs,
        Self::DisassociateInstancesKeyPairs,
        Self::DescribeRegions,
        Self::DescribeZones,
        Self::DescribeResourceTagsByResourceIds,
        Self::ModifyResourceTags,
    ];

    /// The action's name on the wire.
    pub(crate) fn action(self) -> &'static str {
        match self {
            Self::CreateKeyPair => "CreateKeyPair",
            Self::ImportKeyPair => "ImportKeyPair",
            Self::DescribeKeyPairs => "DescribeKeyPairs",
            Self::ModifyKeyPairAttribute => "ModifyKeyPairAttribute",
            Self::DeleteKeyPairs => "DeleteKeyPairs",
            Self::AssociateInstancesKeyPairs => "AssociateInstancesKeyPairs",
            Self::DisassociateInstancesKeyPairs => "DisassociateInstancesKeyPairs",
            Self::DescribeRegions => "DescribeRegions",
            Self::DescribeZones => "DescribeZones",
            Self::DescribeResourceTagsByResourceIds => "DescribeResourceTagsByResourceIds",
            Self::ModifyResourceTags => "ModifyResourceTags",
        }
    }

    fn service(self) -> Service {
        match self {
            Self::CreateKeyPair
            | Self::ImportKeyPair
            | Self::DescribeKeyPairs
            | Self::ModifyKeyPairAttribute
            | Self::DeleteKeyPairs
            | Self::AssociateInstancesKeyPairs
            | Self::DisassociateInstancesKeyPairs
            | Self::DescribeRegions
            | Self::DescribeZones => CVM,
            Self::DescribeResourceTagsByResourceIds | Self::ModifyResourceTags => TAG,
        }
    }
}

impl dialect_api::Operation for Operation {
    fn all() -> &'static [Self] {
        &Self::ALL
    }

    fn name(self) -> &'static str {
        match self {
            Self::CreateKeyPair => "create_key_pair",
            Self::ImportKeyPair => "import_key_pair",
            Self::DescribeKeyPairs => "describe_key_pairs",
            Self::ModifyKeyPairAttribute => "modify_key_pair_attribute",
            Self::DeleteKeyPairs => "delete_key_pairs",
            Self::AssociateInstancesKeyPairs => "associate_instances_key_pairs",
            Self::DisassociateInstancesKeyPairs => "disassociate_instances_key_pairs",
            Self::DescribeRegions => "describe_regions",
            Self::DescribeZones => "describe_zones",
            Self::DescribeResourceTagsByResourceIds => "describe_resource_tags_by_resource_ids",
            Self::ModifyResourceTags => "modify_resource_tags",
        }
    }

    fn class(self) -> OperationClass {
        match self {
            Self::CreateKeyPair => OperationClass::Generate,
            Self::ImportKeyPair
            | Self::ModifyKeyPairAttribute
            | Self::DeleteKeyPairs
            | Self::AssociateInstancesKeyPairs
            | Self::DisassociateInstancesKeyPairs
            | Self::ModifyResourceTags => OperationClass::Write,
            Self::DescribeKeyPairs
            | Self::DescribeRegions
            | Self::DescribeZones
            | Self::DescribeResourceTagsByResourceIds => OperationClass::Read,
        }
    }
}

/// Whether a request on a shared port is this cloud's. A bare `GET /` is not.
pub(crate) fn claims(head: &Parts) -> bool {
    let path = head.uri.path();
    if is_legacy_path(path) {
        return true;
    }
    path == "/"
        && (head.method == Method::POST
            || head.headers.contains_key("x-tc-action")
            || asks_for_action(head)
            || is_addressed(head))
}

/// Whether the query has a parameter named `Action`.
fn asks_for_action(head: &Parts) -> bool {
    let query = head.uri.query().unwrap_or_default();
    query
        .split('&')
        .any(|segment| segment.split('=').next() == Some("Action"))
}

/// Whether the host's first label is one of the cloud's services.
fn is_addressed(head: &Parts) -> bool {
    let host = match head.headers.get(http::header::HOST) {
        Some(host) => host.to_str().unwrap_or_default(),
        None => head.uri.host().unwrap_or_default(),
    };
    let first_label = host.split(['.', ':', '/']).next().unwrap_or_default();
    [CVM, TAG]
        .iter()
        .any(|service| first_label.eq_ignore_ascii_case(service.name))
}

/// Finds the action, and refuses what the cloud refuses before it looks at credentials.
///
/// # Errors
/// In this order: method, sizes and syntax ([`Message::read`], [`Message::check_body`]), common
/// parameters that are absent or no numbers, an unknown action or version.
pub(crate) fn route(
    request: &Request,
    cx: &RequestContext,
    config: &Config,
) -> Result<Operation, Error> {
    let message = Message::read(request)?;
    let path = message.head.uri.path();
    if cx.dedicated_listener && path != "/" && !is_legacy_path(path) {
        return Err(Error::InvalidAction);
    }
    message.check_body()?;
    let [action, version] = check_common(&message, config)?;
    let operation = Operation::ALL
        .into_iter()
        .find(|known| known.action() == action)
        .ok_or(Error::InvalidAction)?;
    let service = operation.service();
    if version != service.version {
        return Err(Error::NoSuchVersion {
            version: version.to_owned(),
            service: service.name,
        });
    }
    Ok(operation)
}

/// Checks that the required common parameters are there, then that the numbers among them are
/// numbers. Gives action and version.
fn check_common<'m>(message: &'m Message<'_>, config: &Config) -> Result<[&'m str; 2], Error> {
    let action = message.require(Common::Action)?;
    let version = message.require(Common::Version)?;
    if config.auth == Auth::Verify {
        message.require(Common::Timestamp)?;
        if message.surface == Surface::Tc3 {
            message
                .header(AUTHORIZATION)
                .filter(|text| !text.is_empty())
                .ok_or_else(|| Error::MissingParameter("Authorization".to_owned()))?;
        } else {
            message.require(Common::Nonce)?;
            message.require(Common::SecretId)?;
            message.require(Common::Signature)?;
        }
    }
    for (parameter, is_number) in [
        (Common::Timestamp, is_timestamp as fn(&str) -> bool),
        (Common::Nonce, is_nonce),
    ] {
        if message
            .common(parameter)
            .is_some_and(|text| !is_number(text))
        {
            return Err(Error::CommonParameterType(parameter.name()));
        }
    }
    Ok([action, version])
}

fn is_timestamp(text: &str) -> bool {
    integer(text).is_some()
}

/// Any unsigned 64-bit number: Node draws up to 65 535, Python up to 2^63 - 1.
fn is_nonce(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u64>().is_ok()
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::claims;

    fn claimed(method: &str, target: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        claims(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn the_legacy_path_is_ours_with_and_without_slash() {
        assert!(claimed("GET", "/v2/index.php", &[]));
        assert!(claimed("POST", "/v2/index.php/", &[]));
        assert!(claimed("PUT", "/v2/index.php", &[]));
        assert!(!claimed("GET", "/v2/index.php/x", &[]));
        assert!(!claimed("GET", "/v2/index.phpx", &[]));
    }

    #[test]
    fn the_root_is_ours_by_header_parameter_method_or_host() {
        assert!(claimed("GET", "/", &[("x-tc-action", "CreateKeyPair")]));
        assert!(claimed("GET", "/?Version=1&Action=CreateKeyPair", &[]));
        assert!(claimed("POST", "/", &[]));
        assert!(claimed("GET", "/", &[("host", "cvm.example.test:8080")]));
        assert!(claimed("GET", "/", &[("host", "tag")]));
    }

    #[test]
    fn a_bare_root_belongs_to_somebody_else() {
        assert!(!claimed("GET", "/", &[]));
        assert!(!claimed("GET", "/", &[("host", "127.0.0.1:8080")]));
        assert!(!claimed("GET", "/?action=x&Actions=y&Z=Action", &[]));
        assert!(!claimed("GET", "/", &[("host", "cvmx.example.test")]));
        assert!(!claimed("POST", "/v2.1/os-keypairs", &[]));
    }
}
