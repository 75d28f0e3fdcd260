//! What a running process says of itself: token, image, parameters.

use super::super::host::ProcessFacts;
use super::library::Library;
use super::text;
use crate::bytes::Bytes;
use crate::values::sid;
use std::ffi::c_void;

type Handle = *mut c_void;

#[link(name = "kernel32")]
unsafe extern "system" {
    fn OpenProcess(access: u32, inherit: i32, pid: u32) -> Handle;
    fn CloseHandle(handle: Handle) -> i32;
    fn GetProcessTimes(
        process: Handle,
        created: *mut i64,
        ended: *mut i64,
        kernel: *mut i64,
        user: *mut i64,
    ) -> i32;
    fn QueryFullProcessImageNameW(
        process: Handle,
        flags: u32,
        name: *mut u16,
        length: *mut u32,
    ) -> i32;
    fn ReadProcessMemory(
        process: Handle,
        address: u64,
        buffer: *mut c_void,
        length: usize,
        read: *mut usize,
    ) -> i32;
}

type OpenProcessToken = unsafe extern "system" fn(Handle, u32, *mut Handle) -> i32;
type GetTokenInformation =
    unsafe extern "system" fn(Handle, i32, *mut c_void, u32, *mut u32) -> i32;
type NtQueryInformationProcess =
    unsafe extern "system" fn(Handle, i32, *mut c_void, u32, *mut u32) -> i32;
type LsaGetLogonSessionData = unsafe extern "system" fn(*const u64, *mut *mut u8) -> i32;
type LsaFreeReturnBuffer = unsafe extern "system" fn(*mut c_void) -> i32;

const PROCESS_QUERY_LIMITED_INFORMATION: u32 = 0x1000;
const PROCESS_VM_READ: u32 = 0x10;
const TOKEN_QUERY: u32 = 8;
/// TOKEN_INFORMATION_CLASS of winnt.h.
mod token {
    pub(super) const USER: i32 = 1;
    pub(super) const STATISTICS: i32 = 10;
    pub(super) const SESSION: i32 = 12;
    pub(super) const LABEL: i32 = 25;
}
/// Of what Windows says of a process in a path: 32,767 units and a zero.
const PATH_UNITS: usize = 32_768;

/// A handle that is closed in the end.
struct Owned(Handle);

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the handle is ours and open.
        unsafe { CloseHandle(self.0) };
    }
}

/// The functions that tell of processes.
pub(super) struct Processes {
    open_token: Option<OpenProcessToken>,
    token_information: Option<GetTokenInformation>,
    process_information: Option<NtQueryInformationProcess>,
    logon_data: Option<LsaGetLogonSessionData>,
    free_logon_data: Option<LsaFreeReturnBuffer>,
}

impl Processes {
    pub(super) fn load(advapi: Option<Library>) -> Self {
        let ntdll = Library::of_system("ntdll.dll");
        let secur = Library::of_system("secur32.dll");
        // SAFETY: the types are those of winbase.h, winternl.h and ntsecapi.h.
        unsafe {
            Self {
                open_token: advapi.and_then(|library| library.find("OpenProcessToken")),
                token_information: advapi.and_then(|library| library.find("GetTokenInformation")),
                process_information: ntdll
                    .and_then(|library| library.find("NtQueryInformationProcess")),
                logon_data: secur.and_then(|library| library.find("LsaGetLogonSessionData")),
                free_logon_data: secur.and_then(|library| library.find("LsaFreeReturnBuffer")),
            }
        }
    }

    pub(super) fn facts(&self, pid: u32) -> Option<ProcessFacts> {
        let full = open(PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ, pid);
        let may_read = full.is_some();
        let process = full.or_else(|| open(PROCESS_QUERY_LIMITED_INFORMATION, pid))?;
        let mut facts = ProcessFacts {
            start: start_of(&process)?,
            image: image_of(&process),
            ..ProcessFacts::default()
        };
        self.add_token(&process, &mut facts);
        if let Some(basic) = self.basic_information(&process) {
            facts.parent = u32::try_from(basic[5]).ok();
            if may_read {
                add_parameters(&process, basic[1], &mut facts);
            }
        }
        Some(facts)
    }

    fn add_token(&self, process: &Owned, facts: &mut ProcessFacts) {
        let (Some(open), Some(_)) = (self.open_token, self.token_information) else {
            return;
        };
        let mut token = std::ptr::null_mut();
        // SAFETY: the handle is open; the result outlives the call.
        if unsafe { open(process.0, TOKEN_QUERY, &raw mut token) } == 0 {
            return;
        }
        let token = Owned(token);
        facts.sid = self.sid_of(&token, token::USER);
        facts.label = self.sid_of(&token, token::LABEL);
        facts.session = self
            .information(&token, token::SESSION)
            .and_then(|bytes| Bytes::new(&bytes).u32());
        // TOKEN_STATISTICS: the token's own LUID comes first.
        facts.logon = self
            .information(&token, token::STATISTICS)
            .and_then(|bytes| Bytes::at(&bytes, 8).u64());
        facts.logon_time = facts.logon.and_then(|logon| self.logon_time(logon));
    }

    fn information(&self, token: &Owned, class: i32) -> Option<Vec<u8>> {
        const MOST: usize = 256;
        let mut bytes = vec![0; MOST];
        let mut length = 0;
        // SAFETY: the handle is open; the buffer outlives the call and has this length.
        let done = unsafe {
            self.token_information?(
                token.0,
                class,
                bytes.as_mut_ptr().cast(),
                MOST as u32,
                &raw mut length,
            )
        };
        bytes.truncate(length as usize);
        (done != 0).then_some(bytes)
    }

    /// A SID_AND_ATTRIBUTES: address of the SID, which lies behind it in the same buffer.
    fn sid_of(&self, token: &Owned, class: i32) -> Option<String> {
        const HEAD: usize = 16;
        let bytes = self.information(token, class)?;
        sid(&mut Bytes::at(&bytes, HEAD))
    }

    /// LogonTime of SECURITY_LOGON_SESSION_DATA, at byte 80.
    fn logon_time(&self, logon: u64) -> Option<i64> {
        const LOGON_TIME: usize = 80;
        let free = self.free_logon_data?;
        let mut data = std::ptr::null_mut();
        // SAFETY: both outlive the call.
        let status = unsafe { self.logon_data?(&raw const logon, &raw mut data) };
        if status != 0 || data.is_null() {
            return None;
        }
        // SAFETY: the structure has its own size first.
        let size = unsafe { data.cast::<u32>().read_unaligned() } as usize;
        let time = (size >= LOGON_TIME + 8)
            // SAFETY: it is that long.
            .then(|| unsafe { data.add(LOGON_TIME).cast::<i64>().read_unaligned() });
        // SAFETY: it was given to us, and is not used any more.
        unsafe { free(data.cast()) };
        time.filter(|time| *time > 0)
    }

    /// PROCESS_BASIC_INFORMATION: status, PEB, affinity, priority, pid, parent.
    fn basic_information(&self, process: &Owned) -> Option<[u64; 6]> {
        const BASIC: i32 = 0;
        let mut basic = [0; 6];
        let mut length = 0;
        // SAFETY: the handle is open; the buffer outlives the call and has this length.
        let status = unsafe {
            self.process_information?(
                process.0,
                BASIC,
                basic.as_mut_ptr().cast(),
                size_of_val(&basic) as u32,
                &raw mut length,
            )
        };
        (status == 0).then_some(basic)
    }
}

fn open(access: u32, pid: u32) -> Option<Owned> {
    // SAFETY: it takes no pointers.
    let handle = unsafe { OpenProcess(access, 0, pid) };
    (!handle.is_null()).then_some(Owned(handle))
}

fn start_of(process: &Owned) -> Option<i64> {
    let (mut created, mut ended, mut kernel, mut user) = (0, 0, 0, 0);
    // SAFETY: the handle is open; the results outlive the call.
    let done = unsafe {
        GetProcessTimes(
            process.0,
            &raw mut created,
            &raw mut ended,
            &raw mut kernel,
            &raw mut user,
        )
    };
    (done != 0).then_some(created)
}

fn image_of(process: &Owned) -> Option<String> {
    let mut name = vec![0; PATH_UNITS];
    let mut length = PATH_UNITS as u32;
    // SAFETY: the handle is open; the buffer outlives the call and has this length.
    let done =
        unsafe { QueryFullProcessImageNameW(process.0, 0, name.as_mut_ptr(), &raw mut length) };
    (done != 0).then(|| text(&name))
}

/// Current directory and command line out of RTL_USER_PROCESS_PARAMETERS: what the process makes of
/// them. Both are UNICODE_STRINGs, length first, address at byte 8.
fn add_parameters(process: &Owned, peb: u64, facts: &mut ProcessFacts) {
    const PEB_PARAMETERS: u64 = 0x20;
    const DIRECTORY: u64 = 0x38;
    const COMMAND_LINE: u64 = 0x70;
    let Some(parameters) =
        read(process, peb + PEB_PARAMETERS, 8).and_then(|b| Bytes::new(&b).u64())
    else {
        return;
    };
    let string_at = |offset| {
        let head = read(process, parameters.checked_add(offset)?, 16)?;
        let length = usize::from(Bytes::new(&head).u16()?);
        let bytes = read(process, Bytes::at(&head, 8).u64()?, length)?;
        Some(Bytes::new(&bytes).wide_text())
    };
    facts.directory = string_at(DIRECTORY);
    facts.command_line = string_at(COMMAND_LINE);
}

/// `length` bytes of another process's memory, at most 64 KiB.
fn read(process: &Owned, address: u64, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut count = 0;
    // SAFETY: the handle is open; the buffer outlives the call and has this length.
    let done = unsafe {
        ReadProcessMemory(
            process.0,
            address,
            bytes.as_mut_ptr().cast(),
            length,
            &raw mut count,
        )
    };
    (done != 0 && count == length).then_some(bytes)
}
