//! A dialect with its types erased, so that the gateway can hold a list of them. Dialects never
//! write this by hand: it is implemented for whatever implements [`Configured`].

use std::fmt;
use std::sync::Arc;

use dialect_api::{
    Accounts, ConfigProblem, Configured, Descriptor, Dialect, Importer, RequestContext, Response,
    Selftest,
};
use http::request::Parts;
use hyper::body::Incoming;
use keypair_core::{BoxFuture, Realm};
use schemars::{Schema, SchemaGenerator};
use toml::{Table, Value};
use zeroize::Zeroizing;

use crate::limits::CallRules;
use crate::pipeline::{self, Gate, Mounted};

/// A dialect as the list knows it, before it is configured.
pub(crate) struct FrontEndKind {
    /// Its name: config section, realm, metrics label.
    pub(crate) name: &'static str,
    /// The schema of its config section.
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
    /// Reads and checks its section.
    pub(crate) configure: fn(Table) -> Result<Box<dyn Unmounted>, SectionError>,
    /// Its section as it is understood, with every default and without secrets.
    pub(crate) effective: fn(Table) -> Result<Table, SectionError>,
    /// How another program's data folder is taken over, with its section as it is.
    pub(crate) importer: fn(Table) -> Result<Option<Importer>, SectionError>,
    /// How a running gateway is tried out, with its section and the account of this name.
    pub(crate) selftest: fn(Table, Option<&str>) -> Result<Selftest, SectionError>,
    /// What a newcomer is shown.
    pub(crate) demo_call: fn(&str) -> String,
}

impl fmt::Debug for FrontEndKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FrontEndKind({})", self.name)
    }
}

/// Why a section is refused.
#[derive(Debug)]
pub(crate) enum SectionError {
    /// It does not have the section's form.
    Form(toml::de::Error),
    /// A setting cannot be.
    Setting(ConfigProblem),
}

/// The list's entry for a dialect.
pub(crate) const fn kind<D: Configured>() -> FrontEndKind {
    FrontEndKind {
        name: D::NAME,
        schema: |generator| <D::Config as schemars::JsonSchema>::json_schema(generator),
        configure: |section| {
            let config = typed::<D>(section)?;
            let (dialect, accounts) = D::configure(config).map_err(SectionError::Setting)?;
            Ok(Box::new(Configuration { dialect, accounts }))
        },
        effective: |section| {
            let config = typed::<D>(section)?;
            Ok(Table::try_from(config).unwrap_or_default())
        },
        importer: |section| Ok(D::importer(&typed::<D>(section)?)),
        selftest: |section, account| {
            D::selftest(typed::<D>(section)?, account).map_err(SectionError::Setting)
        },
        demo_call: D::demo_call,
    }
}

fn typed<D: Configured>(section: Table) -> Result<D::Config, SectionError> {
    Value::Table(section).try_into().map_err(SectionError::Form)
}

/// A configured dialect that has not met the gateway's ports yet.
pub(crate) trait Unmounted: Send {
    /// The accounts that its section names.
    fn accounts(&self) -> &Accounts;
    /// What the gateway must know of it.
    fn descriptor(&self) -> Descriptor;
    /// Joins it with the ports.
    fn mount(
        self: Box<Self>,
        realm: Realm,
        terms: &Terms,
        gate: Arc<Gate>,
    ) -> Result<Arc<dyn FrontEnd>, String>;
}

/// What the gateway's own settings say to a dialect.
pub(crate) struct Terms {
    pub(crate) rules: CallRules,
    /// Signs log-in tokens.
    pub(crate) token_key: Zeroizing<[u8; 32]>,
}

struct Configuration<D> {
    dialect: D,
    accounts: Accounts,
}

impl<D: Dialect> Unmounted for Configuration<D> {
    fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    fn descriptor(&self) -> Descriptor {
        self.dialect.descriptor()
    }

    fn mount(
        self: Box<Self>,
        realm: Realm,
        terms: &Terms,
        gate: Arc<Gate>,
    ) -> Result<Arc<dyn FrontEnd>, String> {
        let name = self.dialect.descriptor().name;
        let token_key = terms.token_key.clone();
        let directory = gate.directory(name, self.accounts, realm.clone(), token_key)?;
        let rules = terms.rules.clone();
        let mounted = Mounted::new(self.dialect, directory, realm, rules, gate);
        Ok(Arc::new(mounted))
    }
}

/// A dialect at work.
pub(crate) trait FrontEnd: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;
    /// Its namespace.
    fn realm(&self) -> &Realm;
    /// Whether a request on a shared listener is its own.
    fn claims(&self, head: &Parts) -> bool;
    /// Answers a request.
    fn serve(&self, head: Parts, body: Incoming, cx: RequestContext) -> BoxFuture<'_, Response>;
}

impl<D: Dialect> FrontEnd for Mounted<D> {
    fn name(&self) -> &'static str {
        self.descriptor().name
    }

    fn realm(&self) -> &Realm {
        Mounted::realm(self)
    }

    fn claims(&self, head: &Parts) -> bool {
        self.dialect().claims(head)
    }

    fn serve(&self, head: Parts, body: Incoming, cx: RequestContext) -> BoxFuture<'_, Response> {
        Box::pin(pipeline::serve(self, head, body, cx))
    }
}
