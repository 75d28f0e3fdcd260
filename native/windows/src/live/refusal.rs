//! Why nothing can be captured, in words that say what to do.

use super::api::{Code, code};
use std::fmt;

/// Why live capture is not possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Windows lacks a function.
    Missing {
        /// Its name.
        function: &'static str,
    },
    /// A function refused.
    Refused {
        /// Its name.
        function: &'static str,
        /// The session's name.
        session: String,
        /// What it answered.
        code: Code,
    },
    /// The name cannot be a session's.
    Name,
}

impl Refusal {
    /// What a function answered of a session.
    pub(super) fn of(function: &'static str, session: &str, code: Code) -> Self {
        Self::Refused {
            function,
            session: session.to_owned(),
            code,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { function } => write!(
                out,
                "this Windows has no {function}: event tracing needs Windows 10, Server 2016 or newer"
            ),
            Self::Refused {
                function,
                session,
                code,
            } => {
                write!(
                    out,
                    "cannot trace events: {function} of session \"{session}\" failed with error {code}"
                )?;
                match advice(*code) {
                    Some(advice) => write!(out, ": {advice}"),
                    None => Ok(()),
                }
            }
            Self::Name => out.write_str(
                "the name of this program cannot be a trace session's: 1 to 200 characters, none of them a control character",
            ),
        }
    }
}

impl std::error::Error for Refusal {}

fn advice(code: Code) -> Option<&'static str> {
    Some(match code {
        code::ACCESS_DENIED => {
            "access is denied; start it as Administrator, as LocalSystem, or as a member of \
             Performance Log Users with the right to profile the system"
        }
        code::NOT_IMPLEMENTED => "this system has no event tracing; Wine is such a system",
        code::ALREADY_EXISTS => "a session of this name exists and could not be taken over",
        code::NO_RESOURCES => {
            "all trace sessions are taken (Windows has 64, of which 8 with events of the kernel); \
             `logman query -ets` lists them, `logman stop NAME -ets` ends one"
        }
        code::NOT_FOUND => "somebody else has ended the session",
        _ => return None,
    })
}
