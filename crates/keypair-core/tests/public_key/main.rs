//! Which public key lines are taken, and which are not.

#[cfg(test)]
mod blobs;
#[cfg(test)]
mod lines;
#[cfg(test)]
mod mangled;
#[cfg(test)]
mod samples;
