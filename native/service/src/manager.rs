//! One service, as the service control manager has it.

use crate::descriptor::Descriptor;
use crate::failure::Failure;
use crate::handle::ServiceHandle;
use crate::process::Process;
use crate::wide;
use monomi_windows::live::{Advapi, EtwApi};
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::thread::sleep;
use std::time::{Duration, Instant};
use windows_sys::Win32::Foundation::{
    ERROR_INVALID_LEVEL, ERROR_SERVICE_ALREADY_RUNNING, ERROR_SERVICE_DATABASE_LOCKED,
    ERROR_SERVICE_DOES_NOT_EXIST, ERROR_SERVICE_EXISTS, ERROR_SERVICE_NOT_ACTIVE,
    ERROR_SERVICE_SPECIFIC_ERROR,
};
use windows_sys::Win32::Security::DACL_SECURITY_INFORMATION;
use windows_sys::Win32::System::Services::{
    ChangeServiceConfig2W, ChangeServiceConfigW, ControlService, CreateServiceW, DeleteService,
    OpenSCManagerW, OpenServiceW, QUERY_SERVICE_CONFIGW, QueryServiceConfigW, QueryServiceStatusEx,
    SC_ACTION, SC_ACTION_RESTART, SC_MANAGER_ALL_ACCESS, SC_MANAGER_CONNECT,
    SC_STATUS_PROCESS_INFO, SERVICE_ALL_ACCESS, SERVICE_AUTO_START, SERVICE_CONFIG_DESCRIPTION,
    SERVICE_CONFIG_FAILURE_ACTIONS, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG,
    SERVICE_CONTROL_PARAMCHANGE, SERVICE_CONTROL_STOP, SERVICE_DESCRIPTIONW, SERVICE_ERROR_NORMAL,
    SERVICE_FAILURE_ACTIONS_FLAG, SERVICE_FAILURE_ACTIONSW, SERVICE_QUERY_STATUS, SERVICE_RUNNING,
    SERVICE_STATUS, SERVICE_STATUS_PROCESS, SERVICE_STOPPED, SERVICE_WIN32_OWN_PROCESS,
    SetServiceObjectSecurity, StartServiceW,
};

/// Administrators and the system may do with the service what they may with every other. Others see
/// whether it runs, and neither stop it nor read how it is configured.
const ACCESS: &str = "D:(A;;CCLCSWRPWPDTLOCRRC;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)\
                      (A;;LC;;;IU)(A;;LC;;;SU)";
/// When the sensor has ended by itself it is started again: milliseconds before the first, second,
/// and every later time.
const PAUSES: [u32; 3] = [1_000, 10_000, 60_000];
/// Without a failure for so long, the next one is the first again.
const STEADY_SECONDS: u32 = 24 * 60 * 60;
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// QUERY_SERVICE_CONFIGW with its texts is at most so long.
const CONFIG_BYTES: usize = 8 * 1024;

/// How a service is doing.
pub(crate) struct Status {
    pub(crate) is_running: bool,
    pub(crate) is_stopped: bool,
    pub(crate) process: u32,
    /// What it ended with: its own code, or Windows'.
    pub(crate) exit_code: u32,
}

/// A service.
pub(crate) struct Service {
    name: String,
    handle: ServiceHandle,
}

fn manager(access: u32) -> Result<ServiceHandle, Failure> {
    // SAFETY: without names it is this machine's active database.
    ServiceHandle::new(unsafe { OpenSCManagerW(null(), null(), access) })
        .ok_or_else(|| Failure::last("open the service control manager"))
}

impl Service {
    /// One that is there, or none.
    pub(crate) fn find(name: &str, access: u32) -> Result<Option<Self>, Failure> {
        let manager = manager(SC_MANAGER_CONNECT)?;
        let units = wide(name);
        // SAFETY: the name ends with a zero.
        let opened = ServiceHandle::new(unsafe { OpenServiceW(manager.0, units.as_ptr(), access) });
        match opened {
            Some(handle) => Ok(Some(Self::new(name, handle))),
            None => match Failure::last(format!("open the service {name}")) {
                missing if missing.code() == Some(ERROR_SERVICE_DOES_NOT_EXIST) => Ok(None),
                failure => Err(failure),
            },
        }
    }

    /// One that must be there; with every right.
    pub(crate) fn open(name: &str) -> Result<Self, Failure> {
        Self::find(name, SERVICE_ALL_ACCESS)?
            .ok_or_else(|| Failure::Because(format!("there is no service {name}")))
    }

    /// One that need not be there; its state only.
    pub(crate) fn status_of(name: &str) -> Result<Option<Status>, Failure> {
        Self::find(name, SERVICE_QUERY_STATUS)?
            .map(|service| service.status())
            .transpose()
    }

    fn new(name: &str, handle: ServiceHandle) -> Self {
        let name = name.to_owned();
        Self { name, handle }
    }

    /// Makes the service, or gives the one that is there this command line, access list and recovery. Whether
    /// it is new.
    pub(crate) fn register(name: &str, command: &str, description: &str) -> Result<bool, Failure> {
        let manager = manager(SC_MANAGER_ALL_ACCESS)?;
        let (name_units, command_units) = (wide(name), wide(command));
        // SAFETY: all texts end with a zero; no account means the system's.
        let made = ServiceHandle::new(unsafe {
            CreateServiceW(
                manager.0,
                name_units.as_ptr(),
                name_units.as_ptr(),
                SERVICE_ALL_ACCESS,
                SERVICE_WIN32_OWN_PROCESS,
                SERVICE_AUTO_START,
                SERVICE_ERROR_NORMAL,
                command_units.as_ptr(),
                null(),
                null_mut(),
                null(),
                null(),
                null(),
            )
        });
        let (service, is_new) = match made {
            Some(handle) => (Self::new(name, handle), true),
            None => match Failure::last(format!("make the service {name}")) {
                there if there.code() == Some(ERROR_SERVICE_EXISTS) => {
                    let service = Self::open(name)?;
                    service.set_command(&command_units)?;
                    (service, false)
                }
                failure => return Err(failure),
            },
        };
        let configured = service.configure(description);
        if configured.is_err() && is_new {
            // SAFETY: the handle is open.
            unsafe { DeleteService(service.handle.0) };
        }
        configured.map(|()| is_new)
    }

    fn set_command(&self, command: &[u16]) -> Result<(), Failure> {
        // SAFETY: the text ends with a zero; what is null stays as it is.
        let done = unsafe {
            ChangeServiceConfigW(
                self.handle.0,
                SERVICE_WIN32_OWN_PROCESS,
                SERVICE_AUTO_START,
                SERVICE_ERROR_NORMAL,
                command.as_ptr(),
                null(),
                null_mut(),
                null(),
                null(),
                null(),
                null(),
            )
        };
        self.checked(done, "change")
    }

    fn configure(&self, description: &str) -> Result<(), Failure> {
        let access = Descriptor::of(ACCESS)?;
        // SAFETY: the handle and the descriptor are valid.
        let done =
            unsafe { SetServiceObjectSecurity(self.handle.0, DACL_SECURITY_INFORMATION, access.0) };
        self.checked(done, "protect")?;
        let mut text = wide(description);
        let description = SERVICE_DESCRIPTIONW {
            lpDescription: text.as_mut_ptr(),
        };
        self.set(SERVICE_CONFIG_DESCRIPTION, &description)?;
        let mut actions = PAUSES.map(|delay| SC_ACTION {
            Type: SC_ACTION_RESTART,
            Delay: delay,
        });
        let recovery = SERVICE_FAILURE_ACTIONSW {
            dwResetPeriod: STEADY_SECONDS,
            lpRebootMsg: null_mut(),
            lpCommand: null_mut(),
            cActions: actions.len() as u32,
            lpsaActions: actions.as_mut_ptr(),
        };
        self.set(SERVICE_CONFIG_FAILURE_ACTIONS, &recovery)?;
        let also_without_crash = SERVICE_FAILURE_ACTIONS_FLAG {
            fFailureActionsOnNonCrashFailures: 1,
        };
        match self.set(SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &also_without_crash) {
            // Wine does not know it.
            Err(unknown) if unknown.code() == Some(ERROR_INVALID_LEVEL) => Ok(()),
            outcome => outcome,
        }
    }

    fn set<T>(&self, what: u32, value: &T) -> Result<(), Failure> {
        let value = std::ptr::from_ref(value).cast::<c_void>();
        // SAFETY: each caller passes the structure that `what` takes.
        let done = unsafe { ChangeServiceConfig2W(self.handle.0, what, value) };
        self.checked(done, &format!("set {what} of"))
    }

    /// Its command line.
    pub(crate) fn command(&self) -> Result<String, Failure> {
        // As the structure in it has to be aligned.
        let mut buffer = vec![0u64; CONFIG_BYTES / 8];
        let mut needed = 0;
        let place = buffer.as_mut_ptr().cast::<QUERY_SERVICE_CONFIGW>();
        // SAFETY: the buffer has the size given.
        let done = unsafe {
            QueryServiceConfigW(self.handle.0, place, CONFIG_BYTES as u32, &raw mut needed)
        };
        self.checked(done, "read the configuration of")?;
        // SAFETY: Windows filled the structure in; its texts end with a zero, in the same buffer.
        let command = unsafe { (*place).lpBinaryPathName };
        let mut units = Vec::new();
        // SAFETY: as above.
        while let unit @ 1.. = unsafe { *command.add(units.len()) } {
            units.push(unit);
        }
        Ok(String::from_utf16_lossy(&units))
    }

    /// How it is doing.
    pub(crate) fn status(&self) -> Result<Status, Failure> {
        let mut status = SERVICE_STATUS_PROCESS::default();
        let mut needed = 0;
        // SAFETY: the structure outlives the call and has the size given.
        let done = unsafe {
            QueryServiceStatusEx(
                self.handle.0,
                SC_STATUS_PROCESS_INFO,
                (&raw mut status).cast::<u8>(),
                size_of::<SERVICE_STATUS_PROCESS>() as u32,
                &raw mut needed,
            )
        };
        self.checked(done, "ask for the state of")?;
        Ok(Status {
            is_running: status.dwCurrentState == SERVICE_RUNNING,
            is_stopped: status.dwCurrentState == SERVICE_STOPPED,
            process: status.dwProcessId,
            exit_code: match status.dwWin32ExitCode {
                ERROR_SERVICE_SPECIFIC_ERROR => status.dwServiceSpecificExitCode,
                code => code,
            },
        })
    }

    /// Starts it and waits until it runs, or has ended again with its process; its state then.
    pub(crate) fn start(&self, patience: Duration) -> Result<Status, Failure> {
        let deadline = Instant::now() + patience;
        while let Err(failure) = self.begin() {
            match failure.code() {
                Some(ERROR_SERVICE_ALREADY_RUNNING) => break,
                // As long as Windows itself starts services.
                Some(ERROR_SERVICE_DATABASE_LOCKED) if Instant::now() < deadline => {
                    sleep(LOOK_EVERY);
                }
                _ => return Err(failure),
            }
        }
        let mut process: Option<Process> = None;
        loop {
            let status = self.status()?;
            // Told to have stopped, it still holds its file and this service for a moment.
            if let (true, Some(process)) = (status.is_stopped, &process) {
                process.wait(deadline.saturating_duration_since(Instant::now()));
            }
            if status.is_running || status.is_stopped || Instant::now() > deadline {
                return Ok(status);
            }
            if process.is_none() {
                process = Process::open(status.process);
            }
            sleep(LOOK_EVERY);
        }
    }

    fn begin(&self) -> Result<(), Failure> {
        // SAFETY: the handle is open; there are no arguments.
        self.checked(unsafe { StartServiceW(self.handle.0, 0, null()) }, "start")
    }

    /// Stops it and waits until its process has ended; with `force` at once, and then no trace session
    /// of this name is left.
    pub(crate) fn stop(&self, force: bool, patience: Duration) -> Result<(), Failure> {
        let process = match self.status()?.process {
            0 => None,
            id => Process::open(id),
        };
        if force {
            if let Some(process) = &process {
                process.kill()?;
            }
        } else if let Err(failure) = self.control(SERVICE_CONTROL_STOP, "stop") {
            let has_ended = failure.code() == Some(ERROR_SERVICE_NOT_ACTIVE);
            if !has_ended {
                return Err(failure);
            }
        }
        let deadline = Instant::now() + patience;
        let process_ended = process.is_none_or(|process| process.wait(patience));
        while process_ended && Instant::now() <= deadline {
            if self.status()?.is_stopped {
                if force {
                    self.end_session();
                }
                return Ok(());
            }
            sleep(LOOK_EVERY);
        }
        let Self { name, .. } = self;
        Err(Failure::Because(format!("the service {name} does not end")))
    }

    /// The process that would have ended the session was killed.
    fn end_session(&self) {
        if let Ok(tracing) = Advapi::load() {
            // That there is none is what is wanted.
            let _: Result<(), u32> = tracing.stop(&self.name);
        }
    }

    /// Has it take its configuration anew.
    pub(crate) fn ask_to_reload(&self) -> Result<(), Failure> {
        self.control(SERVICE_CONTROL_PARAMCHANGE, "reconfigure")
    }

    fn control(&self, what: u32, word: &str) -> Result<(), Failure> {
        let mut status = SERVICE_STATUS::default();
        // SAFETY: the structure outlives the call.
        let done = unsafe { ControlService(self.handle.0, what, &raw mut status) };
        self.checked(done, word)
    }

    /// Has the manager forget it.
    pub(crate) fn delete(&self) -> Result<(), Failure> {
        // SAFETY: the handle is open.
        self.checked(unsafe { DeleteService(self.handle.0) }, "delete")
    }

    fn checked(&self, done: i32, word: &str) -> Result<(), Failure> {
        match done {
            0 => Err(Failure::last(format!("{word} the service {}", self.name))),
            _ => Ok(()),
        }
    }
}
