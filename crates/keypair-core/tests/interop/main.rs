//! Keys of `ssh-keygen` and `openssl` read by us, and ours by them, made anew in each run.

#[cfg(test)]
mod certificates;
#[cfg(test)]
mod our_private_keys;
#[cfg(test)]
mod public_keys;
#[cfg(test)]
mod their_private_keys;
#[cfg(test)]
mod tools;
