//! What is sealed opens with the right keys, for the right place, and not otherwise.

#[cfg(test)]
mod records;
#[cfg(test)]
mod server_keys;
