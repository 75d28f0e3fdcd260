//! What the host knows and no event says: names of accounts and volumes, tokens of processes.
//!
//! It is asked for while the event is taken, when a process is most likely still there, and told as
//! lines of its own before the event's:
//!
//! - `{"host":{"computer":"PC","machine":"S-1-5-21-1-2-3"}}`, first of all
//! - `{"volumes":{"\\Device\\HarddiskVolume3":"C:"}}`, at the start and after every change
//! - `{"account":{"sid":"S-1-5-18","name":"NT AUTHORITY\\SYSTEM"}}`, once an account
//! - `{"process":{"pid":4,"startTime":…,…}}`, for a process that starts or runs already

use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// What a running process says of itself; what could not be found out is absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProcessFacts {
    /// FILETIME; who asked by pid knows by this whom the answer is about.
    pub start: i64,
    /// Its image, with drive letter.
    pub image: Option<String>,
    /// Its command line.
    pub command_line: Option<String>,
    /// Its current directory.
    pub directory: Option<String>,
    /// SID of its user.
    pub sid: Option<String>,
    /// LUID of its logon session.
    pub logon: Option<u64>,
    /// FILETIME of that logon.
    pub logon_time: Option<i64>,
    /// Number of its terminal session.
    pub session: Option<u32>,
    /// Mandatory label, `S-1-16-…`.
    pub label: Option<String>,
    /// Its parent.
    pub parent: Option<u32>,
}

/// The host's own name, and the SID of its machine account's domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Computer name.
    pub computer: String,
    /// `S-1-5-21-…`; empty where it is not known.
    pub machine: String,
}

/// What the host can be asked for.
pub trait HostFacts: Send + Sync + 'static {
    /// Who it is.
    fn identity(&self) -> Identity;
    /// Device paths of volumes, and their letters with colon.
    fn volumes(&self) -> Vec<(String, String)>;
    /// `DOMAIN\name` of a SID. May take long: a domain controller may be asked.
    fn account(&self, sid: &str) -> Option<String>;
    /// A running process.
    fn process(&self, pid: u32) -> Option<ProcessFacts>;
}

/// Accounts whose names are remembered; with more, all are asked for anew.
const MAX_ACCOUNTS: usize = 4096;
/// How long an event waits for a name; what takes longer is told when it comes.
const NAME_WAIT: Duration = Duration::from_millis(200);
/// How often, by the time of events, volumes are looked for: 10 s in units of 100 ns.
const VOLUMES_FRESH: i64 = 100_000_000;

/// Asks a host, and tells what is new as lines.
pub(super) struct Teller {
    host: Arc<dyn HostFacts>,
    /// By SID; None while there is no answer, and where that was that there is no name.
    names: HashMap<String, Option<String>>,
    /// SIDs that were told, or will be when there is an answer.
    told: HashSet<String>,
    questions: Sender<String>,
    answers: Receiver<(String, Option<String>)>,
    volumes: Vec<(String, String)>,
    volumes_at: i64,
    volumes_told: bool,
}

impl Teller {
    pub(super) fn new(host: Arc<dyn HostFacts>) -> Self {
        let (questions, asked) = channel::<String>();
        let (answer, answers) = channel();
        let worker = Arc::clone(&host);
        std::thread::spawn(move || {
            for sid in asked {
                let name = worker.account(&sid);
                if answer.send((sid, name)).is_err() {
                    return;
                }
            }
        });
        Self {
            host,
            names: HashMap::new(),
            told: HashSet::new(),
            questions,
            answers,
            volumes: Vec::new(),
            volumes_at: i64::MIN,
            volumes_told: true,
        }
    }

    /// What was told did not arrive: it is told again when it is needed, without asking again.
    pub(super) fn forget(&mut self) {
        self.told.clear();
        self.volumes_told = false;
    }

    /// Tells who the host is.
    pub(super) fn identity(&self, out: &mut String) {
        let Identity { computer, machine } = self.host.identity();
        line(
            out,
            &json!({ "host": { "computer": computer, "machine": machine } }),
        );
    }

    /// Tells which volumes there are, if that is due at a time and has changed.
    pub(super) fn volumes(&mut self, out: &mut String, time: i64) {
        if time.saturating_sub(self.volumes_at) >= VOLUMES_FRESH {
            self.volumes_at = time;
            let volumes = self.host.volumes();
            if volumes != self.volumes {
                self.volumes = volumes;
                self.volumes_told = false;
            }
        }
        if self.volumes_told {
            return;
        }
        self.volumes_told = true;
        let told: Map<String, Value> = self
            .volumes
            .iter()
            .map(|(device, letter)| (device.clone(), letter.as_str().into()))
            .collect();
        line(out, &json!({ "volumes": told }));
    }

    /// Tells the name of an account, now or when it is known.
    pub(super) fn account(&mut self, out: &mut String, sid: &str) {
        self.late_accounts(out);
        if self.told.contains(sid) {
            return;
        }
        if self.names.len() >= MAX_ACCOUNTS {
            self.names.clear();
            self.told.clear();
        }
        self.told.insert(sid.to_owned());
        if let Some(known) = self.names.get(sid) {
            tell_account(out, sid, known.as_deref());
            return;
        }
        self.names.insert(sid.to_owned(), None);
        if self.questions.send(sid.to_owned()).is_err() {
            return;
        }
        if let Ok((asked, name)) = self.answers.recv_timeout(NAME_WAIT) {
            self.answered(out, asked, name);
        }
    }

    fn late_accounts(&mut self, out: &mut String) {
        while let Ok((sid, name)) = self.answers.try_recv() {
            self.answered(out, sid, name);
        }
    }

    fn answered(&mut self, out: &mut String, sid: String, name: Option<String>) {
        tell_account(out, &sid, name.as_deref());
        self.names.insert(sid, name);
    }

    /// Tells of a running process, and of its user.
    pub(super) fn process(&mut self, out: &mut String, pid: u32) {
        let Some(facts) = self.host.process(pid) else {
            return;
        };
        if let Some(sid) = &facts.sid {
            self.account(out, sid);
        }
        line(out, &json!({ "process": described(pid, &facts) }));
    }
}

fn tell_account(out: &mut String, sid: &str, name: Option<&str>) {
    if let Some(name) = name {
        line(out, &json!({ "account": { "sid": sid, "name": name } }));
    }
}

fn described(pid: u32, facts: &ProcessFacts) -> Map<String, Value> {
    let time = |filetime| crate::values::milliseconds(filetime)?.parse::<f64>().ok();
    let told = [
        ("pid", Some(pid.into())),
        ("startTime", time(facts.start).map(Value::from)),
        ("image", facts.image.clone().map(Value::from)),
        ("commandLine", facts.command_line.clone().map(Value::from)),
        ("directory", facts.directory.clone().map(Value::from)),
        ("sid", facts.sid.clone().map(Value::from)),
        ("logon", facts.logon.map(|id| format!("{id:#x}").into())),
        (
            "logonTime",
            facts.logon_time.and_then(time).map(Value::from),
        ),
        ("session", facts.session.map(Value::from)),
        ("label", facts.label.clone().map(Value::from)),
        ("parent", facts.parent.map(Value::from)),
    ];
    let known = told
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    known.collect()
}

fn line(out: &mut String, value: &Value) {
    out.push_str(&value.to_string());
    out.push('\n');
}
