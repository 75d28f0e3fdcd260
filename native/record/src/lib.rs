//! The binary record: what a capture delivers, what a record file holds, what TypeScript decodes.
//!
//! The layout is written once, in [`records!`]. From it come the Rust structures, the C header of
//! the kernel programs ([`c_header`]), the offsets for TypeScript ([`typescript`]) and the checked-in
//! snapshot ([`snapshot`]) that tests on both sides compare with.
//!
//! Every record starts with [`Header`], is little-endian and padded to a multiple of 8 bytes. Text
//! follows the fixed part, each piece as long as its `*_len` field says, without terminator.

mod layout;

pub use layout::{c_header, snapshot, typescript};

/// Version of the layout; readers refuse any other.
pub const VERSION: u32 = 2;

/// Longest record: fixed part, two walked paths, the largest argument list and padding.
pub const MAX_RECORD: usize = 320 * 1024;

/// Declares the record structures and keeps their field list for the generated views.
macro_rules! records {
    ($($(#[$doc:meta])* $name:ident = $kind:literal { $($(#[$fdoc:meta])* $field:ident: $ty:tt),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[repr(C)]
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            pub struct $name { $($(#[$fdoc])* pub $field: $ty),* }
        )*
        /// Every structure with its kind and fields, in order: (name, kind, size, fields).
        pub(crate) const STRUCTURES: &[layout::Structure] = &[$(layout::Structure {
            name: stringify!($name),
            kind: $kind,
            size: core::mem::size_of::<$name>(),
            fields: &[$(layout::Field {
                name: stringify!($field),
                kind: stringify!($ty),
                offset: core::mem::offset_of!($name, $field),
            }),*],
        }),*];
    };
}

records! {
    /// Common start of every record: which event, when, and who acted.
    Header = 0 {
        /// Length of the whole record in bytes, a multiple of 8.
        length: u32,
        /// What follows; see [`kind`].
        kind: u16,
        /// Bits of [`flag`].
        flags: u16,
        /// When, in nanoseconds of the boot clock.
        time: u64,
        /// Start of the acting process (thread-group leader) in nanoseconds of the boot clock.
        process_start: u64,
        /// How many times the acting process and its ancestors have executed a program
        /// (`task_struct.self_exec_id`).
        exec_id: u64,
        /// Process id (thread-group id) in the initial pid namespace.
        pid: u32,
        /// Thread id.
        tid: u32,
        /// Real user id.
        uid: u32,
        /// Real group id.
        gid: u32,
        /// Audit login uid; 0xffffffff when never set.
        login_uid: u32,
        /// Audit session id; 0xffffffff when never set.
        session_id: u32,
        /// Controlling terminal as `major << 20 | minor`; 0 when none.
        tty: u32,
        /// Parent's process id.
        parent_pid: u32,
    }
    /// A program was executed, or (kind `process`) was running when the capture began.
    Exec = 1 {
        /// Common start.
        header: Header,
        /// Parent's start in nanoseconds of the boot clock.
        parent_start: u64,
        /// Parent's exec id.
        parent_exec_id: u64,
        /// Inode number of the image.
        inode: u64,
        /// Size of the image in bytes.
        size: u64,
        /// Modification time of the image, nanoseconds since 1970.
        mtime: u64,
        /// Change time of the image, nanoseconds since 1970.
        ctime: u64,
        /// Device of the image as `major << 20 | minor`.
        device: u32,
        /// Hard links of the image; 0 when it is deleted or never had a name.
        links: u32,
        /// Effective user id after the exec.
        effective_uid: u32,
        /// Bytes of the arguments as the program got them; larger than `args_len` when cut.
        args_total: u32,
        /// Bytes of the image's path.
        path_len: u32,
        /// Bytes of the working directory's path.
        cwd_len: u32,
        /// Bytes of the arguments, each ended by a NUL.
        args_len: u32,
        /// Namespace depth of the process's pid namespace; 0 on the host.
        pid_level: u32,
    }
    /// A process was forked; the header is the forking process.
    Fork = 2 {
        /// Common start.
        header: Header,
        /// Start of the child in nanoseconds of the boot clock.
        child_start: u64,
        /// The child's exec id.
        child_exec_id: u64,
        /// Start of the child's parent (the header's process unless CLONE_PARENT).
        child_parent_start: u64,
        /// Process id of the child.
        child_pid: u32,
        /// Process id of the child's parent.
        child_parent_pid: u32,
    }
    /// A process ended (its last thread).
    Exit = 3 {
        /// Common start.
        header: Header,
        /// Wait status: exit code << 8 | signal.
        exit_code: u32,
        /// Zero.
        reserved: u32,
    }
    /// Something happened to a file that a path names; the kind says what. Behind this part comes
    /// the kind's own ([`Times`], [`Facts`]), then the path.
    File = 4 {
        /// Common start.
        header: Header,
        /// Inode number, 0 where unknown.
        inode: u64,
        /// Device as `major << 20 | minor`, 0 where unknown.
        device: u32,
        /// Which operation; see [`how`].
        how: u32,
        /// Bytes of the path.
        path_len: u32,
        /// Bytes of the caller's own path text, in front of the path; kernel side only, 0 in
        /// delivered records.
        name_len: u32,
        /// Bytes of the process's root, behind the path, where it is not the sensor's; kernel side
        /// only, 0 in delivered records.
        root_len: u32,
        /// Bytes of the kind's own part, in front of the path; a multiple of 8.
        extra_len: u32,
    }
    /// A connection or the first datagram of a flow.
    Network = 6 {
        /// Common start.
        header: Header,
        /// 2 IPv4, 10 IPv6.
        family: u16,
        /// 6 TCP, 17 UDP.
        protocol: u16,
        /// 1 when this process began it (connect, send), 0 when it answered (accept, receive).
        initiated: u16,
        /// Port of this host, host byte order.
        local_port: u16,
        /// Port of the peer, host byte order.
        remote_port: u16,
        /// Zero.
        reserved: u16,
        /// Zero.
        reserved2: u32,
        /// Address of this host, network byte order; IPv4 in the first four bytes.
        local_address: [u8; 16],
        /// Address of the peer.
        remote_address: [u8; 16],
    }
    /// A file's times were set (own part of a file record).
    Times = 8 {
        /// Modification time that was set, nanoseconds since 1970.
        mtime: u64,
        /// Modification time before; 0 where unknown.
        previous_mtime: u64,
    }
    /// A process reached into another one; the header is the one that did.
    Access = 10 {
        /// Common start.
        header: Header,
        /// Start of the target in nanoseconds of the boot clock.
        target_start: u64,
        /// The target's exec id.
        target_exec_id: u64,
        /// Where the target will go on, or what was written to; 0 where unknown.
        address: u64,
        /// Process id of the target.
        target_pid: u32,
        /// Thread id of the target.
        target_tid: u32,
        /// Real user id of the target.
        target_uid: u32,
        /// Process id of the target's parent.
        target_parent_pid: u32,
        /// In which way; see [`access`].
        how: u32,
        /// Bytes of the path of the file that is mapped at `address`; 0 where unknown.
        path_len: u32,
    }
    /// An extended attribute was set (own part of a file record); behind it come 256 bytes of the
    /// attribute's name, filled with NULs, and its value, padded to a multiple of 8.
    Stream = 13 {
        /// When the file was made, nanoseconds since 1970; 0 where unknown.
        created: u64,
        /// Bytes of the value that are here.
        value_len: u32,
        /// Bytes of the whole value.
        value_total: u32,
    }
    /// A kernel module was loaded (own part of a file record, behind [`Facts`]); behind it come 56
    /// bytes of the module's name, filled with NULs.
    Module = 16 {
        /// Bits of the kernel's taint flags for this module.
        taints: u64,
        /// 1 when the kernel accepted its signature, 0 when not, 2 when it does not tell.
        signature: u32,
        /// Zero.
        reserved: u32,
    }
    /// A BPF program was loaded or attached.
    Bpf = 18 {
        /// Common start.
        header: Header,
        /// Command of the bpf system call.
        command: u32,
        /// Type of the program.
        program_type: u32,
        /// Id of the program; 0 where unknown.
        program_id: u32,
        /// Zero.
        reserved: u32,
        /// Name of the program, filled with NULs.
        name: [u8; 16],
    }
    /// A DNS query with its answer. From the kernel side: one packet, whose payload follows.
    Dns = 20 {
        /// Common start; the time is the query's.
        header: Header,
        /// The socket's cookie.
        socket: u64,
        /// TCP's sequence number of the payload (kernel side only).
        sequence: u32,
        /// Bytes of the packet's payload (kernel side only).
        payload_total: u32,
        /// Bytes of it that are here (kernel side only).
        payload_len: u32,
        /// 6 TCP, 17 UDP.
        protocol: u16,
        /// 1 when the packet came from the server (kernel side only).
        is_answer: u16,
        /// Windows' number for the outcome.
        status: u32,
        /// Bytes of the name that was asked for.
        name_len: u32,
        /// Bytes of the results, in Sysmon's form, behind the name.
        results_len: u32,
        /// Zero.
        reserved: u32,
    }
    /// A request of io_uring that was announced with [`flag::PENDING`] is done (kernel side only).
    Done = 21 {
        /// Common start; only kind and length.
        header: Header,
        /// Which request.
        request: u64,
        /// 0 or larger, or a negated error number.
        result: u32,
        /// Zero.
        reserved: u32,
    }
    /// The rules for blocking denied a file operation; the header is who tried.
    Denial = 30 {
        /// Common start.
        header: Header,
        /// Which operation; see [`how`].
        how: u32,
        /// The file's type and permissions.
        mode: u32,
        /// Bytes of the file's path.
        path_len: u32,
        /// Bytes of the path of the program that tried, behind the file's.
        image_len: u32,
    }
    /// Where a process runs: comes in front of its exec or process record, and behind a fork or a
    /// move to other control groups that make a difference. The header is that process.
    Container = 40 {
        /// Common start.
        header: Header,
        /// Number of its control group in the tree of version 2.
        group: u64,
        /// Number of its control group in the tree of version 1 where that looks most like a
        /// container's, with the tree's number in the highest byte; 0 where there is none.
        legacy_group: u64,
        /// Process id in its own pid namespace.
        own_pid: u32,
        /// Device of the image as `major << 20 | minor` (kernel side only).
        device: u32,
        /// Bytes of the path of `group`; 0 when it was told before.
        group_len: u32,
        /// Bytes of the path of `legacy_group`; 0 when it was told before.
        legacy_len: u32,
        /// Bytes of the image's path as the host names it; 0 where that is the same or unknown.
        image_len: u32,
        /// 1 when the paths of the groups are here.
        has_groups: u32,
    }
    /// Somebody did something to the sensor: to a protected process, or to a protected file that the kernel
    /// knew by its number. Behind it, from the kernel side, come the file's protected path and its name
    /// in that directory, each filled up to 256 bytes; delivered, the whole path.
    Interference = 41 {
        /// Common start: who did it.
        header: Header,
        /// What; see [`deed`].
        deed: u32,
        /// The signal's number; 0 for other deeds.
        signal: u32,
        /// What the acting process is to the sensor; see [`relation`].
        relation: u32,
        /// 1 when it was refused.
        refused: u32,
        /// Process id of the protected process; 0 for files.
        target_pid: u32,
        /// What the protected process is; see [`role`].
        target_role: u32,
        /// Bytes of the path.
        path_len: u32,
        /// Bytes of the name in the directory that the path names; kernel side only.
        name_len: u32,
        /// The acting thread's own name, filled with NULs.
        command: [u8; 16],
    }
    /// A name that may be protected was touched (own part of a file record, whose `how` is one of
    /// [`deed`]).
    Touch = 42 {
        /// What the acting process is to the sensor; see [`relation`].
        relation: u32,
        /// Zero.
        reserved: u32,
    }
    /// What tells a file from every other (own part of a file record).
    Facts = 17 {
        /// Size in bytes.
        size: u64,
        /// Modification time, nanoseconds since 1970.
        mtime: u64,
        /// Change time, nanoseconds since 1970.
        ctime: u64,
    }
}

/// Values of [`Header::kind`].
pub mod kind {
    /// [`super::Exec`]: a program was executed.
    pub const EXEC: u16 = 1;
    /// [`super::Fork`].
    pub const FORK: u16 = 2;
    /// [`super::Exit`].
    pub const EXIT: u16 = 3;
    /// [`super::File`]: a file name came into being.
    pub const FILE_CREATE: u16 = 4;
    /// [`super::File`]: a file name ended.
    pub const FILE_DELETE: u16 = 5;
    /// [`super::Network`].
    pub const NETWORK: u16 = 6;
    /// [`super::Exec`]: a process that was there when the capture began.
    pub const PROCESS: u16 = 7;
    /// [`super::File`] with [`super::Times`]: a file's modification time was set.
    pub const FILE_TIME: u16 = 8;
    /// [`super::File`]: a raw device or the kernel's memory was opened for reading.
    pub const RAW_READ: u16 = 9;
    /// [`super::Access`]: a process can now read or control another one.
    pub const ACCESS: u16 = 10;
    /// [`super::Access`]: a process changed another one's memory or registers.
    pub const INJECT: u16 = 11;
    /// [`super::File`]: the acting process's image is no longer what it was; see [`super::how`].
    pub const TAMPER: u16 = 12;
    /// [`super::File`] with [`super::Stream`]: an extended attribute was set.
    pub const STREAM: u16 = 13;
    /// [`super::File`]: a FIFO was made, a local socket was bound.
    pub const PIPE_CREATE: u16 = 14;
    /// [`super::File`]: a FIFO was opened, a local socket was connected; the path is the peer's.
    pub const PIPE_CONNECT: u16 = 15;
    /// [`super::File`] with [`super::Facts`] and [`super::Module`]: a kernel module was loaded.
    pub const MODULE: u16 = 16;
    /// [`super::File`] with [`super::Facts`]: a file was mapped as code.
    pub const IMAGE_LOAD: u16 = 17;
    /// [`super::Bpf`].
    pub const BPF: u16 = 18;
    /// [`super::File`] with [`super::Facts`]: a file that was written was closed, or one was made
    /// executable.
    pub const EXECUTABLE: u16 = 19;
    /// [`super::Dns`].
    pub const DNS: u16 = 20;
    /// [`super::Done`]; never delivered.
    pub const DONE: u16 = 21;
    /// [`super::Denial`]: an executable file was kept from coming into being.
    pub const BLOCKED_EXECUTABLE: u16 = 30;
    /// [`super::Denial`]: a file's content was kept from being overwritten.
    pub const BLOCKED_SHREDDING: u16 = 31;
    /// [`super::Container`].
    pub const CONTAINER: u16 = 40;
    /// [`super::Interference`].
    pub const INTERFERENCE: u16 = 41;
    /// [`super::File`] with [`super::Touch`].
    pub const TOUCH: u16 = 42;
    /// One more than the highest kind.
    pub const COUNT: u16 = 43;
}

/// Bits of [`Header::flags`].
pub mod flag {
    /// A path has more components or bytes than the walk allows; its upper part is missing.
    pub const PATH_INCOMPLETE: u16 = 1;
    /// The arguments are cut at the configured limit.
    pub const ARGS_TRUNCATED: u16 = 2;
    /// The name was already unlinked (or the file never had one) at that moment.
    pub const UNLINKED: u16 = 4;
    /// All text of the record is printable ASCII without `"`, `\`, `&`, `<` and `>`.
    pub const PLAIN: u16 = 8;
    /// The caller's text is relative to its base (kernel side only).
    pub const RELATIVE: u16 = 16;
    /// Symbolic links in the directory part could not be resolved any more.
    pub const UNRESOLVED: u16 = 32;
    /// All text of the record is ASCII.
    pub const ASCII: u16 = 64;
    /// Part of the process's memory could not be read.
    pub const FAULT: u16 = 128;
    /// The process lives in another mount namespace than the sensor.
    pub const FOREIGN: u16 = 256;
    /// As [`PATH_INCOMPLETE`], for the working directory.
    pub const CWD_INCOMPLETE: u16 = 512;
    /// A symbolic link that the name itself is was followed (kernel side only).
    pub const FOLLOWED: u16 = 1024;
    /// It will be known later whether this happened; the inode number is a request's (kernel side
    /// only).
    pub const PENDING: u16 = 2048;
    /// A walked path is written as it reads, not leaf first (kernel side only).
    pub const WHOLE: u16 = 4096;
}

/// Values of [`File::how`].
pub mod how {
    /// open, openat, openat2, creat.
    pub const OPEN: u32 = 1;
    /// mknod, mknodat.
    pub const MKNOD: u32 = 2;
    /// link, linkat.
    pub const LINK: u32 = 3;
    /// symlink, symlinkat.
    pub const SYMLINK: u32 = 4;
    /// rename, renameat, renameat2: the new name, or the victim that lost it.
    pub const RENAME: u32 = 5;
    /// unlink, unlinkat.
    pub const UNLINK: u32 = 6;
    /// A call that changes a file that has a name.
    pub const CHANGE: u32 = 7;
    /// A local socket's abstract name, which begins with `@` when delivered.
    pub const ABSTRACT: u32 = 8;
    /// prctl PR_SET_MM: the image was declared to be another file.
    pub const SET_IMAGE: u32 = 9;
    /// mprotect: memory of the image, its data or its stack was made executable.
    pub const CODE_IN_DATA: u32 = 10;
    /// mprotect: code of the image that was changed, or can be.
    pub const CODE_CHANGED: u32 = 11;
    /// Writing into a file that is open.
    pub const WRITE: u32 = 30;
    /// Mapping a file for writing.
    pub const MAP: u32 = 31;
}

/// Values of [`Access::how`].
pub mod access {
    /// ptrace: PTRACE_ATTACH, PTRACE_SEIZE.
    pub const ATTACH: u32 = 1;
    /// process_vm_readv.
    pub const READ: u32 = 2;
    /// /proc/PID/mem opened for reading.
    pub const OPEN_READ: u32 = 3;
    /// /proc/PID/mem opened for writing.
    pub const OPEN_WRITE: u32 = 4;
    /// /proc/PID/mem opened for both.
    pub const OPEN_BOTH: u32 = 5;
    /// What describes its memory was opened: maps, smaps, pagemap, auxv and the like.
    pub const OPEN_MAPS: u32 = 6;
    /// /proc/PID/environ was opened.
    pub const OPEN_ENVIRONMENT: u32 = 7;
    /// pidfd_getfd.
    pub const DUPLICATE: u32 = 8;
    /// ptrace: PTRACE_POKETEXT, PTRACE_POKEDATA.
    pub const POKE: u32 = 9;
    /// ptrace: registers were set.
    pub const REGISTERS: u32 = 10;
    /// process_vm_writev.
    pub const WRITE: u32 = 11;
    /// /proc/PID/mem was written to.
    pub const FILE_WRITE: u32 = 12;
}

/// Values of [`Interference::deed`].
pub mod deed {
    /// A signal that stops or ends, unless it is handled.
    pub const SIGNAL: u32 = 1;
    /// ptrace: PTRACE_ATTACH, PTRACE_SEIZE; refused: whatever takes the same right.
    pub const TRACE: u32 = 2;
    /// process_vm_writev.
    pub const WRITE_MEMORY: u32 = 3;
    /// /proc/PID/mem opened for writing.
    pub const OPEN_MEMORY: u32 = 4;
    /// pidfd_getfd.
    pub const TAKE_DESCRIPTOR: u32 = 5;
    /// A file opened for writing.
    pub const OPEN: u32 = 6;
    /// unlink, rmdir.
    pub const REMOVE: u32 = 7;
    /// rename: the old or the new name.
    pub const RENAME: u32 = 8;
    /// truncate.
    pub const TRUNCATE: u32 = 9;
    /// chmod.
    pub const CHANGE_MODE: u32 = 10;
    /// mkdir, mknod, link, symlink: the new name.
    pub const MAKE: u32 = 11;
}

/// Values of [`Interference::relation`].
pub mod relation {
    /// None.
    pub const STRANGER: u32 = 0;
    /// Process 1.
    pub const MANAGER: u32 = 1;
    /// The sensor or its supervisor.
    pub const OWN: u32 = 2;
    /// The protected process's parent.
    pub const PARENT: u32 = 3;
    /// It unlocked the protection.
    pub const UNLOCKED: u32 = 4;
    /// The kernel itself, such as for ctrl-C on a terminal; the acting process only happened to run.
    pub const KERNEL: u32 = 5;
}

/// Values of [`Interference::target_role`].
pub mod role {
    /// The sensor.
    pub const SENSOR: u32 = 1;
    /// What starts the sensor again.
    pub const SUPERVISOR: u32 = 2;
    /// Not protected: a process that may do what others may not.
    pub const UNLOCKED: u32 = 3;
}

/// Reasons for which the kernel side counts per kind, in this order.
pub mod counter {
    /// Delivered; counted by the reader of the ring buffer.
    pub const EMITTED: usize = 0;
    /// Lost: the ring buffer was full.
    pub const RING_FULL: usize = 1;
    /// Delivered with an incomplete path.
    pub const PATH_INCOMPLETE: usize = 2;
    /// Delivered or dropped with memory that could not be read.
    pub const FAULT: usize = 3;
    /// Lost: a table of open connections was full.
    pub const TABLE_FULL: usize = 4;
    /// Delivered with cut arguments.
    pub const ARGS_TRUNCATED: usize = 5;
    /// Lost: no scratch memory or an impossible state.
    pub const INTERNAL: usize = 6;
    /// Lost: the kernel skipped a program that interrupted itself.
    pub const RECURSION: usize = 7;
    /// How many there are.
    pub const COUNT: usize = 8;
    /// Their names for people, in order.
    pub const NAMES: [&str; COUNT] = [
        "captured",
        "ringFull",
        "pathIncomplete",
        "readFault",
        "tableFull",
        "argumentsTruncated",
        "internal",
        "recursion",
    ];
}

/// Rounds a record's length up to a multiple of 8.
#[must_use]
pub const fn padded(length: usize) -> usize {
    (length + 7) & !7
}
