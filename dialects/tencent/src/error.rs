//! The cloud's fault catalogue: every code and message that this dialect answers with.
//!
//! The message of a fault is its `Display`. Facts about a request stand between backticks, as the
//! cloud writes them.

mod foreign;

use dialect_api::{Blame, WireError};
use keypair_core::error::Source;

use crate::request::Surface;

/// Under which code a fault of a key pair's name goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameCode {
    /// The code of its own that the documentation of the create calls lists.
    Own,
    /// `InvalidParameterValue`, where the documentation lists none.
    ParameterValue,
}

/// A fault of the Tencent dialect.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A required parameter is absent.
    #[error("The request is missing a required parameter `{0}`.")]
    MissingParameter(String),
    /// A parameter that the action does not have.
    #[error("The parameter `{0}` is not recognized.")]
    UnknownParameter(String),
    /// A parameter whose value is of another type.
    #[error("The value type of parameter `{parameter}` is not valid.")]
    WrongType {
        /// The parameter, dotted.
        parameter: String,
        /// The entry it came in by, which decides the code.
        surface: Surface,
    },
    /// A common parameter that is no number.
    #[error("Parameter `{0}` type error.")]
    CommonParameterType(&'static str),
    /// A query or form with a segment that has no `=`.
    #[error("Url key and value should be splited by `=`.")]
    QuerySyntax,
    /// A body that is no JSON object.
    #[error("The request body is not a valid JSON object.")]
    BodySyntax,
    /// A body that is no multipart form.
    #[error("The request body is not a valid multipart form.")]
    MultipartSyntax,
    /// A value that cannot be.
    #[error("The value of parameter `{0}` is not valid.")]
    InvalidValue(String),
    /// A region that does not exist.
    #[error("A value specified in `{}` is not valid, is unsupported, or cannot be used.", region_parameter(*.surface))]
    RegionUnknown {
        /// The entry, which decides what the parameter is called.
        surface: Surface,
    },
    /// A region that is not offered here.
    #[error("The action not support this region.")]
    RegionUnsupported,
    /// No such action.
    #[error("The request `Action` is invalid or not found.")]
    InvalidAction,
    /// The action has no such version.
    #[error("The specified api version=`{version}` does not exist in service=`{service}`.")]
    NoSuchVersion {
        /// The version asked for.
        version: String,
        /// The action's service.
        service: &'static str,
    },
    /// Nobody has that secret id.
    #[error("The SecretId is not found, please ensure that your SecretId is correct.")]
    SecretIdNotFound,
    /// The signature is another's.
    #[error(
        "The provided credentials could not be validated. Please check your signature is correct."
    )]
    SignatureFailure,
    /// A form that is too long for signature version 1.
    #[error(
        "The provided credentials could not be validated because of exceeding request size limit, please use new signature method `TC3-HMAC-SHA256`."
    )]
    SignedFormTooLarge,
    /// The timestamp is too far from the clock.
    #[error(
        "Signature expired. Please use local time and enable NTP service for time synchronization to avoid a deviation between `Timestamp` and the server time {server_time}."
    )]
    SignatureExpired {
        /// The clock, seconds since 1970.
        server_time: i64,
    },
    /// An Authorization header that cannot be read.
    #[error(
        "The request `Authorization` header does not conform to tencentcloud standards: `{0}` in Credential not valid."
    )]
    InvalidAuthorization(&'static str),
    /// The session token is not the credential's.
    #[error("The provided `Token` is not valid or has expired.")]
    TokenFailure,
    /// The account calls the action too often.
    #[error(
        "Your current request times equals to `{}` in a second, which exceeds the frequency limit `{limit}` for a second. Please reduce the frequency of calls.",
        limit.saturating_add(1)
    )]
    RequestLimitExceeded {
        /// So many calls are allowed in a second.
        limit: u32,
    },
    /// There is too much to do at the moment, for whichever account. It goes under the code that
    /// this cloud's clients try again at.
    #[error("The number of requests exceeds the frequency limit. Please try again later.")]
    Busy,
    /// Another method than GET and POST.
    #[error("Only `GET` and `POST` requests are supported.")]
    UnsupportedProtocol,
    /// The query or body is too long.
    #[error("The size of the request exceeds the limit.")]
    RequestTooLarge,
    /// A fault of ours.
    #[error("Internal server error.")]
    Internal {
        /// Why, for the log only.
        #[source]
        source: Option<Source>,
    },

    /// A name that is empty.
    #[error("The specified key pair name is empty.")]
    NameEmpty(NameCode),
    /// A name that is too long.
    #[error("The specified key pair name `{name}` is too long, more than `25` characters.")]
    NameTooLong {
        /// The name.
        name: String,
        /// Under which code it goes.
        code: NameCode,
    },
    /// A name with a character that names may not have.
    #[error("The specified key pair name `{name}` is include illegal character `{character}`.")]
    NameIllegalCharacter {
        /// The name.
        name: String,
        /// The first such character.
        character: char,
        /// Under which code it goes.
        code: NameCode,
    },
    /// A name that is taken.
    #[error("The specified key pair name `{0}` already exists.")]
    NameDuplicate(String),
    /// The account has all the key pairs that it may have.
    #[error("The number of key pairs exceeds the limit `{0}`.")]
    KeyPairLimit(u32),
    /// No such project.
    #[error("The specified project id `{0}` does not exist.")]
    ProjectNotFound(i64),
    /// A key pair id of another shape.
    #[error("The specified key pair id `{0}` is malformed.")]
    KeyIdMalformed(String),
    /// No such key pair.
    #[error("The specified key pair id `{0}` does not exist.")]
    KeyIdNotFound(String),
    /// A public key that is no RSA key in OpenSSH's format.
    #[error("The specified public key does not conform to `OpenSSH RSA` format.")]
    PublicKeyMalformed,
    /// A public key that the account has already.
    #[error("The specified public key already exists.")]
    PublicKeyDuplicate,
    /// A key pair that is bound to an instance.
    #[error("The request does not support the key pair `{0}` which associastes with instance.")]
    KeyPairNotSupported(String),
    /// A description that is too long.
    #[error("The specified description exceeds `60` characters.")]
    DescriptionTooLong {
        /// The entry, which decides the code.
        surface: Surface,
    },
    /// A list that is too long.
    #[error("The number of `{parameter}` exceeds the limit `{limit}`.")]
    TooMany {
        /// The list.
        parameter: &'static str,
        /// The most elements.
        limit: usize,
    },
    /// Ids and filters at once.
    #[error("The parameters `KeyIds` and `Filters` cannot be specified at the same time.")]
    IdsWithFilters,
    /// A page size that is out of range.
    #[error("The specified `Limit` is out of range.")]
    LimitOutOfRange,
    /// A position that is out of range.
    #[error("The specified `Offset` is not valid.")]
    OffsetInvalid,
    /// A filter that does not exist.
    #[error("The specified filter `{0}` is not supported.")]
    FilterUnsupported(String),
    /// A filter with too many values.
    #[error("The number of values of filter `{filter}` exceeds the limit `{limit}`.")]
    FilterValueLimit {
        /// The filter's name.
        filter: String,
        /// The most values.
        limit: usize,
    },
    /// An instance id of another shape.
    #[error("The specified instance id `{0}` is malformed.")]
    InstanceIdMalformed(String),
    /// No such instance.
    #[error("The specified instance id `{0}` does not exist.")]
    InstanceIdNotFound(String),
    /// A tag key that belongs to the cloud.
    #[error("The tag key `{0}` is reserved by the system.")]
    TagKeyReserved(String),
    /// More tags than a resource may have.
    #[error("The number of tags exceeds the limit `{0}`.")]
    TagQuota(usize),
    /// A resource description that cannot be read.
    #[error("The resource description `{0}` is not valid.")]
    ResourceDescription(String),
    /// A tag key that is to be set and dropped at once.
    #[error("The tag key `{0}` is in both `ReplaceTags` and `DeleteTags`.")]
    TagSetAndDropped(String),
    /// A resource that does not exist.
    #[error("The resource `{0}` does not exist.")]
    ResourceMissing(String),
}

/// What the region is called on an entry.
fn region_parameter(surface: Surface) -> &'static str {
    match surface {
        Surface::Legacy | Surface::Version1 => "Region",
        Surface::Tc3 => "X-TC-Region",
    }
}

const INVALID_PARAMETER: &str = "InvalidParameter";
const INVALID_VALUE: &str = "InvalidParameterValue";

impl WireError for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::MissingParameter(_) => "MissingParameter",
            Self::UnknownParameter(_) => "UnknownParameter",
            // The 2017 page of the legacy entry lists no InvalidParameter.
            Self::WrongType { surface, .. } => match surface {
                Surface::Legacy => INVALID_VALUE,
                Surface::Version1 | Surface::Tc3 => INVALID_PARAMETER,
            },
            Self::CommonParameterType(_)
            | Self::QuerySyntax
            | Self::BodySyntax
            | Self::MultipartSyntax
            | Self::IdsWithFilters => INVALID_PARAMETER,
            Self::InvalidValue(_) | Self::RegionUnknown { .. } => INVALID_VALUE,
            Self::RegionUnsupported => "UnsupportedRegion",
            Self::InvalidAction => "InvalidAction",
            Self::NoSuchVersion { .. } => "NoSuchVersion",
            Self::SecretIdNotFound => "AuthFailure.SecretIdNotFound",
            Self::SignatureFailure | Self::SignedFormTooLarge => "AuthFailure.SignatureFailure",
            Self::SignatureExpired { .. } => "AuthFailure.SignatureExpire",
            Self::InvalidAuthorization(_) => "AuthFailure.InvalidAuthorization",
            Self::TokenFailure => "AuthFailure.TokenFailure",
            Self::RequestLimitExceeded { .. } | Self::Busy => "RequestLimitExceeded",
            Self::UnsupportedProtocol => "UnsupportedProtocol",
            Self::RequestTooLarge => "RequestSizeLimitExceeded",
            Self::Internal { .. } => "InternalServerError",
            Self::NameEmpty(code) => code.or("InvalidKeyPairNameEmpty"),
            Self::NameTooLong { code, .. } => code.or("InvalidKeyPairNameTooLong"),
            Self::NameIllegalCharacter { code, .. } => {
                code.or("InvalidKeyPairNameIncludeIllegalChar")
            }
            Self::NameDuplicate(_) => "InvalidKeyPairName.Duplicate",
            Self::KeyPairLimit(_) => "InvalidKeyPair.LimitExceeded",
            Self::ProjectNotFound(_) => "InvalidProjectId.NotFound",
            Self::KeyIdMalformed(_) => "InvalidKeyPairId.Malformed",
            Self::KeyIdNotFound(_) => "InvalidKeyPairId.NotFound",
            Self::PublicKeyMalformed => "InvalidPublicKey.Malformed",
            Self::PublicKeyDuplicate => "InvalidPublicKey.Duplicate",
            Self::KeyPairNotSupported(_) => "InvalidParameterValue.KeyPairNotSupported",
            Self::DescriptionTooLong { surface } => match surface {
                Surface::Legacy => "InvalidKeyPairDescriptionTooLong",
                Surface::Version1 | Surface::Tc3 => INVALID_VALUE,
            },
            Self::TooMany { .. } => "InvalidParameterValue.LimitExceeded",
            Self::LimitOutOfRange => "InvalidParameterValueLimit",
            Self::OffsetInvalid => "InvalidParameterValueOffset",
            Self::FilterUnsupported(_) => "InvalidFilter",
            Self::FilterValueLimit { .. } => "InvalidFilterValue.LimitExceeded",
            Self::InstanceIdMalformed(_) => "InvalidInstanceId.Malformed",
            Self::InstanceIdNotFound(_) => "InvalidInstanceId.NotFound",
            Self::TagKeyReserved(_) => "FailedOperation.TagKeyReserved",
            Self::TagQuota(_) => "LimitExceeded.TagResourceQuota",
            Self::ResourceDescription(_) => "InvalidParameterValue.ResourceDescriptionError",
            Self::TagSetAndDropped(_) => "InvalidParameterValue.DeleteTagsParamError",
            Self::ResourceMissing(_) => "FailedOperation",
        }
    }

    fn blame(&self) -> Blame {
        if matches!(self, Self::Internal { .. } | Self::Busy) {
            Blame::Server
        } else {
            Blame::Client
        }
    }
}

impl NameCode {
    fn or(self, own: &'static str) -> &'static str {
        match self {
            Self::Own => own,
            Self::ParameterValue => INVALID_VALUE,
        }
    }
}

impl Error {
    /// The message in Chinese, for the faults whose Chinese text is known.
    pub(crate) fn chinese(&self) -> Option<String> {
        if let Self::RequestLimitExceeded { limit } = self {
            let times = limit.saturating_add(1);
            return Some(format!(
                "您当前每秒请求 `{times}` 次，超过了每秒频率上限 `{limit}`，请稍后重试。"
            ));
        }
        let text = if matches!(self, Self::SignatureFailure) {
            "请求签名验证失败，请检查您的签名计算是否正确。"
        } else if matches!(self, Self::SecretIdNotFound) {
            "SecretId不存在，请输入正确的密钥。"
        } else {
            return None;
        };
        Some(text.to_owned())
    }
}
