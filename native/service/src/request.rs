//! Requests as JSON.

use crate::failure::Failure;
use crate::manager::{Service, Status};
use crate::{folder, hardening, process};
use serde_json::{Value, json};
use std::time::Duration;
use windows_sys::Win32::System::Services::{SERVICE_ALL_ACCESS, SERVICE_QUERY_CONFIG};

/// Does what a request says: `{"do": WORD, …}`, where WORD is
///
/// | | takes | answers |
/// |---|---|---|
/// | `elevated` | | whether an administrator's rights are in force |
/// | `folder` | `path` | whether it was made; it is administrators' alone then |
/// | `remove-later` | `path` | null |
/// | `harden` | `launcher`: its process id | null; this process and the launcher are closed to others |
/// | `register` | `name`, `command`, `description` | whether it is new |
/// | `start` | `name`, `milliseconds` | state |
/// | `stop` | `name`, `milliseconds`, `force` | null |
/// | `reload` | `name` | null |
/// | `delete` | `name` | null; as `stop`, also when there is no such service |
/// | `command` | `name` | the command line, or null when there is no such service |
/// | `status` | `name` | state, or null when there is no such service |
///
/// A state is `{"running", "stopped", "process", "exitCode"}`.
///
/// # Errors
/// What is wrong with the request, or why Windows refuses, in words.
pub fn manage(request: &str) -> Result<String, String> {
    let request: Value = serde_json::from_str(request).map_err(|error| error.to_string())?;
    match answer(&request) {
        Ok(answer) => Ok(answer.to_string()),
        Err(failure) => Err(failure.to_string()),
    }
}

fn answer(request: &Value) -> Result<Value, Failure> {
    let text = |key: &str| {
        let missing = || Failure::Because(format!("the request has no {key}"));
        request[key].as_str().ok_or_else(missing)
    };
    let patience = || Duration::from_millis(request["milliseconds"].as_u64().unwrap_or(0));
    let nothing = |()| Value::Null;
    match text("do")? {
        "elevated" => process::is_elevated().map(Value::from),
        "folder" => folder::make_private(text("path")?).map(Value::from),
        "remove-later" => folder::remove_at_next_start(text("path")?).map(nothing),
        "harden" => {
            let launcher = request["launcher"].as_u64().unwrap_or(0) as u32;
            hardening::harden(launcher).map(nothing)
        }
        "register" => {
            let (name, command) = (text("name")?, text("command")?);
            Service::register(name, command, text("description")?).map(Value::from)
        }
        "start" => Service::open(text("name")?)?.start(patience()).map(state),
        "stop" => {
            let force = request["force"].as_bool().unwrap_or(false);
            let service = Service::find(text("name")?, SERVICE_ALL_ACCESS)?;
            let stopped = service.map(|service| service.stop(force, patience()));
            stopped.unwrap_or(Ok(())).map(nothing)
        }
        "reload" => Service::open(text("name")?)?.ask_to_reload().map(nothing),
        "delete" => {
            let service = Service::find(text("name")?, SERVICE_ALL_ACCESS)?;
            let deleted = service.map(|service| service.delete());
            deleted.unwrap_or(Ok(())).map(nothing)
        }
        "command" => {
            let service = Service::find(text("name")?, SERVICE_QUERY_CONFIG)?;
            let command = service.map(|service| service.command()).transpose()?;
            Ok(Value::from(command))
        }
        "status" => Ok(Service::status_of(text("name")?)?.map_or(Value::Null, state)),
        other => Err(Failure::Because(format!("there is no request {other}"))),
    }
}

fn state(status: Status) -> Value {
    json!({
        "running": status.is_running,
        "stopped": status.is_stopped,
        "process": status.process,
        "exitCode": status.exit_code,
    })
}
