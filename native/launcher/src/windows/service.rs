//! The start as a service: this process answers the service control manager, which accepts no other
//! than the one that it started, and passes on what it is told.
//!
//! The runtime gets a line for each control on its standard input (`stop`, `reload`) and says on its
//! standard output how it is doing (`ready` once it captures, `alive` from time to time). What it
//! says on its standard error goes to the service's log.

use super::log::Log;
use super::{FAILED, Runtime, system};
use crate::Error;
use std::io::{BufRead, BufReader, Write};
use std::os::windows::io::{AsHandle, OwnedHandle};
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use windows_sys::Win32::Foundation::{
    ERROR_CALL_NOT_IMPLEMENTED, ERROR_FAILED_SERVICE_CONTROLLER_CONNECT,
    ERROR_SERVICE_SPECIFIC_ERROR, GetLastError, NO_ERROR,
};
use windows_sys::Win32::System::Services::{
    RegisterServiceCtrlHandlerExW, SERVICE_ACCEPT_PARAMCHANGE, SERVICE_ACCEPT_SHUTDOWN,
    SERVICE_ACCEPT_STOP, SERVICE_CONTROL_INTERROGATE, SERVICE_CONTROL_PARAMCHANGE,
    SERVICE_CONTROL_SHUTDOWN, SERVICE_CONTROL_STOP, SERVICE_RUNNING, SERVICE_START_PENDING,
    SERVICE_STATUS, SERVICE_STATUS_HANDLE, SERVICE_STOP_PENDING, SERVICE_STOPPED,
    SERVICE_TABLE_ENTRYW, SERVICE_WIN32_OWN_PROCESS, SetServiceStatus, StartServiceCtrlDispatcherW,
};

/// Unpacking, and the first events of a busy machine.
const START_MS: u32 = 180_000;
/// To write what it has; it is ended by force after that.
const STOP_MS: u32 = 20_000;
/// A runtime that is well says so three times as often. Two silences in a row are needed, as one may
/// be the machine's sleep.
const SILENCE: Duration = Duration::from_secs(30);
const MOST_SILENCES: u32 = 2;
const FAILED_AT_ONCE: &str = "the runtime's pipes are missing";

static STATE: Mutex<State> = Mutex::new(State {
    handle: 0,
    current: SERVICE_START_PENDING,
    controls: None,
    runtime: None,
});

struct State {
    /// SERVICE_STATUS_HANDLE; 0 before there is one.
    handle: usize,
    current: u32,
    controls: Option<ChildStdin>,
    runtime: Option<OwnedHandle>,
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// Tells the service control manager; `code` is what a stopped service ended with.
    fn set(&mut self, current: u32, code: u32) {
        self.current = current;
        let accepted = match current {
            SERVICE_STOPPED | SERVICE_STOP_PENDING => 0,
            SERVICE_RUNNING => {
                SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN | SERVICE_ACCEPT_PARAMCHANGE
            }
            _ => SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN,
        };
        let status = SERVICE_STATUS {
            dwServiceType: SERVICE_WIN32_OWN_PROCESS,
            dwCurrentState: current,
            dwControlsAccepted: accepted,
            dwWin32ExitCode: match code {
                0 => NO_ERROR,
                _ => ERROR_SERVICE_SPECIFIC_ERROR,
            },
            dwServiceSpecificExitCode: code,
            dwCheckPoint: 0,
            dwWaitHint: match current {
                SERVICE_START_PENDING => START_MS,
                SERVICE_STOP_PENDING => STOP_MS,
                _ => 0,
            },
        };
        let handle = self.handle as SERVICE_STATUS_HANDLE;
        // SAFETY: the status outlives the call; a handle that is none is refused.
        unsafe { SetServiceStatus(handle, &raw const status) };
    }

    /// A runtime that has just ended does not hear it, and need not.
    fn tell_runtime(&mut self, word: &str) {
        if let Some(controls) = &mut self.controls {
            drop(
                controls
                    .write_all(word.as_bytes())
                    .and_then(|()| controls.flush()),
            );
        }
    }

    fn kill_runtime(&self) {
        if let Some(runtime) = &self.runtime {
            system::end_process(runtime);
        }
    }
}

/// Runs as a service to its end; false when it is not the service control manager that started this
/// process.
pub(super) fn ran() -> Result<bool, Error> {
    let mut name = [0u16];
    let table = [
        SERVICE_TABLE_ENTRYW {
            lpServiceName: name.as_mut_ptr(),
            lpServiceProc: Some(service_main),
        },
        SERVICE_TABLE_ENTRYW::default(),
    ];
    // SAFETY: the table ends with an empty entry and outlives the call, which lasts as long as the
    // service.
    if unsafe { StartServiceCtrlDispatcherW(table.as_ptr()) } != 0 {
        return Ok(true);
    }
    // SAFETY: it has no arguments.
    match unsafe { GetLastError() } {
        ERROR_FAILED_SERVICE_CONTROLLER_CONNECT => Ok(false),
        code => Err(Error::system(
            "answer the service control manager",
            std::io::Error::from_raw_os_error(code as i32),
        )),
    }
}

unsafe extern "system" fn service_main(_count: u32, _arguments: *mut *mut u16) {
    // No panic may cross into Windows, which then sees the process end.
    drop(std::panic::catch_unwind(serve));
}

fn serve() {
    let name = [0u16];
    // SAFETY: a service with a process of its own needs no name; the handler needs no context.
    let handle =
        unsafe { RegisterServiceCtrlHandlerExW(name.as_ptr(), Some(on_control), std::ptr::null()) };
    state().handle = handle as usize;
    state().set(SERVICE_START_PENDING, 0);
    let log = Log::of_this_service();
    let code = run(&log).unwrap_or_else(|error| {
        log.say(&format!("monomi: {error}"));
        i32::from(error.exit_code())
    });
    // A failure while it was being stopped must not have Windows start it again.
    let mut state = state();
    let code = if state.current == SERVICE_STOP_PENDING {
        0
    } else {
        code
    };
    state.set(SERVICE_STOPPED, code as u32);
}

/// The runtime's exit code.
fn run(log: &Log) -> Result<i32, Error> {
    let mut runtime = Runtime::prepare()?;
    let refused = |cause| Error::system("start the runtime", cause);
    let mut child = runtime
        .command
        .env("MONOMI_CONTROLLED", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(refused)?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(controls), Some(words), Some(errors)) = pipes else {
        return Err(refused(std::io::Error::other(FAILED_AT_ONCE)));
    };
    let handle = child.as_handle().try_clone_to_owned().map_err(refused)?;
    {
        let mut state = state();
        state.controls = Some(controls);
        state.runtime = Some(handle);
        // It may have been told to stop before.
        if state.current == SERVICE_STOP_PENDING {
            state.tell_runtime("stop\n");
        }
    }
    thread::scope(|scope| {
        scope.spawn(|| log.copy(errors));
        scope.spawn(|| watch(words, log));
        child.wait()
    })
    .map(|status| status.code().unwrap_or(FAILED))
    .map_err(refused)
}

/// Until the runtime has nothing more to say.
fn watch(words: ChildStdout, log: &Log) {
    let (said, heard) = channel();
    thread::spawn(move || {
        for word in BufReader::new(words).lines().map_while(Result::ok) {
            if said.send(word).is_err() {
                break;
            }
        }
    });
    hear(&heard, log);
}

fn hear(heard: &Receiver<String>, log: &Log) {
    let mut is_ready = false;
    let mut silences = 0;
    loop {
        match heard.recv_timeout(SILENCE) {
            Ok(word) => {
                silences = 0;
                let mut state = state();
                if word == "ready" && state.current == SERVICE_START_PENDING {
                    is_ready = true;
                    state.set(SERVICE_RUNNING, 0);
                }
            }
            Err(RecvTimeoutError::Timeout) if is_ready => {
                silences += 1;
                if silences == MOST_SILENCES {
                    log.say("the sensor does not answer; it is ended");
                    state().kill_runtime();
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

unsafe extern "system" fn on_control(
    control: u32,
    _kind: u32,
    _data: *mut std::ffi::c_void,
    _context: *mut std::ffi::c_void,
) -> u32 {
    std::panic::catch_unwind(|| answer(control)).unwrap_or(ERROR_CALL_NOT_IMPLEMENTED)
}

fn answer(control: u32) -> u32 {
    match control {
        SERVICE_CONTROL_INTERROGATE => {}
        SERVICE_CONTROL_PARAMCHANGE => state().tell_runtime("reload\n"),
        SERVICE_CONTROL_STOP | SERVICE_CONTROL_SHUTDOWN => {
            let mut state = state();
            state.set(SERVICE_STOP_PENDING, 0);
            state.tell_runtime("stop\n");
            thread::spawn(|| {
                thread::sleep(Duration::from_millis(STOP_MS.into()));
                self::state().kill_runtime();
            });
        }
        _ => return ERROR_CALL_NOT_IMPLEMENTED,
    }
    NO_ERROR
}
