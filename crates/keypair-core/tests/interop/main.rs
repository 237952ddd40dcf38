//! Keys of `ssh-keygen` and `openssl` read by us, and ours by them, made anew in each run.

mod our_private_keys;
mod public_keys;
mod their_private_keys;
mod tools;
