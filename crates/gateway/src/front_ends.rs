//! The list of dialects: one line each, and the only place in the gateway that names them.

use crate::front_end::{FrontEndKind, kind};

/// Every dialect that this build speaks, in the order in which they are asked for a request.
pub(crate) const FRONT_ENDS: &[FrontEndKind] = &[
    kind::<locksmith::Locksmith>(),
    kind::<nova::Nova>(),
    kind::<tencent::Tencent>(),
    kind::<orange::Orange>(),
];
