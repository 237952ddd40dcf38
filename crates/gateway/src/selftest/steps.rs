//! The life of one key pair, step by step, with a line for each.

use std::future::Future;
use std::io::Write as _;
use std::time::Instant;

use dialect_api::selftest::{Client, Created, Failure, Wire};
use keypair_core::{PrivateKey, PublicKey};
use tokio::signal::unix::Signal;

use crate::assemble::StartError;

/// What ends a run before its time. What it has made is deleted all the same.
pub(super) struct Stop {
    pub(super) interrupt: Signal,
    pub(super) terminate: Signal,
}

impl Stop {
    async fn wanted(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Why the steps ended early.
enum End {
    /// A step failed, and its line is printed.
    Failed,
    /// Standard output is gone.
    Mute(StartError),
}

impl From<StartError> for End {
    fn from(error: StartError) -> Self {
        Self::Mute(error)
    }
}

/// What may be left behind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Nothing,
    /// A key pair was asked for.
    Perhaps,
}

/// Prints a line of a dialect's: the step, and what became of it.
pub(super) fn say(dialect: &str, step: &str, outcome: &str) -> Result<(), StartError> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{dialect:<10} {step:<9} {outcome}")
        .and_then(|()| out.flush())
        .map_err(|error| StartError::failed("writing to standard output", &error))
}

/// Runs all steps and gives whether all went well.
///
/// # Errors
/// Standard output is gone.
pub(super) async fn run(
    dialect: &'static str,
    mut client: Box<dyn Client>,
    wire: &dyn Wire,
    unique: u128,
    stop: &mut Stop,
) -> Result<bool, StartError> {
    let can_delete = client.abilities().delete;
    let name = name(can_delete, unique);
    let mut life = Life {
        dialect,
        name: &name,
        left: Left::Nothing,
    };
    let end = tokio::select! {
        end = life.steps(client.as_mut(), wire) => end,
        () = stop.wanted() => {
            say(dialect, "", "interrupted")?;
            Err(End::Failed)
        }
    };
    let left = life.left;
    match end {
        Ok(()) => return Ok(true),
        Err(End::Failed) => {}
        Err(End::Mute(error)) => {
            // Nobody hears of it, but nothing is to be left behind.
            if left == Left::Perhaps && can_delete {
                let _ = remove(client.as_ref(), wire, &name).await;
            }
            return Err(error);
        }
    }
    if left == Left::Perhaps && can_delete {
        clean_up(dialect, client.as_ref(), wire, &name).await?;
    }
    Ok(false)
}

/// The key pair's name: letters and digits, which suit every cloud.
fn name(can_delete: bool, unique: u128) -> String {
    if can_delete {
        format!("selftest{:012x}", unique & 0xffff_ffff_ffff)
    } else {
        "selftest".to_owned()
    }
}

struct Life<'a> {
    dialect: &'a str,
    name: &'a str,
    left: Left,
}

impl Life<'_> {
    async fn steps(&mut self, client: &mut dyn Client, wire: &dyn Wire) -> Result<(), End> {
        let abilities = client.abilities();
        if abilities.log_in {
            self.step("log in", client.log_in(wire)).await?;
        }
        let client = &*client;
        let (id, public) = self.create(client, wire).await?;
        self.step("list", async {
            match client.find(wire, self.name).await? {
                Some(listed) if listed == id => Ok(()),
                Some(_) => Err(Trouble::wrong("the list has another key pair of this name")),
                None => Err(Trouble::wrong("the list does not have the key pair")),
            }
        })
        .await?;
        self.step("show", async {
            let shown = client.show(wire, &id).await?;
            let shown = shown.ok_or(Trouble::wrong("the key pair is not found"))?;
            if public.is_some_and(|made| made.blob() != shown.blob()) {
                return Err(Trouble::wrong("another public key is shown than was made"));
            }
            Ok(())
        })
        .await?;
        if !abilities.delete {
            return Ok(say(
                self.dialect,
                "",
                &format!(
                    "{} stays, and serves the next run: this API deletes nothing",
                    self.name
                ),
            )?);
        }
        self.step("delete", client.delete(wire, &id)).await?;
        self.step("gone", async {
            if client.find(wire, self.name).await?.is_some() {
                return Err(Trouble::wrong("the list still has the key pair"));
            }
            if client.show(wire, &id).await?.is_some() {
                return Err(Trouble::wrong("the key pair is still shown"));
            }
            Ok(())
        })
        .await?;
        self.left = Left::Nothing;
        Ok(())
    }

    /// Id and public half of the key pair; no public half if it was there already.
    async fn create(
        &mut self,
        client: &dyn Client,
        wire: &dyn Wire,
    ) -> Result<(String, Option<PublicKey>), End> {
        // Before the call: it may be cut off when the key pair is there.
        self.left = Left::Perhaps;
        let mut may_be_done = true;
        let create = async {
            let created = client.create(wire, self.name).await;
            if let Err(failure) = &created {
                may_be_done = failure.may_be_done();
            }
            let created = created?;
            if matches!(created, Created::Taken) && client.abilities().delete {
                return Err(Trouble::wrong("the new name is said to be taken"));
            }
            Ok(created)
        };
        let created = self.step("create", create).await;
        if !may_be_done {
            self.left = Left::Nothing;
        }
        match created? {
            Created::Taken => {
                say(self.dialect, "", "an earlier run has made the key pair")?;
                Ok((self.name.to_owned(), None))
            }
            Created::Made {
                id,
                public,
                private,
            } => {
                self.step("key fits", async { fits(&private, &public) })
                    .await?;
                Ok((id, Some(public)))
            }
        }
    }

    /// Does a step, and prints its line.
    async fn step<T, E: Into<Trouble>>(
        &self,
        step: &str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, End> {
        let (done, outcome) = timed(work).await;
        say(self.dialect, step, &outcome)?;
        done.ok_or(End::Failed)
    }
}

/// Why a step failed.
enum Trouble {
    Call(Failure),
    Wrong(&'static str),
}

impl Trouble {
    fn wrong(problem: &'static str) -> Self {
        Self::Wrong(problem)
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Call(failure)
    }
}

/// Whether the halves belong together.
fn fits(private: &PrivateKey, public: &PublicKey) -> Result<(), Trouble> {
    match private.public_key("") {
        Ok(derived) if derived.blob() == public.blob() => Ok(()),
        Ok(_) => Err(Trouble::wrong(
            "the private key does not fit the public key",
        )),
        Err(_) => Err(Trouble::wrong("the private key has no public half")),
    }
}

/// What work gave, and what to print of it.
async fn timed<T, E: Into<Trouble>>(
    work: impl Future<Output = Result<T, E>>,
) -> (Option<T>, String) {
    let started = Instant::now();
    let done = work.await;
    let took = format!("{:>6} ms", started.elapsed().as_millis());
    match done.map_err(Into::into) {
        Ok(done) => (Some(done), format!("ok     {took}")),
        Err(Trouble::Call(failure)) => (None, format!("FAILED {took}  {failure}")),
        Err(Trouble::Wrong(problem)) => (None, format!("FAILED {took}  {problem}")),
    }
}

/// Deletes what a failed run may have left.
async fn clean_up(
    dialect: &str,
    client: &dyn Client,
    wire: &dyn Wire,
    name: &str,
) -> Result<(), StartError> {
    match timed(remove(client, wire, name)).await {
        (Some(false), _) => Ok(()),
        (Some(true), outcome) => say(dialect, "clean up", &outcome),
        (None, outcome) => say(
            dialect,
            "clean up",
            &format!("{outcome}; a key pair {name} may be left"),
        ),
    }
}

/// Whether there was something to delete.
async fn remove(client: &dyn Client, wire: &dyn Wire, name: &str) -> Result<bool, Failure> {
    let Some(id) = client.find(wire, name).await? else {
        return Ok(false);
    };
    client.delete(wire, &id).await?;
    Ok(true)
}
