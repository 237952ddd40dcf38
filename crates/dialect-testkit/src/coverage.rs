//! What a dialect owes a case for, and what it has one for.

use std::collections::BTreeSet;

use dialect_api::{Dialect, Operation};

use crate::directive::{core_kinds, edge_kinds};

/// What the exchanges of a dialect met.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    /// Kinds of error that the core gave.
    pub(crate) core: BTreeSet<&'static str>,
    /// Kinds of refusal that the gateway gave.
    pub(crate) edge: BTreeSet<&'static str>,
    /// Operations that something was routed to.
    pub(crate) operations: BTreeSet<&'static str>,
}

impl Coverage {
    /// What is owed and not there, in words.
    pub(crate) fn missing<D: Dialect>(&self) -> Vec<String> {
        let core = core_kinds()
            .filter(|kind| !self.core.contains(kind))
            .map(|kind| format!("core error {kind} (`# core: METHOD -> {kind}`)"));
        let edge = edge_kinds()
            .filter(|kind| !self.edge.contains(kind))
            .map(|kind| format!("edge error {kind} (`# edge: {kind}`)"));
        let operations = D::Operation::all()
            .iter()
            .map(|operation| operation.name())
            .filter(|name| !self.operations.contains(name))
            .map(|name| format!("operation {name}"));
        core.chain(edge).chain(operations).collect()
    }
}
