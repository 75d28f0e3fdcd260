//! Why Windows refuses, in words.

use std::fmt;
use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_SERVICE_ALREADY_RUNNING, ERROR_SERVICE_CANNOT_ACCEPT_CTRL,
    ERROR_SERVICE_DISABLED, ERROR_SERVICE_DOES_NOT_EXIST, ERROR_SERVICE_MARKED_FOR_DELETE,
    ERROR_SERVICE_NOT_ACTIVE, GetLastError,
};

/// A step that Windows refused.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Windows' error code.
    Refused { step: String, code: u32 },
    /// Our own reason.
    Because(String),
}

impl Failure {
    /// The last error of this thread.
    pub(crate) fn last(step: impl Into<String>) -> Self {
        // SAFETY: it has no arguments.
        Self::of(step, unsafe { GetLastError() })
    }

    pub(crate) fn of(step: impl Into<String>, code: u32) -> Self {
        let step = step.into();
        Self::Refused { step, code }
    }

    /// Windows' error code, if it is Windows that refused.
    pub(crate) fn code(&self) -> Option<u32> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            Self::Because(_) => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (step, code) = match self {
            Self::Because(reason) => return out.write_str(reason),
            Self::Refused { step, code } => (step, *code),
        };
        write!(out, "cannot {step}: ")?;
        match code {
            ERROR_ACCESS_DENIED => out.write_str("access is denied; run this as an administrator"),
            ERROR_SERVICE_DOES_NOT_EXIST => out.write_str("there is no such service"),
            ERROR_SERVICE_ALREADY_RUNNING => out.write_str("it is running already"),
            ERROR_SERVICE_NOT_ACTIVE => out.write_str("it is not running"),
            ERROR_SERVICE_CANNOT_ACCEPT_CTRL => {
                out.write_str("the service is just starting or stopping; try again")
            }
            ERROR_SERVICE_DISABLED => out.write_str("the service is disabled"),
            ERROR_SERVICE_MARKED_FOR_DELETE => out.write_str(
                "the service is about to be deleted; close what shows services, and try again",
            ),
            _ => write!(out, "{}", std::io::Error::from_raw_os_error(code as i32)),
        }
    }
}
