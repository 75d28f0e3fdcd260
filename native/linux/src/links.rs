//! Loading programs, attaching each to its hooks, and detaching it.

use crate::{
    calls,
    error::{CaptureError, one_line},
    kernel,
    plan::Hook,
};
use aya::{
    Btf,
    maps::{MapData, ProgramArray},
    programs::{
        BtfTracePoint, CgroupAttachMode, CgroupSkb, CgroupSkbAttachType, CgroupSockAddr, FExit,
        Lsm, Program, ProgramError, RawTracePoint, TracePoint,
        cgroup_skb::CgroupSkbLinkId,
        cgroup_sock_addr::CgroupSockAddrLinkId,
        fexit::FExitLinkId,
        links::{FdLink, LinkError, PinnedLink},
        lsm::LsmLinkId,
        raw_trace_point::RawTracePointLinkId,
        tp_btf::BtfTracePointLinkId,
        trace_point::TracePointLinkId,
    },
};
use std::{sync::Mutex, thread};

/// The tracepoint at the exit of every call. What is jumped to is loaded for the same one.
pub(crate) const CALL_EXITS: &str = "sys_exit";

/// The table that the program at the exit of every call jumps through.
pub(crate) type Exits = ProgramArray<MapData>;

/// An attached program at one hook.
#[derive(Debug)]
pub(crate) enum Link {
    Typed(BtfTracePointLinkId),
    Entry(TracePointLinkId),
    Raw(RawTracePointLinkId),
    /// In the table of exits.
    Slot(u32),
    Packets(CgroupSkbLinkId),
    NamedMessages(CgroupSockAddrLinkId),
    Security(LsmLinkId),
    Return(FExitLinkId),
    /// Pinned: it outlives us.
    Pinned(PinnedLink),
}

/// What failed.
pub(crate) enum Step {
    Load(ProgramError),
    Attach(ProgramError),
}

impl Step {
    pub(crate) fn of(self, program: &str, hook: Hook) -> CaptureError {
        let program = program.to_string();
        match self {
            Self::Load(error) => CaptureError::Program {
                program,
                reason: one_line(&error),
            },
            Self::Attach(error) => CaptureError::Attach {
                program,
                hook: hook.name(),
                reason: one_line(&error),
            },
        }
    }
}

/// Loads programs, each for one of its hooks, on all processors: the kernel's verifier is most of what
/// a start takes. What fails here fails again, and is told, when it is attached.
pub(crate) fn load_all<'a>(
    programs: impl Iterator<Item = (&'a mut Program, Hook)> + Send,
    btf: &Btf,
) {
    let programs = Mutex::new(programs);
    let next = || {
        programs
            .lock()
            .ok()
            .and_then(|mut programs| programs.next())
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((program, hook)) = next() {
                    drop(load(program, hook, btf));
                }
            });
        }
    });
}

/// Loads the program if it is not loaded yet.
pub(crate) fn load(program: &mut Program, hook: Hook, btf: &Btf) -> Result<(), Step> {
    if program.fd().is_ok() {
        return Ok(());
    }
    match (program, hook) {
        (Program::BtfTracePoint(program), Hook::Typed(name) | Hook::NewerTyped(name)) => {
            program.load(name, btf)
        }
        (
            Program::BtfTracePoint(program),
            Hook::Exit(_) | Hook::NewerExit(_) | Hook::ExitUnless(..) | Hook::CompatExits,
        ) => program.load(CALL_EXITS, btf),
        (Program::TracePoint(program), _) => program.load(),
        (Program::RawTracePoint(program), _) => program.load(),
        (Program::CgroupSkb(program), _) => program.load(),
        (Program::CgroupSockAddr(program), _) => program.load(),
        (Program::Lsm(program), Hook::Security(name)) => program.load(name, btf),
        (Program::FExit(program), Hook::Return(name)) => program.load(name, btf),
        _ => Err(ProgramError::UnexpectedProgramType),
    }
    .map_err(Step::Load)
}

/// Loads the program if it is not loaded yet and attaches it. None where the kernel lacks a hook
/// that the plan can do without.
pub(crate) fn attach(
    program: &mut Program,
    name: &str,
    hook: Hook,
    btf: &Btf,
    exits: &mut Exits,
) -> Result<Option<Link>, Step> {
    if matches!(hook, Hook::Enter(_) | Hook::Exit(_) | Hook::ExitUnless(..))
        && !kernel::has_system_call(&hook.name())
    {
        return Ok(None);
    }
    let attached = load(program, hook, btf).and_then(|()| match hook {
        Hook::Typed(_) | Hook::NewerTyped(_) => typed(program),
        Hook::Enter(_) => call_entry(program, hook),
        Hook::Exit(_) | Hook::NewerExit(_) | Hook::ExitUnless(..) | Hook::CompatExits => {
            call_exit(program, name, hook, exits)
        }
        Hook::NewerRaw(place) | Hook::Driver(place) => raw(program, place),
        Hook::PacketsOut => packets(program, CgroupSkbAttachType::Egress),
        Hook::PacketsIn => packets(program, CgroupSkbAttachType::Ingress),
        Hook::NamedMessages(_) => named_messages(program),
        Hook::Security(_) => security(program),
        Hook::Return(_) => returning(program),
    });
    match (attached, hook) {
        (Ok(link), _) => Ok(Some(link)),
        (
            Err(_),
            Hook::NewerTyped(_)
            | Hook::NewerExit(_)
            | Hook::NewerRaw(_)
            | Hook::CompatExits
            | Hook::NamedMessages(_),
        )
        | (Err(Step::Attach(_)), Hook::Driver(_)) => Ok(None),
        (Err(step), _) => Err(step),
    }
}

fn typed(program: &mut Program) -> Result<Link, Step> {
    let Program::BtfTracePoint(program) = program else {
        return Err(Step::Load(ProgramError::UnexpectedProgramType));
    };
    program.attach().map(Link::Typed).map_err(Step::Attach)
}

fn call_entry(program: &mut Program, hook: Hook) -> Result<Link, Step> {
    let program: &mut TracePoint = program.try_into().map_err(Step::Load)?;
    program
        .attach("syscalls", &hook.name())
        .map(Link::Entry)
        .map_err(Step::Attach)
}

fn call_exit(
    program: &mut Program,
    name: &str,
    hook: Hook,
    exits: &mut Exits,
) -> Result<Link, Step> {
    let program: &mut BtfTracePoint = program.try_into().map_err(Step::Load)?;
    let fd = program.fd().map_err(Step::Load)?;
    let slot = calls::slot(name, hook).ok_or(Step::Attach(ProgramError::UnexpectedProgramType))?;
    exits
        .set(slot, fd, 0)
        .map(|()| Link::Slot(slot))
        .map_err(|error| Step::Attach(ProgramError::MapError(error)))
}

fn raw(program: &mut Program, place: &str) -> Result<Link, Step> {
    let program: &mut RawTracePoint = program.try_into().map_err(Step::Load)?;
    program.attach(place).map(Link::Raw).map_err(Step::Attach)
}

/// The root of the control groups. Links always stand beside others' programs there; the mode of an
/// attachment is for those without a link.
fn control_groups() -> Result<std::fs::File, Step> {
    kernel::cgroup_root().map_err(|error| Step::Attach(ProgramError::IOError(error)))
}

fn packets(program: &mut Program, direction: CgroupSkbAttachType) -> Result<Link, Step> {
    let program: &mut CgroupSkb = program.try_into().map_err(Step::Load)?;
    program
        .attach(control_groups()?, direction, CgroupAttachMode::Single)
        .map(Link::Packets)
        .map_err(Step::Attach)
}

fn named_messages(program: &mut Program) -> Result<Link, Step> {
    let program: &mut CgroupSockAddr = program.try_into().map_err(Step::Load)?;
    program
        .attach(control_groups()?, CgroupAttachMode::Single)
        .map(Link::NamedMessages)
        .map_err(Step::Attach)
}

fn security(program: &mut Program) -> Result<Link, Step> {
    let program: &mut Lsm = program.try_into().map_err(Step::Load)?;
    program.attach().map(Link::Security).map_err(Step::Attach)
}

fn returning(program: &mut Program) -> Result<Link, Step> {
    let program: &mut FExit = program.try_into().map_err(Step::Load)?;
    program.attach().map(Link::Return).map_err(Step::Attach)
}

/// Makes an attached program's link one that can be pinned. What is no link (a slot) stays what it is.
pub(crate) fn take(program: &mut Program, link: Link) -> Result<Result<FdLink, Link>, Step> {
    let invalid = |error: LinkError| {
        Step::Attach(ProgramError::IOError(std::io::Error::other(
            error.to_string(),
        )))
    };
    Ok(Ok(match (link, program) {
        (Link::Typed(link), Program::BtfTracePoint(program)) => {
            program.take_link(link).map_err(Step::Attach)?.into()
        }
        (Link::Raw(link), Program::RawTracePoint(program)) => {
            program.take_link(link).map_err(Step::Attach)?.into()
        }
        (Link::Security(link), Program::Lsm(program)) => {
            program.take_link(link).map_err(Step::Attach)?.into()
        }
        (Link::Return(link), Program::FExit(program)) => {
            program.take_link(link).map_err(Step::Attach)?.into()
        }
        (Link::Entry(link), Program::TracePoint(program)) => program
            .take_link(link)
            .map_err(Step::Attach)?
            .try_into()
            .map_err(invalid)?,
        (Link::Packets(link), Program::CgroupSkb(program)) => program
            .take_link(link)
            .map_err(Step::Attach)?
            .try_into()
            .map_err(invalid)?,
        (Link::NamedMessages(link), Program::CgroupSockAddr(program)) => program
            .take_link(link)
            .map_err(Step::Attach)?
            .try_into()
            .map_err(invalid)?,
        (link, _) => return Ok(Err(link)),
    }))
}

/// Detaches one hook.
pub(crate) fn detach(program: &mut Program, link: Link, exits: &mut Exits) -> Result<(), Step> {
    match (link, program) {
        (Link::Slot(slot), _) => exits.clear_index(&slot).map_err(ProgramError::MapError),
        (Link::Typed(link), Program::BtfTracePoint(program)) => program.detach(link),
        (Link::Entry(link), Program::TracePoint(program)) => program.detach(link),
        (Link::Raw(link), Program::RawTracePoint(program)) => program.detach(link),
        (Link::Packets(link), Program::CgroupSkb(program)) => program.detach(link),
        (Link::NamedMessages(link), Program::CgroupSockAddr(program)) => program.detach(link),
        (Link::Security(link), Program::Lsm(program)) => program.detach(link),
        (Link::Return(link), Program::FExit(program)) => program.detach(link),
        (Link::Pinned(link), _) => link.unpin().map(drop).map_err(ProgramError::IOError),
        _ => Err(ProgramError::UnexpectedProgramType),
    }
    .map_err(Step::Attach)
}

/// Unloads the program if it is loaded: of a capture that was taken over, it is the earlier sensor's.
pub(crate) fn unload(program: &mut Program) -> Result<(), Step> {
    if program.fd().is_err() {
        return Ok(());
    }
    match program {
        Program::BtfTracePoint(program) => program.unload(),
        Program::TracePoint(program) => program.unload(),
        Program::RawTracePoint(program) => program.unload(),
        Program::CgroupSkb(program) => program.unload(),
        Program::CgroupSockAddr(program) => program.unload(),
        Program::Lsm(program) => program.unload(),
        Program::FExit(program) => program.unload(),
        _ => Err(ProgramError::UnexpectedProgramType),
    }
    .map_err(Step::Load)
}
