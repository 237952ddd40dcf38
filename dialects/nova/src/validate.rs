//! What Nova accepts, and what it says to the rest.

pub(crate) mod amount;
pub(crate) mod key_pair;
pub(crate) mod names;
mod printable;
pub(crate) mod python_repr;
pub(crate) mod quota_set;
pub(crate) mod rackspace;
pub(crate) mod schema;
