//! Attaching one program to one tracepoint, and detaching it.

use crate::{
    error::{CaptureError, one_line},
    kernel,
    plan::Hook,
};
use aya::{
    Btf,
    programs::{
        BtfTracePoint, CgroupAttachMode, CgroupSkb, CgroupSkbAttachType, CgroupSockAddr, FExit,
        Lsm, Program, ProgramError, RawTracePoint, TracePoint, cgroup_skb::CgroupSkbLinkId,
        cgroup_sock_addr::CgroupSockAddrLinkId, fexit::FExitLinkId, lsm::LsmLinkId,
        raw_trace_point::RawTracePointLinkId, tp_btf::BtfTracePointLinkId,
        trace_point::TracePointLinkId,
    },
};

/// An attached program at one hook.
#[derive(Debug)]
pub(crate) enum Link {
    Typed(BtfTracePointLinkId),
    SystemCall(TracePointLinkId),
    Driver(RawTracePointLinkId),
    Packets(CgroupSkbLinkId),
    NamedMessages(CgroupSockAddrLinkId),
    Security(LsmLinkId),
    Return(FExitLinkId),
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

/// Loads the program if it is not loaded yet and attaches it. None where the kernel lacks a hook
/// that the plan can do without.
pub(crate) fn attach(program: &mut Program, hook: Hook, btf: &Btf) -> Result<Option<Link>, Step> {
    match hook {
        Hook::Typed(name) => typed(program, name, btf).map(Some),
        Hook::NewerTyped(name) => Ok(typed(program, name, btf).ok()),
        Hook::NewerExit(_) => Ok(system_call(program, hook).ok().flatten()),
        Hook::NamedMessages(_) => Ok(named_messages(program).ok()),
        Hook::Enter(_) | Hook::Exit(_) | Hook::ExitUnless(..) => system_call(program, hook),
        Hook::PacketsOut => packets(program, CgroupSkbAttachType::Egress).map(Some),
        Hook::PacketsIn => packets(program, CgroupSkbAttachType::Ingress).map(Some),
        Hook::Security(name) => security(program, name, btf).map(Some),
        Hook::Return(name) => returning(program, name, btf).map(Some),
        Hook::NewerRaw(name) => Ok(raw(program, name).ok().flatten()),
        Hook::Driver(name) => raw(program, name),
    }
}

fn system_call(program: &mut Program, hook: Hook) -> Result<Option<Link>, Step> {
    if !kernel::has_system_call(&hook.name()) {
        return Ok(None);
    }
    let classic: &mut TracePoint = program.try_into().map_err(Step::Load)?;
    if classic.fd().is_err() {
        classic.load().map_err(Step::Load)?;
    }
    let link = classic
        .attach("syscalls", &hook.name())
        .map_err(Step::Attach)?;
    Ok(Some(Link::SystemCall(link)))
}

fn raw(program: &mut Program, name: &str) -> Result<Option<Link>, Step> {
    let raw: &mut RawTracePoint = program.try_into().map_err(Step::Load)?;
    if raw.fd().is_err() {
        raw.load().map_err(Step::Load)?;
    }
    Ok(raw.attach(name).ok().map(Link::Driver))
}

fn packets(program: &mut Program, direction: CgroupSkbAttachType) -> Result<Link, Step> {
    let packets: &mut CgroupSkb = program.try_into().map_err(Step::Load)?;
    if packets.fd().is_err() {
        packets.load().map_err(Step::Load)?;
    }
    let root = kernel::cgroup_root().map_err(|error| Step::Attach(ProgramError::IOError(error)))?;
    // Links always stand beside others' programs; the mode is for attachments without a link.
    packets
        .attach(root, direction, CgroupAttachMode::Single)
        .map(Link::Packets)
        .map_err(Step::Attach)
}

fn named_messages(program: &mut Program) -> Result<Link, Step> {
    let messages: &mut CgroupSockAddr = program.try_into().map_err(Step::Load)?;
    if messages.fd().is_err() {
        messages.load().map_err(Step::Load)?;
    }
    let root = kernel::cgroup_root().map_err(|error| Step::Attach(ProgramError::IOError(error)))?;
    messages
        .attach(root, CgroupAttachMode::Single)
        .map(Link::NamedMessages)
        .map_err(Step::Attach)
}

/// Loads a program without attaching it, to learn whether the kernel takes it. What the kernel lacks
/// is no refusal.
pub(crate) fn load(program: &mut Program, hook: Hook, btf: &Btf) -> Result<(), ProgramError> {
    if !kernel::has_hook(hook) {
        return Ok(());
    }
    match hook {
        Hook::Typed(name) => <&mut BtfTracePoint>::try_from(program)?.load(name, btf),
        Hook::NewerTyped(name) => match <&mut BtfTracePoint>::try_from(program)?.load(name, btf) {
            Err(ProgramError::Btf(_)) => Ok(()),
            result => result,
        },
        Hook::Enter(_) | Hook::Exit(_) | Hook::NewerExit(_) | Hook::ExitUnless(_, _) => {
            <&mut TracePoint>::try_from(program)?.load()
        }
        Hook::Driver(_) | Hook::NewerRaw(_) => <&mut RawTracePoint>::try_from(program)?.load(),
        Hook::PacketsIn | Hook::PacketsOut => <&mut CgroupSkb>::try_from(program)?.load(),
        Hook::NamedMessages(_) => <&mut CgroupSockAddr>::try_from(program)?.load(),
        Hook::Security(name) => <&mut Lsm>::try_from(program)?.load(name, btf),
        Hook::Return(name) => <&mut FExit>::try_from(program)?.load(name, btf),
    }
}

fn returning(program: &mut Program, name: &str, btf: &Btf) -> Result<Link, Step> {
    let returning: &mut FExit = program.try_into().map_err(Step::Load)?;
    if returning.fd().is_err() {
        returning.load(name, btf).map_err(Step::Load)?;
    }
    returning.attach().map(Link::Return).map_err(Step::Attach)
}

fn security(program: &mut Program, name: &str, btf: &Btf) -> Result<Link, Step> {
    let security: &mut Lsm = program.try_into().map_err(Step::Load)?;
    if security.fd().is_err() {
        security.load(name, btf).map_err(Step::Load)?;
    }
    security.attach().map(Link::Security).map_err(Step::Attach)
}

fn typed(program: &mut Program, name: &str, btf: &Btf) -> Result<Link, Step> {
    let typed: &mut BtfTracePoint = program.try_into().map_err(Step::Load)?;
    if typed.fd().is_err() {
        typed.load(name, btf).map_err(Step::Load)?;
    }
    typed.attach().map(Link::Typed).map_err(Step::Attach)
}

/// Detaches one hook; unloads the program behind its last one.
pub(crate) fn detach(program: &mut Program, link: Link, is_last: bool) -> Result<(), Step> {
    match link {
        Link::Typed(link) => {
            let typed: &mut BtfTracePoint = program.try_into().map_err(Step::Load)?;
            typed.detach(link).map_err(Step::Attach)?;
            if is_last {
                typed.unload().map_err(Step::Load)
            } else {
                Ok(())
            }
        }
        Link::SystemCall(link) => {
            let classic: &mut TracePoint = program.try_into().map_err(Step::Load)?;
            classic.detach(link).map_err(Step::Attach)?;
            if is_last {
                classic.unload().map_err(Step::Load)
            } else {
                Ok(())
            }
        }
        Link::Driver(link) => {
            let raw: &mut RawTracePoint = program.try_into().map_err(Step::Load)?;
            raw.detach(link).map_err(Step::Attach)?;
            if is_last {
                raw.unload().map_err(Step::Load)
            } else {
                Ok(())
            }
        }
        Link::NamedMessages(link) => {
            let messages: &mut CgroupSockAddr = program.try_into().map_err(Step::Load)?;
            messages.detach(link).map_err(Step::Attach)?;
            if is_last {
                messages.unload().map_err(Step::Load)
            } else {
                Ok(())
            }
        }
        Link::Packets(link) => {
            let packets: &mut CgroupSkb = program.try_into().map_err(Step::Load)?;
            packets.detach(link).map_err(Step::Attach)?;
            if is_last {
                packets.unload().map_err(Step::Load)
            } else {
                Ok(())
            }
        }
        Link::Security(link) => {
            let security: &mut Lsm = program.try_into().map_err(Step::Load)?;
            security.detach(link).map_err(Step::Attach)?;
            if is_last {
                security.unload().map_err(Step::Load)
            } else {
                Ok(())
            }
        }
        Link::Return(link) => {
            let returning: &mut FExit = program.try_into().map_err(Step::Load)?;
            returning.detach(link).map_err(Step::Attach)?;
            if is_last {
                returning.unload().map_err(Step::Load)
            } else {
                Ok(())
            }
        }
    }
}
