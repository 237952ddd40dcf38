//! The one implementation of [`KeyPairs`] and [`Quotas`].
